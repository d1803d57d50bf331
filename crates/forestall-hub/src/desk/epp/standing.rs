// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where a batch stands: who approved it, what a dry run found out, what came of its commands.

use std::collections::BTreeMap;

use forestall_coord::epp::{Approval, Batch, Journal, Outcome, Record, approval};
use forestall_model::{Digest, Instant};
use forestall_store::{EppBatch, EppRehearsed};

use crate::desk::{Desk, DeskError};

/// Batches that are listed.
const MOST: u32 = 100;

/// A batch of the list, with where it stands.
#[derive(Clone, Debug)]
pub struct EppStanding {
    /// The batch.
    pub kept: EppBatch,
    /// Who approved it, the earliest first.
    pub approvals: Vec<Approval>,
    /// Whether two different people did, on its terms and in time.
    pub is_enough: bool,
    /// Commands by their outcomes.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Commands of which a frame went out and nobody knows what came of it.
    pub in_doubt: u64,
}

/// A batch with everything that is known of it.
#[derive(Clone, Debug)]
pub struct KeptBatch {
    /// The batch.
    pub batch: Batch,
    /// Its text.
    pub text: String,
    /// Where it stands.
    pub standing: EppStanding,
    /// What the last dry run found out, by the places of commands.
    pub rehearsed: BTreeMap<u32, EppRehearsed>,
    /// Its records, in the order of commands.
    pub records: Vec<Record>,
}

impl KeptBatch {
    /// Returns the last record of a command.
    #[must_use]
    pub fn last(&self, position: u32) -> Option<&Record> {
        self.records.iter().rfind(|record| record.position == position)
    }
}

impl Desk {
    /// Returns the batches that people were asked to approve, the newest first.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn epp_batches(&self, now: Instant) -> Result<Vec<EppStanding>, DeskError> {
        let mut batches = Vec::new();
        for kept in self.store().epp_batches(MOST).await? {
            let records = self.store().epp_records(kept.digest).await?;
            batches.push(self.epp_standing(kept, &records, now).await?);
        }
        Ok(batches)
    }

    /// Returns a batch that people were asked to approve.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where nobody was asked to approve such a batch, or what the store reports.
    pub async fn epp_kept(&self, digest: Digest, now: Instant) -> Result<KeptBatch, DeskError> {
        let found = self.store().epp_batch(digest).await?;
        let (kept, text) = found.ok_or_else(|| {
            DeskError::Input(format!("there is no batch {digest}; `forestall epp list` names those that are kept"))
        })?;
        let batch = Batch::read(&text)
            .map_err(|error| DeskError::Folder(format!("the batch {digest} of the store: {error}")))?;
        let records = self.store().epp_records(digest).await?;
        let rehearsed = self.store().epp_rehearsed(digest).await?;
        let standing = self.epp_standing(kept, &records, now).await?;
        let rehearsed = rehearsed.into_iter().map(|row| (row.position, row)).collect();
        Ok(KeptBatch { batch, text, standing, rehearsed, records })
    }

    async fn epp_standing(&self, kept: EppBatch, records: &[Record], now: Instant) -> Result<EppStanding, DeskError> {
        let approvals = self.store().epp_approvals(kept.digest).await?;
        let is_enough = approval::two(&approvals, kept.digest, kept.commands, &kept.terms, now).is_some();
        let journal = Journal::of(records.iter().cloned());
        let places: BTreeMap<u32, &Record> = records.iter().map(|record| (record.position, record)).collect();
        let (mut outcomes, mut in_doubt) = (BTreeMap::new(), 0);
        for (position, record) in places {
            match journal.outcome(kept.digest, position, &record.name) {
                Some(outcome) => *outcomes.entry(outcome).or_default() += 1,
                None if record.outcome.is_none() => in_doubt += 1,
                None => {}
            }
        }
        Ok(EppStanding { kept, approvals, is_enough, outcomes, in_doubt })
    }
}
