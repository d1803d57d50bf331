// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Approving a batch: two people, each over its count and its digest, and the decision on the record of the case.

use forestall_coord::command::Resolve;
use forestall_coord::epp::{Approval, Batch, Stop, Terms, approval};
use forestall_model::{Actor, Instant, PersonId};

use crate::desk::{Act, Desk, DeskError};

/// Who approves a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approver {
    /// The name.
    pub by: Actor,
    /// The account with which they are signed in; none where somebody says the name and nobody checks it.
    pub account: Option<PersonId>,
}

/// Where a batch stands after an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    /// Everybody who approved it.
    pub people: Vec<Actor>,
    /// Whether two different people did, in time.
    pub is_enough: bool,
}

impl Desk {
    /// Lays a batch before the people who approve it, and says whether nobody did before: its terms stay those of the first time.
    ///
    /// # Errors
    ///
    /// [`DeskError`] where there is no such case or slice, or the store fails.
    pub async fn epp_propose(&self, batch: &Batch, terms: Terms, by: &Actor, now: Instant) -> Result<bool, DeskError> {
        let file = self.file(&batch.case).await?;
        if !file.case.slices.contains_key(&batch.tld) {
            return Err(DeskError::Input(format!("the case {} has no slice {}", batch.case, batch.tld)));
        }
        Ok(self.store().propose_epp(batch.clone(), by.clone(), now, terms).await?)
    }

    /// Keeps one person's approval of a batch. With the second person's the decision is on the record of the case.
    ///
    /// # Errors
    ///
    /// [`DeskError`] where there is no such case, or the store fails.
    pub async fn epp_approve(
        &self,
        batch: &Batch,
        terms: Terms,
        approver: Approver,
        now: Instant,
    ) -> Result<Approved, DeskError> {
        let digest = batch.digest();
        let count = u32::try_from(batch.entries.len()).unwrap_or(u32::MAX);
        // A batch for a case that is not there is nobody's to approve.
        self.file(&batch.case).await?;
        let Approver { by, account } = approver;
        let mine = Approval { digest, count, by, account, at: now };
        let before = self.store().epp_approvals(digest).await?;
        let was_enough = approval::two(&before, digest, count, &terms, now).is_some();
        // Of each person the last approval counts. What two people approved may run: first the decision has to stand in the case.
        let others = before.into_iter().filter(|known| known.by != mine.by);
        let with_mine: Vec<Approval> = others.chain([mine.clone()]).collect();
        let decided = !was_enough && self.epp_decide(batch, &mine, &with_mine, &terms).await?;
        self.store().approve_epp(batch.clone(), mine.clone(), terms).await?;
        let approvals = self.store().epp_approvals(digest).await?;
        let is_enough = approval::two(&approvals, digest, count, &terms, now).is_some();
        // Two people at the same moment see nothing of each other before: then whoever sees both records it.
        if is_enough && !was_enough && !decided {
            self.epp_decide(batch, &mine, &approvals, &terms).await?;
        }
        Ok(Approved { people: approvals.into_iter().map(|approval| approval.by).collect(), is_enough })
    }

    /// Records the decision in the case where two different people approved the batch, and says whether they did.
    async fn epp_decide(
        &self,
        batch: &Batch,
        mine: &Approval,
        approvals: &[Approval],
        terms: &Terms,
    ) -> Result<bool, DeskError> {
        let Approval { digest, count, by, at: now, .. } = mine;
        let Some((first, second)) = approval::two(approvals, *digest, *count, terms, *now) else { return Ok(false) };
        let (actor, other) = if second.by == *by { (second, first) } else { (first, second) };
        let resolve = Resolve {
            title: format!("{count} EPP commands for {} over the account {} approved", batch.tld, batch.account),
            ground: format!(
                "two people saw the count and SHA-256 {digest} of the batch: {}, {}",
                told(first),
                told(second)
            ),
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

/// Says how an approval was given.
fn told(approval: &Approval) -> &'static str {
    if approval.account.is_some() { "one signed in" } else { "one named on the command line" }
}
