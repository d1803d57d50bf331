// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for the seed of a run of DNSChanger: all states of 31 bits that draw one name, and back to the earliest name observed.

use std::ops::Range;

use forestall_model::Params;

use super::{DnsChanger, LENGTH, NAMES};
use crate::families::built_in::List;
use crate::families::calendar::WITHOUT_DATES;
use crate::families::draws::{self, Draw, Linear, MsvcRand};
use crate::families::spelling::LETTERS;
use crate::families::{anchor, earlier};
use crate::identify::{Clue, SeedSearch};

/// Candidates are states at the first letter.
#[derive(Debug)]
pub(super) struct Search;

fn draws(name: &str) -> Option<Vec<Draw>> {
    let (label, _) = anchor::split(name, &["com"])?;
    draws::letters(LETTERS, label).filter(|draws| draws.len() == LENGTH)
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        draws(name).is_some()
    }

    fn candidates(&self) -> u64 {
        draws::candidates::<MsvcRand>(26)
    }

    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        let Some(draws) = draws(clue.anchor) else { return };
        let stream: MsvcRand = Linear;
        draws::search(stream, &draws, 26, range, |state| {
            let starts = draws::earlier(stream, state, LENGTH..=LENGTH, NAMES - 1, |_| LENGTH);
            let write = |seed, list: &mut _| DnsChanger { seed }.write(&WITHOUT_DATES, Some(1), list);
            for seed in earlier::observed(clue, starts, write) {
                hits.push(anchor::hit(&[("seed", &seed.to_string())]));
            }
        });
    }
}
