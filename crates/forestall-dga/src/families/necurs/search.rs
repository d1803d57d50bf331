// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for a seed of Necurs: small seeds, each for the first places of the list.
//!
//! The seed is added to a number of the place and then mixed by 21 to 148 rounds, which nothing undoes. The number that follows gives the length, and
//! the next the first letter: most candidates are rejected after one mix, the others after two.

use std::ops::Range;

use forestall_model::{Instant, Params};

use super::{AFTER_LETTER, Dated as _, Mixer, NAMES, Necurs, SUFFIXES, length, mix, mixed_date};
use crate::families::anchor;
use crate::identify::{Clue, SeedSearch};

/// Seeds that are searched: the campaign's number, of which the published one is 9.
const SEEDS: u64 = 1 << 14;

/// Seeds that are mixed side by side, for one place after the other.
const GROUP: u64 = 256;

/// Candidates are seeds in groups, the smallest first, each group for all places in turn.
#[derive(Debug)]
pub(super) struct Search;

fn label(name: &str) -> Option<&[u8]> {
    let (label, _) = anchor::split(name, &SUFFIXES)?;
    let letters = label.iter().all(|letter| (b'a'..=b'y').contains(letter));
    (letters && (7..=21).contains(&label.len())).then_some(label)
}

/// Returns how many places are searched for so many observed names.
///
/// With a fifth of the places for each name, names from anywhere in the list miss them all with chance 1 in 148 at most; a bot goes through the
/// list from its start, so that names of one bot are among the first in any case.
fn places(names: usize) -> u64 {
    u64::from(NAMES) * 5 / u64::try_from(names.max(5)).unwrap_or(u64::MAX) + 1
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        label(name).is_some()
    }

    fn candidates(&self) -> u64 {
        SEEDS * u64::from(NAMES)
    }

    /// All observed names are looked for at once, so that later anchors have nothing to do.
    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        if !anchor::is_first(clue) {
            return;
        }
        let labels = Labels::of(clue.names);
        let date = mixed_date(Necurs { seed: 0 }.values(Instant::from_seconds(clue.period.key).day()));
        let places = places(clue.names.len());
        let all = u64::from(NAMES);
        let mut mixer = Mixer::default();
        let (mut numbers, mut seeds) = (Vec::new(), Vec::new());
        for group in range.start / GROUP..range.end.div_ceil(GROUP) {
            let (place, first) = (group % all, group / all * GROUP);
            if place >= places {
                continue;
            }
            let begin = mix(date.wrapping_add(place));
            let own =
                range.start.max(group * GROUP) - group * GROUP..range.end.min((group + 1) * GROUP) - group * GROUP;
            seeds.clear();
            seeds.extend(own.map(|seed| first + seed));
            numbers.clear();
            numbers.extend(seeds.iter().map(|seed| begin.wrapping_add(*seed)));
            mixer.mix(&mut numbers);
            let mut left = 0;
            for i in 0..numbers.len() {
                if labels.first_letters[length(numbers[i])] != 0 {
                    (numbers[left], seeds[left]) = (numbers[i], seeds[i]);
                    left += 1;
                }
            }
            numbers.truncate(left);
            seeds.truncate(left);
            let lengths: Vec<usize> = numbers.iter().map(|number| length(*number)).collect();
            mixer.mix(&mut numbers);
            for ((number, length), seed) in numbers.iter().zip(lengths).zip(&seeds) {
                if labels.first_letters[length] >> (number % 25) & 1 == 1 && labels.holds(length, *number) {
                    hits.push(anchor::hit(&[("seed", &seed.to_string())]));
                }
            }
        }
    }
}

/// The observed labels by length.
struct Labels<'n> {
    by_length: [Vec<&'n [u8]>; 22],
    /// A bit for each first letter of a length.
    first_letters: [u32; 22],
}

impl<'n> Labels<'n> {
    fn of(names: &[&'n str]) -> Self {
        let mut labels = Self { by_length: Default::default(), first_letters: [0; 22] };
        for label in names.iter().filter_map(|name| label(name)) {
            labels.by_length[label.len()].push(label);
            labels.first_letters[label.len()] |= 1 << (label[0] - b'a');
        }
        labels
    }

    /// Says whether one of the labels follows from the number of its first letter.
    fn holds(&self, length: usize, number: u64) -> bool {
        let mut made = [0; 21];
        let mut number = number;
        for place in 0..length {
            if place > 0 {
                number = mix(mix(number.wrapping_add(AFTER_LETTER)).wrapping_add(place as u64));
            }
            made[place] = b'a' + (number % 25) as u8;
            if !self.by_length[length].iter().any(|label| label.starts_with(&made[..=place])) {
                return false;
            }
        }
        true
    }
}
