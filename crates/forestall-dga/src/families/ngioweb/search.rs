// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for a seed of Ngioweb: all states that draw one name, and from there back to the earliest name observed.

use std::ops::Range;

use forestall_model::Params;

use super::{AFTER_CONSONANT, AFTER_VOWEL, CONSONANTS, Name, Ngioweb, PREFIXES, SUFFIXES, VOWELS};
use crate::families::built_in::List;
use crate::families::calendar::WITHOUT_DATES;
use crate::families::draws::{self, Draw, Linear};
use crate::families::{anchor, earlier};
use crate::identify::{Clue, SeedSearch};
use crate::primitive::lcg::Ansi;

type Stream = Linear<1_103_515_245, 12_345, 0, 32>;

/// Names that are walked back at most: as many as are usually listed.
const BACK: u32 = 1_024;

/// Candidates are states at the first consonant between prefix and ending.
#[derive(Debug)]
pub(super) struct Search;

/// Returns the rows of draws that make a name; several where a prefix or ending may be cut in more than one way.
fn readings(name: &str) -> Vec<Vec<Draw>> {
    let Some((label, suffix)) = anchor::split(name, &SUFFIXES) else { return Vec::new() };
    let parts: Vec<&[u8]> = label.split(|byte| *byte == b'-').collect();
    if parts.len() > 3 {
        return Vec::new();
    }
    let mut all = vec![vec![Draw::new(3, number(parts.len() - 1))]];
    for part in parts {
        let of_part = readings_of(part);
        all = all.iter().flat_map(|so_far| of_part.iter().map(|more| [so_far.as_slice(), more].concat())).collect();
    }
    all.iter_mut().for_each(|draws| draws.push(Draw::new(6, number(suffix))));
    all.retain(|draws| draws::parity_fits::<Stream>(Linear, draws));
    all
}

fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(0)
}

fn readings_of(part: &[u8]) -> Vec<Vec<Draw>> {
    let mut all = Vec::new();
    for (index, prefix) in (0..).zip(PREFIXES) {
        let Some(rest) = part.strip_prefix(prefix.as_bytes()) else { continue };
        for (extra, letters) in (0..).zip(4..7) {
            let Some((between, ending)) = rest.split_at_checked(letters) else { continue };
            let mut draws = vec![Draw::new(30, index), Draw::new(3, extra)];
            let mut vowel = !prefix.ends_with(['a', 'e', 'i', 'o', 'u']);
            let alternate = between.iter().all(|letter| {
                let draw = Draw::letter(if vowel { VOWELS } else { CONSONANTS }, *letter);
                vowel = !vowel;
                draws.extend(draw);
                draw.is_some()
            });
            // What would come next is a vowel after a consonant.
            let endings: &[&str] = if vowel { &AFTER_CONSONANT } else { &AFTER_VOWEL };
            let places = endings.iter().enumerate().filter(|(_, known)| known.as_bytes() == ending);
            for (place, _) in places.filter(|_| alternate) {
                let last = Draw::new(number(endings.len()), number(place));
                all.push([draws.as_slice(), &[last]].concat());
            }
        }
    }
    all
}

fn drawn(state: u32) -> usize {
    let mut name = Name::new();
    name.draw(&mut Ansi { 0: state })
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        !readings(name).is_empty()
    }

    fn candidates(&self) -> u64 {
        draws::candidates::<Stream>(17)
    }

    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        for draws in readings(clue.anchor) {
            draws::search::<Stream>(Linear, &draws, 17, range.clone(), |state| {
                let starts = draws::earlier::<Stream>(Linear, state, 9..=29, BACK, drawn);
                let write = |seed, list: &mut _| Ngioweb { seed }.write(&WITHOUT_DATES, Some(1), list);
                for seed in earlier::observed(clue, starts, write) {
                    hits.push(anchor::hit(&[("seed", &format!("{seed:X}"))]));
                }
            });
        }
    }
}
