// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers of RDAP about a domain (RFC 9083), read into the facts of a dossier.
//!
//! [`read`] binds an answer to the name that was asked for: an answer about another name is refused. What is sloppy (an event
//! without a date, a status in EPP's spelling, a jCard with holes) becomes a [`Problem`] beside what could be read. What
//! no honest server sends (other things than JSON, nesting without end, thousands of name servers) is an error, and
//! then nothing is read. Neither ever means that a name is free.
//!
//! The registrant is not kept: the facts hold a digest of its handle and names. Its addresses for mail, which somebody needs to
//! have control of a name proved, come as a value of their own, [`Contacts`], and are no part of a dossier.
//!
//! # Source
//!
//! RFC 9083 (answers), RFC 7095 (jCard), RFC 8056 (status values), RFC 9537 (redaction), and the RDAP Response Profile of ICANN
//! for the registrar's number and address for abuse.

mod domain;
mod error_answer;
mod parties;
pub(crate) mod status;
pub(crate) mod text;
mod vcard;

use std::fmt;

use forestall_model::dossier::Registration;

pub use domain::read;
pub use error_answer::is_error_answer;

/// Most octets of an answer. Answers of registries have 2 to 20 KiB; long ones come from many nested contacts.
pub const MAX_OCTETS: usize = 256 * 1_024;
/// Deepest nesting of arrays and objects. RFC 9083 needs 8 for the address in the jCard of a nested entity.
pub const MAX_DEPTH: usize = 32;
/// Most members of a list that is read: events, entities, name servers, statuses, properties of a jCard.
pub const MAX_MEMBERS: usize = 256;
/// Most name servers; a delegation in one answer of the DNS has 13.
pub const MAX_NAME_SERVERS: usize = 64;
/// Most problems that are kept of one answer.
pub const MAX_PROBLEMS: usize = 50;

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RdapDomain {
    /// The facts.
    pub registration: Registration,
    /// How to reach the registrant. Personal data: no part of a dossier, not to be stored with it.
    pub contacts: Contacts,
    /// What is wrong with the answer, at most [`MAX_PROBLEMS`].
    pub problems: Vec<Problem>,
}

/// Where the registrant takes mail.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Contacts {
    /// Addresses for mail, in the order of the answer, each once.
    pub mail: Vec<String>,
}

impl fmt::Debug for Contacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is printed for developers ends in logs.
        write!(f, "Contacts {{ mail: {} withheld }}", self.mail.len())
    }
}

/// Something that is not as RFC 9083 has it, and that could be passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: a JSON pointer (RFC 6901), or a line for WHOIS.
    pub at: String,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// Why an answer is not one about the name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RdapError {
    /// It is too long.
    #[error("the answer is longer than {MAX_OCTETS} octets")]
    TooLong,
    /// It is not UTF-8.
    #[error("the answer is not UTF-8: octet {0} begins no character")]
    Encoding(usize),
    /// It is no JSON.
    #[error("the answer is no JSON: {0}")]
    Json(String),
    /// It is nested too deeply.
    #[error("the answer is nested more than {MAX_DEPTH} deep at octet {0}")]
    TooDeep(usize),
    /// A list has too many members.
    #[error("{at} has {found} members; at most {most} are read")]
    TooMany {
        /// Where.
        at: String,
        /// How many there are.
        found: usize,
        /// How many may be.
        most: usize,
    },
    /// It is an error answer (RFC 9083, section 6).
    #[error("the answer is an error, code {code}: {title:?}")]
    ErrorAnswer {
        /// Its code.
        code: u64,
        /// Its title, cut after 120 characters; empty where it has none.
        title: String,
    },
    /// It describes something else than a domain.
    #[error("the answer describes {0:?}; expected an object of the class domain")]
    NoDomain(String),
    /// It describes another name, or says none.
    #[error("the answer is about {found:?}; asked was {asked}")]
    OtherName {
        /// What it is about, cut after 253 characters; empty where it says no name.
        found: String,
        /// What was asked.
        asked: String,
    },
}
