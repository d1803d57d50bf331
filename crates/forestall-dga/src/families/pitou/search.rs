// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for the magic of Pitou: 2^16 low halves; of the high half one name tells all that counts.
//!
//! Labels hang on the low two octets alone. The suffix is a remainder modulo 9, so that the high half counts modulo 9 only: the magic printed is
//! the least of its class, and all of a class make the same names.

use std::ops::Range;

use forestall_model::Params;

use super::{CONSONANTS, Decade, NAMES, Pitou, SUFFIXES, VOWELS};
use crate::families::anchor;
use crate::identify::{Clue, SeedSearch};

/// Candidates are the low halves of the magic.
#[derive(Debug)]
pub(super) struct Search;

/// Letters of a label; one of 9 has a last letter that the malware never set.
const LENGTH: usize = 8;

fn label(name: &str) -> Option<(&[u8], usize)> {
    anchor::split(name, &SUFFIXES).filter(|(label, _)| is_spelled(label))
}

/// Says whether a label is a row of consonant and vowel, consonant and two vowels, or vowel and consonant.
///
/// After 8 letters a row breaks off, but between a vowel and its consonant.
fn is_spelled(label: &[u8]) -> bool {
    let is = |place: usize, letters: &[u8]| label.get(place).is_none_or(|letter| letters.contains(letter));
    let mut starts = [false; LENGTH];
    starts[0] = true;
    let mut ends = false;
    for start in 0..LENGTH {
        if !starts[start] {
            continue;
        }
        let open = is(start, CONSONANTS) && is(start + 1, VOWELS);
        let rows = [(open, 2), (open && is(start + 2, VOWELS), 3)];
        for (fits, length) in rows {
            match starts.get_mut(start + length) {
                Some(next) => *next |= fits,
                None => ends |= fits && label.len() == LENGTH,
            }
        }
        if is(start, VOWELS) && is(start + 1, CONSONANTS) {
            match starts.get_mut(start + 2) {
                Some(next) => *next = true,
                None => ends |= label.len() == start + 2,
            }
        }
    }
    ends && (LENGTH..=LENGTH + 1).contains(&label.len())
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        label(name).is_some()
    }

    fn candidates(&self) -> u64 {
        1 << 16
    }

    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        let (Some((label, suffix)), Some(decade)) = (label(clue.anchor), Decade::of_period(clue.period)) else {
            return;
        };
        for low in range.filter_map(|low| u32::try_from(low).ok()) {
            for c in 0..NAMES {
                let mut made = [0; 10];
                let (length, last) = Pitou { magic: low }.spell(decade, c, &mut made);
                let fits = length == label.len()
                    && made[..LENGTH] == label[..LENGTH]
                    && label[LENGTH..].iter().all(|letter| last.contains(letter));
                if !fits {
                    continue;
                }
                // Sixteen, since dates far away change the high half as well.
                let mut magics = (0..16).map(|high: u32| high << 16 | low);
                if let Some(magic) = magics.find(|magic| Pitou { magic: *magic }.suffix(decade, c) == suffix) {
                    hits.push(anchor::hit(&[("magic", &format!("0x{magic:X}"))]));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_spelled;

    #[test]
    fn rows_of_letters_are_those_that_can_be_spelled() {
        for (label, expected) in [
            ("koohoava", true),
            ("koohoavab", true),
            ("koohoavaa", false),
            ("babababa", true),
            ("abababab", true),
            ("baabaabaa", false),
            ("baabaaba", true),
            ("bbababab", false),
            ("abbaabba", true),
            ("aaababab", false),
            ("bababab", false),
            ("babababab", false),
            ("ba-ababa", false),
        ] {
            assert_eq!(is_spelled(label.as_bytes()), expected, "{label}");
        }
    }
}
