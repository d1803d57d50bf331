// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for a seed of Ranbyus of autumn 2015: for each place in the list, the low 24 bits of the state there.
//!
//! The seed and the product of the date are the low half of the first state, whose high half is zero. So the low half of any state tells the
//! seed, wherever the name stands in the list, and the low half of each state follows from that of the one before. Three letters show bits 24
//! to 31 of three states in a row: with the low 24 bits given, the first two leave at most a few of the 256 values of the high eight, from a table.
//!
//! The names tell seed and product together: one search serves all dates, and each date has a seed of its own. But the suffix of the
//! first name follows the day of the month, so that of a few days in a row hardly ever two explain the same names.

use std::ops::Range;

use forestall_model::Params;

use super::{INCREMENT, LENGTH, MULTIPLIER, NAMES, OTHER_SEED, OTHER_SUFFIXES, SUFFIXES, spell};
use crate::families::runs::date_of;
use crate::families::{anchor, likeliest};
use crate::identify::{Clue, Lcg32, SeedSearch};

/// Values of the bits below those that a letter shows.
const LOW: u64 = 1 << 24;

/// Candidates are the low 24 bits of the first state of a name, for each place.
#[derive(Debug)]
pub(super) struct Search;

fn label(name: &str) -> Option<&[u8; LENGTH]> {
    let (label, _) = anchor::split(name, &SUFFIXES).or_else(|| anchor::split(name, &OTHER_SUFFIXES))?;
    label.try_into().ok().filter(|label: &&[u8; LENGTH]| label.iter().all(|letter| (b'a'..=b'y').contains(letter)))
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        label(name).is_some()
    }

    fn per_period(&self) -> bool {
        false
    }

    fn candidates(&self) -> u64 {
        u64::from(NAMES) * LOW
    }

    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        let Some(label) = label(clue.anchor) else { return };
        let mut add = |seed: u32| hits.push(anchor::hit(&[("seed", &format!("{seed:08X}"))]));
        if range.start == 0 {
            // The one seed with an order of suffixes of its own.
            add(OTHER_SEED);
        }
        let Some((_, suffix)) = anchor::split(clue.anchor, &SUFFIXES) else { return };
        let dates: Vec<(u32, u32)> = likeliest::first(clue.days)
            .into_iter()
            .map(date_of)
            .map(|[year, month, day]| (day, year * month * day))
            .collect();
        for place in 0..NAMES {
            let on = |day: u32| ((day + place) % 8) as usize == suffix;
            let begin = u64::from(place) * LOW;
            let own = range.start.clamp(begin, begin + LOW) - begin..range.end.clamp(begin, begin + LOW) - begin;
            if own.is_empty() || !dates.iter().any(|(day, _)| on(*day)) {
                continue;
            }
            starts(label, place, own, |start| {
                for (_, product) in dates.iter().filter(|(day, _)| on(*day)) {
                    add(start ^ product);
                }
            });
        }
    }
}

/// Calls `found` with each first state of a list that has the label at a place; `range` are the low 24 bits of the state there.
fn starts(label: &[u8; LENGTH], place: u32, range: Range<u64>, mut found: impl FnMut(u32)) {
    let residue = |letter: usize| u32::from(label[letter] - b'a');
    // Octets 11, 3 and 0 are bits 24 to 31 of the first, second and third state of a name.
    let [first, second, third] = [11, 3, 0].map(residue);
    let none = After { a: 1, b: 0 };
    let before_name = (0..6 * place).fold(none, |after, _| after.step());
    let at_first = before_name.step().low();
    let Some(back) = Lcg32::new(at_first.0, at_first.1) else { return };
    let (to_second, to_third) = (none.step().low(), none.step().step().low());
    let high_octet = |(a, b): (u32, u32), state: u32| a.wrapping_mul(state).wrapping_add(b) >> 24;
    let highs = highs(to_second.0, first, second);
    for bits in range {
        let bits = low_half(bits);
        for high in &highs[high_octet(to_second, bits) as usize] {
            let state = bits | high << 24;
            if high_octet(to_third, state) % 25 != third {
                continue;
            }
            let start = back.before(state);
            let mut state = before_name.a.wrapping_mul(u64::from(start)).wrapping_add(before_name.b);
            if spell(&mut state)[..LENGTH] == *label {
                found(start);
            }
        }
    }
}

fn low_half(value: u64) -> u32 {
    (value & 0xFFFF_FFFF) as u32
}

/// Returns, for each sum of the second state's high octet without that of the first, the high octets of the first that give both letters.
fn highs(multiplier: u32, first: u32, second: u32) -> Vec<Vec<u32>> {
    let of_sum = |sum: u32| {
        let both = |high: &u32| (multiplier.wrapping_mul(*high).wrapping_add(sum) & 0xFF) % 25 == second;
        (first..256).step_by(25).filter(both).collect()
    };
    (0..256).map(of_sum).collect()
}

/// The state after some steps as a function of the first: `a * state + b`.
#[derive(Clone, Copy)]
struct After {
    a: u64,
    b: u64,
}

impl After {
    fn step(self) -> Self {
        let next = |value: u64| value.wrapping_mul(MULTIPLIER);
        Self { a: next(self.a), b: next(self.b).wrapping_add(INCREMENT) }
    }

    /// Returns what gives the low half of the state from the low half of the first.
    fn low(self) -> (u32, u32) {
        (low_half(self.a), low_half(self.b))
    }
}
