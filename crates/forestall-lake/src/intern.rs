// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Values that come again and again, each once, and a code for each.
//!
//! Codes are given in the order in which values come, so that the same values give the same codes. Where a value stands in the table depends on a key that each table draws: whoever sends
//! requests chooses texts, and could otherwise choose those that fall on one place.

use forestall_census::Keyed;

/// Places of a table at first.
const LEAST: usize = 64;

/// Distinct values, one after another.
#[derive(Debug)]
pub(crate) struct Interned {
    key: Keyed,
    octets: Vec<u8>,
    ends: Vec<usize>,
    /// The upper half of the hash of a value, and its code and 1; 0 where there is none. The places are a power of two.
    places: Vec<(u32, u32)>,
}

impl Interned {
    pub(crate) fn new() -> Self {
        Self { key: Keyed::new(), octets: Vec::new(), ends: Vec::new(), places: vec![(0, 0); LEAST] }
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
        let hash = self.key.of_octets(value);
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
            let hash = self.key.of_octets(value);
            let mut place = usize::try_from(hash).unwrap_or(0) & mask;
            while places[place].1 != 0 {
                place = (place + 1) & mask;
            }
            places[place] = (u32::try_from(hash >> 32).unwrap_or(0), code);
        }
        self.places = places;
    }
}

/// Returns the place of a number among so many, a power of two of them: the upper bits of a product with 2^64 / golden ratio (Fibonacci hashing; Knuth, The Art of Computer Programming 3, 6.4).
#[inline]
pub(crate) fn place_of(number: u64, places: usize) -> usize {
    usize::try_from(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - places.ilog2())).unwrap_or(0)
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
