// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for a seed of Locky: seeds below 2^24 for all names of a list, in the three forms that campaigns were seen to have.
//!
//! Every published seed is below 2^20. The seed enters each name several times between rotations, so that no state gives it back.

use std::collections::HashSet;
use std::ops::Range;

use forestall_model::{Instant, Params};

use super::{Locky, Version};
use crate::NameBuf;
use crate::families::anchor;
use crate::families::calendar::own_window;
use crate::families::runs::Dated as _;
use crate::families::spelling::LETTERS;
use crate::identify::{Clue, SeedSearch};

/// Seeds of one form.
const SEEDS: u64 = 1 << 24;

/// Version, rotation and names of a list.
const FORMS: [(Version, u32, u32); 3] = [(Version::Two(8), 7, 8), (Version::Two(6), 5, 6), (Version::Three, 7, 12)];

/// Candidates are seeds from 0 on, each in all forms.
#[derive(Debug)]
pub(super) struct Search;

fn label(version: Version, name: &str) -> Option<&[u8]> {
    let (suffixes, lengths) = version.shape();
    let (label, _) = anchor::split(name, suffixes)?;
    let letters = label.iter().all(|letter| LETTERS[..25].contains(letter));
    (letters && lengths.contains(&label.len())).then_some(label)
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        FORMS.iter().any(|(version, ..)| label(*version, name).is_some())
    }

    fn candidates(&self) -> u64 {
        SEEDS * FORMS.len() as u64
    }

    fn count(&self, params: &Params) -> Option<u64> {
        Some(if params.value("version") == Some("3") { 12 } else { params.value("mod")?.parse().ok()? })
    }

    /// All observed names are looked for at once, by length and first two letters, so that later anchors have nothing to do.
    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        if !anchor::is_first(clue) {
            return;
        }
        let date =
            Locky { version: Version::Three, seed: 0, shift: 7 }.values(Instant::from_seconds(clue.period.key).day());
        let names: HashSet<&[u8]> = clue.names.iter().map(|name| name.as_bytes()).collect();
        let seconds = FORMS.map(|(version, ..)| {
            let mut seconds = [[0_u32; 25]; 32];
            for label in clue.names.iter().filter_map(|name| label(version, name)) {
                seconds[label.len()][usize::from(label[0] - b'a')] |= 1 << (label[1] - b'a');
            }
            seconds
        });
        let mut list = NameBuf::new();
        for candidate in range {
            let seed = u32::try_from(candidate / FORMS.len() as u64).unwrap_or(u32::MAX);
            let form = usize::try_from(candidate % FORMS.len() as u64).unwrap_or(0);
            let (version, shift, count) = FORMS[form];
            let locky = Locky { version, seed, shift };
            if !locky.may_have(date, count, &seconds[form]) {
                continue;
            }
            list.clear();
            locky.write(date, own_window(clue.period), Some(count.into()), &mut list);
            if list.iter().filter(|name| names.contains(name.bytes)).count() < 3 {
                continue;
            }
            let (seed, shift, modulus) = (locky.seed.to_string(), shift.to_string(), count.to_string());
            hits.push(match version {
                Version::Two(_) => {
                    anchor::hit(&[("version", "2"), ("seed", &seed), ("shift", &shift), ("mod", &modulus)])
                }
                Version::Three => anchor::hit(&[("version", "3"), ("seed", &seed), ("shift", &shift)]),
            });
        }
    }
}

impl Locky {
    /// Says whether a name of the list has length, first and second letter of an observed one; `seconds` has a bit for each such letter.
    fn may_have(&self, date: [u32; 3], names: u32, seconds: &[[u32; 25]; 32]) -> bool {
        let base = self.base(date);
        (0..names).any(|place| {
            let x = self.first(base, date, place);
            let first = self.turn(x, 0);
            let bits = seconds[self.version.length(x)][(first % 25) as usize];
            bits != 0 && bits >> (self.turn(first, 1) % 25) & 1 == 1
        })
    }
}
