// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for the seed of a run of Reconyc: all of them, for a name at all its places.

use std::ops::Range;

use forestall_model::Params;

use super::{ALPHABET, LENGTH, MOST, NAMES, place};
use crate::families::anchor;
use crate::identify::{Clue, SeedSearch};
use crate::primitive::mt19937::WORDS;
use crate::primitive::mt19937_lanes::{LANES, Lanes, Row};

/// Numbers that a list takes.
const NUMBERS: usize = NAMES as usize * LENGTH;

/// Names that are looked for at once: as many as are usually tried as anchors.
const AT_ONCE: usize = 2;

/// Candidates are seeds.
#[derive(Debug)]
pub(super) struct Search;

/// For each character the places of the alphabet where it stands, in either letter case.
type Places = [[bool; 62]; LENGTH];

fn places(name: &str) -> Option<Places> {
    let (label, _) = anchor::split(name, &["com"])?;
    let label: &[u8; LENGTH] = label.try_into().ok()?;
    let places = label.map(|character| ALPHABET.map(|known| known.eq_ignore_ascii_case(&character)));
    places.iter().all(|places| places.contains(&true)).then_some(places)
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        places(name).is_some()
    }

    fn candidates(&self) -> u64 {
        u64::from(MOST) + 1
    }

    /// The tables are nearly all the work, so that the names that are anchors are looked for at once.
    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        if !anchor::is_first(clue) {
            return;
        }
        let wanted: Vec<Places> = clue.names.iter().take(AT_ONCE).filter_map(|name| places(name)).collect();
        let wanted: Vec<_> = wanted.iter().map(|places| (places, intervals(&places[0]))).collect();
        let mut lanes = Lanes::new();
        let mut start = range.start;
        while start < range.end {
            let seeds: Row = std::array::from_fn(|lane| u32::try_from(start + lane as u64).unwrap_or(u32::MAX));
            lanes.start(seeds);
            for table in 0..NUMBERS.div_ceil(WORDS) {
                lanes.refill(WORDS.min(NUMBERS - table * WORDS));
                for at in in_table(table) {
                    let numbers = lanes.numbers(at);
                    for (places, first) in &wanted {
                        let begins = begins(numbers, *first);
                        for (lane, seed) in seeds.into_iter().enumerate().filter(|(lane, _)| begins[*lane]) {
                            if u64::from(seed) < range.end && goes_on(&lanes, at, lane, places) {
                                hits.push(anchor::hit(&[("seed", &seed.to_string())]));
                            }
                        }
                    }
                }
            }
            start += LANES as u64;
        }
    }
}

/// Returns where names begin in a table.
fn in_table(table: usize) -> impl Iterator<Item = usize> {
    let begin = table * WORDS;
    let first = begin.div_ceil(LENGTH) * LENGTH;
    (first..(begin + WORDS).min(NUMBERS)).step_by(LENGTH).map(move |number| number - begin)
}

/// Returns the least number and how many numbers there are, for each place of a character; a character has two at most.
fn intervals(places: &[bool; 62]) -> [(u32, u32); 2] {
    let least = |place: u64| (place << 32).div_ceil(62);
    let mut intervals = [(0, 0); 2];
    let standing = (0..).zip(places).filter(|(_, stands)| **stands);
    for (interval, (place, _)) in intervals.iter_mut().zip(standing) {
        let (from, until) = (least(place), least(place + 1));
        *interval = ((from & 0xFFFF_FFFF) as u32, ((until - from) & 0xFFFF_FFFF) as u32);
    }
    intervals
}

/// Says of each sequence whether its number gives the character.
#[inline]
fn begins(numbers: Row, [one, two]: [(u32, u32); 2]) -> [bool; LANES] {
    numbers.map(|number| (number.wrapping_sub(one.0) < one.1) | (number.wrapping_sub(two.0) < two.1))
}

/// Says whether the further characters follow, as far as the table tells.
fn goes_on(lanes: &Lanes, at: usize, lane: usize, places: &Places) -> bool {
    let numbers = (at + 1..).map_while(|at| lanes.number(at, lane));
    places[1..].iter().zip(numbers).all(|(places, number)| places[place(number)])
}
