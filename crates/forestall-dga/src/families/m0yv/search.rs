// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for a seed of M0yv: all states of 31 bits that draw one name. Each name begins at the base combined with its number, and the
//! base is the seed, or the seed turned by the date.

use std::ops::Range;

use forestall_model::Params;

use super::{ByDate, LENGTHS, NAMES, SHORTEST};
use crate::families::draws::{self, Draw, Linear, MsvcRand};
use crate::families::runs::Dated as _;
use crate::families::spelling::LETTERS;
use crate::families::{anchor, likeliest};
use crate::identify::{Clue, SeedSearch};

/// Candidates are states at the first letter.
#[derive(Debug)]
pub(super) struct Search;

/// Names that confirm a base at most.
const MOST_NAMES: usize = 64;

fn draws(name: &str) -> Option<Vec<Draw>> {
    let (label, _) = anchor::split(name, &["biz"])?;
    draws::with_length(LETTERS, label, SHORTEST, LENGTHS)
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        draws(name).is_some()
    }

    fn per_period(&self) -> bool {
        false
    }

    fn candidates(&self) -> u64 {
        draws::candidates::<MsvcRand>(26)
    }

    /// The seed of the static form first. By date the highest bit of the base counts as soon as it is turned, so that both are tried.
    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        let Some(own) = draws(clue.anchor) else { return };
        let others: Vec<Vec<Draw>> = clue.names.iter().filter_map(|name| draws(name)).take(MOST_NAMES).collect();
        let stream: MsvcRand = Linear;
        draws::search(stream, &own, 26, range, |state| {
            for number in 0..NAMES {
                let base = state ^ number;
                let drawn = |draws: &Vec<Draw>| (0..NAMES).any(|i| draws::follows(stream, base ^ i, draws));
                // The names are short, so that a state alone says little.
                if others.iter().filter(|draws| drawn(draws)).take(4).count() < 4 {
                    continue;
                }
                hits.push(anchor::hit(&[("version", "static"), ("seed", &format!("0x{base:08X}"))]));
                for day in likeliest::first(clue.days) {
                    for base in [base, base | 1 << 31] {
                        let seed = ByDate::seed(base, ByDate { seed: 0 }.values(day));
                        hits.push(anchor::hit(&[("version", "date"), ("seed", &format!("0x{seed:08X}"))]));
                    }
                }
            }
        });
    }
}
