// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Puts a fact on the record.

use forestall_model::Tld;

use super::{need_slice, need_text};
use crate::case::Case;
use crate::command::Refusal;
use crate::event::Body;

/// Puts a fact on the record that changes no state.
#[derive(Clone, Debug)]
pub struct Note {
    /// The slice that it concerns, where it concerns one.
    pub tld: Option<Tld>,
    /// The fact, in words.
    pub text: String,
}

impl Note {
    pub(crate) fn decide(&self, case: &Case) -> Result<Body, Refusal> {
        if let Some(tld) = &self.tld {
            need_slice(case, tld)?;
        }
        need_text("the note", &self.text)?;
        Ok(Body::Noted { tld: self.tld.clone(), text: self.text.trim().to_owned() })
    }
}
