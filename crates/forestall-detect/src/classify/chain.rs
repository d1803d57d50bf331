// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How surprising each letter of a label is behind the two before it, in names that people chose.
//!
//! A table over three symbols, interpolated with those over two and one (Witten and Bell), in sixteenths of a nat.

use super::alphabet::{EDGE, SYMBOLS, symbol};
use super::subject::LONGEST_LABEL;

/// Entries of the table: two symbols before, one now.
pub(super) const ENTRIES: usize = SYMBOLS * SYMBOLS * SYMBOLS;

/// Entries for one nat.
pub(super) const UNITS: f32 = 16.0;

/// The table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chain(pub(super) Vec<u8>);

/// Surprises of the letters of one label and of its end, in nats.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surprises {
    values: [f32; LONGEST_LABEL + 1],
    length: usize,
}

impl Surprises {
    /// Returns the surprises in the order of the label.
    pub(super) fn values(&self) -> &[f32] {
        &self.values[..self.length]
    }
}

impl Chain {
    /// Returns the surprise of each letter and of the end.
    pub(super) fn surprises(&self, label: &str) -> Surprises {
        let mut found = Surprises { values: [0.0; LONGEST_LABEL + 1], length: 0 };
        let (mut first, mut second) = (EDGE, EDGE);
        let symbols = label.bytes().take(LONGEST_LABEL).map(symbol).chain([EDGE]);
        for (value, now) in found.values.iter_mut().zip(symbols) {
            *value = f32::from(self.0.get(entry(first, second, now)).copied().unwrap_or(u8::MAX)) / UNITS;
            found.length += 1;
            (first, second) = (second, now);
        }
        found
    }
}

/// Returns the entry of `now` behind `first` and `second`.
pub(super) fn entry(first: u8, second: u8, now: u8) -> usize {
    (usize::from(first) * SYMBOLS + usize::from(second)) * SYMBOLS + usize::from(now)
}
