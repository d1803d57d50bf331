// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for the constant of NewGOZ: all 2^32 of them for a few places of a day's list, against a whole set of names.
//!
//! The constant stands behind MD5, from which nothing leads back. So each candidate's name of one place is computed and looked for among those
//! observed, which needs a large part of the list. A label begins with the first word of the digest in base 36: the first word alone rejects
//! nearly all candidates.

use std::collections::HashSet;
use std::ops::Range;

use forestall_model::Params;

use super::{LABEL, NewGoz, label_of, suffix};
use crate::families::anchor;
use crate::families::places::{self, KEYS, PLACES};
use crate::identify::{Clue, SeedSearch};
use crate::primitive::md5;

const SUFFIXES: [&str; 4] = ["com", "org", "biz", "net"];

/// Names of the lists of the two known configurations.
const COUNTS: [u64; 2] = [1_000, 10_000];

/// Names without which a search is not worth its time: half of those between two places.
const FEWEST: u64 = 125;

/// Letters and digits of labels that count as such a name; those of the family have 20 or more but for 1 in 10 million.
const LONG: usize = 20;

/// Candidates are constants, for one place after the other.
#[derive(Debug)]
pub(super) struct Search;

fn label(name: &str) -> Option<(&[u8], usize)> {
    anchor::split(name, &SUFFIXES).filter(|(label, _)| is_four_numbers(label))
}

/// Says whether a label is four numbers of 32 bits in base 36, none with a leading zero.
fn is_four_numbers(label: &[u8]) -> bool {
    if label.len() > 28 {
        return false;
    }
    let mut starts = 1_u32;
    for _ in 0..4 {
        let mut next = 0;
        for start in (0..label.len()).filter(|start| starts >> start & 1 == 1) {
            for (_, length) in numbers(&label[start..]) {
                next |= 1 << (start + length);
            }
        }
        starts = next;
    }
    starts >> label.len() & 1 == 1
}

/// Returns the numbers of 32 bits with which a label may begin, each with its digits.
fn numbers(label: &[u8]) -> impl Iterator<Item = (u32, usize)> {
    let zero = label.first() == Some(&b'0');
    let mut number = Some(0_u64);
    let digits = label.iter().zip(1..).take(if zero { 1 } else { 7 });
    digits.filter_map(move |(digit, length)| {
        let value = char::from(*digit).to_digit(36).filter(|_| !digit.is_ascii_uppercase());
        number = number.zip(value).map(|(number, value)| number * 36 + u64::from(value));
        Some((u32::try_from(number?).ok()?, length))
    })
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        label(name).is_some()
    }

    fn candidates(&self) -> u64 {
        PLACES * KEYS
    }

    fn counts(&self) -> &[u64] {
        &COUNTS
    }

    /// All observed names are looked for at once, so that later anchors have nothing to do.
    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        if !anchor::is_first(clue) {
            return;
        }
        let labels: Vec<(&[u8], usize)> =
            clue.names.iter().filter_map(|name| label(name)).filter(|(label, _)| label.len() >= LONG).collect();
        let names = if labels.len() <= 1_000 { 1_000 } else { 10_000 };
        for (place, keys) in places::worth_it(range, labels.len() as u64, names, FEWEST) {
            let Ok(i) = u32::try_from(place) else { continue };
            let own = labels.iter().filter(|(_, own)| *own == suffix(i)).map(|(label, _)| *label);
            let wanted = Wanted::of(own);
            wanted.search(clue, i, keys, |seed| hits.push(anchor::hit(&[("seed", &format!("0x{seed:08X}"))])));
        }
    }
}

/// Labels that a place may have.
struct Wanted<'n> {
    labels: HashSet<&'n [u8]>,
    /// The numbers with which they may begin, rising.
    numbers: Vec<u32>,
    /// A bit for the low bits of each number.
    bits: Vec<u32>,
}

/// Low bits of a number that are looked at first: so many that their table stays in the nearest cache.
const LOW_BITS: u32 = 18;

impl<'n> Wanted<'n> {
    fn of(labels: impl Iterator<Item = &'n [u8]>) -> Self {
        let labels: HashSet<&[u8]> = labels.collect();
        let mut numbers: Vec<u32> = labels.iter().flat_map(|label| numbers(label)).map(|(number, _)| number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut bits = vec![0; 1 << (LOW_BITS - 5)];
        for number in &numbers {
            let low = number & ((1 << LOW_BITS) - 1);
            bits[(low >> 5) as usize] |= 1 << (low & 31);
        }
        Self { labels, numbers, bits }
    }

    fn may_begin(&self, number: u32) -> bool {
        let low = number & ((1 << LOW_BITS) - 1);
        self.bits[(low >> 5) as usize] >> (low & 31) & 1 == 1 && self.numbers.binary_search(&number).is_ok()
    }

    /// Calls `found` with each constant of `range` whose name of place `i` is one of these.
    fn search(&self, clue: &Clue<'_>, i: u32, range: Range<u64>, mut found: impl FnMut(u32)) {
        if self.labels.is_empty() {
            return;
        }
        let mut block = md5::pad(&NewGoz { seed: 0 }.message(clue.period)).map(|word| [word; md5::LANES]);
        block[0] = [i; md5::LANES];
        let without = block;
        for chunk in range.clone().step_by(md5::LANES) {
            for lane in 0..md5::LANES {
                let seed = ((chunk + lane as u64) & 0xFFFF_FFFF) as u32;
                // Behind each part of the date, which takes two octets.
                block[1][lane] = without[1][lane] | seed << 16;
                block[2][lane] = without[2][lane] | seed >> 16;
                block[3][lane] = seed;
                block[4][lane] = without[4][lane] | seed << 16;
                block[5][lane] = without[5][lane] | seed >> 16;
            }
            let state = md5::states(&block);
            for lane in (0..md5::LANES).filter(|lane| self.may_begin(state[0][*lane])) {
                let mut label = [0; LABEL];
                let length = label_of(&md5::bytes(state.map(|word| word[lane])), &mut label);
                let seed = chunk + lane as u64;
                if seed < range.end && self.labels.contains(&label[..length]) {
                    found((seed & 0xFFFF_FFFF) as u32);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{is_four_numbers, numbers};

    #[test]
    fn labels_are_four_numbers() {
        for (label, expected) in [
            ("0000", true),
            ("000", false),
            ("1z141z31z141z31z141z31z141z3", true),
            ("1z141z41z141z31z141z31z141z3", false),
            ("1z141z31z141z31z141z31z141z30", false),
            ("00001", false),
            ("1000", true),
            ("10001", true),
            ("a-bc", false),
            ("", false),
        ] {
            assert_eq!(is_four_numbers(label.as_bytes()), expected, "{label}");
        }
        assert_eq!(numbers(b"1z141z3").last(), Some((u32::MAX, 7)));
        assert_eq!(numbers(b"1z141z4").last(), Some((119_304_647, 6)));
    }
}
