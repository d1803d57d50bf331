// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for a constant of Symmi: all states of 31 bits that draw one label, back to the starts of lists, less the date.

use std::ops::Range;

use forestall_model::Params;

use super::{CONSONANTS, LENGTHS, NAMES, SHORTEST, Symmi, VOWELS, dated};
use crate::families::blocks::BlockList as _;
use crate::families::calendar::date;
use crate::families::draws::{self, Draw, Linear, MsvcRand, Stream};
use crate::families::{anchor, likeliest};
use crate::identify::{Clue, SeedSearch};

/// Candidates are states at the first consonant.
#[derive(Debug)]
pub(super) struct Search;

const ZONE: &str = "ddns.net";

fn draws(name: &str) -> Option<Vec<Draw>> {
    let (label, _) = anchor::split(name, &[ZONE])?;
    let more = u32::try_from(label.len()).ok()?.checked_sub(SHORTEST).filter(|more| *more < LENGTHS)?;
    let mut draws = vec![Draw::new(LENGTHS, more)];
    for pair in label.chunks(2) {
        draws.push(Draw::any());
        for letter in pair {
            draws.push(Draw::letter(VOWELS, *letter).or_else(|| Draw::letter(CONSONANTS, *letter))?);
        }
        if pair.len() == 2 && VOWELS.contains(&pair[0]) == VOWELS.contains(&pair[1]) {
            return None;
        }
    }
    Some(draws)
}

/// Draws of a name of so many letters: its length, and the order of each pair.
const fn drawn(length: usize) -> usize {
    1 + length + length.div_ceil(2)
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        draws(name).is_some()
    }

    fn per_period(&self) -> bool {
        false
    }

    fn candidates(&self) -> u64 {
        draws::candidates::<MsvcRand>(18)
    }

    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        let Some(draws) = draws(clue.anchor) else { return };
        let stream: MsvcRand = Linear;
        let (shortest, longest) = (SHORTEST as usize, (SHORTEST + LENGTHS - 1) as usize);
        let mut starts_of_blocks: Vec<i64> = Vec::new();
        let list = Symmi { seed: 0, zone: ZONE.as_bytes().into() };
        for day in likeliest::first(clue.days) {
            let start = list.block(day).period().key;
            if !starts_of_blocks.contains(&start) {
                starts_of_blocks.push(start);
            }
        }
        draws::search(stream, &draws, 18, range, |state| {
            let drawn_from = |state| drawn((SHORTEST + ((stream.step(state) >> 16) & 0x7FFF) % LENGTHS) as usize);
            for start in draws::earlier(stream, state, drawn(shortest)..=drawn(longest), NAMES - 1, drawn_from) {
                for key in &starts_of_blocks {
                    let (year, month, day) = date(&crate::Period { key: *key, window: None });
                    let seed = start.wrapping_sub(dated(year, month, day)) & (u32::MAX >> 1);
                    hits.push(anchor::hit(&[("seed", &seed.to_string())]));
                }
            }
        });
    }
}
