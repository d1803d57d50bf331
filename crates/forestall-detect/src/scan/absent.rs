// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names that were looked up and are not listed, the latest of each place in a small table.
//!
//! A few names make up most of all traffic; to know them again costs less than to look them up. Names are compared in full, letter case
//! included, so that nothing is left out that is listed.

/// Names that are kept: their table stays in a core's own cache.
const PLACES: usize = 1 << 13;

/// Octets of the shortest and of the longest name that is kept.
const SHORTEST: usize = 8;
const LONGEST: usize = 32;

/// Odd numbers without pattern: fractions of the square roots of 2, 3, 5 and 7.
const FACTORS: [u64; 4] = [0x6A09_E667_F3BC_C909, 0xBB67_AE85_84CA_A73B, 0x3C6E_F372_FE94_F82B, 0xA54F_F53A_5F1D_36F1];

/// A name of 8 to 32 octets: with its length, the words say every octet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Short {
    words: [u64; 4],
    length: u64,
}

impl Short {
    /// Makes it of a name; none where that is too short or too long.
    #[inline]
    pub(super) fn of(name: &[u8]) -> Option<Self> {
        if !(SHORTEST..=LONGEST).contains(&name.len()) {
            return None;
        }
        let word = |from: usize| {
            // The last word may repeat octets of the one before.
            let from = from.min(name.len() - 8);
            name.get(from..from + 8).and_then(<[u8]>::first_chunk).map_or(0, |octets| u64::from_le_bytes(*octets))
        };
        Some(Self { words: [word(0), word(8), word(16), word(24)], length: name.len() as u64 })
    }

    #[inline]
    fn place(&self) -> usize {
        let [a, b, c, d] = self.words;
        let mixed = (a ^ self.length).wrapping_mul(FACTORS[0])
            ^ b.wrapping_mul(FACTORS[1])
            ^ c.wrapping_mul(FACTORS[2])
            ^ d.wrapping_mul(FACTORS[3]);
        let mixed = (mixed ^ mixed >> 32).wrapping_mul(FACTORS[0]);
        (mixed >> 40) as usize % PLACES
    }
}

/// The table.
#[derive(Debug)]
pub(super) struct Absent(Vec<Short>);

impl Absent {
    pub(super) fn new() -> Self {
        Self(vec![Short::default(); PLACES])
    }

    /// Says whether it is known not to be listed.
    #[inline]
    pub(super) fn knows(&self, name: &Short) -> bool {
        self.0[name.place()] == *name
    }

    /// Keeps a name that is not listed, in the place of another.
    #[inline]
    pub(super) fn keep(&mut self, name: &Short) {
        self.0[name.place()] = *name;
    }
}

#[cfg(test)]
mod tests {
    use super::{Absent, Short};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn only_the_same_octets_are_the_same_name(a in "[ab]{0,40}", b in "[ab]{0,40}", at in 0..40_usize) {
            let short = |text: &str| Short::of(text.as_bytes());
            prop_assert_eq!(short(&a).is_some(), (8..=32).contains(&a.len()));
            let mut other = a.clone().into_bytes();
            if let Some(octet) = other.get_mut(at) {
                *octet ^= 1;
                prop_assert!(short(&a).is_none_or(|short| Some(short) != Short::of(&other)));
            }
            prop_assert!(short(&a).is_none() || (short(&a) == short(&b)) == (a == b));
        }
    }

    #[test]
    fn knows_what_was_kept_last() {
        let name = |text: &str| Short::of(text.as_bytes()).unwrap();
        let mut absent = Absent::new();
        assert!(!absent.knows(&name("example.com")));
        absent.keep(&name("example.com"));
        assert!(absent.knows(&name("example.com")));
        assert!(!absent.knows(&name("Example.com")) && !absent.knows(&name("example.com.")));
    }
}
