// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for a seed of Qadars: for each place in the list of a week, the states of 31 bits with the anchor's letter there.
//!
//! After `k` steps from the week's number `t` the state is `A * seed + B`, where `A` hangs on `k` alone and `B` on `k` and `t`. So a state at a known
//! place gives the seed, wherever `A` is odd, which it is at every second step.
//!
//! A week has a multiple of 36 seconds. So another seed gives nearly the same list a week later: all its states are those of this one less
//! a week, which changes a character only where the difference wraps. One search serves all weeks, and leaves the week open unless the seed is
//! one of 16 bits, as all published ones are.

use std::ops::Range;

use forestall_model::Params;

use super::{CHARACTERS, LENGTH, MASK, NAMES, WEEKS, next};
use crate::families::built_in::low_half;
use crate::families::draws::{self, Draw};
use crate::families::{anchor, likeliest, suffix_order};
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

    fn per_period(&self) -> bool {
        false
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
                    for (seed, start) in in_weeks(clue, seed) {
                        add(clue, seed, start, hits);
                    }
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

/// Returns the seeds that have the same states in the weeks of the search, but for a constant, each with the start of its week.
fn in_weeks(clue: &Clue<'_>, seed: u32) -> Vec<(u32, i64)> {
    let mut all: Vec<(u32, i64)> = Vec::new();
    for week in likeliest::first(clue.days).into_iter().filter_map(|day| WEEKS.containing(day.start())) {
        let difference = low_half(week.key - clue.period.key);
        let own = seed.wrapping_add(difference).wrapping_sub(next(0, difference)) & MASK;
        if !all.contains(&(own, week.key)) {
            all.push((own, week.key));
        }
    }
    all.sort_by_key(|(seed, _)| *seed > u32::from(u16::MAX));
    all
}

/// Appends the seed with the suffixes, in the order in which the observed names have them.
fn add(clue: &Clue<'_>, seed: u32, start: i64, hits: &mut Vec<Params>) {
    let mut state = low_half(start) & MASK;
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
