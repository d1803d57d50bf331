// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for a seed of CoreBot: all states that draw one label; date and place in the list follow from the other names, or stay open.

use std::ops::Range;

use forestall_model::{Params, UtcDay};

use super::{ALPHABET, LENGTHS, NAMES, SHORTEST, dated};
use crate::families::draws::{self, Draw, Linear, Stream};
use crate::families::{anchor, likeliest};
use crate::identify::{Clue, SeedSearch};

type Recipes = Linear<1_664_525, 1_013_904_223, 0, 32>;

/// Candidates are states at the first letter that matches.
#[derive(Debug)]
pub(super) struct Search;

fn draws(name: &str) -> Option<Vec<Draw>> {
    let (label, _) = anchor::split(name, &["ddns.net"])?;
    draws::with_length(ALPHABET, label, SHORTEST, LENGTHS)
        .filter(|draws| draws::parity_fits(Linear::<1_664_525, 1_013_904_223, 0, 32>, draws))
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        draws(name).is_some()
    }

    fn per_period(&self) -> bool {
        false
    }

    fn candidates(&self) -> u64 {
        draws::candidates::<Recipes>(34)
    }

    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        let Some(draws) = draws(clue.anchor) else { return };
        let stream = Linear::<1_664_525, 1_013_904_223, 0, 32>;
        let (fewest, most) = (SHORTEST as usize + 1, (SHORTEST + LENGTHS) as usize);
        draws::search(stream, &draws, 34, range, |state| {
            let drawn = |state| 1 + (SHORTEST + stream.step(state) % LENGTHS) as usize;
            for start in draws::earlier(stream, state, fewest..=most, NAMES - 1, drawn) {
                for day in likeliest::first(clue.days) {
                    let seed = start.wrapping_sub(of_date(day));
                    hits.push(anchor::hit(&[("seed", &format!("{seed:08X}")), ("group", "0")]));
                }
            }
        });
    }
}

fn of_date(day: UtcDay) -> u32 {
    let (year, month, day) = day.ymd();
    dated(0, (year.unsigned_abs().into(), month.unsigned_abs().into(), day.unsigned_abs().into()))
}
