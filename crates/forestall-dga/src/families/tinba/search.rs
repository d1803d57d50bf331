// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for a seed of Tinba: of its 16 characters only the last, and the sum of all modulo 256, have an effect.

use std::collections::HashSet;
use std::ops::Range;

use forestall_model::Params;

use super::{READ, SEED, Tinba};
use crate::families::anchor;
use crate::identify::{Clue, SeedSearch};

/// Labels that are walked from the anchor; of each the bot tries all suffixes.
const LABELS: usize = 500;

/// Labels that must have been observed, the anchor's included.
const OBSERVED: usize = 4;

/// The last characters that can be written as a parameter.
const LAST: Range<u8> = 0x21..0x7F;

/// Letters of a computed label.
const LETTERS: Range<u8> = b'b'..b'z';

/// Candidates are a last character and a sum.
#[derive(Debug)]
pub(super) struct Search;

const SUFFIXES: [&str; 11] = ["com", "cc", "net", "in", "ru", "pw", "us", "xyz", "club", "biz", "org"];

fn label(name: &str) -> Option<&[u8]> {
    let (label, _) = anchor::split(name, &SUFFIXES)?;
    (label.len() == READ - 1 && label.iter().all(|letter| LETTERS.contains(letter))).then_some(label)
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        label(name).is_some()
    }

    fn later_only(&self) -> bool {
        true
    }

    fn candidates(&self) -> u64 {
        256 * LAST.len() as u64
    }

    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        let labels: HashSet<&[u8]> = clue.names.iter().filter_map(|name| label(name)).collect();
        for (last, sum) in LAST.flat_map(|last| (0..=u8::MAX).map(move |sum| (last, sum))) {
            let candidate = u64::from(last - LAST.start) * 256 + u64::from(sum);
            if range.contains(&candidate) && walk(clue, &labels, last, sum) {
                let seed = seed(last, sum);
                let seed = String::from_utf8_lossy(&seed);
                hits.push(anchor::hit(&[("seed", &seed), ("domain", clue.anchor), ("tlds", &suffixes(clue))]));
            }
        }
    }
}

/// Says whether the chain from the anchor holds enough observed labels.
fn walk(clue: &Clue<'_>, labels: &HashSet<&[u8]>, last: u8, sum: u8) -> bool {
    let list = Tinba { seed: seed(last, sum), start: Box::default(), suffixes: Vec::new() };
    let mut name = [0; READ];
    name.copy_from_slice(&clue.anchor.as_bytes()[..READ]);
    let mut held = 1;
    for _ in 0..LABELS {
        if list.advance(&mut name).is_none() {
            return false;
        }
        held += usize::from(labels.contains(&name[..READ - 1]));
        if held == OBSERVED.min(labels.len()) {
            return true;
        }
    }
    false
}

/// Returns visible characters with this last one and this sum: the seed of its class.
fn seed(last: u8, sum: u8) -> [u8; SEED] {
    let mut seed = [b'0'; SEED];
    seed[SEED - 1] = last;
    let total = seed.iter().fold(0, |sum: u8, octet| sum.wrapping_add(*octet));
    let mut missing = sum.wrapping_sub(total);
    for octet in &mut seed[..SEED - 1] {
        let more = missing.min(b'z' - b'0');
        *octet += more;
        missing -= more;
    }
    seed
}

/// Returns the suffixes observed under labels of this shape, in the order observed first.
fn suffixes(clue: &Clue<'_>) -> String {
    let mut all: Vec<&str> = Vec::new();
    for suffix in clue.names.iter().filter(|name| label(name).is_some()).map(|name| &name[READ..]) {
        if !all.contains(&suffix) {
            all.push(suffix);
        }
    }
    all.join(",")
}

#[cfg(test)]
mod tests {
    use super::{LAST, seed};

    #[test]
    fn every_class_has_a_seed_of_visible_characters() {
        for last in LAST {
            for sum in 0..=u8::MAX {
                let seed = seed(last, sum);
                assert!(seed.iter().all(u8::is_ascii_graphic));
                assert_eq!((seed[15], seed.iter().fold(0, |sum: u8, octet| sum.wrapping_add(*octet))), (last, sum));
            }
        }
    }
}
