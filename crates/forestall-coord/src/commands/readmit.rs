// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Takes an exclusion back.

use forestall_model::DomainName;

use super::need_text;
use crate::case::Case;
use crate::command::Refusal;
use crate::event::Body;

/// Takes an exclusion back.
#[derive(Clone, Debug)]
pub struct Readmit {
    /// The name.
    pub name: DomainName,
    /// Why, in words.
    pub reason: String,
}

impl Readmit {
    pub(crate) fn decide(&self, case: &Case) -> Result<Body, Refusal> {
        need_text("the reason", &self.reason)?;
        if !case.exclusions.contains_key(&self.name) {
            return Err(Refusal::NotExcluded { name: self.name.clone() });
        }
        Ok(Body::Readmitted { name: self.name.clone(), reason: self.reason.trim().to_owned() })
    }
}
