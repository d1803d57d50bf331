// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Writing a case into a file.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Write};

use forestall_model::{Audience, CaseId, Digest, Instant, Released};
use serde::Serialize;

use super::{EventLine, EvidenceLine, FieldLine, Header, VERSION};
use crate::event::Body;
use crate::tlog::{SignedCheckpoint, VerifierKey};
use crate::{Event, Withheld};

/// What stands at the top of the file.
#[derive(Clone, Debug)]
pub struct Head {
    /// The case.
    pub case: CaseId,
    /// When the file is written.
    pub written: Instant,
    /// The head of the log: as many events follow.
    pub checkpoint: SignedCheckpoint,
    /// The key that signed it.
    pub key: VerifierKey,
    /// Documents of evidence that follow the events.
    pub evidence: u64,
}

/// Writes a file: the events of the case in order, then the documents of evidence.
///
/// Names of people, comments and the evidence on holders go to a named recipient only. For any farther audience they are left out; what is
/// left can be checked all the same.
pub struct Writer<'o> {
    out: &'o mut dyn Write,
    is_whole: bool,
}

impl std::fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("is_whole", &self.is_whole).finish_non_exhaustive()
    }
}

impl<'o> Writer<'o> {
    /// Writes the first line.
    ///
    /// # Errors
    ///
    /// What `out` reports.
    pub fn begin(head: &Released<Head>, out: &'o mut dyn Write) -> io::Result<Self> {
        let is_whole = head.audience() == Audience::Recipient;
        let tlp = head.marking().tlp;
        let head = head.object();
        let mut writer = Self { out, is_whole };
        writer.line(&Header {
            forestall_archive: VERSION,
            case: head.case.clone(),
            written: head.written,
            tlp,
            events: head.checkpoint.checkpoint().size,
            evidence: if is_whole { head.evidence } else { 0 },
            key: Cow::Owned(head.key.to_string()),
            checkpoint: Cow::Owned(head.checkpoint.to_string()),
        })?;
        Ok(writer)
    }

    /// Writes the next event with the withheld fields that are still there.
    ///
    /// # Errors
    ///
    /// What the output reports.
    pub fn event(&mut self, event: &Event, withheld: &[Withheld]) -> io::Result<()> {
        let withheld = if self.is_whole { withheld } else { &[] };
        let withheld = withheld.iter().map(FieldLine::of).collect();
        self.line(&EventLine { leaf: event.leaf(), event: Cow::Borrowed(event), withheld })
    }

    /// Writes the next document of evidence.
    ///
    /// # Errors
    ///
    /// What the output reports.
    pub fn evidence(&mut self, document: &str) -> io::Result<()> {
        if !self.is_whole {
            return Ok(());
        }
        self.line(&EvidenceLine { digest: Digest::of(document.as_bytes()), document: Cow::Borrowed(document) })
    }

    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut *self.out, line)?;
        self.out.write_all(b"\n")
    }
}

/// Adds the digests of the documents of evidence that an event names.
pub fn evidence_named(event: &Event, digests: &mut BTreeSet<Digest>) {
    if let Body::Vetted { rows, .. } = &event.body {
        digests.extend(rows.iter().map(|row| row.evidence));
    }
}
