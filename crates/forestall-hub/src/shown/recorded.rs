// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What an act put on record.

use forestall_api::act::{Recorded, RecordedEvent};
use forestall_model::CaseId;
use forestall_store::Stored;

/// Returns events that were just recorded; their numbers for those only who see all of the case.
#[must_use]
pub fn recorded(case: &CaseId, stored: &[Stored], whole: bool) -> Recorded {
    let event = |stored: &Stored| RecordedEvent {
        version: whole.then_some(stored.event.version),
        kind: stored.event.body.kind().to_owned(),
        leaf: stored.leaf,
    };
    Recorded { case: case.clone(), events: stored.iter().map(event).collect() }
}
