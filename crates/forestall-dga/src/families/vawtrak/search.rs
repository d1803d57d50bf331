// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for a seed of Vawtrak: all states of 31 bits that draw one name, of all versions under its suffix.
//!
//! Later versions add something before some steps only, so that nothing says where the name before began.

use std::ops::Range;

use forestall_model::Params;

use super::{CONSONANTS, LENGTHS, SHORTEST, VOWELS, Vawtrak, Version};
use crate::NameBuf;
use crate::families::anchor;
use crate::families::built_in::List;
use crate::families::calendar::WITHOUT_DATES;
use crate::families::draws::{self, Draw, Linear};
use crate::families::spelling::LETTERS;
use crate::identify::{Clue, SeedSearch};

type Stream = Linear<1_103_515_245, 12_345, 0, 31>;

/// Candidates are states at a letter: of version 1 at the first, of version 2 and then of 3 at the first consonant.
#[derive(Debug)]
pub(super) struct Search;

/// Where the candidates of a version begin.
const BEGINS: [u64; 3] =
    [0, draws::candidates::<Stream>(26), draws::candidates::<Stream>(26) + draws::candidates::<Stream>(12)];

fn draws(version: usize, name: &str) -> Option<Vec<Draw>> {
    let draws = match Version::ALL[version] {
        Version::First => draws::with_length(LETTERS, anchor::split(name, &["top"])?.0, SHORTEST, LENGTHS),
        Version::Later(addend) => later(addend, anchor::split(name, &["com"])?.0),
    };
    draws.filter(|draws| draws::parity_fits::<Stream>(Linear, draws))
}

/// Consonants before the first vowel are drawn as 0 or 1, those after each vowel as 1 or 2; the end of the name may cut the last.
fn later(addend: u32, label: &[u8]) -> Option<Vec<Draw>> {
    let mut draws = draws::with_length(LETTERS, label, SHORTEST, LENGTHS)?;
    draws.truncate(1);
    let run = |rest: &[u8]| rest.iter().take_while(|letter| CONSONANTS.contains(letter)).count();
    draws.push(Draw::new(2, u32::try_from(run(label)).ok().filter(|first| *first < 2)?));
    for (place, letter) in label.iter().enumerate() {
        if let Some(consonant) = Draw::letter(CONSONANTS, *letter) {
            draws.push(consonant.after(addend));
            continue;
        }
        draws.push(Draw::letter(VOWELS, *letter)?.after(addend));
        let rest = &label[place + 1..];
        draws.push(match run(rest) {
            1 | 0 if run(rest) == rest.len() => Draw::any(),
            1 => Draw::new(2, 0),
            2 => Draw::new(2, 1),
            _ => return None,
        });
    }
    Some(draws)
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        (0..3).any(|version| draws(version, name).is_some())
    }

    fn later_only(&self) -> bool {
        true
    }

    fn candidates(&self) -> u64 {
        BEGINS[2] + draws::candidates::<Stream>(12)
    }

    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        for (version, begin) in BEGINS.into_iter().enumerate() {
            let modulus = if version == 0 { 26 } else { 12 };
            let end = begin + draws::candidates::<Stream>(modulus);
            let own = range.start.clamp(begin, end) - begin..range.end.clamp(begin, end) - begin;
            let Some(draws) = draws(version, clue.anchor) else { continue };
            draws::search::<Stream>(Linear, &draws, modulus, own, |seed| {
                let mut list = NameBuf::new();
                Vawtrak { version: Version::ALL[version], seed }.write(&WITHOUT_DATES, Some(1), &mut list);
                if list.iter().any(|name| name.bytes == clue.anchor.as_bytes()) {
                    let words = ["1", "2", "3"];
                    hits.push(anchor::hit(&[("version", words[version]), ("seed", &format!("{seed:08X}"))]));
                }
            });
        }
    }
}
