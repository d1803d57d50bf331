// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One line per name, as a registry is sent it (playbook of the response, part 4.2).

use crate::{Action, DomainName, FamilySlug, Instant, Marking, NameClass, Window, marking::Marked, vocabulary};

vocabulary! {
    /// What a numbered list is for.
    pub enum Purpose as "a purpose of a list" {
        /// Names to be protected.
        Protect = "protect",
        /// Names that are past: what was done to them can be taken back.
        Release = "release",
    }
}

/// One name of a list for a registry or another consumer, with everything that the line forms show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameLine {
    /// The name as A-labels.
    pub name: DomainName,
    /// The window, nominal; `None` where the name is live at all times.
    pub window: Option<Window>,
    /// The family with its variant.
    pub family: FamilySlug,
    /// What is known of the registration.
    pub class: NameClass,
    /// The sponsoring registrar's IANA number, where the name is registered and it is known.
    pub registrar_iana_id: Option<u32>,
    /// When the name was registered, where known.
    pub created: Option<Instant>,
    /// What the registry is asked to do; none where nothing was asked yet.
    pub requested_action: Option<Action>,
    /// Where the evidence for this line stands: a case and an event number.
    pub evidence_ref: String,
    /// `verified` or `unverified`: whether the family's list was checked against the botnet's own.
    pub confidence: &'static str,
    /// Names this line in answers: (campaign, origin period, place) in one word.
    pub line_id: String,
}

/// A list of lines with its marking, ready for the gate.
#[derive(Debug)]
pub struct NameList<I> {
    /// What the list is, for headers: the case's title.
    pub title: String,
    /// The marking of the list.
    pub marking: Marking,
    /// The lines, in order.
    pub lines: I,
}

impl<I> Marked for NameList<I> {
    fn marking(&self) -> Marking {
        self.marking
    }
}
