// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Moving the horizon of a case on: the names of the days that come are counted before they belong to it.

use std::collections::BTreeSet;

use forestall_coord::command::{Command, MoveOn};
use forestall_model::{CaseId, DayRange, Tld, UtcDay};
use forestall_store::Stored;

use super::{Act, Desk, DeskError};

impl Desk {
    /// Moves the end of a case's horizon to `until`.
    ///
    /// # Errors
    ///
    /// [`DeskError`] with the refusal, where it reaches there already, or what the generator and the store report.
    pub async fn move_horizon(&self, case: &CaseId, act: &Act, until: UtcDay) -> Result<Stored, DeskError> {
        let file = self.file(case).await?;
        let days = DayRange { from: file.case.horizon.from, until: until.max(file.case.horizon.from) };
        let counts = self.count(&file.prepared, &file.case.campaigns, days).await?;
        let slices: BTreeSet<Tld> =
            counts.iter().flat_map(|c| &c.periods).flat_map(|p| &p.by_tld).map(|entry| entry.tld.clone()).collect();
        let command = Command::MoveOn(MoveOn { until, slices: slices.into_iter().collect() });
        self.execute(case, act, &command).await
    }
}
