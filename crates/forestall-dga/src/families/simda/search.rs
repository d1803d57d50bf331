// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for key and base of Simda.
//!
//! Each letter is a quotient of a counter modulo 20 or 6, so that the counter matters only modulo the least common multiple of all
//! divisors times 20 or 6: 2,702,700 for labels of 7 letters. A name gives its counter in this ring by a sieve, letter by letter; the counters
//! of several names give the step, which is the sum of the key's characters. Base and key are representatives of their class.

use std::collections::HashSet;
use std::ops::Range;

use forestall_model::Params;

use super::{CONSONANTS, MOST_LETTERS, USUAL, VOWELS};
use crate::families::anchor;
use crate::identify::{Clue, SeedSearch};

/// The largest sum of a key that can be written: 256 characters of the highest code.
const MOST_STEP: u64 = 256 * 126;

/// Names whose counters are computed.
const MOST_NAMES: usize = 64;

/// Names that must lie on one grid, the anchor included.
const OBSERVED: usize = 4;

/// The ring is not made larger than the counters that a bot reaches.
const MOST_RING: u64 = 1 << 32;

/// Counters of one name that are followed in the sieve; a label of two letters or more has fewer.
const MOST_COUNTERS: usize = 1 << 16;

/// Entries of the table by low bits.
const LOW: usize = 1 << 16;

/// Candidates are steps.
#[derive(Debug)]
pub(super) struct Search;

const SUFFIXES: [&str; 5] = ["com", "info", "eu", "net", "su"];

/// Returns divisor, modulus and remainder of each letter.
fn letters(label: &[u8]) -> Option<Vec<(u64, u64, u64)>> {
    let mut all = Vec::new();
    for (place, letter) in (0_u64..).zip(label) {
        let alphabet: &[u8] = if place % 2 == 0 { CONSONANTS } else { VOWELS };
        let remainder = alphabet.iter().position(|known| known == letter)?;
        all.push((3 + 2 * place, alphabet.len() as u64, remainder as u64));
    }
    Some(all)
}

fn label(name: &str) -> Option<&[u8]> {
    let (label, _) = anchor::split(name, &SUFFIXES)?;
    (5..=MOST_LETTERS as usize).contains(&label.len()).then_some(label).filter(|label| letters(label).is_some())
}

/// Returns the counters that make a label, modulo the ring, and the ring.
fn counters(label: &[u8]) -> Option<(u64, Vec<u64>)> {
    let (mut ring, mut counters) = (1, vec![0]);
    for (divisor, modulus, remainder) in letters(label)? {
        let wider = lcm(ring, divisor * modulus);
        let turns = if wider > MOST_RING { 1 } else { wider / ring };
        let mut next = Vec::new();
        for counter in counters {
            let values = (0..turns).map(|turn| counter + ring * turn);
            next.extend(values.filter(|value| value / divisor % modulus == remainder));
        }
        counters = next;
        if counters.is_empty() || counters.len() > MOST_COUNTERS {
            return None;
        }
        ring *= turns;
    }
    Some((ring, counters))
}

fn lcm(a: u64, b: u64) -> u64 {
    let (mut x, mut y) = (a, b);
    while y > 0 {
        (x, y) = (y, x % y);
    }
    a / x * b
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        label(name).is_some()
    }

    fn candidates(&self) -> u64 {
        MOST_STEP + 1
    }

    /// The largest step first: a list with a part of it holds the names as well, further apart.
    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        let Some((own, suffix)) = label(clue.anchor).map(|label| (label, &clue.anchor[label.len() + 1..])) else {
            return;
        };
        let Some((ring, starts)) = counters(own) else { return };
        let alike = clue.names.iter().filter(|name| name.len() == clue.anchor.len() && name.ends_with(suffix));
        let seen: HashSet<u64> =
            alike.take(MOST_NAMES).filter_map(|name| counters(label(name)?)).flat_map(|(_, all)| all).collect();
        // Most values are none of the few: their low bits say so.
        let mut low = vec![false; LOW];
        let place = |value: u64| usize::try_from(value % LOW as u64).unwrap_or(0);
        seen.iter().for_each(|value| low[place(*value)] = true);
        let names = u64::from(USUAL);
        for step in range.rev().filter(|step| *step > 0) {
            let turn = step % ring;
            for start in &starts {
                let mut value = (start + ring * names - step * names % ring) % ring;
                let mut held = (0, None);
                for _ in 0..=2 * names {
                    if low[place(value)] && seen.contains(&value) {
                        held = (held.0 + 1, held.1.or(Some(value)));
                    }
                    value += turn;
                    value -= if value >= ring { ring } else { 0 };
                }
                if let (OBSERVED.., Some(first)) = held {
                    let base = (first + ring - step % ring) % ring;
                    if let (Some(key), Ok(base)) = (key(step), u32::try_from(base)) {
                        let length = own.len().to_string();
                        let base = format!("0x{base:08X}");
                        hits.push(anchor::hit(&[("key", &key), ("base", &base), ("length", &length), ("tld", suffix)]));
                    }
                }
            }
        }
    }
}

/// Returns visible characters with this sum; none where there are none.
fn key(step: u64) -> Option<String> {
    const HIGHEST: u64 = b'~' as u64;
    let length = step.div_ceil(HIGHEST);
    let (each, more) = (step.checked_div(length)?, step % length);
    let character = |place| u8::try_from(each + u64::from(place < more)).ok().filter(u8::is_ascii_graphic);
    (0..length).map(|place| character(place).map(char::from)).collect()
}

#[cfg(test)]
mod tests {
    use super::{MOST_STEP, counters, key};

    /// The first names of the published list of 1,000, whose counters are 2,052 apart.
    #[test]
    fn labels_of_seven_letters_give_their_counters_in_the_ring() {
        let (base, step) = (0x45AE_94B2, 2_052);
        for (place, label) in (1..).zip([b"gatyfus", b"lyvyxor", b"vojyqem", b"qetyfuv"]) {
            let (ring, counters) = counters(label).unwrap();
            assert_eq!(ring, 2_702_700);
            assert!(counters.contains(&((base + place * step) % ring)), "{place}: {counters:?}");
            assert!(counters.len() < 10, "{place}: {counters:?}");
        }
    }

    #[test]
    fn keys_have_their_sum() {
        for step in [33, 125, 126, 127, 252, 2_052, MOST_STEP] {
            let sum: u64 = key(step).map_or(0, |key| key.bytes().map(u64::from).sum());
            assert_eq!(sum, if step == 33 { 33 } else { step }, "{step}");
        }
        assert_eq!(key(32), None);
    }
}
