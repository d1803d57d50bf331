// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Records a decision about the case at large, on its ground.

use forestall_model::Actor;

use super::{need_text, same_person};
use crate::case::Case;
use crate::command::Refusal;
use crate::event::Body;

/// Records what was decided about a case at large, and why.
#[derive(Clone, Debug)]
pub struct Resolve {
    /// What was decided.
    pub title: String,
    /// On what ground.
    pub ground: String,
    /// The second person, where the case asks for two; a withheld field.
    pub second: Option<Actor>,
}

impl Resolve {
    pub(crate) fn decide(&self, case: &Case, actor: &Actor) -> Result<Body, Refusal> {
        need_text("the decision", &self.title)?;
        need_text("the ground", &self.ground)?;
        if case.four_eyes && self.second.is_none() {
            return Err(Refusal::SecondNeeded);
        }
        if self.second.as_ref().is_some_and(|second| same_person(actor, second)) {
            return Err(Refusal::OnePerson);
        }
        Ok(Body::Decided { title: self.title.trim().to_owned(), ground: self.ground.trim().to_owned() })
    }
}
