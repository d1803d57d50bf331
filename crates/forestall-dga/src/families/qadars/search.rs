// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for a seed of Qadars: for each place in the list of a week, the states of 31 bits with the anchor's letter there.
//!
//! After `k` steps from the week's number `t` the state is `A * seed + B`, where `A` hangs on `k` alone and `B` on `k` and `t`. So a state at a known
//! place gives the seed, wherever `A` is odd, which it is at every second step.

use std::ops::Range;

use forestall_model::Params;

use super::{CHARACTERS, LENGTH, MASK, NAMES, next};
use crate::families::built_in::low_half;
use crate::families::draws::{self, Draw};
use crate::families::{anchor, suffix_order};
use crate::identify::{Clue, Lcg32, SeedSearch};

/// Candidates are states at the first or second character, for each place.
#[derive(Debug)]
pub(super) struct Search;

/// States with one character.
const STATES: u64 = (MASK as u64 + 1).div_ceil(36);

const SUFFIXES: [&str; 4] = ["com", "org", "net", "top"];

fn label(name: &str) -> Option<[u8; LENGTH]> {
    anchor::split(name, &SUFFIXES)?.0.try_into().ok()
}

fn draws_of(label: &[u8; LENGTH]) -> Option<Vec<Draw>> {
    draws::letters(CHARACTERS, label)
}

/// Returns the two lowest bits of the seed; none where no seed has the label.
///
/// The alphabet has a multiple of 4 characters, and the low bits of a state hang on the low bits of the one before only.
fn low_bits(label: &[u8; LENGTH]) -> Option<u32> {
    let low: Vec<u32> = label
        .iter()
        .map(|letter| CHARACTERS.iter().position(|c| c == letter).and_then(|place| u32::try_from(place).ok()))
        .collect::<Option<_>>()?;
    (0..4).find(|seed| low.windows(2).all(|pair| next(*seed, pair[0]) & 3 == pair[1] & 3))
}

/// The state after `k` steps as a function of the seed.
#[derive(Clone, Copy)]
struct After {
    a: u32,
    b: u32,
}

impl After {
    fn step(self) -> Self {
        Self { a: next(1, self.a), b: next(0, self.b) }
    }

    fn state(self, seed: u32) -> u32 {
        self.a.wrapping_mul(seed).wrapping_add(self.b) & MASK
    }
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        label(name).is_some_and(|label| low_bits(&label).is_some())
    }

    fn candidates(&self) -> u64 {
        STATES * u64::from(NAMES)
    }

    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        let Some(label) = label(clue.anchor) else { return };
        let (Some(draws), Some(low)) = (draws_of(&label), low_bits(&label)) else { return };
        let mut after = After { a: 0, b: low_half(clue.period.key) & MASK }.step();
        for place in 0..u64::from(NAMES) {
            let begin = place * STATES;
            let own = range.start.clamp(begin, begin + STATES) - begin..range.end.clamp(begin, begin + STATES) - begin;
            if !own.is_empty() && after.state(low) & 3 == draws[0].residue() & 3 {
                for seed in seeds(after, &draws, own) {
                    add(clue, seed, hits);
                }
            }
            after = (0..=LENGTH).fold(after, |after, _| after.step());
        }
    }
}

/// Returns the seeds that have the label where the state is `after` at its first character.
fn seeds(after: After, draws: &[Draw], range: Range<u64>) -> Vec<u32> {
    let (at, pivot) = if after.a % 2 == 1 { (after, 0) } else { (after.step(), 1) };
    let Some(factor) = Lcg32::new(at.a, at.b) else { return Vec::new() };
    let mut found = Vec::new();
    for candidate in range {
        let state = u64::from(draws[pivot].residue()) + candidate * 36;
        let Ok(state) = u32::try_from(state) else { break };
        if state > MASK {
            break;
        }
        let seed = factor.before(state) & MASK;
        let mut last = state;
        let rest = draws[pivot + 1..].iter().all(|draw| {
            last = next(seed, last);
            draw.allows(last)
        });
        if rest && draws[0].allows(after.state(seed)) {
            found.push(seed);
        }
    }
    found
}

/// Appends the seed with the suffixes, in the order in which the observed names have them.
fn add(clue: &Clue<'_>, seed: u32, hits: &mut Vec<Params>) {
    let mut state = low_half(clue.period.key) & MASK;
    let mut labels = Vec::new();
    let mut turns = Vec::new();
    for _ in 0..NAMES {
        let mut label = [0; LENGTH];
        for character in &mut label {
            state = next(seed, state);
            *character = CHARACTERS[(state % 36) as usize];
        }
        state = next(seed, state);
        labels.push(label);
        turns.push(state as usize);
    }
    let placed = suffix_order::placed(clue.names, labels.iter().map(<[u8; LENGTH]>::as_slice));
    let drawn = || placed.iter().map(|(place, suffix)| (turns[*place], *suffix));
    let rows = ["com,org,net", "net,org,top"].map(|row| row.split(',').collect::<Vec<_>>());
    let known = rows.into_iter().find(|row| drawn().all(|(turn, suffix)| row[turn % 3] == suffix));
    let order =
        known.map(|row| row.join(",")).or_else(|| (1..=4).find_map(|number| suffix_order::row(drawn(), number)));
    if let Some(order) = order {
        hits.push(anchor::hit(&[("seed", &format!("{seed:x}")), ("tlds", &order)]));
    }
}
