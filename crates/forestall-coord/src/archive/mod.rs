// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A case as one file, for the hand-over from one installation to another.
//!
//! Plain text, one JSON object a line: a header with the signed checkpoint, the events in order, each with its hash and the withheld
//! fields that are still there, and the documents of evidence that the events name by digest.
//!
//! ```text
//! {"forestall_archive":1,"case":"mine","written":"2026-11-26T12:00:00.000000Z","tlp":"TLP:AMBER+STRICT","events":2,"evidence":1,...}
//! {"leaf":"6f5c...","event":{"v":1,"case":"mine","version":1,...},"withheld":[{"field":"actor","salt":"00ff...","value":"Ada"}]}
//! {"leaf":"93b1...","event":{"v":1,"case":"mine","version":2,...}}
//! {"digest":"b5d4...","document":"{\"v\":1,...}"}
//! ```
//!
//! Nothing of a file is believed before all of it was read: [`read`] computes every hash again and holds the root against the signature.

mod read;
mod write;

pub use read::{Archive, ArchiveError, ArchiveFault, Received, read};
pub use write::{Head, Writer, evidence_named};

use std::borrow::Cow;

use forestall_model::{CaseId, Digest, Instant};
use serde::{Deserialize, Serialize};

use crate::{Event, Withheld};

/// The version of the form that this program writes.
pub const VERSION: u32 = 1;
/// Most octets of a line: an event of the largest size with its withheld fields, or a document of evidence.
pub const MAX_LINE: usize = 80 << 20;
/// Most octets of a file: what one case of the largest size has come to, several times over, and still fits into memory.
pub const MAX_ARCHIVE: u64 = 2 << 30;

/// The first line.
///
/// // WIRE FORMAT, version 1: names of the fields, and what the lines after it are.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header<'a> {
    forestall_archive: u32,
    case: CaseId,
    written: Instant,
    /// The label in force when the file was written.
    tlp: forestall_model::Tlp,
    events: u64,
    evidence: u64,
    /// The key that signed the checkpoint, as a verifier key.
    key: Cow<'a, str>,
    checkpoint: Cow<'a, str>,
}

/// An event.
///
/// // WIRE FORMAT, version 1: the event stands in its canonical encoding.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EventLine<'a> {
    leaf: Digest,
    event: Cow<'a, Event>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    withheld: Vec<FieldLine<'a>>,
}

/// A withheld field. One that was erased has no entry.
///
/// // WIRE FORMAT, version 1: the salt in lower-case hexadecimal digits.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldLine<'a> {
    field: Cow<'a, str>,
    salt: String,
    value: Cow<'a, str>,
}

/// A document of evidence.
///
/// // WIRE FORMAT, version 1.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EvidenceLine<'a> {
    digest: Digest,
    document: Cow<'a, str>,
}

impl<'a> FieldLine<'a> {
    fn of(field: &'a Withheld) -> Self {
        let salt = field.salt.iter().map(|octet| format!("{octet:02x}")).collect();
        Self { field: Cow::Borrowed(&field.field), salt, value: Cow::Borrowed(&field.value) }
    }

    fn read(self) -> Option<Withheld> {
        let salt = u128::from_str_radix(&self.salt, 16).ok()?.to_be_bytes();
        let withheld = Withheld { field: self.field.into_owned(), salt, value: self.value.into_owned() };
        let is_written_so = self.salt.len() == 32 && !self.salt.starts_with('+');
        is_written_so.then_some(withheld)
    }
}
