// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Zone files, read as a stream: delegations, and which other names a zone holds.
//!
//! Reads master files as RFC 1035, section 5, defines them and as registries hand them out (the Centralized Zone Data Service of
//! ICANN: one record a line, all names absolute, the SOA repeated at the end). Understood are `$ORIGIN`, `$TTL`, relative names, `@`, blank owners,
//! parentheses, comments, quoted strings, escapes, TTL and class in either order and left out, and types by number (RFC 3597).
//! Of the data only the target of NS and the serial of SOA are kept. Memory does not grow with the file.
//!
//! The whole file is refused at the first fault. A file that is cut inside a line or inside parentheses is such a fault; a
//! cut exactly between two lines cannot be told from a whole file, except where the zone ends with its SOA as a
//! transfer does: [`ZoneEnd::ends_with_soa`] says whether it does.
//!
//! Zones of registries are tens of millions of lines of nearly one form, which are understood where they lie in the buffer (`czds`).
//! Every other line goes the way of all forms, which [`ZoneReader::by_the_plain_path`] takes for all lines.

mod czds;
mod fault;
mod types;

use std::io::{BufRead, BufReader, Read};

use forestall_model::OwnerName;
use forestall_model::owner::{OwnerError, canonicalise};

pub use fault::{ZoneError, ZoneFault};

use types::{TYPE_APL, TYPE_NS, TYPE_SOA, is_other_class, numbered, type_number};

/// Most octets of one record with its comments; more than the longest data of a record in escapes.
pub const MAX_RECORD: usize = 1 << 20;

/// A zone file that is being read.
#[derive(Debug)]
pub struct ZoneReader<R> {
    input: BufReader<R>,
    /// Lines read so far.
    line: u64,
    /// The text of the current record, with its line feeds.
    text: Vec<u8>,
    /// Where the words of the current record stand in `text`, quotation marks left out.
    words: Vec<(usize, usize)>,
    /// What relative names are relative to, canonical; none where nothing said so.
    origin: Option<String>,
    /// The owner of the record before, canonical and as it was written.
    owner: String,
    owner_written: Vec<u8>,
    target: String,
    scratch: String,
    apex: Option<(OwnerName, u32)>,
    records: u64,
    soas: u64,
    last_is_soa: bool,
    /// Whether lines of the frequent form are understood where they lie.
    quick: bool,
    end: Option<ZoneEnd>,
}

/// One record of a zone file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneRecord<'a> {
    /// The line in which it begins, from 1.
    pub line: u64,
    /// Whose record it is: a name in the canonical text form of [`OwnerName`].
    pub owner: &'a str,
    /// What it says.
    pub data: ZoneData<'a>,
}

impl<'a> ZoneRecord<'a> {
    /// Returns the name below which this record is a wildcard (RFC 4592); `None` where the owner is an ordinary name.
    #[must_use]
    pub fn wildcard_below(&self) -> Option<&'a str> {
        if self.owner == "*" {
            return Some(".");
        }
        self.owner.strip_prefix("*.")
    }
}

/// What a record of a zone file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneData<'a> {
    /// A name server of the owner, in the canonical text form of [`OwnerName`].
    Ns(&'a str),
    /// The start of authority, with its serial.
    Soa(u32),
    /// Any other type, by its number.
    Other(u16),
}

/// What is known once a zone file was read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneEnd {
    /// The zone's own name: the owner of its SOA.
    pub apex: OwnerName,
    /// The serial of its SOA.
    pub serial: u32,
    /// Records in the file.
    pub records: u64,
    /// Lines in the file.
    pub lines: u64,
    /// Whether the last record is the SOA once more, as in a transfer. Where it is not, a file cut between two lines
    /// looks like a whole one.
    pub ends_with_soa: bool,
}

/// What [`ZoneReader::next_record`] found, before it borrows from the reader.
enum Kind {
    Ns,
    Soa(u32),
    Other(u16),
}

impl<R: Read> ZoneReader<R> {
    /// Makes a reader for a file whose names are absolute or that sets `$ORIGIN` itself.
    pub fn new(input: R) -> Self {
        Self {
            input: BufReader::with_capacity(1 << 16, input),
            line: 0,
            text: Vec::new(),
            words: Vec::new(),
            origin: None,
            owner: String::new(),
            owner_written: Vec::new(),
            target: String::new(),
            scratch: String::new(),
            apex: None,
            records: 0,
            soas: 0,
            last_is_soa: false,
            quick: true,
            end: None,
        }
    }

    /// Makes a reader for a file whose relative names are relative to `origin` until `$ORIGIN` says otherwise.
    pub fn with_origin(input: R, origin: &OwnerName) -> Self {
        Self { origin: Some(origin.as_str().to_owned()), ..Self::new(input) }
    }

    /// Makes the reader take the plain path for every line: the reference that the quick one is held against.
    #[must_use]
    pub fn by_the_plain_path(mut self) -> Self {
        self.quick = false;
        self
    }

    /// Reads the next record; `None` at the end of a whole zone.
    ///
    /// # Errors
    ///
    /// [`ZoneError`] with the line. Reading on after an error has no meaning.
    pub fn next_record(&mut self) -> Result<Option<ZoneRecord<'_>>, ZoneError> {
        if self.end.is_some() {
            return Ok(None);
        }
        loop {
            let first = self.line + 1;
            if let Some(kind) = self.quick_record() {
                self.records += 1;
                self.last_is_soa = false;
                return Ok(Some(self.told(first, &kind)));
            }
            if !self.read_record()? {
                return self.finish().map(|()| None);
            }
            if self.words.is_empty() {
                continue;
            }
            let fail = |fault| ZoneError { line: first, fault };
            if self.text[0] == b'$' {
                self.directive().map_err(fail)?;
                continue;
            }
            let kind = self.record().map_err(fail)?;
            self.records += 1;
            self.last_is_soa = matches!(kind, Kind::Soa(_));
            return Ok(Some(self.told(first, &kind)));
        }
    }

    /// Lends out the record that was understood last.
    fn told(&self, line: u64, kind: &Kind) -> ZoneRecord<'_> {
        let data = match *kind {
            Kind::Ns => ZoneData::Ns(&self.target),
            Kind::Soa(serial) => ZoneData::Soa(serial),
            Kind::Other(number) => ZoneData::Other(number),
        };
        ZoneRecord { line, owner: &self.owner, data }
    }

    /// Understands the next line where it lies in the buffer; `None` leaves it to the plain path.
    fn quick_record(&mut self) -> Option<Kind> {
        // The first line is looked at for compression.
        if !self.quick || self.line == 0 {
            return None;
        }
        let line = czds::line(self.input.buffer())?;
        if line.owner != self.owner_written {
            put_lower_case(line.owner, &mut self.owner);
            self.owner_written.clear();
            self.owner_written.extend_from_slice(line.owner);
        }
        let kind = match line.data {
            czds::Data::Ns(target) => {
                put_lower_case(target, &mut self.target);
                Kind::Ns
            }
            czds::Data::Other(number) => Kind::Other(number),
        };
        self.input.consume(line.octets);
        self.line += 1;
        Some(kind)
    }

    /// Returns what is known at the end; `None` before [`Self::next_record`] came to it.
    #[must_use]
    pub const fn end(&self) -> Option<&ZoneEnd> {
        self.end.as_ref()
    }

    /// Returns the number of lines read so far.
    #[must_use]
    pub const fn lines(&self) -> u64 {
        self.line
    }

    fn finish(&mut self) -> Result<(), ZoneError> {
        let line = self.line.max(1);
        let (apex, serial) = self.apex.clone().ok_or(ZoneError { line, fault: ZoneFault::NoSoa })?;
        self.end = Some(ZoneEnd {
            apex,
            serial,
            records: self.records,
            lines: self.line,
            ends_with_soa: self.last_is_soa && self.soas > 1,
        });
        Ok(())
    }

    /// Reads one record with all its lines and finds its words; says whether there was one.
    fn read_record(&mut self) -> Result<bool, ZoneError> {
        self.text.clear();
        self.words.clear();
        let mut depth = 0_u32;
        let mut opened = 0;
        loop {
            let start = self.text.len();
            let limit = u64::try_from(MAX_RECORD + 1 - start).unwrap_or(0);
            let fail = |line, fault| ZoneError { line, fault };
            (&mut self.input)
                .take(limit)
                .read_until(b'\n', &mut self.text)
                .map_err(|error| fail(self.line + 1, ZoneFault::Unreadable(error.to_string())))?;
            if self.text.len() > MAX_RECORD {
                return Err(fail(self.line + 1, ZoneFault::RecordTooLong));
            }
            if self.text.len() == start {
                if depth > 0 {
                    return Err(fail(self.line.max(1), ZoneFault::CutInParenthesis(opened)));
                }
                return Ok(false);
            }
            self.line += 1;
            if self.line == 1 && self.text.starts_with(&[0x1F, 0x8B]) {
                return Err(fail(1, ZoneFault::Compressed));
            }
            if self.text.last() != Some(&b'\n') {
                return Err(fail(self.line, ZoneFault::Cut));
            }
            let before = depth;
            split(&self.text, start, &mut self.words, &mut depth).map_err(|fault| fail(self.line, fault))?;
            if before == 0 && depth > 0 {
                opened = self.line;
            }
            if depth == 0 {
                return Ok(true);
            }
        }
    }

    /// Understands the words of a directive.
    fn directive(&mut self) -> Result<(), ZoneFault> {
        let word = |i: usize| self.words.get(i).map(|(from, to)| &self.text[*from..*to]);
        match (word(0), word(1), word(2)) {
            (Some(name), Some(origin), None) if name.eq_ignore_ascii_case(b"$ORIGIN") => {
                canonicalise(origin, self.origin.as_deref(), &mut self.scratch).map_err(|e| not_a_name(origin, e))?;
                self.owner_written.clear();
                self.origin.get_or_insert_default().clone_from(&self.scratch);
                Ok(())
            }
            (Some(name), Some(ttl), None) if name.eq_ignore_ascii_case(b"$TTL") && is_ttl(ttl) => Ok(()),
            _ => {
                let line = self.text.split(|b| *b == b'\n').next().unwrap_or_default();
                Err(ZoneFault::Directive { found: shown(line) })
            }
        }
    }

    /// Understands the words of a record.
    fn record(&mut self) -> Result<Kind, ZoneFault> {
        let word = |i: usize| self.words.get(i).map(|(from, to)| &self.text[*from..*to]);
        let mut next = 0;
        if matches!(self.text[0], b' ' | b'\t') {
            if self.owner.is_empty() {
                return Err(ZoneFault::NoOwner);
            }
        } else {
            let written = word(0).unwrap_or_default();
            // Zones list the records of one owner together, so most owners were understood just before.
            if self.owner.is_empty() || written != self.owner_written {
                read_name(written, self.origin.as_deref(), &mut self.owner)?;
                self.owner_written.clear();
                self.owner_written.extend_from_slice(written);
            }
            next = 1;
        }
        let (mut ttl_seen, mut class_seen) = (false, false);
        let number = loop {
            let Some(found) = word(next) else {
                return Err(ZoneFault::Type("the end of the record".to_owned()));
            };
            next += 1;
            if !ttl_seen && is_ttl(found) {
                ttl_seen = true;
            } else if !class_seen && (found.eq_ignore_ascii_case(b"IN") || numbered(found, b"CLASS") == Some(1)) {
                class_seen = true;
            } else if let Some(number) = type_number(found) {
                break number;
            } else if !class_seen && is_other_class(found) {
                return Err(ZoneFault::Class(shown(found)));
            } else {
                return Err(ZoneFault::Type(format!("{:?}", shown(found))));
            }
        };
        let data = self.words.len() - next;
        match number {
            TYPE_NS => {
                let (Some(target), 1) = (word(next), data) else {
                    return Err(ZoneFault::Data { kind: "NS", expected: "one name" });
                };
                read_name(target, self.origin.as_deref(), &mut self.target)?;
                Ok(Kind::Ns)
            }
            TYPE_SOA => {
                let serial = word(next + 2)
                    .filter(|_| data == 7)
                    .and_then(|text| std::str::from_utf8(text).ok()?.parse().ok())
                    .ok_or(ZoneFault::Data { kind: "SOA", expected: "two names and five numbers" })?;
                self.soa(serial)?;
                Ok(Kind::Soa(serial))
            }
            // An empty APL record is one without a prefix (RFC 3123).
            TYPE_APL => Ok(Kind::Other(number)),
            _ if data == 0 => Err(ZoneFault::NoData),
            _ => Ok(Kind::Other(number)),
        }
    }

    fn soa(&mut self, serial: u32) -> Result<(), ZoneFault> {
        self.soas += 1;
        match &self.apex {
            None => {
                // The owner is canonical, and canonical text is read as it stands.
                let apex = self.owner.parse().map_err(|e| not_a_name(self.owner.as_bytes(), e))?;
                self.apex = Some((apex, serial));
                Ok(())
            }
            Some((apex, _)) if apex.as_str() != self.owner => {
                Err(ZoneFault::OtherZone { apex: apex.to_string(), found: self.owner.clone() })
            }
            Some((_, expected)) if *expected != serial => {
                Err(ZoneFault::OtherSerial { expected: *expected, found: serial })
            }
            Some(_) => Ok(()),
        }
    }
}

/// Puts an absolute name of letters, digits and hyphens into the canonical form.
fn put_lower_case(written: &[u8], into: &mut String) {
    into.clear();
    let bare = written.split_last().map_or(written, |(_, bare)| bare);
    into.push_str(std::str::from_utf8(bare).expect("these letters are ASCII"));
    into.make_ascii_lowercase();
}

/// Finds the words of the line that begins at `start`; follows parentheses over lines.
fn split(text: &[u8], start: usize, words: &mut Vec<(usize, usize)>, depth: &mut u32) -> Result<(), ZoneFault> {
    let mut at = start;
    while at < text.len() {
        match text[at] {
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            b';' => return Ok(()),
            b'(' => {
                *depth += 1;
                at += 1;
            }
            b')' => {
                *depth = depth.checked_sub(1).ok_or(ZoneFault::StrayParenthesis)?;
                at += 1;
            }
            b'"' => {
                let from = at + 1;
                at = from;
                loop {
                    match text.get(at) {
                        None | Some(b'\n') => return Err(ZoneFault::OpenQuote),
                        Some(b'"') => break,
                        Some(b'\\') => at += 2,
                        Some(_) => at += 1,
                    }
                }
                words.push((from, at));
                at += 1;
            }
            _ => {
                let from = at;
                while let Some(byte) = text.get(at) {
                    match byte {
                        b' ' | b'\t' | b'\r' | b'\n' | b';' | b'(' | b')' | b'"' => break,
                        // A backslash before the end of the line is left to the reader of the word.
                        b'\\' if text.get(at + 1) != Some(&b'\n') => at += 2,
                        _ => at += 1,
                    }
                }
                words.push((from, at.min(text.len())));
            }
        }
    }
    Ok(())
}

/// Reads a name in presentation form; `@` is the origin.
fn read_name(written: &[u8], origin: Option<&str>, into: &mut String) -> Result<(), ZoneFault> {
    if written == b"@" {
        let origin = origin.ok_or_else(|| not_a_name(written, OwnerError::Relative))?;
        into.clear();
        into.push_str(origin);
        return Ok(());
    }
    canonicalise(written, origin, into).map_err(|error| not_a_name(written, error))
}

fn not_a_name(found: &[u8], reason: OwnerError) -> ZoneFault {
    ZoneFault::Name { found: shown(found), reason }
}

fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(text).trim_end().chars().take(80).collect()
}

/// Recognises a time to live: seconds, or BIND's units as in `1h30m`.
fn is_ttl(word: &[u8]) -> bool {
    word.len() <= 20
        && word.first().is_some_and(u8::is_ascii_digit)
        && word.iter().all(|b| b.is_ascii_digit() || matches!(b.to_ascii_lowercase(), b's' | b'm' | b'h' | b'd' | b'w'))
}
