// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for a seed of Ranbyus of spring 2015: by algebra where the first name of a list was observed, else through all seeds for the
//! three names after it.
//!
//! The first letter hangs on the low 26 bits of the seed and the second on the high six as well. So every 25th value of the low bits has
//! the first letter, and two or three of 64 values of the high ones the second: 2^32 seeds in seven million steps. A state in the
//! middle of the list has 58 bits, and nothing leads from it back to a seed but the seeds themselves.

use std::ops::Range;

use forestall_model::Params;

use super::{SUFFIXES, State, step_month, step_year};
use crate::Period;
use crate::families::anchor;
use crate::families::calendar::date;
use crate::identify::{Clue, SeedSearch};

/// Letters of a label.
const LENGTH: usize = 14;

/// Names after the first whose places are searched; the bot goes through the list from its start.
const LATER: usize = 3;

/// Candidates for the first name: values of the low 26 bits of a seed with one first letter.
pub(in crate::families) const FIRST: u64 = (1_u64 << 26).div_ceil(25);

/// The inverse of 2^6, and of 2^26, modulo 25.
const INVERSE: u32 = 9;

/// Seeds that are stepped side by side.
const LANES: usize = 32;

/// Candidates are [`FIRST`] for the first name, and then all seeds for the later names together.
#[derive(Debug)]
pub(super) struct Search;

fn label(name: &str) -> Option<(&[u8], usize)> {
    let (label, suffix) = anchor::split(name, &SUFFIXES)?;
    (label.len() == LENGTH && label.iter().all(|letter| (b'a'..=b'y').contains(letter))).then_some((label, suffix))
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        label(name).is_some()
    }

    fn candidates(&self) -> u64 {
        FIRST + (1 << 32)
    }

    /// All observed names are looked for at once, each where its suffix says that it stands.
    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        if !anchor::is_first(clue) {
            return;
        }
        let (.., day) = date(clue.period);
        let at = |place: usize| {
            let suffix = (day as usize + place) % SUFFIXES.len();
            clue.names.iter().filter_map(|name| label(name)).filter(move |(_, own)| *own == suffix)
        };
        let mut found = |seed: u32| hits.push(anchor::hit(&[("seed", &format!("{seed:X}"))]));
        for (label, _) in at(0) {
            first(clue.period, label, range.start.min(FIRST)..range.end.min(FIRST), &mut found);
        }
        let seeds = range.start.max(FIRST) - FIRST..range.end.max(FIRST) - FIRST;
        if seeds.is_empty() {
            return;
        }
        let later = [1, 2, 3].map(|place| at(place).map(|(label, _)| label).collect::<Vec<_>>());
        later_places(clue.period, &later, seeds, &mut found);
    }
}

/// What month and year give to each letter.
struct Mask {
    m: u32,
    y: u32,
}

impl Mask {
    fn of(period: &Period) -> Self {
        let (y, m, _) = date(period);
        Self { m, y }
    }
}

impl Iterator for Mask {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        (self.m, self.y) = (step_month(self.m), step_year(self.y));
        Some(self.m ^ self.y)
    }
}

/// Returns what a letter leaves modulo 25.
fn residue(letter: u8) -> u32 {
    u32::from(letter.wrapping_sub(b'a'))
}

/// Calls `found` with each seed whose list of a period begins with a label of two letters or more, from `a` to `y`.
///
/// Candidates number the values of the low 26 bits that give the first letter, [`FIRST`] in all.
pub(in crate::families) fn first(period: &Period, label: &[u8], range: Range<u64>, mut found: impl FnMut(u32)) {
    let [one, two, rest @ ..] = label else { return };
    let (.., day) = date(period);
    let mut masks = Mask::of(period);
    let [mask_1, mask_2] = [masks.next(), masks.next()].map(Option::unwrap_or_default);
    let masks: Vec<u32> = masks.take(rest.len()).collect();
    // With no seed. The seed enters this state from bit 6 on, and what gives the letter is that under the mask.
    let base = State { d: day, s: 0 }.step().d;
    let below = (base ^ mask_1) & 63;
    let start = (residue(*one) + 25 * 3 - below) % 25 * INVERSE % 25;
    for candidate in range {
        let above = u64::from(start) + candidate * 25;
        if above >= 1 << 26 {
            return;
        }
        let above = (above & 0x03FF_FFFF) as u32;
        let low = (above << 6 | below) ^ base ^ mask_1;
        let low = low >> 6;
        let second = State { d: day, s: low }.step().step().d ^ mask_2;
        let top = ((residue(*two) + 25 - (second & 0x03FF_FFFF) % 25) * INVERSE) % 25;
        for top in (top..64).step_by(25) {
            let seed = low | (top ^ second >> 26) << 26;
            let mut state = State { d: day, s: seed }.step().step();
            let fits = rest.iter().zip(&masks).all(|(letter, mask)| {
                state = state.step();
                (state.d ^ mask) % 25 == residue(*letter)
            });
            if fits {
                found(seed);
            }
        }
    }
}

/// Calls `found` with each seed of `range` that has one of the labels of a place there; `later` are those of the places from the second on.
fn later_places(period: &Period, later: &[Vec<&[u8]>; LATER], range: Range<u64>, found: &mut impl FnMut(u32)) {
    let Some(last) = later.iter().rposition(|labels| !labels.is_empty()) else { return };
    let (.., day) = date(period);
    let masks: Vec<u32> = Mask::of(period).skip(LENGTH).take(LENGTH * LATER).collect();
    let first_letters =
        later.each_ref().map(|labels| labels.iter().fold(0_u32, |bits, label| bits | 1 << residue(label[0])));
    for chunk in range.clone().step_by(LANES) {
        let mut d = [day; LANES];
        let mut s: [u32; LANES] = std::array::from_fn(|lane| ((chunk + lane as u64) & 0xFFFF_FFFF) as u32);
        let mut steps = |number: usize| {
            for _ in 0..number {
                for (d, s) in d.iter_mut().zip(&mut s) {
                    let state = State { d: *d, s: *s }.step();
                    (*d, *s) = (state.d, state.s);
                }
            }
            (d, s)
        };
        for (place, masks) in masks.chunks(LENGTH).enumerate().take(last + 1) {
            let letters = first_letters[place];
            // A step to the last letter of the name before, and then to its own first one.
            let (d, s) = steps(if place == 0 { LENGTH + 1 } else { LENGTH });
            if letters == 0 {
                continue;
            }
            for (lane, (d, s)) in d.into_iter().zip(s).enumerate() {
                if letters >> ((d ^ masks[0]) % 25) & 1 == 0 {
                    continue;
                }
                let made = |label: &&[u8]| {
                    let mut state = State { d, s };
                    residue(label[0]) == (d ^ masks[0]) % 25
                        && label[1..].iter().zip(&masks[1..]).all(|(letter, mask)| {
                            state = state.step();
                            (state.d ^ mask) % 25 == residue(*letter)
                        })
                };
                let seed = chunk + lane as u64;
                if seed < range.end && later[place].iter().any(made) {
                    found((seed & 0xFFFF_FFFF) as u32);
                }
            }
        }
    }
}
