// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for a seed of FluBot: seeds below 2^20, each with all places of its list.
//!
//! Published seeds are below 2^11. The generator of 48 bits steps from the first name to any other by one multiplication. The alphabet is odd and
//! hides the low bits, so that no letter says anything of a part of the state, and 2^32 seeds at 5,000 places are too many.

use std::ops::Range;

use forestall_model::Params;

use super::{Flubot, LENGTH, NAMES};
use crate::NameBuf;
use crate::families::built_in::List as _;
use crate::families::draws::{self, Draw};
use crate::families::spelling::LETTERS;
use crate::families::{anchor, suffix_order};
use crate::identify::{Clue, SeedSearch};
use crate::primitive::java::{Random, Steps};

/// Seeds that are tried.
const SEEDS: u64 = 1 << 20;

/// Candidates are seeds from 0 on.
#[derive(Debug)]
pub(super) struct Search;

fn draws(name: &str) -> Option<Vec<Draw>> {
    let (label, _) = anchor::split(name, &["ru", "com", "cn", "su"])?;
    draws::letters(&LETTERS[..25], label).filter(|draws| draws.len() == LENGTH)
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        draws(name).is_some()
    }

    fn candidates(&self) -> u64 {
        SEEDS
    }

    /// Java draws a letter again once in 10^8 times; names behind that place are passed over here, and are in the list that is checked.
    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        let Some(draws) = draws(clue.anchor) else { return };
        let mut steps = Vec::new();
        let mut all = Steps::ONE;
        let name = (1..LENGTH).fold(Steps::ONE, |name, _| name.and(Steps::ONE));
        for _ in 0..NAMES {
            steps.push(all);
            all = all.and(name);
        }
        let (first, rest) = (draws[0], &draws[1..]);
        let of_month = list(0, ["x"; 3]).seed_of(clue.period);
        for seed in range.filter_map(|seed| u32::try_from(seed).ok()) {
            let start = Random::new(of_month.wrapping_add(i64::from(seed)));
            let is_met = steps.iter().any(|steps| {
                let mut there = start.after(*steps);
                first.allows(there.bits()) && {
                    rest.iter().all(|draw| {
                        there = there.after(Steps::ONE);
                        draw.allows(there.bits())
                    })
                }
            });
            if is_met {
                with_suffixes(seed, clue, hits);
            }
        }
    }
}

fn list(seed: u32, suffixes: [&str; 3]) -> Flubot {
    Flubot { seed, suffixes: suffixes.map(|suffix| suffix.as_bytes().into()) }
}

/// Appends the hits of a seed with the suffixes of the observed names; where none of the second was seen, it is com or su.
fn with_suffixes(seed: u32, clue: &Clue<'_>, hits: &mut Vec<Params>) {
    let mut made = NameBuf::new();
    list(seed, ["x"; 3]).write(clue.period, None, &mut made);
    let labels = made.iter().filter_map(|name| name.bytes.strip_suffix(b".x"));
    let mut seen: [Option<&str>; 3] = [None; 3];
    for (place, suffix) in suffix_order::placed(clue.names, labels) {
        seen[super::turn(place)].get_or_insert(suffix);
    }
    let [first, second, third] = seen;
    for usual in ["com", "su"].into_iter().take(if second.is_some() { 1 } else { 2 }) {
        let suffixes = [first.unwrap_or("ru"), second.unwrap_or(usual), third.unwrap_or("cn")].join(",");
        hits.push(anchor::hit(&[("seed", &seed.to_string()), ("tlds", &suffixes)]));
    }
}
