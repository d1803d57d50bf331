// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Records that a registry received the request.

use forestall_model::Tld;

use super::{need_cut, need_slice};
use crate::case::Case;
use crate::command::Refusal;
use crate::event::Body;

/// Records that a registry said it received the request.
#[derive(Clone, Debug)]
pub struct Acknowledge {
    /// The slice.
    pub tld: Tld,
    /// The number of the list that it received, where it says so; the last one that was cut where it does not.
    pub list: Option<u32>,
}

impl Acknowledge {
    pub(crate) fn decide(&self, case: &Case) -> Result<Body, Refusal> {
        need_slice(case, &self.tld)?;
        if case.slices.get(&self.tld).is_none_or(|slice| slice.requests.is_empty()) {
            return Err(Refusal::NotRequested { tld: self.tld.clone() });
        }
        if let Some(number) = self.list {
            need_cut(case, &self.tld, number)?;
        }
        Ok(Body::Acknowledged { tld: self.tld.clone(), list: self.list })
    }
}
