// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Records that a registry received the request.

use forestall_model::Tld;

use super::need_slice;
use crate::case::Case;
use crate::command::Refusal;
use crate::event::Body;

/// Records that a registry said it received the request.
#[derive(Clone, Debug)]
pub struct Acknowledge {
    /// The slice.
    pub tld: Tld,
}

impl Acknowledge {
    pub(crate) fn decide(&self, case: &Case) -> Result<Body, Refusal> {
        need_slice(case, &self.tld)?;
        if case.slices.get(&self.tld).is_none_or(|slice| slice.requests.is_empty()) {
            return Err(Refusal::NotRequested { tld: self.tld.clone() });
        }
        Ok(Body::Acknowledged { tld: self.tld.clone() })
    }
}
