// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where lines and their fields end, found for 64 octets at a time.
//!
//! Fields of a log have about ten octets. A search that is called for each of them begins and ends more than it searches; here all octets up to a
//! limit (blank, tab and line feed are the lowest that a log has) become the bits of one number, and are taken from it one by one.

/// Octets that are looked at together.
const WIDTH: usize = 64;

/// Finds octets up to a limit, in order.
#[derive(Clone, Debug)]
pub(super) struct Marks<'a> {
    octets: &'a [u8],
    limit: u8,
    /// Where those octets begin whose bits `found` has.
    base: usize,
    found: u64,
}

impl<'a> Marks<'a> {
    /// Begins at the start of `octets`.
    #[inline]
    pub(super) fn new(octets: &'a [u8], limit: u8) -> Self {
        let mut marks = Self { octets, limit, base: 0, found: 0 };
        marks.seek(0);
        marks
    }

    /// Goes on at `at`.
    #[inline]
    pub(super) fn seek(&mut self, at: usize) {
        self.base = at;
        self.found = self.look();
    }

    /// Returns where the next one stands.
    #[inline]
    pub(super) fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            if self.base >= self.octets.len() {
                return None;
            }
            self.base += WIDTH;
            self.found = self.look();
        }
        let at = self.base + self.found.trailing_zeros() as usize;
        self.found &= self.found - 1;
        Some(at)
    }

    #[inline]
    fn look(&self) -> u64 {
        let rest = self.octets.get(self.base..).unwrap_or_default();
        match rest.first_chunk() {
            Some(octets) => up_to(octets, self.limit),
            None => self.look_at_end(rest),
        }
    }

    #[cold]
    fn look_at_end(&self, rest: &[u8]) -> u64 {
        let mut octets = [u8::MAX; WIDTH];
        octets[..rest.len()].copy_from_slice(rest);
        up_to(&octets, self.limit)
    }
}

/// Sets the bit of each octet that is at most `limit`, which is below 128.
#[inline]
fn up_to(octets: &[u8; WIDTH], limit: u8) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    // Moves the lowest bits of eight octets next to each other, into the highest octet.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let rest = u64::from(0x7f - (limit & 0x7f)) * ONES;
    let (words, _) = octets.as_chunks::<8>();
    let mut found = 0;
    for word in words.iter().rev() {
        let word = u64::from_le_bytes(*word);
        // Above the limit, the sum has its topmost bit; it stays within its octet.
        let above = ((word & !HIGH) + rest) | word;
        found = found << 8 | ((!above & HIGH) >> 7).wrapping_mul(GATHER) >> 56;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Marks, WIDTH, up_to};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn octets_up_to_a_limit(octets in prop::collection::vec(any::<u8>(), WIDTH), limit in 0..128_u8) {
            let octets: [u8; WIDTH] = octets.try_into().unwrap();
            let plainly = octets.iter().rev().fold(0, |bits, octet| bits << 1 | u64::from(*octet <= limit));
            prop_assert_eq!(up_to(&octets, limit), plainly);
        }

        #[test]
        fn finds_what_a_plain_search_finds(octets in prop::collection::vec(prop_oneof![0..40_u8, any::<u8>()], 0..300), from in 0..300_usize) {
            let from = from.min(octets.len());
            let mut marks = Marks::new(&octets, b' ');
            let all: Vec<usize> = std::iter::from_fn(|| marks.next()).collect();
            let expected: Vec<usize> = (0..octets.len()).filter(|at| octets[*at] <= b' ').collect();
            prop_assert_eq!(&all, &expected);
            prop_assert_eq!(marks.next(), None);
            marks.seek(from);
            let rest: Vec<usize> = std::iter::from_fn(|| marks.next()).collect();
            prop_assert!(rest.iter().eq(expected.iter().filter(|at| **at >= from)));
        }
    }
}
