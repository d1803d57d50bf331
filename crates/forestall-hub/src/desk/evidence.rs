// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Evidence from a file: what was seen of single names elsewhere.

use forestall_coord::command::{Command, See};
use forestall_coord::event::SeenRow;
use forestall_formats::evidence::EvidenceLine;
use forestall_model::{CaseId, DomainName};
use forestall_store::Stored;

use super::{Act, Desk, DeskError};

impl Desk {
    /// Records rows of outside evidence: one event, all rows or none.
    ///
    /// # Errors
    ///
    /// [`DeskError::NotInCase`] with the names that the case does not hold; [`DeskError::Refused`] for a sight that the
    /// method cannot have.
    pub async fn import_evidence(
        &self,
        case: &CaseId,
        act: &Act,
        lines: Vec<EvidenceLine>,
    ) -> Result<Stored, DeskError> {
        let file = self.file(case).await?;
        let names: Vec<DomainName> = lines.iter().map(|line| line.name.clone()).collect();
        let places = self.places_of(&file, &names).await?;
        let missing: Vec<DomainName> = names.iter().filter(|name| !places.contains_key(*name)).cloned().collect();
        if !missing.is_empty() {
            return Err(DeskError::NotInCase(missing));
        }
        let row = |line: EvidenceLine| SeenRow {
            occurrences: places.get(&line.name).cloned().unwrap_or_default(),
            name: line.name,
            method: line.method,
            sight: line.sight,
            at: line.at,
            name_servers: line.name_servers,
            source: Some(line.source).filter(|source| !source.is_empty()),
            expires: None,
        };
        let rows = lines.into_iter().map(row).collect();
        self.execute(case, act, &Command::See(See { rows })).await
    }
}
