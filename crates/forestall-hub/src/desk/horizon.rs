// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Moving the horizon of a case on: the names of the days that come are counted before they belong to it, and those of them that were excluded or
//! are known to have a holder are found, so that what was decided of a name holds on the lists that come as well.

use std::collections::{BTreeMap, BTreeSet};

use forestall_coord::command::{Command, KnownPlaces, MoveOn};
use forestall_coord::{Case, Refusal};
use forestall_model::{CaseId, DayRange, DomainName, Tld, UtcDay};
use forestall_store::Stored;

use super::lists::{computed, find_places};
use super::{Act, CaseFile, Desk, DeskError};

/// How often a move is computed anew because the case got to know more names meanwhile.
const ATTEMPTS: usize = 4;

impl Desk {
    /// Moves the end of a case's horizon to `until`.
    ///
    /// # Errors
    ///
    /// [`DeskError`] with the refusal, where it reaches there already, or what the generator and the store report.
    pub async fn move_horizon(&self, case: &CaseId, act: &Act, until: UtcDay) -> Result<Stored, DeskError> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            match self.move_once(case, act, until).await {
                Err(DeskError::Refused(Refusal::CaseMoved { .. })) if attempt < ATTEMPTS && act.basis.is_none() => {}
                done => return done,
            }
        }
    }

    async fn move_once(&self, case: &CaseId, act: &Act, until: UtcDay) -> Result<Stored, DeskError> {
        let file = self.file(case).await?;
        let days = DayRange { from: file.case.horizon.from, until: until.max(file.case.horizon.from) };
        let counts = self.count(&file.prepared, &file.case.campaigns, days).await?;
        let slices: BTreeSet<Tld> =
            counts.iter().flat_map(|c| &c.periods).flat_map(|p| &p.by_tld).map(|entry| entry.tld.clone()).collect();
        let places = self.known_places(&file, until).await?;
        let command = Command::MoveOn(MoveOn { until, slices: slices.into_iter().collect(), places: Some(places) });
        self.execute(case, act, &command).await
    }

    /// Finds the names of which a case knows more in the lists of the days that were not looked at for them.
    async fn known_places(&self, file: &CaseFile, until: UtcDay) -> Result<KnownPlaces, DeskError> {
        let names: Vec<DomainName> = file.case.known_names().into_iter().cloned().collect();
        let from = file.case.placed_until;
        let (file, days) = (file.clone(), DayRange { from, until: until.max(from) });
        let basis = file.case.version;
        let found = computed(move || {
            let mut found = find_places(&file, &names, days)?;
            let all = names.into_iter().map(|name| {
                let places = found.remove(&name).unwrap_or_default();
                (name, places)
            });
            Ok::<BTreeMap<_, _>, DeskError>(all.collect())
        });
        Ok(KnownPlaces { basis, names: found.await? })
    }

    /// Has a command decided that says where names stand in the lists of `file`: not where the case has further lists meanwhile.
    pub(super) async fn execute_over(
        &self,
        file: &CaseFile,
        act: &Act,
        command: &Command,
    ) -> Result<Stored, DeskError> {
        let (id, horizon, basis) = (&file.case.id, file.case.horizon, file.case.version);
        let context = super::acts::context(id, act);
        let decided = |state: Option<&Case>| {
            super::acts::need_basis(state, act)?;
            if let Some(case) = state.filter(|case| case.horizon != horizon) {
                return Err(Refusal::CaseMoved { basis, version: case.version });
            }
            forestall_coord::command::decide(state, command, &context)
        };
        let (stored, _) = self.store().execute(id, decided).await?;
        Ok(stored)
    }
}
