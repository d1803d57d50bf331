// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Millions of names that are looked for in a zone, in little memory.
//!
//! The names stand one after another in one run of octets, each with a line feed behind it. A table with open addressing holds where each begins, at most
//! two thirds full, and for every place of the table eight bits say by hash what can be there at all: of the names of a zone that are not wanted, nearly all
//! are told by one bit. A name of 11 letters takes 12 octets and, by how full the table is, 7.5 to 15 for its place: 4.5 million names take about 100 MiB.
//!
//! Hashes are keyed afresh in each set, so that nobody can write a zone whose names collide.

use std::hash::{BuildHasher, RandomState};

use forestall_model::DomainName;

/// A place of the table without a name.
const FREE: u32 = u32::MAX;
/// Places of the smallest table.
const SMALLEST: usize = 64;
/// Bits for each place of the table.
const BITS: usize = 8;

/// A set of names, in the order in which they came.
#[derive(Debug)]
pub struct WantedNames {
    /// Each name with a line feed behind it.
    text: Vec<u8>,
    /// Where names begin, or [`FREE`]; a power of two.
    table: Vec<u32>,
    bits: Vec<u64>,
    names: usize,
    state: RandomState,
}

/// More names than a set holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the names take more than 4 GiB, the most that a set holds; look for them in parts")]
pub struct TooManyNames;

impl Default for WantedNames {
    fn default() -> Self {
        Self::new()
    }
}

impl WantedNames {
    /// Makes an empty set.
    #[must_use]
    pub fn new() -> Self {
        Self {
            text: Vec::new(),
            table: vec![FREE; SMALLEST],
            bits: vec![0; SMALLEST * BITS / 64],
            names: 0,
            state: RandomState::new(),
        }
    }

    /// Returns the number of names.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.names
    }

    /// Says whether there is no name.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.names == 0
    }

    /// Returns the octets that the set takes in memory.
    #[must_use]
    pub fn octets(&self) -> usize {
        self.text.len() + size_of_val(&self.table[..]) + size_of_val(&self.bits[..])
    }

    /// Puts in a name and says whether it is new.
    ///
    /// # Errors
    ///
    /// [`TooManyNames`]; the set is as before.
    pub fn insert(&mut self, name: &DomainName) -> Result<bool, TooManyNames> {
        let name = name.as_str().as_bytes();
        let hash = self.state.hash_one(name);
        let Err(free) = self.find(name, hash) else { return Ok(false) };
        let start = u32::try_from(self.text.len()).ok().filter(|start| *start != FREE).ok_or(TooManyNames)?;
        self.text.extend_from_slice(name);
        self.text.push(b'\n');
        self.names += 1;
        self.table[free] = start;
        self.mark(hash);
        if self.names > self.table.len() / 3 * 2 {
            self.grow();
        }
        Ok(true)
    }

    /// Says whether a name in canonical text is in the set.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.place(name).is_some()
    }

    /// Returns what stands for a name; `None` where it is not in the set.
    pub(super) fn place(&self, name: &str) -> Option<u32> {
        let hash = self.state.hash_one(name.as_bytes());
        let (word, bit) = self.bit(hash);
        if self.bits[word] & bit == 0 {
            return None;
        }
        self.find(name.as_bytes(), hash).ok().map(|found| self.table[found])
    }

    /// Returns the names with what stands for each.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &str)> {
        let mut start = 0_u32;
        self.text.split_inclusive(|octet| *octet == b'\n').filter_map(move |line| {
            let place = start;
            start = start.wrapping_add(u32::try_from(line.len()).unwrap_or(0));
            Some((place, std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?))
        })
    }

    /// Returns the place of the table that holds a name, else the free one for it.
    fn find(&self, name: &[u8], hash: u64) -> Result<usize, usize> {
        let last = self.table.len() - 1;
        let mut at = low(hash) & last;
        loop {
            let start = self.table[at];
            if start == FREE {
                return Err(at);
            }
            if self.text[usize::try_from(start).unwrap_or(usize::MAX)..]
                .strip_prefix(name)
                .is_some_and(|behind| behind.first() == Some(&b'\n'))
            {
                return Ok(at);
            }
            at = (at + 1) & last;
        }
    }

    /// Returns where the bit of a hash stands, by other parts of it than the place in the table.
    fn bit(&self, hash: u64) -> (usize, u64) {
        let word = low(hash.rotate_right(29)) & (self.bits.len() - 1);
        (word, 1 << (hash >> 58))
    }

    fn mark(&mut self, hash: u64) {
        let (word, bit) = self.bit(hash);
        self.bits[word] |= bit;
    }

    /// Doubles the table.
    fn grow(&mut self) {
        let places = self.table.len() * 2;
        self.table = vec![FREE; places];
        self.bits = vec![0; places * BITS / 64];
        let mut start = 0;
        while start < self.text.len() {
            let length = self.text[start..].iter().position(|octet| *octet == b'\n').unwrap_or(0);
            let hash = self.state.hash_one(&self.text[start..start + length]);
            let mut at = low(hash) & (places - 1);
            while self.table[at] != FREE {
                at = (at + 1) & (places - 1);
            }
            self.table[at] = u32::try_from(start).expect("what was put in has a place");
            self.mark(hash);
            start += length + 1;
        }
    }
}

/// Returns the part of a hash that a place in memory can be chosen by.
fn low(hash: u64) -> usize {
    usize::try_from(hash & u64::from(u32::MAX)).expect("32 bits count places in memory")
}
