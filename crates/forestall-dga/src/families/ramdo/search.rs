// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for a seed of Ramdo: all seeds of 31 bits, the highest having no effect, for the first places of the list.
//!
//! All states are even, and so are all letters' places: a name of other letters is none of Ramdo's, with certainty, and a
//! random one passes with chance 1 in 2^16.

use std::ops::Range;

use forestall_model::Params;

use super::{LENGTH, States};
use crate::families::anchor;
use crate::identify::{Clue, SeedSearch};

/// Places of the list that are searched; bots go through it from its start.
const PLACES: u64 = 8;

/// Names that are searched at once.
const MOST_NAMES: usize = 64;

/// Candidates are seeds, for one place after the other.
#[derive(Debug)]
pub(super) struct Search;

fn label(name: &str) -> Option<&[u8]> {
    let (label, _) = anchor::split(name, &["org"])?;
    let even = |letter: &u8| letter.is_ascii_lowercase() && (letter - b'a').is_multiple_of(2);
    (label.len() == LENGTH && label.iter().all(even)).then_some(label)
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        label(name).is_some()
    }

    fn candidates(&self) -> u64 {
        PLACES << 31
    }

    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        if !anchor::is_first(clue) {
            return;
        }
        let labels: Vec<&[u8]> = clue.names.iter().take(MOST_NAMES).filter_map(|name| label(name)).collect();
        // Which third letters follow a first and a second.
        let mut follow = [0_u32; 26 * 26];
        for label in &labels {
            let [a, b, c] = [0, 1, 2].map(|i| usize::from(label[i] - b'a'));
            follow[a * 26 + b] |= 1 << c;
        }
        let low = |value: u64| (value & 0xFFFF_FFFF) as u32;
        for candidate in range {
            let (seed, place) = (low(candidate & 0x7FFF_FFFF), low(candidate >> 31));
            let mut states = States::new(seed, place);
            let [a, b] = [states.letter(), states.letter()];
            let third = follow[(a * 26 + b) as usize];
            if third != 0 && third >> states.letter() & 1 == 1 {
                let mut states = States::new(seed, place);
                let made: [u8; LENGTH] = std::array::from_fn(|_| b'a' + (states.letter() & 31) as u8);
                if labels.contains(&made.as_slice()) {
                    hits.push(anchor::hit(&[("seed", &format!("0x{seed:X}"))]));
                }
            }
        }
    }
}
