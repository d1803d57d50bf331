// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Records that a numbered list, or a reminder of it, was handed over.

use forestall_model::Tld;
use forestall_model::party::Channel;

use super::{need_cut, need_text};
use crate::case::Case;
use crate::command::Refusal;
use crate::event::{Body, SentFile};

/// Files of one delivery at most.
pub const MOST_FILES: usize = 64;

/// Records that a list, or a reminder of it, was handed over, or that this failed: the receipt.
#[derive(Clone, Debug)]
pub struct Deliver {
    /// The slice.
    pub tld: Tld,
    /// The number of the list.
    pub number: u32,
    /// By what way.
    pub channel: Channel,
    /// Which of the party's contacts, counted from 0.
    pub contact: u32,
    /// Under what address; a withheld field.
    pub address: String,
    /// What the receiver's machine or the person said; a withheld field.
    pub receipt: String,
    /// The identifier of the letter, where it was one: answers name it; a withheld field.
    pub message_id: Option<String>,
    /// How many reminders this one makes; 0 for the list itself.
    pub reminder: u32,
    /// What was sent, at least one file for a list.
    pub files: Vec<SentFile>,
    /// Whether the receiver's machine took it.
    pub taken: bool,
}

impl Deliver {
    pub(crate) fn decide(&self, case: &Case) -> Result<Body, Refusal> {
        need_cut(case, &self.tld, self.number)?;
        need_text("the address", &self.address)?;
        if self.files.is_empty() && self.reminder == 0 {
            return Err(Refusal::Empty("at least one file"));
        }
        if self.files.len() > MOST_FILES {
            return Err(Refusal::TooLong { what: "the list of files", limit: MOST_FILES });
        }
        self.files.iter().try_for_each(|file| need_text("the name of a file", &file.name))?;
        Ok(Body::Delivered {
            tld: self.tld.clone(),
            number: self.number,
            channel: self.channel,
            contact: self.contact,
            reminder: self.reminder,
            files: self.files.clone(),
            taken: self.taken,
        })
    }

    /// Returns the fields that stand outside the event.
    pub(crate) fn withheld(&self) -> Vec<(&'static str, String)> {
        let cut = |text: &str| text.chars().take(super::TEXT_LIMIT).collect::<String>();
        let mut fields = vec![("address", cut(&self.address)), ("receipt", cut(&self.receipt))];
        fields.extend(self.message_id.as_ref().map(|id| ("message_id", cut(id))));
        fields
    }
}
