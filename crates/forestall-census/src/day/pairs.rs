// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Distinct pairs of address and User-Agent with the hours in which they were seen, in bounded memory.
//!
//! Where there are more than [`MOST`], only those of every second address are kept, then of every fourth, and so on. An address is kept whole or not at all, chosen by a hash of it, so that
//! what the kept ones show together is what all show, but for chance.

use crate::source::Source;

/// The most pairs that are kept: some 600 MiB.
pub(super) const MOST: usize = 12_000_000;

/// What was seen of a pair.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pair {
    /// A bit for each hour.
    pub(super) hours: u32,
    /// The largest q.
    pub(super) q: Option<u32>,
}

/// Says whether an address is one of the 2^-level that are kept.
pub(super) fn is_sampled(source: Source, level: u32) -> bool {
    if level == 0 {
        return true;
    }
    let number = match source {
        Source::V4(number) => u64::from(number),
        Source::V6(number) => number,
    };
    // The finaliser of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014): neighbours come out unlike.
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    (mixed ^ mixed >> 31).trailing_zeros() >= level
}
