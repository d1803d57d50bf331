// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where lines and their fields end, found for 64 octets at a time and for some kilobytes at once.
//!
//! Fields of a log have about ten octets. A search that is called for each of them begins and ends more than it searches, and a loop that goes on
//! with the next 64 octets in the midst of a line goes on at another field each time, which no processor foresees. Here all octets that end something
//! become the bits of numbers first, then a list of places; only then are lines looked at, and those of a log are all alike.

/// Octets that are looked at together.
const WIDTH: usize = 64;

/// Octets that are looked at before lines are: few enough that all that is found stays in the nearest cache.
const STRETCH: usize = 64 * WIDTH;

/// Ends of fields and lines in a stretch of text, reused from one to the next. `AT_ONCE` are written at a time, whether 64 octets have as many or not:
/// a loop as long as there are some would end at another place each time.
#[derive(Debug)]
pub(super) struct Marks<const AT_ONCE: usize> {
    /// Where they stand, counted from the start of the stretch.
    places: Vec<usize>,
}

impl<const AT_ONCE: usize> Marks<AT_ONCE> {
    pub(super) fn new() -> Self {
        Self { places: vec![0; STRETCH + AT_ONCE] }
    }

    /// Returns where octets stand that end something, in order, and how many octets from the start of `text` on were looked at: some kilobytes.
    #[inline(always)]
    pub(super) fn find(&mut self, text: &[u8], is_end: impl Fn(u8) -> bool) -> (&[usize], usize) {
        let text = &text[..text.len().min(STRETCH)];
        let (chunks, rest) = text.as_chunks();
        let (mut count, mut base) = (0, 0);
        for octets in chunks {
            count = self.add(bits(octets, &is_end), base, count);
            base += 64;
        }
        if !rest.is_empty() {
            let mut octets = [u8::MAX; WIDTH];
            octets[..rest.len()].copy_from_slice(rest);
            count = self.add(bits(&octets, &is_end), base, count);
        }
        (&self.places[..count], text.len())
    }

    /// Adds the places of bits to the first `count`; returns how many there are then.
    #[inline(always)]
    fn add(&mut self, mut bits: u64, base: usize, count: usize) -> usize {
        let end = count + bits.count_ones() as usize;
        let mut from = count;
        loop {
            for place in &mut self.places[from..from + AT_ONCE] {
                *place = base + bits.trailing_zeros() as usize;
                bits &= bits.wrapping_sub(1);
            }
            from += AT_ONCE;
            if from >= end {
                return end;
            }
        }
    }
}

/// Sets the bit of each octet for which `is` holds; the first octet has the lowest.
///
/// Sixteen octets are compared at a time where the processor can: no step of the first part depends on another. It leaves bit `k` of octet `i` where
/// bit `i` of octet `k` is wanted.
#[inline(always)]
fn bits(octets: &[u8; WIDTH], is: impl Fn(u8) -> bool) -> u64 {
    const ROWS: [u8; WIDTH] = {
        let mut rows = [0; WIDTH];
        let mut at = 0;
        while at < WIDTH {
            rows[at] = 1 << (at / 8);
            at += 1;
        }
        rows
    };
    let mut found = [0; WIDTH];
    for ((found, octet), row) in found.iter_mut().zip(octets).zip(ROWS) {
        *found = if is(*octet) { row } else { 0 };
    }
    let (rows, _) = found.as_chunks();
    transposed(rows.iter().fold(0, |all, row| all | u64::from_le_bytes(*row)))
}

/// Makes rows of the columns of 8 by 8 bits (H. S. Warren, "Hacker's Delight", section 7-3).
#[inline(always)]
fn transposed(mut bits: u64) -> u64 {
    for (shift, mask) in [(7, 0x00AA_00AA_00AA_00AA), (14, 0x0000_CCCC_0000_CCCC), (28, 0x0000_0000_F0F0_F0F0)] {
        let differing = (bits ^ bits >> shift) & mask;
        bits ^= differing ^ differing << shift;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::{Marks, STRETCH, WIDTH, bits};
    use proptest::prelude::*;

    fn check(text: &[u8], is_end: impl Fn(u8) -> bool) {
        let mut marks = Marks::<8>::new();
        let (places, length) = marks.find(text, &is_end);
        assert_eq!(length, text.len().min(STRETCH));
        assert_eq!(places, (0..length).filter(|at| is_end(text[*at])).collect::<Vec<_>>());
        let mut marks = Marks::<16>::new();
        assert_eq!(marks.find(text, &is_end).0, places);
    }

    proptest! {
        #[test]
        fn octets_become_bits(octets in prop::collection::vec(any::<u8>(), WIDTH), limit: u8) {
            let octets: [u8; WIDTH] = octets.try_into().unwrap();
            let plainly = octets.iter().rev().fold(0, |bits, octet| bits << 1 | u64::from(*octet <= limit));
            prop_assert_eq!(bits(&octets, |octet| octet <= limit), plainly);
        }

        #[test]
        fn finds_what_a_plain_search_finds(text in prop::collection::vec(prop_oneof![0..40_u8, any::<u8>()], 0..300)) {
            check(&text, |octet| octet <= b' ');
            check(&text, |octet| octet == b'\t' || octet == b'\n');
        }
    }

    #[test]
    fn finds_all_of_a_stretch_and_nothing_beyond() {
        for length in [0, 1, STRETCH - 1, STRETCH, STRETCH + 1, 2 * STRETCH] {
            check(&vec![b'\n'; length], |octet| octet <= b' ');
            check(&vec![b'a'; length], |octet| octet <= b' ');
        }
    }
}
