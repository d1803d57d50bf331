// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Records that somebody opened a numbered list for the first time.

use forestall_model::Tld;
use forestall_model::party::Channel;

use super::need_cut;
use crate::case::Case;
use crate::command::Refusal;
use crate::event::Body;

/// Records that a list was opened for the first time.
#[derive(Clone, Debug)]
pub struct Read {
    /// The slice.
    pub tld: Tld,
    /// The number of the list.
    pub number: u32,
    /// By what way.
    pub channel: Channel,
}

impl Read {
    pub(crate) fn decide(&self, case: &Case) -> Result<Body, Refusal> {
        if need_cut(case, &self.tld, self.number)?.read.is_some() {
            return Err(Refusal::ReadBefore { tld: self.tld.clone(), number: self.number });
        }
        Ok(Body::Read { tld: self.tld.clone(), number: self.number, channel: self.channel })
    }
}
