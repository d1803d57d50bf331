// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The roll-over at midnight: the horizon moves on, and each registry is cut the list that is due by its own rhythm.
//!
//! What a run did is in the log, so that a second run of the same day finds nothing left to do, and one that was missed is made up for.

use std::collections::BTreeMap;

use forestall_coord::roll::{horizon_due, lists_due};
use forestall_model::party::Terms;
use forestall_model::{CaseId, Party, Tld};

use super::Scheduler;
use crate::desk::{CutOutcome, DeskError};
use crate::number::counted;

impl Scheduler {
    /// Moves a case's horizon on and cuts the lists that are due.
    pub(super) async fn roll(&self, case: &CaseId) -> Result<String, DeskError> {
        let act = self.act();
        let now = act.now;
        let mut said = Vec::new();
        if let Some(until) = horizon_due(&self.desk.file(case).await?.case, now) {
            self.desk.move_horizon(case, &act, until).await?;
            said.push(format!("the horizon reaches until {until}"));
        }
        let file = self.desk.file(case).await?;
        let registries = self.desk.registries().await?;
        let due = {
            let board = file.board();
            lists_due(&board, &|tld| terms_of(&registries, tld), now)
        };
        let (mut cut, mut refused) = (0_usize, Vec::new());
        for (tld, purpose, outcome) in self.desk.cut_due(case, &act, due).await? {
            match outcome {
                CutOutcome::Cut(_) => cut += 1,
                CutOutcome::Nothing => {}
                CutOutcome::Refused(refusal) => refused.push(format!("{tld} ({purpose}): {refusal}")),
            }
        }
        said.push(counted(cut as u64, "list was cut", "lists were cut"));
        if refused.is_empty() {
            return Ok(said.join("; "));
        }
        // What a rule refuses no later try mends: a person has to look, and the job says so.
        said.push(format!("not cut: {}", refused.join("; ")));
        Ok(said.join("; "))
    }
}

/// Returns the terms of a domain's registry; the usual ones where nobody entered it.
pub(crate) fn terms_of(registries: &BTreeMap<Tld, Party>, tld: &Tld) -> Terms {
    registries.get(tld).and_then(|party| party.terms.clone()).unwrap_or_default()
}
