// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lines: where blocks are cut, and one record a line at most.

use memchr::{memchr, memchr2, memrchr};

use super::block::Block;
use super::counts::{Counts, Fault, Place};
use super::source::Cut;
use crate::record::Record;

/// Octets of the longest line that is read; a longer one is counted and skipped. A line about one name has no use for more.
pub const LONGEST_LINE: usize = 1 << 16;

/// Cuts after the last line end.
#[derive(Debug)]
pub(super) struct Lines {
    /// The number of the line at the next block's start.
    line: u64,
    /// Whether the block begins inside a line that is too long.
    in_long_line: bool,
}

impl Lines {
    pub(super) fn new() -> Self {
        Self { line: 1, in_long_line: false }
    }

    /// Says which lines of the block are whole, at most up to `limit`.
    pub(super) fn cut(&mut self, block: &mut Block, at_end: bool, counts: &mut Counts) -> Cut {
        let mut from = 0;
        if self.in_long_line {
            let Some(end) = memchr(b'\n', block.filled()) else { return Cut::after(block.filled().len()) };
            from = end + 1;
            self.in_long_line = false;
            self.line += 1;
        }
        let bytes = &block.filled()[from..];
        let mut used = if at_end { bytes.len() } else { memrchr(b'\n', bytes).map_or(0, |end| end + 1) };
        let first_line = self.line;
        self.line += count_lines(&bytes[..used]);
        let tail = bytes.len() - used;
        if tail > LONGEST_LINE {
            counts.units += 1;
            counts.add_broken(Place::Line(self.line), Fault::LongLine);
            self.in_long_line = true;
        }
        let whole = from + used;
        if self.in_long_line {
            used = bytes.len();
        }
        block.set_lines(from..whole, first_line);
        Cut::after(from + used)
    }

    /// Takes back the lines of the block from `at`, so that the next block begins there.
    pub(super) fn take_back(&mut self, block: &mut Block, at: usize) -> Cut {
        let lines = block.lines();
        self.line -= count_lines(&block.filled()[at..lines.end]);
        self.in_long_line = false;
        let first_line = block.first_line();
        block.set_lines(lines.start..at, first_line);
        Cut::after(at)
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// Reads each line of `bytes`, the first of which has the number `line`.
#[inline]
pub(super) fn read<'a>(
    mut bytes: &'a [u8],
    mut line: u64,
    counts: &mut Counts,
    mut visit: impl FnMut(Record<'a>),
    mut parse: impl FnMut(&'a [u8]) -> Result<Option<Record<'a>>, Fault>,
) {
    while !bytes.is_empty() {
        let (one, rest) = match memchr(b'\n', bytes) {
            Some(end) => (&bytes[..end], &bytes[end + 1..]),
            None => (bytes, [].as_slice()),
        };
        bytes = rest;
        counts.units += 1;
        let result = if one.len() > LONGEST_LINE { Err(Fault::LongLine) } else { parse(without_return(one)) };
        hand_on(result, line, counts, &mut visit);
        line += 1;
    }
}

/// The same for a reader that takes escapes out of its line in place.
pub(super) fn read_mut<'a>(
    mut bytes: &'a mut [u8],
    mut line: u64,
    counts: &mut Counts,
    mut visit: impl FnMut(Record<'a>),
    mut parse: impl FnMut(&'a mut [u8]) -> Result<Option<Record<'a>>, Fault>,
) {
    while !bytes.is_empty() {
        let end = memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1);
        let (one, rest) = bytes.split_at_mut(end);
        bytes = rest;
        counts.units += 1;
        let length = without_return(one.strip_suffix(b"\n").unwrap_or(one)).len();
        let result = if length > LONGEST_LINE { Err(Fault::LongLine) } else { parse(&mut one[..length]) };
        hand_on(result, line, counts, &mut visit);
        line += 1;
    }
}

/// Counts what a line was read as, and gives a record to `visit`.
#[inline(always)]
fn hand_on<'a>(
    read: Result<Option<Record<'a>>, Fault>,
    line: u64,
    counts: &mut Counts,
    visit: &mut impl FnMut(Record<'a>),
) {
    match read {
        Ok(Some(record)) => {
            counts.records += 1;
            visit(record);
        }
        Ok(None) => counts.passed += 1,
        Err(fault) => counts.add_broken(Place::Line(line), fault),
    }
}

pub(super) fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The words of a line between blanks and tabs.
#[derive(Debug, Clone)]
pub(super) struct Words<'a> {
    rest: &'a [u8],
}

impl<'a> Words<'a> {
    #[inline]
    pub(super) const fn of(line: &'a [u8]) -> Self {
        Self { rest: line }
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        while let [b' ' | b'\t', rest @ ..] = self.rest {
            self.rest = rest;
        }
        if self.rest.is_empty() {
            return None;
        }
        let end = memchr2(b' ', b'\t', self.rest).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(word)
    }
}
