// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Values that come again and again, each once, and a code for each.
//!
//! Codes are given in the order in which values come, so that the same values give the same codes. Where a value stands in the table depends on a key that each table draws: whoever sends
//! requests chooses texts, and could otherwise choose those that fall on one place.

use std::hash::{BuildHasher as _, RandomState};

/// Places of a table at first.
const LEAST: usize = 64;

/// Distinct values, one after another.
#[derive(Debug)]
pub(crate) struct Interned {
    keys: [u64; 2],
    octets: Vec<u8>,
    ends: Vec<usize>,
    /// The upper half of the hash of a value, and its code and 1; 0 where there is none. The places are a power of two.
    places: Vec<(u32, u32)>,
}

impl Interned {
    pub(crate) fn new() -> Self {
        let state = RandomState::new();
        let keys = [state.hash_one(1_u8), state.hash_one(2_u8) | 1];
        Self { keys, octets: Vec::new(), ends: Vec::new(), places: vec![(0, 0); LEAST] }
    }

    /// Returns the code of a value.
    pub(crate) fn code(&mut self, value: &[u8]) -> u32 {
        let (mark, place) = match self.look(value) {
            Ok(code) => return code,
            Err(free) => free,
        };
        let code = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.octets.extend_from_slice(value);
        self.ends.push(self.octets.len());
        self.places[place] = (mark, code.saturating_add(1));
        if self.ends.len() * 2 > self.places.len() {
            self.grow();
        }
        code
    }

    /// Returns the code of a value that has one.
    pub(crate) fn known(&self, value: &[u8]) -> Option<u32> {
        self.look(value).ok()
    }

    /// Returns the code of a value, or where it would stand.
    #[inline]
    fn look(&self, value: &[u8]) -> Result<u32, (u32, usize)> {
        let hash = hash(self.keys, value);
        let mark = u32::try_from(hash >> 32).unwrap_or(0);
        let mask = self.places.len() - 1;
        let mut place = usize::try_from(hash).unwrap_or(0) & mask;
        loop {
            let (of, next) = self.places[place];
            let Some(code) = next.checked_sub(1) else { return Err((mark, place)) };
            if of == mark && self.value(code) == value {
                return Ok(code);
            }
            place = (place + 1) & mask;
        }
    }

    /// Returns the value of a code that was given.
    #[inline]
    pub(crate) fn value(&self, code: u32) -> &[u8] {
        let code = code as usize;
        let start = code.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.octets[start..self.ends[code]]
    }

    /// Returns how many values there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns the octets of all values together.
    pub(crate) fn octets(&self) -> usize {
        self.octets.len()
    }

    /// Returns the values in the order of their codes.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|code| self.value(u32::try_from(code).unwrap_or(u32::MAX)))
    }

    /// Forgets all of them.
    pub(crate) fn clear(&mut self) {
        self.octets.clear();
        self.ends.clear();
        self.places.clear();
        self.places.resize(LEAST, (0, 0));
    }

    fn grow(&mut self) {
        let mask = self.places.len() * 2 - 1;
        let mut places = vec![(0, 0); mask + 1];
        for (value, code) in self.iter().zip(1..) {
            let hash = hash(self.keys, value);
            let mut place = usize::try_from(hash).unwrap_or(0) & mask;
            while places[place].1 != 0 {
                place = (place + 1) & mask;
            }
            places[place] = (u32::try_from(hash >> 32).unwrap_or(0), code);
        }
        self.places = places;
    }
}

/// Returns a hash of octets under a key: sixteen at a time, by a product of 128 bits of which both halves are folded.
#[inline]
fn hash([one, other]: [u64; 2], octets: &[u8]) -> u64 {
    let (words, rest) = octets.as_chunks::<8>();
    let (pairs, single) = words.as_chunks::<2>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let [last, single] = [last, single.first().copied().unwrap_or_default()].map(u64::from_le_bytes);
    let state =
        pairs.iter().fold(one, |state, [a, b]| folded(u64::from_le_bytes(*a) ^ state, u64::from_le_bytes(*b) ^ other));
    let state = folded(state ^ single, last ^ other);
    folded(state ^ octets.len() as u64, one | 1)
}

#[inline]
fn folded(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
    let halves = (product as u64, (product >> 64) as u64);
    halves.0 ^ halves.1
}

#[cfg(test)]
mod tests {
    use super::Interned;

    #[test]
    fn values_have_one_code_each_in_the_order_in_which_they_come() {
        let mut interned = Interned::new();
        for _ in 0..2 {
            for number in 0..5_000_u32 {
                let text = if number.is_multiple_of(2) { format!("{number}") } else { format!("{number:040}") };
                assert_eq!(interned.code(text.as_bytes()), number);
                assert_eq!(interned.value(number), text.as_bytes());
            }
        }
        assert_eq!((interned.len(), interned.iter().count()), (5_000, 5_000));
        interned.clear();
        assert_eq!((interned.code(b""), interned.code(b"\0"), interned.code(b"")), (0, 1, 0));
    }
}
