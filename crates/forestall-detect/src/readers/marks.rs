// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where lines and their fields end, found for 64 octets at a time and for some kilobytes at once.
//!
//! Fields of a log have about ten octets. A search that is called for each of them begins and ends more than it searches, and a loop that goes on
//! with the next 64 octets in the midst of a line goes on at another field each time, which no processor foresees. Here all octets that end something
//! become the bits of numbers first, then a list of places; only then are lines looked at, and those of a log are all alike.
//! Sixteen octets become sixteen bits by one instruction on x86-64, which no compiler finds, so vectors have a library of their own.

use wide::u8x16;

/// Octets that are looked at together.
pub(super) const WIDTH: usize = 64;

/// Octets that are looked at before lines are: few enough that all that is found stays in the nearest cache.
const STRETCH: usize = 64 * WIDTH;

/// Which octets end something.
pub(super) trait Ends {
    /// Sets all bits of those that do.
    fn are_ends(octets: u8x16) -> u8x16;
}

/// Blanks, tabs and line feeds, and all octets below them.
#[derive(Debug)]
pub(super) enum UpToBlank {}

impl Ends for UpToBlank {
    #[inline(always)]
    fn are_ends(octets: u8x16) -> u8x16 {
        octets.min(u8x16::splat(b' ')).simd_eq(octets)
    }
}

/// Tabs and line feeds.
#[derive(Debug)]
pub(super) enum TabOrFeed {}

impl Ends for TabOrFeed {
    #[inline(always)]
    fn are_ends(octets: u8x16) -> u8x16 {
        octets.simd_eq(u8x16::splat(b'\t')) | octets.simd_eq(u8x16::splat(b'\n'))
    }
}

/// Line feeds.
#[derive(Debug)]
pub(super) enum Feed {}

impl Ends for Feed {
    #[inline(always)]
    fn are_ends(octets: u8x16) -> u8x16 {
        octets.simd_eq(u8x16::splat(b'\n'))
    }
}

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
    pub(super) fn find<E: Ends>(&mut self, text: &[u8]) -> (&[usize], usize) {
        let text = &text[..text.len().min(STRETCH)];
        let (chunks, rest) = text.as_chunks();
        let (mut count, mut base) = (0, 0);
        for octets in chunks {
            count = self.add(bits::<E>(octets), base, count);
            base += 64;
        }
        if !rest.is_empty() {
            let mut octets = [u8::MAX; WIDTH];
            octets[..rest.len()].copy_from_slice(rest);
            count = self.add(bits::<E>(&octets), base, count);
        }
        (&self.places[..count], text.len())
    }

    /// Adds the places of bits to the first `count`; returns how many there are then.
    #[inline(always)]
    fn add(&mut self, mut bits: u64, base: usize, count: usize) -> usize {
        if AT_ONCE == 1 {
            self.places[count] = base + bits.trailing_zeros() as usize;
            let mut count = count + usize::from(bits != 0);
            bits &= bits.wrapping_sub(1);
            while bits != 0 {
                self.places[count] = base + bits.trailing_zeros() as usize;
                count += 1;
                bits &= bits - 1;
            }
            return count;
        }
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

/// Sets the bit of each octet that ends something; the first octet has the lowest.
#[inline(always)]
pub(super) fn bits<E: Ends>(octets: &[u8; WIDTH]) -> u64 {
    let (parts, _) = octets.as_chunks();
    parts.iter().rev().fold(0, |bits, part| bits << 16 | u64::from(E::are_ends(u8x16::new(*part)).to_bitmask()))
}

#[cfg(test)]
mod tests {
    use super::{Ends, Feed, Marks, STRETCH, TabOrFeed, UpToBlank, WIDTH, bits};
    use proptest::prelude::*;

    fn check<E: Ends>(text: &[u8], is_end: impl Fn(u8) -> bool) {
        let expected: Vec<usize> = (0..text.len().min(STRETCH)).filter(|at| is_end(text[*at])).collect();
        let mut marks = Marks::<8>::new();
        assert_eq!(marks.find::<E>(text), (expected.as_slice(), text.len().min(STRETCH)));
        let mut marks = Marks::<16>::new();
        assert_eq!(marks.find::<E>(text).0, expected);
        let mut marks = Marks::<1>::new();
        assert_eq!(marks.find::<E>(text).0, expected);
    }

    fn are_bits<E: Ends>(octets: &[u8; WIDTH], is_end: impl Fn(u8) -> bool) -> bool {
        let plainly = octets.iter().rev().fold(0, |bits, octet| bits << 1 | u64::from(is_end(*octet)));
        bits::<E>(octets) == plainly
    }

    proptest! {
        #[test]
        fn octets_become_bits(octets in prop::collection::vec(prop_oneof![8..12_u8, 31..34_u8, any::<u8>()], WIDTH)) {
            let octets: [u8; WIDTH] = octets.try_into().unwrap();
            prop_assert!(are_bits::<UpToBlank>(&octets, |octet| octet <= b' '));
            prop_assert!(are_bits::<TabOrFeed>(&octets, |octet| octet == b'\t' || octet == b'\n'));
            prop_assert!(are_bits::<Feed>(&octets, |octet| octet == b'\n'));
        }

        #[test]
        fn finds_what_a_plain_search_finds(text in prop::collection::vec(prop_oneof![0..40_u8, any::<u8>()], 0..300)) {
            check::<UpToBlank>(&text, |octet| octet <= b' ');
            check::<TabOrFeed>(&text, |octet| octet == b'\t' || octet == b'\n');
            check::<Feed>(&text, |octet| octet == b'\n');
        }
    }

    #[test]
    fn finds_all_of_a_stretch_and_nothing_beyond() {
        for length in [0, 1, STRETCH - 1, STRETCH, STRETCH + 1, 2 * STRETCH] {
            check::<UpToBlank>(&vec![b'\n'; length], |octet| octet <= b' ');
            check::<UpToBlank>(&vec![b'a'; length], |octet| octet <= b' ');
        }
    }
}
