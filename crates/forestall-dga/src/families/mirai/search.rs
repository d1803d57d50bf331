// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for a seed of Mirai: the seeds of 32 bits that make the label of a day, by the algebra of Ranbyus.
//!
//! A list has one label, so that those of several days in a row confirm a seed.

use std::ops::Range;

use forestall_model::Params;

use super::LETTERS;
use crate::families::anchor;
use crate::families::ranbyus_may::search::{FIRST, first};
use crate::identify::{Clue, SeedSearch};

/// Candidates are those of [`first`].
#[derive(Debug)]
pub(super) struct Search;

fn label(name: &str) -> Option<&[u8]> {
    let (label, _) = anchor::split(name, &["online", "tech", "support"])?;
    (label.len() == LETTERS && label.iter().all(|letter| (b'a'..=b'y').contains(letter))).then_some(label)
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        label(name).is_some()
    }

    fn candidates(&self) -> u64 {
        FIRST
    }

    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        let Some(label) = label(clue.anchor) else { return };
        first(clue.period, label, range, |seed| hits.push(anchor::hit(&[("seed", &format!("{seed:X}"))])));
    }
}
