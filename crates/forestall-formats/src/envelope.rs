// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The envelope of a delivery to a registry: everything about a numbered list that is not a name, in one JSON document.
//!
//! It says who asks what of whom, on what ground, by when, for how long, and what threat that is for, with the command that
//! computes the same names; and it holds the SHA-256 of every other file of the delivery, so that one signature covers them all. The
//! signature is a file beside it in minisign's form ([`crate::signature`]): `minisign -V` checks it without us and without a
//! network.
//!
//! A registry reads the envelope with its own tools or not at all: the brief ([`crate::brief`]) says the same in plain words. Fields are those
//! of the playbook for a request, part 4.1. A document of a later version is refused by name.

use std::collections::BTreeMap;
use std::io;

use forestall_model::marking::Marked;
use forestall_model::party::Road;
use forestall_model::{
    Action, CampaignId, Digest, DomainName, FamilySlug, Instant, Marking, Pap, PartyId, Released, Tlp, UtcDay,
    vocabulary,
};
use serde::{Deserialize, Serialize};

use crate::list_id::ListId;
use crate::signature::{SecretKey, SignatureError};

mod check;

// WIRE FORMAT, version 1

/// The word by which the document is known.
pub const FORMAT: &str = "forestall-envelope";
/// The version that is written.
pub const VERSION: u32 = 1;
/// The media type.
pub const MEDIA_TYPE: &str = "application/json";
/// Most octets of a document: the longest that the limits below allow is far shorter than that.
pub const MAX_BYTES: usize = 1 << 20;
/// Most characters of a text.
pub const MAX_TEXT: usize = 4_000;
/// Most entries of a list: threats, files, references, hashes, vectors.
pub const MAX_ENTRIES: usize = 500;
/// Most octets of a file's name.
pub const MAX_FILE_NAME: usize = 120;

pub use forestall_model::line::Purpose;

vocabulary! {
    /// How far somebody made sure that a threat is what it is said to be.
    pub enum Verification as "a state of verification" {
        /// Names made or published by others were reproduced.
        Verified = "verified",
        /// No such list could be had.
        Unverified = "unverified",
    }
}

vocabulary! {
    /// A form in which an answer is taken.
    pub enum AnswerForm as "a form of answers" {
        /// The list itself, sent back with a column `result`.
        Csv = "csv",
        /// The workbook, sent back with its column `result` filled in.
        Xlsx = "xlsx",
        /// A list of the names that are done, one a line.
        Plain = "plain",
        /// A mail that says it in words.
        Mail = "mail",
        /// The registry's page in the console.
        Console = "console",
        /// A telephone call.
        Phone = "phone",
    }
}

/// What a registry is told about a numbered list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// The list.
    pub list: ListId,
    /// The number of the list that was acknowledged last: differences are to that one.
    pub previous: Option<u32>,
    /// What it is sent for.
    pub purpose: Purpose,
    /// What the case is called.
    pub title: String,
    /// To whom it goes.
    pub party: PartyId,
    /// What that party is called.
    pub party_name: String,
    /// When it was made.
    pub issued: Instant,
    /// Who may see it.
    pub tlp: Tlp,
    /// What may be done with it.
    pub pap: Pap,
    /// From when on it counts as public; none where the label holds without end.
    pub embargo_until: Option<Instant>,
    /// Who asks.
    pub requester: Requester,
    /// What the names are made by: one entry a campaign.
    pub threats: Vec<Threat>,
    /// On what ground something is asked.
    pub legal_basis: String,
    /// How many names.
    pub counts: Counts,
    /// What is asked: one entry an action, the most frequent first; empty where nothing is.
    pub asked: Vec<Asked>,
    /// What to do where the action asked is not possible.
    pub fallback: Option<Meaning>,
    /// The name servers of the sinkhole, to which names are delegated; none where no such action is asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub name_servers: Vec<DomainName>,
    /// What to do with a name that somebody holds.
    pub collisions: String,
    /// By when.
    pub lead: Lead,
    /// For how long.
    pub term: Term,
    /// What it should not cost.
    pub fees: Fees,
    /// Where a holder of a name turns to.
    pub appeal: Appeal,
    /// How to answer.
    pub answer: HowToAnswer,
    /// Every other file of the delivery, the signature left out.
    pub files: Vec<FileEntry>,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requester {
    /// The organisation.
    pub organisation: String,
    /// The person.
    pub person: String,
    /// A telephone number at which somebody answers at any hour.
    pub phone: String,
    /// A mail address.
    pub mail: Option<String>,
    /// In which part: coordinator, CERT, law enforcement.
    pub role: String,
    /// How the receiver can make sure of all that without this document.
    pub proof: String,
}

/// What the names of one campaign are made by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threat {
    /// The family.
    pub family: FamilySlug,
    /// The campaign; the variant.
    pub campaign: CampaignId,
    /// Parameters that differ from the family's defaults.
    pub parameters: BTreeMap<String, String>,
    /// The algorithm in words.
    pub algorithm: String,
    /// Digests of samples, each with its kind: `sha256:...`, `md5:...`.
    pub samples: Vec<String>,
    /// Where it was published.
    pub references: Vec<String>,
    /// Names to check an implementation by.
    pub vectors: Vec<Vector>,
    /// Whether the list was checked against the botnet's own.
    pub verification: Verification,
    /// What it was checked against, or what is missing.
    pub verification_note: String,
    /// The command that computes the same names.
    pub reproduce: String,
}

/// The first names of the list of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// The day; none for a family with one list for all time.
    pub day: Option<UtcDay>,
    /// The first names of its list, in the order of the algorithm.
    pub names: Vec<String>,
}

/// How many names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Distinct names of the list: added and kept.
    pub names: u64,
    /// Lines that are new since the list before.
    pub added: u64,
    /// Lines that stood in the list before.
    pub kept: u64,
    /// Lines that are taken back.
    pub withdrawn: u64,
    /// Lines whose time is over.
    pub expired: u64,
    /// Names of the list that somebody holds already.
    pub registered: u64,
    /// Names of the list that cannot be registered by the registry's own rules.
    pub not_registrable: u64,
    /// Names that the algorithm makes for the same days and domain, and that are no part of the list: nothing is asked about them.
    pub left_out: u64,
    /// The first day on which a name is live; none where the list is empty.
    pub first_day: Option<UtcDay>,
    /// The last such day.
    pub last_day: Option<UtcDay>,
    /// Names that are live on one day; none where the list is empty.
    pub names_a_day: Option<NamesADay>,
}

/// Names that are live on a day, over the days of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamesADay {
    /// On the day with the fewest.
    pub min: u64,
    /// On as many days more as less, the lower one of two.
    pub median: u64,
    /// On the day with the most.
    pub max: u64,
}

impl NamesADay {
    /// Returns the figures of days, one number each in any order; `None` where there is no day.
    #[must_use]
    pub fn of(mut days: Vec<u64>) -> Option<Self> {
        days.sort_unstable();
        let median = days.get(days.len().checked_sub(1)? / 2).copied()?;
        Some(Self { min: days.first().copied()?, median, max: days.last().copied()? })
    }
}

/// An action with how many lines ask for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The word.
    pub action: Action,
    /// What it means at the registry.
    pub meaning: String,
    /// Names for which it is asked.
    pub names: u64,
}

impl Asked {
    /// Makes the entry of an action, in the meaning of the closed vocabulary.
    #[must_use]
    pub fn of(action: Action, names: u64) -> Self {
        Self { action, meaning: action.meaning().to_owned(), names }
    }
}

/// An action and what the word means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meaning {
    /// The word.
    pub action: Action,
    /// What it means at the registry.
    pub meaning: String,
}

impl Meaning {
    /// Makes the entry of an action, in the meaning of the closed vocabulary.
    #[must_use]
    pub fn of(action: Action) -> Self {
        Self { action, meaning: action.meaning().to_owned() }
    }
}

/// By when something is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lead {
    /// When it must be done.
    pub act_by: Instant,
    /// When the list had to go out, for the registry to have its lead time.
    pub send_by: Option<Instant>,
    /// On what ground the registry acts.
    pub road: Road,
    /// What happens if it is not done.
    pub otherwise: String,
}

/// For how long something is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The day on which the last name may be released, cool-down included; none where it is asked without end.
    pub release_on: Option<UtcDay>,
    /// Days from the end of a name's last window to its release.
    pub cool_down_days: u16,
    /// Who renews what runs out before.
    pub renewed_by: Option<String>,
}

/// What it should not cost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fees {
    /// Whether a waiver of fees is asked for.
    pub waiver_wanted: bool,
    /// The provision that is to be waived.
    pub provision: Option<String>,
}

/// Where the holder of a name turns to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appeal {
    /// The contact to publish.
    pub contact: String,
    /// From when on the holder may be told; none where not at all.
    pub tell_holder_from: Option<Instant>,
}

/// How to answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HowToAnswer {
    /// The forms that are taken.
    pub forms: Vec<AnswerForm>,
    /// Where the answer goes: a mail address, a page.
    pub address: String,
    /// When it is expected.
    pub by: Instant,
}

/// One file of the delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Its name, without folder.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its octets.
    pub octets: u64,
    /// Its SHA-256.
    pub sha256: Digest,
}

impl FileEntry {
    /// Makes the entry of a file.
    #[must_use]
    pub fn of(name: impl Into<String>, media_type: impl Into<String>, octets: &[u8]) -> Self {
        let length = u64::try_from(octets.len()).unwrap_or(u64::MAX);
        Self { name: name.into(), media_type: media_type.into(), octets: length, sha256: Digest::of(octets) }
    }
}

impl Marked for Envelope {
    fn marking(&self) -> Marking {
        Marking { tlp: self.tlp, pap: self.pap, embargo_until: self.embargo_until }
    }
}

/// The document as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<E> {
    format: String,
    version: u32,
    envelope: E,
}

/// A document that is no envelope, or an envelope that must not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// More than [`MAX_BYTES`] octets.
    #[error("the envelope is longer than {MAX_BYTES} octets")]
    TooLong,
    /// No JSON, or other members than an envelope has.
    #[error("line {line}, column {column}: {what}; expected the JSON of an envelope of version {VERSION}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column, from 1; 0 at the start.
        column: usize,
        /// What is wrong.
        what: String,
    },
    /// Another document.
    #[error("the document is of the format {found:?}; expected {FORMAT:?}")]
    Format {
        /// What it says.
        found: String,
    },
    /// A version that this program does not know.
    #[error("the envelope has version {found}; this program reads version {VERSION}")]
    Version {
        /// What it says.
        found: u32,
    },
    /// A member with a value that cannot be.
    #[error("{place}: {what}")]
    Value {
        /// Which member.
        place: String,
        /// What is wrong with it.
        what: String,
    },
    /// The signature could not be made.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The document could not be written.
    #[error("the envelope could not be written: {0}")]
    Output(#[from] io::Error),
}

/// An envelope with its signature, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The document, in UTF-8, with a line feed at its end.
    pub document: Vec<u8>,
    /// The text of the file beside it, whose name has `.minisig` behind the document's.
    pub signature: String,
}

/// Returns the name of the envelope's file: `conficker-2009.be.12.envelope.json`.
#[must_use]
pub fn file_name(list: &ListId) -> String {
    format!("{}.envelope.json", list.stem())
}

/// Writes an envelope. Equal envelopes give equal octets.
///
/// # Errors
///
/// [`EnvelopeError::Value`] for one that [`read`] would refuse, [`EnvelopeError::TooLong`].
pub fn write(envelope: &Released<Envelope>) -> Result<Vec<u8>, EnvelopeError> {
    // The label in force, which the end of an embargo changes.
    let tlp = envelope.marking().tlp;
    let envelope = &Envelope { tlp, ..envelope.object().clone() };
    envelope.check()?;
    let document = Document { format: FORMAT.to_owned(), version: VERSION, envelope };
    let mut out = serde_json::to_vec_pretty(&document).map_err(io::Error::from)?;
    out.push(b'\n');
    if out.len() > MAX_BYTES {
        return Err(EnvelopeError::TooLong);
    }
    Ok(out)
}

/// Writes an envelope and signs it. The signed comment names the list and the file.
///
/// # Errors
///
/// As [`write()`].
pub fn seal(envelope: &Released<Envelope>, key: &SecretKey) -> Result<Sealed, EnvelopeError> {
    let document = write(envelope)?;
    let list = &envelope.object().list;
    let comment = format!("{} file:{} issued:{}", list.token(), file_name(list), envelope.object().issued);
    let signature = key.sign(&document, &comment)?;
    Ok(Sealed { document, signature })
}

/// Reads an envelope.
///
/// # Errors
///
/// [`EnvelopeError`]: too long, no JSON, a member too many or too few, another format, a later version, a value that cannot be.
pub fn read(document: &[u8]) -> Result<Envelope, EnvelopeError> {
    if document.len() > MAX_BYTES {
        return Err(EnvelopeError::TooLong);
    }
    // What the document says it is comes first: a later version may have other members.
    let known: Known = serde_json::from_slice(document).map_err(|error| syntax(&error))?;
    if known.format != FORMAT {
        return Err(EnvelopeError::Format { found: known.format.chars().take(60).collect() });
    }
    if known.version != VERSION {
        return Err(EnvelopeError::Version { found: known.version });
    }
    let document: Document<Envelope> = serde_json::from_slice(document).map_err(|error| syntax(&error))?;
    document.envelope.check()?;
    Ok(document.envelope)
}

/// What every version of the document has.
#[derive(Deserialize)]
struct Known {
    format: String,
    version: u32,
}

fn syntax(error: &serde_json::Error) -> EnvelopeError {
    let text = error.to_string();
    // The place stands at the end of the message too; here it comes first.
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    let what = what.chars().filter(|c| !c.is_control()).take(200).collect();
    EnvelopeError::Syntax { line: error.line(), column: error.column(), what }
}

/// Why a file of a delivery is not the one that the envelope names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileFault {
    /// It is not there.
    #[error("{name} is missing")]
    Missing {
        /// Its name.
        name: String,
    },
    /// It is shorter or longer.
    #[error("{name} has {found} octets; the envelope says {expected}")]
    Length {
        /// Its name.
        name: String,
        /// Octets of the file.
        found: u64,
        /// Octets by the envelope.
        expected: u64,
    },
    /// It holds something else.
    #[error("{name} has the SHA-256 {found}; the envelope says {expected}")]
    Digest {
        /// Its name.
        name: String,
        /// The digest of the file.
        found: Digest,
        /// The digest by the envelope.
        expected: Digest,
    },
}

impl FileEntry {
    /// Holds a file against the entry; `file` is none where there is no such file.
    ///
    /// # Errors
    ///
    /// [`FileFault`].
    pub fn check(&self, file: Option<&[u8]>) -> Result<(), FileFault> {
        let name = self.name.clone();
        let Some(octets) = file else { return Err(FileFault::Missing { name }) };
        let found = Self::of("", "", octets);
        if found.octets != self.octets {
            return Err(FileFault::Length { name, found: found.octets, expected: self.octets });
        }
        if found.sha256 != self.sha256 {
            return Err(FileFault::Digest { name, found: found.sha256, expected: self.sha256 });
        }
        Ok(())
    }
}
