// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A part of an input that can be read without the rest of it.

use std::ops::Range;
use std::sync::Arc;

use super::counts::{Counts, Fault};
use super::format::Format;
use super::messages::Messages;
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
    pub fn read<'a>(&'a mut self, counts: &mut Counts, visit: impl FnMut(Record<'a>)) {
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
            Format::Parquet => {}
        }
    }

    pub(super) fn reset(&mut self, number: u64, format: Format, clock: LogClock) {
        (self.number, self.format, self.clock) = (number, format, clock);
        self.bytes.resize(BLOCK, 0);
        self.filled = 0;
        self.lines = 0..0;
        self.messages.clear();
        self.frames.clear();
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
