// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for a seed of DirCrypt: all states that draw one name, and from there back to the earliest name observed.

use std::ops::Range;

use forestall_model::Params;

use super::{DirCrypt, LENGTHS, SHORTEST, step};
use crate::families::built_in::List;
use crate::families::calendar::WITHOUT_DATES;
use crate::families::draws::{self, Draw};
use crate::families::spelling::LETTERS;
use crate::families::without_correction::WithoutCorrection;
use crate::families::{anchor, earlier};
use crate::identify::{Clue, SeedSearch};

/// Names that are walked back at most: more than bots were seen to try.
const BACK: u32 = 100;

/// Candidates are states at the first letter that matches.
#[derive(Debug)]
pub(super) struct Search;

fn draws(name: &str) -> Option<Vec<Draw>> {
    let (label, _) = anchor::split(name, &["com"])?;
    draws::with_length(LETTERS, label, SHORTEST, LENGTHS)
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        draws(name).is_some()
    }

    fn candidates(&self) -> u64 {
        draws::candidates::<WithoutCorrection>(26)
    }

    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        let Some(draws) = draws(clue.anchor) else { return };
        let (shortest, longest) = (SHORTEST as usize, (SHORTEST + LENGTHS) as usize);
        draws::search(WithoutCorrection, &draws, 26, range, |state| {
            let drawn = |state| 1 + (SHORTEST + step(state) % LENGTHS) as usize;
            let starts = draws::earlier(WithoutCorrection, state, shortest + 1..=longest, BACK, drawn);
            let write = |seed, list: &mut _| DirCrypt { seed }.write(&WITHOUT_DATES, Some(1), list);
            for seed in earlier::observed(clue, starts, write) {
                hits.push(anchor::hit(&[("seed", &format!("{seed:08X}"))]));
            }
        });
    }
}
