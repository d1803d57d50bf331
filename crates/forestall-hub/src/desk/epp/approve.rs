// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Approving a batch: two people, each over its count and its digest, and the decision on the record of the case.

use forestall_coord::command::Resolve;
use forestall_coord::epp::{Approval, Batch, Stop, approval};
use forestall_model::{Actor, Instant};

use super::EppAccount;
use crate::desk::{Act, Desk, DeskError};

/// Where a batch stands after an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    /// Everybody who approved it.
    pub people: Vec<Actor>,
    /// Whether two different people did, in time.
    pub is_enough: bool,
}

impl Desk {
    /// Keeps one person's approval of a batch. With the second person's the decision is on the record of the case.
    ///
    /// # Errors
    ///
    /// [`DeskError`] where there is no such case, or the store fails.
    pub async fn epp_approve(
        &self,
        batch: &Batch,
        account: &EppAccount,
        by: Actor,
        now: Instant,
    ) -> Result<Approved, DeskError> {
        let digest = batch.digest();
        let count = u32::try_from(batch.entries.len()).unwrap_or(u32::MAX);
        // A batch for a case that is not there is nobody's to approve.
        self.file(&batch.case).await?;
        let mine = Approval { digest, count, by, at: now };
        let since = now.plus_seconds(-account.rules.approval_lives);
        let before = self.store().epp_approvals(digest).await?;
        let was_enough = approval::two(&before, digest, count, since, now).is_some();
        // Of each person the last approval counts. What two people approved may run: first the decision has to stand in the case.
        let others = before.into_iter().filter(|known| known.by != mine.by);
        let with_mine: Vec<Approval> = others.chain([mine.clone()]).collect();
        let decided = !was_enough && self.epp_decide(batch, &mine, &with_mine, since).await?;
        self.store().approve_epp(batch.clone(), mine.clone()).await?;
        let approvals = self.store().epp_approvals(digest).await?;
        let is_enough = approval::two(&approvals, digest, count, since, now).is_some();
        // Two people at the same moment see nothing of each other before: then whoever sees both records it.
        if is_enough && !was_enough && !decided {
            self.epp_decide(batch, &mine, &approvals, since).await?;
        }
        Ok(Approved { people: approvals.into_iter().map(|approval| approval.by).collect(), is_enough })
    }

    /// Records the decision in the case where two different people approved the batch, and says whether they did.
    async fn epp_decide(
        &self,
        batch: &Batch,
        mine: &Approval,
        approvals: &[Approval],
        since: Instant,
    ) -> Result<bool, DeskError> {
        let Approval { digest, count, by, at: now } = mine;
        let Some((first, second)) = approval::two(approvals, *digest, *count, since, *now) else { return Ok(false) };
        let (actor, other) = if second.by == *by { (second, first) } else { (first, second) };
        let resolve = Resolve {
            title: format!("{count} EPP commands for {} over the account {} approved", batch.tld, batch.account),
            ground: format!("two people saw the count and SHA-256 {digest} of the batch"),
            second: Some(other.by.clone()),
        };
        self.decide_at_large(&batch.case, &Act::new(actor.by.clone(), *now), resolve).await?;
        Ok(true)
    }

    /// Switches all writing off.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn epp_stop(&self, by: &Actor, reason: &str, now: Instant) -> Result<(), DeskError> {
        let stop = Stop { by: by.to_string(), at: now, reason: reason.trim().to_owned() };
        Ok(self.store().stop_epp(stop).await?)
    }

    /// Switches it on again.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn epp_go(&self) -> Result<(), DeskError> {
        Ok(self.store().go_epp().await?)
    }
}
