// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Takes a personal field out of the log: who acted, a comment, whatever stands outside of an event for that purpose.

use forestall_model::CaseId;
use forestall_store::Stored;

use super::{Act, Desk, DeskError};

impl Desk {
    /// Erases a withheld field of an event of a case, and records that it was done and why. The event keeps its commitment to the field, so that the log is
    /// checked as before.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where the case has no such event, or the event holds no such field (any more); [`DeskError`] with the refusal of the note, and
    /// then nothing is erased.
    pub async fn erase(
        &self,
        case: &CaseId,
        act: &Act,
        version: u64,
        field: &str,
        reason: &str,
    ) -> Result<Stored, DeskError> {
        self.store().load(case).await?.ok_or_else(|| DeskError::NoSuchCase(case.clone()))?;
        let found = self.store().events(case, version.saturating_sub(1), 1).await?;
        let entry = found
            .into_iter()
            .find(|entry| entry.event.version == version)
            .ok_or_else(|| DeskError::Input(format!("the case {case} has no event {version}")))?;
        if !entry.withheld.contains_key(field) {
            let held: Vec<&str> = entry.withheld.keys().map(String::as_str).collect();
            let held = if held.is_empty() { "none".to_owned() } else { held.join(", ") };
            let erased = if entry.event.withheld.contains_key(field) { "; it was erased before" } else { "" };
            return Err(DeskError::Input(format!(
                "event {version} of the case {case} holds no field {field:?}{erased}; fields that can be erased: {held}"
            )));
        }
        // The ground comes first: a field that is gone without one would look like a loss.
        let stored =
            self.note(case, act, None, format!("erased the field {field} of event {version}: {reason}")).await?;
        self.store().erase(entry.seq, field).await?;
        Ok(stored)
    }
}
