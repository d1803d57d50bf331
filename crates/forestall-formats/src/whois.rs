// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers of WHOIS (RFC 3912), which has no format: the last resort for top-level domains without RDAP.
//!
//! [`read`] knows the shapes that registries commonly use: `key: value` as ICANN's contracts have it, headings with lines
//! indented below them (.uk, .nl, .be, .it), `[key] value` (.jp), and the lines by which registries say that they have no
//! such name. It is cautious: a line says *not found* only where the whole of it is a known sentence, an answer must
//! name the asked name before facts are taken from it, and what is not understood is an error, never a free name.
//!
//! # Source
//!
//! Answers of some hundred registries of 2010 to 2022 in the fixtures of the public whois-parser project; the field names of
//! ICANN's Registration Data Directory Service specification (2013).

mod fields;
mod lines;
mod phrases;

use forestall_model::DomainName;
use forestall_model::dossier::{Registration, RegistrationState};

use crate::rdap::Contacts;
pub use crate::rdap::Problem;

use fields::Fields;

/// Most octets of an answer. Answers have 1 to 8 KiB, most of it terms of use.
pub const MAX_OCTETS: usize = 64 * 1_024;

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhoisDomain {
    /// The facts.
    pub registration: Registration,
    /// How to reach the registrant. Personal data: no part of a dossier, not to be stored with it.
    pub contacts: Contacts,
    /// What could not be read, at most [`crate::rdap::MAX_PROBLEMS`].
    pub problems: Vec<Problem>,
}

/// Why an answer says nothing of the name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WhoisError {
    /// It is too long.
    #[error("the answer is longer than {MAX_OCTETS} octets")]
    TooLong,
    /// There is nothing in it.
    #[error("the answer is empty")]
    Empty,
    /// The server answers no more for now.
    #[error("the server limits questions: {0:?}")]
    Limited(String),
    /// It is about another name.
    #[error("the answer is about {found:?}; asked was {asked}")]
    OtherName {
        /// What it is about.
        found: String,
        /// What was asked.
        asked: String,
    },
    /// It says both that there is a registration and that there is none.
    #[error("the answer contradicts itself: it has facts of a registration, and says {0:?}")]
    Contradiction(String),
    /// It is in no known form.
    #[error("the answer is in no known form; it begins {0:?}")]
    Unknown(String),
}

impl WhoisError {
    /// Says whether the same question may have another answer later.
    #[must_use]
    pub const fn is_limit(&self) -> bool {
        matches!(self, Self::Limited(_))
    }
}

/// Reads an answer to the question for the domain `asked`. Octets that are not UTF-8 are replaced and told as a problem: old
/// servers send contact data in other encodings.
///
/// # Errors
///
/// [`WhoisError`] where it is not understood, or not about that name; nothing is then known.
pub fn read(octets: &[u8], asked: &DomainName) -> Result<WhoisDomain, WhoisError> {
    if octets.len() > MAX_OCTETS {
        return Err(WhoisError::TooLong);
    }
    let text = String::from_utf8_lossy(octets);
    if text.trim().is_empty() {
        return Err(WhoisError::Empty);
    }
    let mut fields = Fields::read(&text, asked);
    if std::str::from_utf8(octets).is_err() {
        fields.problems.add("/", "not UTF-8");
    }
    let mut limited = None;
    let mut absent = None;
    let mut kept_back = None;
    for line in text.lines() {
        let line = phrases::normalised(line, asked);
        if phrases::is_limit(&line) {
            limited.get_or_insert(line);
        } else if phrases::is_absence(&line) {
            absent.get_or_insert(line);
        } else if let Some(state) = phrases::kept_back(&line) {
            kept_back.get_or_insert(state);
        }
    }
    let state = decide(&fields, limited, absent, kept_back, &text, asked)?;
    let (registration, contacts, problems) = fields.into_registration(state);
    Ok(WhoisDomain { registration, contacts, problems })
}

fn decide(
    fields: &Fields,
    limited: Option<String>,
    absent: Option<String>,
    kept_back: Option<RegistrationState>,
    text: &str,
    asked: &DomainName,
) -> Result<RegistrationState, WhoisError> {
    if let (false, Some(found)) = (fields.is_named, &fields.other_name) {
        return Err(WhoisError::OtherName { found: found.clone(), asked: asked.to_string() });
    }
    let has_facts = fields.has_facts();
    if let (Some(line), false) = (limited, has_facts) {
        return Err(WhoisError::Limited(line));
    }
    let vacant = absent.map(|line| (line, RegistrationState::NotFound));
    let vacant = vacant.or_else(|| fields.vacancy().map(|word| (word, RegistrationState::Available)));
    match (vacant, kept_back.or_else(|| fields.kept_back())) {
        (Some((line, _)), _) if has_facts => Err(WhoisError::Contradiction(line)),
        // Who says both that a name is not there and that it is kept back keeps it back.
        (_, Some(state)) if !has_facts || state == RegistrationState::Reserved => Ok(state),
        (Some((_, state)), _) => Ok(state),
        _ if has_facts && fields.is_named => Ok(RegistrationState::Registered),
        _ => Err(WhoisError::Unknown(beginning(text))),
    }
}

/// Returns the first line with something in it that is no comment, else the first at all, cut after 100 characters.
fn beginning(text: &str) -> String {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let line =
        lines().find(|line| !line.starts_with(['%', '#', '*', '['])).or_else(|| lines().next()).unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(100).collect()
}
