// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The letters of the downloader without a search: each name shows them all.

use std::ops::Range;

use forestall_model::Params;

use super::MOST_LETTERS;
use crate::families::anchor;
use crate::identify::{Clue, SeedSearch};

/// Letters of the shortest word whose orders prove something: of three letters, four names in some order hold 34 bits.
const FEWEST_LETTERS: usize = 4;

/// The only candidate is the name itself.
#[derive(Debug)]
pub(super) struct Search;

fn label(name: &str) -> Option<&[u8]> {
    let (label, _) = anchor::split(name, &["github.io"])?;
    let shaped = label.len() <= MOST_LETTERS && label.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    shaped.then_some(label)
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        label(name).is_some()
    }

    /// Says yes, since among the longest names of many users of one host there need be none of the family.
    fn later_only(&self) -> bool {
        true
    }

    fn candidates(&self) -> u64 {
        1
    }

    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        let Some(label) = label(clue.anchor).filter(|label| range.contains(&0) && label.len() >= FEWEST_LETTERS) else {
            return;
        };
        let mut letters: Vec<char> = label.iter().copied().map(char::from).collect();
        letters.sort_unstable();
        hits.push(anchor::hit(&[("seed", &letters.iter().collect::<String>())]));
    }

    fn count(&self, params: &Params) -> Option<u64> {
        let letters = u64::try_from(params.value("seed")?.len()).ok()?;
        Some((1..=letters).product())
    }
}
