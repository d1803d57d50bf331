// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Reading a segment: what it holds up to the first damage, and what is missing from there on.

use std::io::{self, Read};
use std::ops::Range;

use forestall_model::Instant;

use crate::contact::ContactHit;
use crate::cursor::Cursor;
use crate::dns::DnsHit;
use crate::event::{CampaignEntry, Event, Shed};
use crate::record::{self, CAMPAIGN, CONTACT, DNS, FRAME, Found, HEAD, Head, MOST_IN_BODY, NoHead, SHED, SUMMARY};
use crate::sensor::Sensor;
use crate::summary::{Summary, Tally};

/// Octets that are read at a time.
const AT_A_TIME: usize = 256 << 10;

/// Why a file is not read as a segment at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It could not be read.
    #[error("it could not be read")]
    Io(#[from] io::Error),
    /// It begins otherwise.
    #[error("it is no segment of a spool: it does not begin with \"forestall spool\"")]
    NotASegment,
    /// It was written by another version of the program.
    #[error("it has version {version} of the format; expected version {}", record::VERSION)]
    Version {
        /// The version found.
        version: u32,
    },
    /// Its first octets are not those that were written.
    #[error("its first {HEAD} octets are cut or altered")]
    Head,
}

/// Gives the records of a segment one after another.
#[derive(Debug)]
pub struct Reader<R> {
    source: R,
    buffer: Vec<u8>,
    /// What of the buffer is not yet given.
    left: Range<usize>,
    source_ended: bool,
    /// Octets before what is left.
    at: u64,
    head: Head,
    tally: Tally,
    end: Option<End>,
}

/// How a segment ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// Events of the first kind that were read.
    pub dns: u64,
    /// Events of the second kind that were read.
    pub contacts: u64,
    /// What the segment says of itself; none where it was not sealed, or its end is lost.
    pub summary: Option<Summary>,
    /// What could not be read.
    pub loss: Option<Loss>,
}

/// What of a segment could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The octet at which reading stopped.
    pub at: u64,
    /// The octets from there to the end.
    pub octets: u64,
    /// Whole events that can be recognised among them: at least so many were lost.
    pub seen: u64,
    /// How many events were lost, where the end of the segment says how many there were.
    pub events: Option<u64>,
}

impl End {
    /// Says whether the segment is sealed and everything that was written was read.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.summary.is_some() && self.loss.is_none()
    }
}

impl<R: Read> Reader<R> {
    /// Begins to read.
    ///
    /// # Errors
    ///
    /// [`ReadError`] where this is no segment of this version.
    pub fn new(mut source: R) -> Result<Self, ReadError> {
        let mut head = Vec::with_capacity(HEAD);
        source.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        if !head.starts_with(&record::MAGIC[..head.len().min(16)]) {
            return Err(ReadError::NotASegment);
        }
        let octets: &[u8; HEAD] = head.as_slice().try_into().map_err(|_| ReadError::Head)?;
        let read = Head::of_octets(octets).map_err(|problem| match problem {
            NoHead::Other => ReadError::NotASegment,
            NoHead::Version(version) => ReadError::Version { version },
            NoHead::Altered => ReadError::Head,
        })?;
        let tally = Tally::new(octets);
        let buffer = vec![0; AT_A_TIME + MOST_IN_BODY + FRAME];
        Ok(Self { source, buffer, left: 0..0, source_ended: false, at: HEAD as u64, head: read, tally, end: None })
    }

    /// Returns who wrote the segment.
    #[must_use]
    pub fn sensor(&self) -> &Sensor {
        &self.head.sensor
    }

    /// Returns its number.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.head.sequence
    }

    /// Returns when it was begun.
    #[must_use]
    pub fn opened(&self) -> Instant {
        self.head.opened
    }

    /// Returns the next record; none at the end, or at the first damage. [`Self::end`] then tells which.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read.
    #[expect(clippy::should_implement_trait, reason = "what it gives borrows from the reader")]
    pub fn next(&mut self) -> io::Result<Option<Event<'_>>> {
        let Some((kind, body)) = self.advance()? else { return Ok(None) };
        Ok(event(kind, &self.buffer[body]))
    }

    /// Returns how the segment ended; none before [`Self::next`] gave its last record.
    #[must_use]
    pub fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// Returns the octets up to the end of the last whole record, and what they hold.
    pub(crate) fn good(&self) -> (u64, &Tally) {
        (self.at, &self.tally)
    }

    fn advance(&mut self) -> io::Result<Option<(u8, Range<usize>)>> {
        if self.end.is_some() {
            return Ok(None);
        }
        self.fill()?;
        let rest = &self.buffer[self.left.clone()];
        if rest.is_empty() {
            self.end = Some(self.ended(None, None));
            return Ok(None);
        }
        let Found::Whole(found) = record::at_start(rest) else { return self.damaged().map(|()| None) };
        let octets = FRAME + found.body.len();
        if found.kind == SUMMARY {
            let summary = Summary::read(Cursor(found.body));
            let known = summary.as_ref().map(|summary| self.tally.summary(summary.sealed, summary.torn));
            if summary.is_none() || summary != known || octets < rest.len() {
                return self.damaged().map(|()| None);
            }
            self.end = Some(self.ended(summary, None));
            return Ok(None);
        }
        if !is_event(found.kind, found.body) {
            return self.damaged().map(|()| None);
        }
        self.tally.add(&found);
        let (kind, body) = (found.kind, self.left.start + FRAME..self.left.start + octets);
        self.skip(octets);
        Ok(Some((kind, body)))
    }

    fn ended(&self, summary: Option<Summary>, loss: Option<Loss>) -> End {
        End { dns: self.tally.dns, contacts: self.tally.contacts, summary, loss }
    }

    fn skip(&mut self, octets: usize) {
        self.left.start += octets;
        self.at += octets as u64;
    }

    /// Fills the buffer so that a whole record or the end of the file is in it.
    fn fill(&mut self) -> io::Result<()> {
        if self.source_ended || self.left.len() >= MOST_IN_BODY + FRAME {
            return Ok(());
        }
        self.buffer.copy_within(self.left.clone(), 0);
        self.left = 0..self.left.len();
        while self.left.end < self.buffer.len() {
            match self.source.read(&mut self.buffer[self.left.end..]) {
                Ok(0) => {
                    self.source_ended = true;
                    break;
                }
                Ok(octets) => self.left.end += octets,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Counts what stands after a damage.
    fn damaged(&mut self) -> io::Result<()> {
        let (at, read) = (self.at, self.tally.dns + self.tally.contacts);
        let good = self.tally.clone();
        let (mut seen, mut last) = (0, None);
        loop {
            self.fill()?;
            let rest = &self.buffer[self.left.clone()];
            if rest.is_empty() {
                break;
            }
            let mut octets = 1;
            if let Found::Whole(found) = record::at_start(rest) {
                octets = FRAME + found.body.len();
                seen += u64::from(matches!(found.kind, DNS | CONTACT));
                let is_last = found.kind == SUMMARY && self.source_ended && octets == rest.len();
                last = if is_last { Summary::read(Cursor(found.body)) } else { None };
            }
            self.skip(octets);
        }
        let events = last.map(|summary| summary.dns.saturating_add(summary.contacts).saturating_sub(read));
        let loss = Loss { at, octets: self.at - at, seen, events };
        (self.at, self.tally) = (at, good);
        self.end = Some(self.ended(None, Some(loss)));
        Ok(())
    }
}

/// Says whether a body can be read, without making anything of it.
#[inline]
fn is_event(kind: u8, body: &[u8]) -> bool {
    let from = Cursor(body);
    match kind {
        DNS => DnsHit::read(from).is_some(),
        CONTACT => ContactHit::read(from).is_some(),
        CAMPAIGN => CampaignEntry::read(from).is_some(),
        SHED => Shed::read(from).is_some(),
        _ => false,
    }
}

#[inline]
fn event(kind: u8, body: &[u8]) -> Option<Event<'_>> {
    let from = Cursor(body);
    match kind {
        DNS => DnsHit::read(from).map(Event::Dns),
        CONTACT => ContactHit::read(from).map(Event::Contact),
        CAMPAIGN => CampaignEntry::read(from).map(Event::Campaign),
        SHED => Shed::read(from).map(Event::Shed),
        _ => None,
    }
}
