// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Takes back in one step what was done to names.

use forestall_model::{DomainName, Instant};

use super::{need_names, need_text};
use crate::case::Case;
use crate::command::Refusal;
use crate::event::Body;

/// Hours from the decision to undo until it must have happened at the registry.
pub const UNDO_HOURS: u16 = 24;

/// Takes back what was done to names: no ruling to act stands any more, and the registry is to release them.
#[derive(Clone, Debug)]
pub struct Undo {
    /// The names, at least one.
    pub names: Vec<DomainName>,
    /// Why, in words.
    pub reason: String,
}

impl Undo {
    pub(crate) fn decide(&self, case: &Case, now: Instant) -> Result<Body, Refusal> {
        let names = need_names(&self.names)?;
        need_text("the reason", &self.reason)?;
        if let Some(name) = names.iter().find(|name| !was_acted_on(case, name)) {
            return Err(Refusal::NothingToUndo { name: name.clone() });
        }
        Ok(Body::Undone { names, reason: self.reason.trim().to_owned(), undo_by: undo_by(now) })
    }
}

/// Returns until when the registry must have taken back what is undone at `now`.
pub(super) fn undo_by(now: Instant) -> Instant {
    now.plus_seconds(i64::from(UNDO_HOURS) * 3_600)
}

/// Says whether anything was asked or done for a name that can be taken back: a person ruled to act, or a registry claims an action.
pub(super) fn was_acted_on(case: &Case, name: &DomainName) -> bool {
    let Some(holding) = case.holdings.get(name) else { return false };
    holding.action().is_some()
        || holding.ruled.as_ref().is_some_and(|ruled| ruled.action.is_some())
        || case
            .claims_of(name, &holding.occurrences)
            .any(|claim| claim.applied().is_some_and(|action| action.protects() || action.touches_a_holder()))
}
