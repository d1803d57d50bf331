// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The last record of a sealed segment: what stands before it.

use forestall_model::{Digest, Instant};
use sha2::{Digest as _, Sha256};

use crate::cursor::Cursor;
use crate::record::{CONTACT, DNS, FRAME, Raw, SHED};

/// What a sealed segment holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Events that a resolver asked.
    pub dns: u64,
    /// Events that a machine connected.
    pub contacts: u64,
    /// Events of the first kind that were left out while this segment was written.
    pub shed_dns: u64,
    /// Events of the second kind that were left out.
    pub shed_contacts: u64,
    /// The time of the earliest event and of the latest; none where there is no event. A clock that was set back shows here.
    pub span: Option<(Instant, Instant)>,
    /// When it was sealed.
    pub sealed: Instant,
    /// Where it was sealed by a later start of the program, after it had ended without doing so: octets at its end that were no whole record.
    pub torn: Option<u64>,
    /// SHA-256 over the head and over the eight octets before the body of each record, which have its checksum.
    pub digest: Digest,
}

impl Summary {
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        for count in [self.dns, self.contacts, self.shed_dns, self.shed_contacts] {
            out.extend_from_slice(&count.to_le_bytes());
        }
        out.push(u8::from(self.span.is_some()) | u8::from(self.torn.is_some()) << 1);
        let (from, until) = self.span.map_or((0, 0), |(from, until)| (from.micros(), until.micros()));
        for time in [from, until, self.sealed.micros()] {
            out.extend_from_slice(&time.to_le_bytes());
        }
        out.extend_from_slice(&self.torn.unwrap_or(0).to_le_bytes());
        out.extend_from_slice(&self.digest.0);
    }

    pub(crate) fn read(mut from: Cursor<'_>) -> Option<Self> {
        let [dns, contacts, shed_dns, shed_contacts] = [from.u64()?, from.u64()?, from.u64()?, from.u64()?];
        let flags = from.u8().filter(|flags| *flags < 4)?;
        let span = (Instant::from_micros(from.i64()?), Instant::from_micros(from.i64()?));
        let sealed = Instant::from_micros(from.i64()?);
        let torn = from.u64()?;
        let summary = Self {
            dns,
            contacts,
            shed_dns,
            shed_contacts,
            span: (flags & 1 == 1).then_some(span),
            sealed,
            torn: (flags & 2 == 2).then_some(torn),
            digest: Digest(from.array()?),
        };
        from.0.is_empty().then_some(summary)
    }
}

/// What is known of a segment so far.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    pub(crate) dns: u64,
    pub(crate) contacts: u64,
    shed_dns: u64,
    shed_contacts: u64,
    span: Option<(Instant, Instant)>,
    hash: Sha256,
}

impl Tally {
    /// Begins with the head.
    pub(crate) fn new(head: &[u8]) -> Self {
        let hash = Sha256::new_with_prefix(head);
        Self { dns: 0, contacts: 0, shed_dns: 0, shed_contacts: 0, span: None, hash }
    }

    /// Takes a record in.
    pub(crate) fn add(&mut self, record: &Raw<'_>) {
        let frame: &[u8; FRAME] = &record.frame;
        self.hash.update(frame);
        match record.kind {
            DNS => self.dns += 1,
            CONTACT => self.contacts += 1,
            SHED => {
                if let Some(shed) = crate::event::Shed::read(Cursor(record.body)) {
                    let count = match shed.kind {
                        crate::EventKind::Dns => &mut self.shed_dns,
                        crate::EventKind::Contact => &mut self.shed_contacts,
                    };
                    *count = count.saturating_add(shed.shed);
                }
                return;
            }
            _ => return,
        }
        if let Some(at) = Cursor(record.body).i64().map(Instant::from_micros) {
            let (from, until) = self.span.unwrap_or((at, at));
            self.span = Some((from.min(at), until.max(at)));
        }
    }

    /// Returns what the last record says.
    pub(crate) fn summary(&self, sealed: Instant, torn: Option<u64>) -> Summary {
        Summary {
            dns: self.dns,
            contacts: self.contacts,
            shed_dns: self.shed_dns,
            shed_contacts: self.shed_contacts,
            span: self.span,
            sealed,
            torn,
            digest: Digest(self.hash.clone().finalize().into()),
        }
    }
}
