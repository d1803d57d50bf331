// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Excludes a name: it has a legitimate holder, and nothing is done to it.

use forestall_model::{DomainName, NameClass};

use super::{need_places, need_slice, need_text};
use crate::case::Case;
use crate::command::Refusal;
use crate::event::{Body, Occurrence};

/// Excludes a name with a legitimate holder.
#[derive(Clone, Debug)]
pub struct Exclude {
    /// The name.
    pub name: DomainName,
    /// What is known of it.
    pub class: NameClass,
    /// Why, in words.
    pub reason: String,
    /// Where the name stands in the case; at least one place.
    pub occurrences: Vec<Occurrence>,
}

impl Exclude {
    pub(crate) fn decide(&self, case: &Case) -> Result<Body, Refusal> {
        need_slice(case, &self.name.tld())?;
        need_text("the reason", &self.reason)?;
        if !matches!(self.class, NameClass::RegisteredBenign | NameClass::RegisteredSuspect) {
            return Err(Refusal::NoGround { class: self.class });
        }
        need_places(case, &self.name, &self.occurrences)?;
        if case.exclusions.contains_key(&self.name) {
            return Err(Refusal::AlreadyExcluded { name: self.name.clone() });
        }
        Ok(Body::Excluded {
            name: self.name.clone(),
            class: self.class,
            reason: self.reason.trim().to_owned(),
            occurrences: self.occurrences.clone(),
        })
    }
}
