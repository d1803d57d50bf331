// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Reading a case out of a file, all of it or nothing.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};

use forestall_model::{CaseId, Digest, Instant};
use serde::Deserialize;

use super::{EventLine, EvidenceLine, FieldLine, Header, MAX_ARCHIVE, MAX_LINE, VERSION, evidence_named};
use crate::case::ReplayError;
use crate::tlog::{Audit, CheckpointError, KeyError, LogFault, SignedCheckpoint, StoredEvent, VerifierKey};
use crate::{Case, Event, Withheld};

/// A case that was read, with everything checked: order, hashes, commitments, root and signature.
#[derive(Debug)]
pub struct Archive {
    /// When the file was written.
    pub written: Instant,
    /// The head of the log, which fits the events.
    pub checkpoint: SignedCheckpoint,
    /// The key that signed it: the one in the file, unless another was asked for.
    pub key: VerifierKey,
    /// The events in order, one at least.
    pub events: Vec<Received>,
    /// Withheld fields that were erased, or left out for the audience.
    pub erased: u64,
    /// Documents of evidence, each named by an event.
    pub evidence: Vec<String>,
    /// Documents of evidence that events name and the file does not have.
    pub missing: u64,
    /// The state that the events give.
    pub case: Case,
}

/// One event of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The event.
    pub event: Event,
    /// Its hash as a leaf.
    pub leaf: Digest,
    /// The withheld fields that came with it.
    pub withheld: Vec<Withheld>,
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct ArchiveError {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong.
    pub fault: ArchiveFault,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveFault {
    /// It cannot be read on.
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
    /// A line is longer than any that is written.
    #[error("the line has more than {MAX_LINE} octets")]
    LineTooLong,
    /// The file is longer than what is read.
    #[error("the file has more than {MAX_ARCHIVE} octets")]
    TooLarge,
    /// The file ends before everything that its first line promises.
    #[error("the file ends here; expected {0}")]
    End(&'static str),
    /// Something stands after everything that the first line promises.
    #[error("the file goes on after its last document; expected its end")]
    Further,
    /// Not what this line must be.
    #[error("the line is not {expected}: {reason}")]
    Form {
        /// What the line must be.
        expected: &'static str,
        /// What is wrong, in words.
        reason: String,
    },
    /// A file of another version of the form.
    #[error("the file has version {0} of the form, and this program reads version {VERSION}")]
    Version(u64),
    /// The case that the file is of is not the one of its log.
    #[error("the checkpoint is of the log {origin:?}, which is not that of the case {case}")]
    OtherCase {
        /// The log.
        origin: String,
        /// The case.
        case: CaseId,
    },
    /// The key in the file.
    #[error("the key in the file cannot be used: {0}")]
    Key(#[from] KeyError),
    /// The checkpoint cannot be read or is not signed by the key.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The file was signed by another key than the one that was asked for.
    #[error("the file is signed by the key {found}, and asked for is {wanted}")]
    OtherKey {
        /// The key in the file.
        found: String,
        /// The key that was asked for.
        wanted: String,
    },
    /// The checkpoint is over another number of events.
    #[error("the checkpoint is over {signed} events, and the file has {held}")]
    Size {
        /// The events that were signed.
        signed: u64,
        /// The events of the file.
        held: u64,
    },
    /// The events are not those that were signed.
    #[error("the events give the root {found}, and signed is {signed}: an event was changed, left out or put in")]
    Root {
        /// The root that was signed.
        signed: Digest,
        /// The root of the events.
        found: Digest,
    },
    /// An event is not what the log says.
    #[error(transparent)]
    Log(#[from] LogFault),
    /// Events that give no case.
    #[error("the event cannot follow those before it: {0}")]
    Replay(#[from] ReplayError),
    /// A document that is not what its digest says.
    #[error("the document has the digest {found}, and the line says {said}")]
    Digest {
        /// The digest in the line.
        said: Digest,
        /// That of the document.
        found: Digest,
    },
    /// A document that no event names, or that was there before.
    #[error("no event names the document {0}, or it was there before")]
    Unnamed(Digest),
}

/// Reads a file and checks everything in it. Where `key` is given, it must be the one that signed: the key of the log, or that of the
/// installation which the log belongs to.
///
/// # Errors
///
/// [`ArchiveError`] with the line of the first fault; nothing of the file is returned then.
pub fn read(input: impl Read, key: Option<&VerifierKey>) -> Result<Archive, ArchiveError> {
    let mut lines =
        Lines { input: BufReader::new(input.take(MAX_ARCHIVE + 1)), number: 0, octets: 0, line: Vec::new() };
    let head = lines.header()?;
    let (signed, key) = lines.at(head.signed_by(key))?;
    let mut audit = Audit::of(head.case.clone());
    let mut events: Vec<Received> = Vec::new();
    let mut case: Option<Case> = None;
    let mut named = BTreeSet::new();
    for version in 1..=head.events {
        let line: EventLine<'_> = lines.json("an event", "further events")?;
        let mut withheld = Vec::with_capacity(line.withheld.len());
        for field in line.withheld {
            let salt = "a salt is not 32 lower-case hexadecimal digits".to_owned();
            let fault = ArchiveFault::Form { expected: "an event", reason: salt };
            withheld.push(lines.at(FieldLine::read(field).ok_or(fault))?);
        }
        let event = line.event.into_owned();
        let stored = StoredEvent { version, encoding: event.canonical(), leaf: line.leaf, withheld };
        let read = audit.event(&stored);
        if let Some(fault) = audit.first_fault() {
            return Err(lines.fault(ArchiveFault::Log(fault.clone())));
        }
        let Some(event) = read else { continue };
        let folded = match &mut case {
            Some(case) => case.apply(&event),
            none => Case::replay([&event]).map(|opened| *none = opened),
        };
        lines.at(folded.map_err(ArchiveFault::Replay))?;
        evidence_named(&event, &mut named);
        events.push(Received { event, leaf: stored.leaf, withheld: stored.withheld });
    }
    let audited = audit.finish();
    let (root, found) = (signed.checkpoint().root, audited.tree.root());
    if root != found {
        return Err(lines.fault(ArchiveFault::Root { signed: root, found }));
    }
    let mut evidence = Vec::new();
    for _ in 0..head.evidence {
        let line: EvidenceLine<'_> = lines.json("a document of evidence", "further documents of evidence")?;
        let found = Digest::of(line.document.as_bytes());
        if found != line.digest {
            return Err(lines.fault(ArchiveFault::Digest { said: line.digest, found }));
        }
        if !named.remove(&found) {
            return Err(lines.fault(ArchiveFault::Unnamed(found)));
        }
        evidence.push(line.document.into_owned());
    }
    if lines.next()?.is_some() {
        return Err(lines.fault(ArchiveFault::Further));
    }
    let case = case.ok_or_else(|| lines.fault(ArchiveFault::End("an event")))?;
    let (erased, missing) = (audited.erased.len() as u64, named.len() as u64);
    Ok(Archive { written: head.written, checkpoint: signed, key, events, erased, evidence, missing, case })
}

impl Header<'_> {
    /// Returns the checkpoint with the key that signed it.
    fn signed_by(&self, wanted: Option<&VerifierKey>) -> Result<(SignedCheckpoint, VerifierKey), ArchiveFault> {
        let key: VerifierKey = self.key.parse()?;
        let checkpoint = SignedCheckpoint::parse(self.checkpoint.as_bytes())?;
        checkpoint.verify(&key)?;
        let head = checkpoint.checkpoint();
        let (origin, case) = (&head.origin, &self.case);
        if !origin.strip_suffix(case.as_str()).is_some_and(|installation| installation.ends_with('/')) {
            return Err(ArchiveFault::OtherCase { origin: origin.clone(), case: case.clone() });
        }
        if let Some(wanted) = wanted.filter(|wanted| wanted.of_log(origin).as_ref() != Some(&key)) {
            let (found, wanted) = (key.to_string(), wanted.to_string());
            return Err(ArchiveFault::OtherKey { found, wanted });
        }
        if head.size != self.events {
            return Err(ArchiveFault::Size { signed: head.size, held: self.events });
        }
        Ok((checkpoint, key))
    }
}

/// The lines of a file, with the number of the last.
struct Lines<R> {
    input: R,
    number: u64,
    octets: u64,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    /// Reads the first line.
    fn header(&mut self) -> Result<Header<'static>, ArchiveError> {
        #[derive(Deserialize)]
        struct Versioned {
            forestall_archive: u64,
        }
        const WHAT: &str = "the header of an archive";
        let version: Versioned = self.json(WHAT, WHAT)?;
        if version.forestall_archive != u64::from(VERSION) {
            return Err(self.fault(ArchiveFault::Version(version.forestall_archive)));
        }
        self.parse(WHAT)
    }

    /// Reads the next line, which must be there.
    fn json<T: for<'de> Deserialize<'de>>(
        &mut self,
        what: &'static str,
        expected: &'static str,
    ) -> Result<T, ArchiveError> {
        if self.next()?.is_none() {
            return Err(self.fault(ArchiveFault::End(expected)));
        }
        self.parse(what)
    }

    /// Reads the line that was read last once more.
    fn parse<T: for<'de> Deserialize<'de>>(&self, expected: &'static str) -> Result<T, ArchiveError> {
        serde_json::from_slice(&self.line)
            .map_err(|error| self.fault(ArchiveFault::Form { expected, reason: error.to_string() }))
    }

    /// Reads the next line without its line feed; `None` at the end of the file.
    fn next(&mut self) -> Result<Option<&[u8]>, ArchiveError> {
        self.number += 1;
        self.line.clear();
        let read = self.input.by_ref().take(MAX_LINE as u64 + 1).read_until(b'\n', &mut self.line);
        self.octets += self.at(read.map_err(|error| ArchiveFault::Unreadable(error.to_string())))? as u64;
        if self.line.is_empty() {
            return Ok(None);
        }
        let is_whole = self.line.last() == Some(&b'\n');
        if self.octets > MAX_ARCHIVE {
            return Err(self.fault(ArchiveFault::TooLarge));
        }
        if !is_whole && self.line.len() > MAX_LINE {
            return Err(self.fault(ArchiveFault::LineTooLong));
        }
        if !is_whole {
            return Err(self.fault(ArchiveFault::End("the rest of the line and its line feed")));
        }
        self.line.pop();
        Ok(Some(&self.line))
    }

    const fn fault(&self, fault: ArchiveFault) -> ArchiveError {
        ArchiveError { line: self.number, fault }
    }

    fn at<T>(&self, result: Result<T, ArchiveFault>) -> Result<T, ArchiveError> {
        result.map_err(|fault| self.fault(fault))
    }
}
