// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names that were looked up and are not listed, the latest of each place in a small table.
//!
//! A few names make up most of all traffic; to know them again costs less than to look them up. Names are compared in full, letter case
//! included, so that nothing is left out that is listed.

/// Names that are kept: their table stays in a core's own cache.
const PLACES: usize = 1 << 13;

/// Octets of the longest name that is kept; the shortest has a word's eight.
const LONGEST: usize = 32;

/// Odd numbers without pattern: fractions of the square roots of 2, 3, 5 and 7.
const FACTORS: [u64; 4] = [0x6A09_E667_F3BC_C909, 0xBB67_AE85_84CA_A73B, 0x3C6E_F372_FE94_F82B, 0xA54F_F53A_5F1D_36F1];

/// A name of 8 to 32 octets: with its length, the words say every octet. One of another length has no words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Short {
    words: [u64; 4],
    length: u64,
}

impl Short {
    /// The name of no octets, which is never kept.
    const NONE: Self = Self { words: [0; 4], length: 0 };

    #[inline]
    fn of(name: &[u8]) -> Self {
        let Some(words) = name.last_chunk::<8>().filter(|_| name.len() <= LONGEST) else { return Self::NONE };
        let last = name.len() - 8;
        let word = |from: usize| {
            // The last word may repeat octets of the one before.
            let octets = name.get(from.min(last)..).and_then(<[u8]>::first_chunk);
            u64::from_le_bytes(*octets.unwrap_or(words))
        };
        Self { words: [word(0), word(8), word(16), u64::from_le_bytes(*words)], length: name.len() as u64 }
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
pub(super) struct Absent(Box<[Short; PLACES]>);

impl Absent {
    pub(super) fn new() -> Self {
        let table = vec![Short { length: u64::MAX, ..Short::NONE }; PLACES];
        Self(table.try_into().unwrap_or_else(|_| Box::new([Short { length: u64::MAX, ..Short::NONE }; PLACES])))
    }

    /// Says whether it is known not to be listed. No branch depends on what it says.
    #[inline]
    pub(super) fn knows(&self, name: &[u8]) -> bool {
        let name = Short::of(name);
        let kept = &self.0[name.place()];
        let unlike =
            name.words.iter().zip(&kept.words).fold(name.length ^ kept.length, |unlike, (a, b)| unlike | (a ^ b));
        unlike == 0
    }

    /// Keeps a name that is not listed, in the place of another, unless it is too short or too long.
    #[inline]
    pub(super) fn keep(&mut self, name: &[u8]) {
        let name = Short::of(name);
        if name.length > 0 {
            self.0[name.place()] = name;
        }
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
            let kept = (8..=32).contains(&a.len());
            prop_assert_eq!(short(&a) != Short::NONE, kept);
            let mut absent = Absent::new();
            absent.keep(a.as_bytes());
            prop_assert_eq!(absent.knows(a.as_bytes()), kept);
            prop_assert!(a == b || !absent.knows(b.as_bytes()));
            let mut other = a.clone().into_bytes();
            if let Some(octet) = other.get_mut(at) {
                *octet ^= 1;
                prop_assert!(!kept || short(&a) != Short::of(&other));
                prop_assert!(!absent.knows(&other));
            }
        }
    }

    #[test]
    fn knows_what_was_kept_last() {
        let mut absent = Absent::new();
        assert!(!absent.knows(b"example.com"));
        absent.keep(b"example.com");
        assert!(absent.knows(b"example.com"));
        assert!(!absent.knows(b"Example.com") && !absent.knows(b"example.com."));
    }

    #[test]
    fn knows_no_name_that_it_cannot_keep() {
        let mut absent = Absent::new();
        for name in [b"".as_slice(), b"a.b", &[b'a'; 33]] {
            assert!(!absent.knows(name));
            absent.keep(name);
            assert!(!absent.knows(name));
        }
    }
}
