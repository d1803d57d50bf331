// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A part of an input that can be read without the rest of it.

use std::ops::Range;
use std::sync::Arc;

use super::columns::{self, Column};
use super::counts::{Counts, Fault, Place};
use super::format::Format;
use super::messages::Messages;
use super::sieve::{LineReader, Sieve};
use super::stamp::LogClock;
use super::{bind, csv, dnstap, lines, plain, unbound, zeek, zeek_json};
use crate::record::Record;

/// Octets of a block: enough that taking one costs nothing beside reading it, few enough to stay in a core's cache.
pub(super) const BLOCK: usize = 1 << 20;

/// A part of an input that can be read without the rest of it. Reused from one to the next.
#[derive(Debug)]
pub struct Block {
    number: u64,
    format: Format,
    clock: LogClock,
    /// [`BLOCK`] octets, of which the first `filled` were read.
    bytes: Vec<u8>,
    filled: usize,
    /// Where the whole lines stand.
    lines: Range<usize>,
    first_line: u64,
    /// Where the block begins in the input.
    pub(super) offset: u64,
    messages: Messages,
    /// Where dnstap frames begin, and their lengths.
    frames: Vec<(usize, u32)>,
    /// Values of table rows, and for each row where those of its columns stand.
    cells: Vec<u8>,
    rows: Vec<[Range<usize>; Column::COUNT]>,
    first_row: u64,
    pub(super) zeek: Option<Arc<zeek::Layout>>,
    pub(super) csv: Option<Arc<csv::Layout>>,
}

impl Default for Block {
    fn default() -> Self {
        Self {
            number: 0,
            format: Format::Plain,
            clock: LogClock::default(),
            bytes: Vec::new(),
            filled: 0,
            lines: 0..0,
            first_line: 1,
            offset: 0,
            messages: Messages::default(),
            frames: Vec::new(),
            cells: Vec::new(),
            rows: Vec::new(),
            first_row: 0,
            zeek: None,
            csv: None,
        }
    }
}

impl Block {
    /// Returns the number of the block in its input, from 0.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Hands each record to `visit`, in the order of the input, and counts what was read.
    ///
    /// Escapes are taken out in place, so a block is read once.
    #[inline]
    pub fn read<'a>(&'a mut self, counts: &mut Counts, mut visit: impl FnMut(Record<'a>)) {
        let (clock, first) = (self.clock, self.first_line);
        let (all, lines) = (&mut self.bytes, self.lines.clone());
        match self.format {
            Format::Plain => plain::read(&all[lines], first, counts, visit),
            Format::Bind => lines::read(&all[lines], first, counts, visit, |line| bind::parse(line, clock)),
            Format::Unbound => lines::read(&all[lines], first, counts, visit, |line| unbound::parse(line, clock)),
            Format::ZeekJson => {
                lines::read_mut(&mut all[lines], first, counts, visit, |line| zeek_json::parse(line, clock))
            }
            Format::Zeek => {
                zeek::read(self.zeek.as_deref(), &all[lines], first, clock, counts, visit);
            }
            Format::Csv => {
                let layout = self.csv.as_deref();
                lines::read_mut(&mut all[lines], first, counts, visit, |line| {
                    layout.ok_or(Fault::Header)?.parse(line, clock)
                });
            }
            Format::Pcap => self.messages.read(all, counts, visit),
            Format::Dnstap => dnstap::read(all, &self.frames, self.offset, counts, visit),
            Format::Parquet => {
                for (row, number) in self.rows.iter().zip(self.first_row + 1..) {
                    counts.units += 1;
                    let slots: columns::Slots<'a> = std::array::from_fn(|column| &self.cells[row[column].clone()]);
                    match columns::record(&slots, clock) {
                        Ok(Some(record)) => {
                            counts.records += 1;
                            visit(record);
                        }
                        Ok(None) => counts.passed += 1,
                        Err(fault) => counts.add_broken(Place::Row(number), fault),
                    }
                }
            }
        }
    }

    /// Hands each record to `sieve`, in the order of the input, and counts what was read, as [`Self::read`] does; of most lines of logs that are
    /// large, the name alone, so that what stands beside it is read for few of them.
    #[inline]
    pub fn sift<'a>(&'a mut self, counts: &mut Counts, sieve: &mut impl Sieve<'a>) {
        let (clock, first, lines) = (self.clock, self.first_line, self.lines.clone());
        match self.format {
            Format::Plain => {
                sieve.begin(LineReader::new(None, clock));
                plain::sift(&self.bytes[lines], first, counts, sieve);
            }
            Format::Zeek => {
                let layout = self.zeek.as_deref();
                sieve.begin(LineReader::new(layout, clock));
                zeek::sift(layout, &self.bytes[lines], first, clock, counts, sieve);
            }
            _ => self.read(counts, |record| sieve.record(record)),
        }
    }

    pub(super) fn reset(&mut self, number: u64, format: Format, clock: LogClock) {
        (self.number, self.format, self.clock) = (number, format, clock);
        self.bytes.resize(BLOCK, 0);
        self.filled = 0;
        self.lines = 0..0;
        self.messages.clear();
        self.frames.clear();
        self.cells.clear();
        self.rows.clear();
    }

    /// Begins rows of a table, of which so many came before.
    pub(super) const fn begin_rows(&mut self, before: u64) {
        self.first_row = before;
    }

    /// Adds a row. Where the name that was asked for stands in parts, they are put together.
    pub(super) fn push_row(&mut self, slots: &columns::Slots<'_>, whole_name: &[u8], domain: &[u8]) {
        let mut row = [const { 0..0 }; Column::COUNT];
        for (place, slot) in row.iter_mut().zip(slots) {
            let start = self.cells.len();
            self.cells.extend_from_slice(slot);
            *place = start..self.cells.len();
        }
        let name = slots[Column::Name as usize];
        let start = self.cells.len();
        if !whole_name.is_empty() {
            self.cells.extend_from_slice(whole_name);
        } else if !ends_in(name, domain) {
            self.cells.extend_from_slice(name);
            if !name.is_empty() && !name.ends_with(b".") {
                self.cells.push(b'.');
            }
            self.cells.extend_from_slice(domain);
        }
        if self.cells.len() > start {
            row[Column::Name as usize] = start..self.cells.len();
        }
        self.rows.push(row);
    }

    /// Takes what was carried over; returns how much that is, and all room.
    pub(super) fn room(&mut self, carry: &mut Vec<u8>) -> (usize, &mut [u8]) {
        let count = carry.len();
        self.bytes[..count].copy_from_slice(carry);
        carry.clear();
        (count, &mut self.bytes)
    }

    pub(super) const fn set_filled(&mut self, filled: usize) {
        self.filled = filled;
    }

    /// Returns the octets that were read.
    pub(super) fn filled(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    pub(super) const fn set_lines(&mut self, lines: Range<usize>, first_line: u64) {
        self.lines = lines;
        self.first_line = first_line;
    }

    pub(super) const fn lines(&self) -> Range<usize> {
        self.lines.start..self.lines.end
    }

    pub(super) const fn first_line(&self) -> u64 {
        self.first_line
    }

    pub(super) const fn has_units(&self) -> bool {
        self.lines.start < self.lines.end || !self.messages.is_empty() || !self.frames.is_empty()
    }

    /// Returns the octets that were read and the place for messages found in them.
    pub(super) fn octets_and_messages(&mut self) -> (&[u8], &mut Messages) {
        (&self.bytes[..self.filled], &mut self.messages)
    }

    /// Takes the list of frames, empty, so that it can be filled.
    pub(super) fn take_frames(&mut self) -> Vec<(usize, u32)> {
        std::mem::take(&mut self.frames)
    }

    pub(super) fn set_frames(&mut self, frames: Vec<(usize, u32)>) {
        self.frames = frames;
    }
}

/// Says whether a name is `domain` or below it; every name is below an empty one.
fn ends_in(name: &[u8], domain: &[u8]) -> bool {
    let bare = |name: &[u8]| name.strip_suffix(b".").unwrap_or(name).to_ascii_lowercase();
    let (name, domain) = (bare(name), bare(domain));
    match name.strip_suffix(domain.as_slice()) {
        Some(above) => domain.is_empty() || above.is_empty() || above.ends_with(b"."),
        None => false,
    }
}
