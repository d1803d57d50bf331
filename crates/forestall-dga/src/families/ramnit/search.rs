// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for a seed of Ramnit: all states that draw one name. The next name's state is a product of two, so that nothing leads back.

use std::ops::Range;

use forestall_model::Params;

use super::{ALPHABET, Ramnit, USUAL};
use crate::NameBuf;
use crate::families::anchor;
use crate::families::built_in::List;
use crate::families::calendar::WITHOUT_DATES;
use crate::families::draws::{self, Draw};
use crate::families::suffix_order;
use crate::families::without_correction::WithoutCorrection;
use crate::identify::{Clue, SeedSearch};

/// The label's length where the campaign has no other.
const SHORTEST: u32 = 8;
const LENGTHS: u32 = 12;

/// Candidates are states at the first letter that matches.
#[derive(Debug)]
pub(super) struct Search;

const SUFFIXES: [&str; 4] = ["com", "click", "eu", "bid"];

fn draws(name: &str) -> Option<Vec<Draw>> {
    let (label, _) = anchor::split(name, &SUFFIXES)?;
    draws::with_length(ALPHABET, label, SHORTEST, LENGTHS)
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        draws(name).is_some()
    }

    fn later_only(&self) -> bool {
        true
    }

    fn candidates(&self) -> u64 {
        draws::candidates::<WithoutCorrection>(25)
    }

    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        let Some(draws) = draws(clue.anchor) else { return };
        draws::search(WithoutCorrection, &draws, 25, range, |seed| {
            let list = Ramnit { seed, suffixes: vec![Box::from(*b"com")], shortest: SHORTEST, lengths: LENGTHS };
            let mut made = NameBuf::new();
            list.write(&WITHOUT_DATES, Some(u64::from(USUAL)), &mut made);
            let labels = made.iter().filter_map(|name| name.bytes.strip_suffix(b".com"));
            let Some(order) = suffix_order::turns(&suffix_order::placed(clue.names, labels), SUFFIXES.len()) else {
                return;
            };
            hits.push(anchor::hit(&[("seed", &format!("{seed:08X}")), ("tlds", &order)]));
        });
    }
}
