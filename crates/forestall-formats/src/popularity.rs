// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lists of popular names: `rank,domain` as Tranco and Cisco Umbrella give them, and Majestic's table.
//!
//! Majestic's list has a header that begins `GlobalRank,TldRank,Domain`; the two others have none, and differ in what they rank only. The
//! form is found from the first line. A line that is not understood is counted with its place and passed over, since such lists hold a few names
//! that are none; a file of which hardly a line is understood is refused. Memory does not grow with the file. Compressed lists are unpacked by the caller.
//!
//! # Source
//!
//! tranco-list.eu, umbrella-static.s3-us-west-1.amazonaws.com and downloads.majestic.com, as the files are.

use std::io::{self, BufRead, BufReader, Read};

/// Most octets of a line; rows of Majestic are shorter than 300.
pub const MAX_LINE: usize = 4_096;
/// Most lines; the lists hold a million.
pub const MAX_LINES: u64 = 50_000_000;
/// Most faults that are told with their place.
pub const MAX_FAULTS: usize = 20;

/// The form of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `rank,domain` without header: Tranco, Umbrella.
    Ranked,
    /// A header and twelve columns: Majestic.
    Majestic,
}

/// One name of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The line, from 1.
    pub line: u64,
    /// The place, from 1.
    pub place: u32,
    /// The name as the list has it, in lower case and without a final dot: a host name of letters, digits, hyphens, underscores and dots.
    pub name: &'a str,
}

/// What is known of a list that was read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Its form.
    pub form: Form,
    /// Lines, a header included.
    pub lines: u64,
    /// Names.
    pub entries: u64,
    /// Lines that were not understood.
    pub bad: u64,
    /// The first of them, at most [`MAX_FAULTS`].
    pub faults: Vec<BadLine>,
}

/// A line that was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct BadLine {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// No comma where one must be.
    #[error("expected a rank, a comma and a name")]
    Columns,
    /// No place.
    #[error("the rank is no whole number from 1 to 4294967295")]
    Rank,
    /// No host name.
    #[error("the name is none")]
    Name,
    /// Too long.
    #[error("the line is longer than {MAX_LINE} octets")]
    TooLong,
}

/// A list that was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PopularityError {
    /// The reader underneath failed.
    #[error("line {line}: the file cannot be read: {reason}")]
    Unreadable {
        /// The line that was being read.
        line: u64,
        /// What the reader said.
        reason: String,
    },
    /// Compressed.
    #[error("the file is compressed ({0}); expected text")]
    Compressed(&'static str),
    /// Nothing in it.
    #[error("the file is empty; expected lines like 1,example.com, or Majestic's header GlobalRank,TldRank,Domain")]
    Empty,
    /// Hardly a line is understood.
    #[error("the file is no list of popular names: of {lines} lines {bad} are not understood, the first is {first}")]
    NotAList {
        /// Lines read.
        lines: u64,
        /// Lines that were not understood.
        bad: u64,
        /// The first of them.
        first: BadLine,
    },
    /// Too many lines.
    #[error("the file has more than {MAX_LINES} lines")]
    TooManyLines,
}

/// Reads a list and gives each entry to `take`, in the order of the file; a name may come more than once.
///
/// # Errors
///
/// [`PopularityError`], also where a tenth of the lines or more is not understood; what `take` got by then must not be used.
pub fn read(input: impl Read, mut take: impl FnMut(Entry<'_>)) -> Result<Summary, PopularityError> {
    let mut input = BufReader::with_capacity(1 << 16, input);
    let mut summary = Summary { form: Form::Ranked, lines: 0, entries: 0, bad: 0, faults: Vec::new() };
    let mut line = Vec::with_capacity(MAX_LINE);
    let mut name = String::new();
    loop {
        line.clear();
        let more = read_line(&mut input, &mut line)
            .map_err(|error| PopularityError::Unreadable { line: summary.lines + 1, reason: error.to_string() })?;
        let Some(whole) = more else { break };
        summary.lines += 1;
        if summary.lines > MAX_LINES {
            return Err(PopularityError::TooManyLines);
        }
        if summary.lines == 1 {
            if let Some(kind) = compression(&line) {
                return Err(PopularityError::Compressed(kind));
            }
            if line.starts_with(b"\xEF\xBB\xBF") {
                line.drain(..3);
            }
            if is_majestic(&line) {
                summary.form = Form::Majestic;
                continue;
            }
        }
        if whole && line.is_empty() {
            continue;
        }
        let entry = if whole { entry(&line, summary.form, &mut name) } else { Err(Fault::TooLong) };
        match entry {
            Ok(place) => {
                summary.entries += 1;
                take(Entry { line: summary.lines, place, name: &name });
            }
            Err(fault) => {
                summary.bad += 1;
                if summary.faults.len() < MAX_FAULTS {
                    summary.faults.push(BadLine { line: summary.lines, fault });
                }
                if summary.bad > 1_000 && summary.bad > summary.entries {
                    break;
                }
            }
        }
    }
    match summary.faults.first() {
        Some(first) if summary.bad.saturating_mul(10) >= summary.bad + summary.entries => {
            Err(PopularityError::NotAList { lines: summary.lines, bad: summary.bad, first: first.clone() })
        }
        None if summary.entries == 0 => Err(PopularityError::Empty),
        _ => Ok(summary),
    }
}

/// Reads a line without its end; `Some(false)` for one that is longer than [`MAX_LINE`], of which the rest is passed over.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    let limit = u64::try_from(MAX_LINE + 2).unwrap_or(u64::MAX);
    if input.by_ref().take(limit).read_until(b'\n', line)? == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        return Ok(Some(line.len() <= MAX_LINE));
    }
    if line.len() <= MAX_LINE {
        return Ok(Some(true));
    }
    loop {
        let block = input.fill_buf()?;
        if block.is_empty() {
            return Ok(Some(false));
        }
        let end = block.iter().position(|octet| *octet == b'\n');
        let used = end.map_or(block.len(), |end| end + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(Some(false));
        }
    }
}

fn compression(start: &[u8]) -> Option<&'static str> {
    match start {
        [0x1F, 0x8B, ..] => Some("gzip"),
        [b'P', b'K', 3, 4, ..] => Some("zip"),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => Some("zstd"),
        _ => None,
    }
}

fn is_majestic(line: &[u8]) -> bool {
    let header = b"globalrank,tldrank,domain";
    line.get(..header.len()).is_some_and(|start| start.eq_ignore_ascii_case(header))
}

/// Understands a line: returns the place, and puts the name into `name`.
fn entry(line: &[u8], form: Form, name: &mut String) -> Result<u32, Fault> {
    let mut fields = line.split(|octet| *octet == b',');
    let rank = fields.next().unwrap_or_default();
    if form == Form::Majestic {
        fields.next();
    }
    let written = fields.next().ok_or(Fault::Columns)?;
    if form == Form::Ranked && fields.next().is_some() {
        return Err(Fault::Columns);
    }
    let rank = std::str::from_utf8(unquoted(rank)).ok().and_then(|rank| rank.parse::<u32>().ok());
    let place = rank.filter(|place| *place > 0).ok_or(Fault::Rank)?;
    let written = unquoted(written);
    let bare = written.strip_suffix(b".").unwrap_or(written);
    let is_name = (1..=253).contains(&bare.len())
        && bare.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && bare.split(|b| *b == b'.').all(|label| (1..=63).contains(&label.len()));
    let text = std::str::from_utf8(bare).ok().filter(|_| is_name).ok_or(Fault::Name)?;
    name.clear();
    name.push_str(text);
    name.make_ascii_lowercase();
    Ok(place)
}

fn unquoted(field: &[u8]) -> &[u8] {
    let field = field.trim_ascii();
    field.strip_prefix(b"\"").and_then(|field| field.strip_suffix(b"\"")).unwrap_or(field)
}
