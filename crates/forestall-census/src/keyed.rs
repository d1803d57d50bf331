// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A fast hash of numbers and of octets, under a key that each table draws anew.
//!
//! Whoever sends requests chooses addresses and User-Agents. Without the key nobody can choose those that fall on one place of a table. What is made of a table never depends on
//! where its entries stand.

use std::hash::{BuildHasher, Hasher, RandomState};

/// The key of a table.
#[derive(Clone, Copy, Debug)]
pub struct Keyed {
    one: u64,
    other: u64,
}

impl Keyed {
    /// Draws a key.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "two of them are never the same")]
    pub fn new() -> Self {
        let state = RandomState::new();
        Self { one: state.hash_one(1_u8), other: state.hash_one(2_u8) | 1 }
    }

    /// Returns the hash of a number: both halves of a product of 128 bits, folded, so that each bit of the number moves each of the hash.
    #[inline]
    #[must_use]
    pub fn of(self, number: u64) -> u64 {
        folded(folded(number ^ self.one, self.other), self.one | 1)
    }

    /// Returns the hash of octets, sixteen at a time in the same way.
    #[inline]
    #[must_use]
    pub fn of_octets(self, octets: &[u8]) -> u64 {
        let Self { one, other } = self;
        let (words, rest) = octets.as_chunks::<8>();
        let (pairs, single) = words.as_chunks::<2>();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        let [last, single] = [last, single.first().copied().unwrap_or_default()].map(u64::from_le_bytes);
        let whole =
            |state, [a, b]: &[[u8; 8]; 2]| folded(u64::from_le_bytes(*a) ^ state, u64::from_le_bytes(*b) ^ other);
        let state = pairs.iter().fold(one, whole);
        let state = folded(state ^ single, last ^ other);
        folded(state ^ octets.len() as u64, one | 1)
    }
}

#[inline]
fn folded(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
    let halves = (product as u64, (product >> 64) as u64);
    halves.0 ^ halves.1
}

impl BuildHasher for Keyed {
    type Hasher = Mixer;

    fn build_hasher(&self) -> Mixer {
        Mixer { key: *self, state: self.other }
    }
}

/// Takes numbers one after another.
#[derive(Debug)]
pub struct Mixer {
    key: Keyed,
    state: u64,
}

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.state
    }

    fn write(&mut self, octets: &[u8]) {
        self.write_u64(self.key.of_octets(octets));
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(number.into());
    }

    fn write_u16(&mut self, number: u16) {
        self.write_u64(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.state = self.key.of(self.state.rotate_left(23) ^ number);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::Keyed;

    #[test]
    fn neighbours_are_spread_over_all_places() {
        let key = Keyed::new();
        for step in [1, 256, 1 << 16, 1 << 32, 1 << 40] {
            let mut places = [0_u32; 256];
            (0..65_536_u64).for_each(|number| places[usize::try_from(key.of(number * step) >> 56).unwrap()] += 1);
            assert!(places.iter().all(|count| (128..512).contains(count)), "{step}: {places:?}");
        }
    }
}
