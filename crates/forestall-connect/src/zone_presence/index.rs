// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Finds wanted names: a table with open addressing over the names that one zone concerns.
//!
//! The table holds where each name begins and is at most two thirds full. For every place of the table eight bits say by hash what can be there
//! at all: of the names of a zone that are not wanted, nearly all are told by one bit. That takes 7.5 to 15 octets a name.
//!
//! Hashes are keyed afresh in each table, so that nobody can write a zone whose names collide.

use std::hash::{BuildHasher, RandomState};

use super::wanted::WantedNames;

/// A place of the table without a name.
const FREE: u32 = u32::MAX;
/// Places of the smallest table.
const SMALLEST: usize = 64;
/// Bits for each place of the table.
const BITS: usize = 8;

/// The wanted names within a zone.
#[derive(Debug)]
pub(super) struct Index<'w> {
    wanted: &'w WantedNames,
    /// Where names begin, or [`FREE`]; a power of two.
    table: Vec<u32>,
    bits: Vec<u64>,
    state: RandomState,
}

impl<'w> Index<'w> {
    /// Puts in the names that lie within a zone.
    pub(super) fn new(wanted: &'w WantedNames, apex: &str) -> Self {
        let names = wanted.within(apex).count();
        let places = (names + names / 2).next_power_of_two().max(SMALLEST);
        let mut index =
            Self { wanted, table: vec![FREE; places], bits: vec![0; places * BITS / 64], state: RandomState::new() };
        for (place, name) in wanted.within(apex) {
            let hash = index.state.hash_one(name.as_bytes());
            if let Err(free) = index.find(name.as_bytes(), hash) {
                index.table[free] = place;
                let (word, bit) = index.bit(hash);
                index.bits[word] |= bit;
            }
        }
        index
    }

    /// Returns the place of a name in canonical text, the first where it was put in several times; `None` where it is not wanted.
    pub(super) fn place(&self, name: &str) -> Option<u32> {
        let hash = self.state.hash_one(name.as_bytes());
        let (word, bit) = self.bit(hash);
        if self.bits[word] & bit == 0 {
            return None;
        }
        self.find(name.as_bytes(), hash).ok().map(|found| self.table[found])
    }

    /// Returns where the table holds a name, else where it is free for it.
    fn find(&self, name: &[u8], hash: u64) -> Result<usize, usize> {
        let last = self.table.len() - 1;
        let mut at = low(hash) & last;
        loop {
            match self.table[at] {
                FREE => return Err(at),
                place if self.wanted.is_at(place, name) => return Ok(at),
                _ => at = (at + 1) & last,
            }
        }
    }

    /// Returns where the bit of a hash stands, by other parts of it than the place in the table.
    fn bit(&self, hash: u64) -> (usize, u64) {
        (low(hash >> 26) & (self.bits.len() - 1), 1 << (hash >> 58))
    }
}

/// Returns the part of a hash by which a place in memory is chosen.
fn low(hash: u64) -> usize {
    usize::try_from(hash & u64::from(u32::MAX)).expect("32 bits count places in memory")
}
