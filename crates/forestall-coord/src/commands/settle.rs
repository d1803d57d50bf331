// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers an appeal.

use forestall_model::{DomainName, Instant};

use super::need_text;
use super::undo::{undo_by, was_acted_on};
use crate::case::Case;
use crate::command::Refusal;
use crate::event::Body;

/// Answers an appeal. One that is upheld excludes the name for good, and what was done to it is undone.
#[derive(Clone, Debug)]
pub struct Settle {
    /// The name.
    pub name: DomainName,
    /// Whether the appeal is upheld.
    pub upheld: bool,
    /// Why, in words.
    pub reason: String,
}

impl Settle {
    pub(crate) fn decide(&self, case: &Case, now: Instant) -> Result<Body, Refusal> {
        need_text("the reason", &self.reason)?;
        if case.holdings.get(&self.name).is_none_or(|holding| holding.open_appeal().is_none()) {
            return Err(Refusal::NoAppeal { name: self.name.clone() });
        }
        let undo = self.upheld && was_acted_on(case, &self.name);
        Ok(Body::Settled {
            name: self.name.clone(),
            upheld: self.upheld,
            reason: self.reason.trim().to_owned(),
            undo_by: undo.then(|| undo_by(now)),
        })
    }
}
