// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Vawtrak: an endless list from a seed, three versions.
//!
//! All draw from one generator modulo 2^31. Version 1 takes any letters; versions 2 and 3, which differ in an addend, take one or two
//! consonants between vowels.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, MOST_NAMES, listed, names};
use super::calendar::{Calendar, own_window};
use super::spelling::letter;
use super::values::{self, key};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::lcg::Ansi;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

mod search;

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

const CONSONANTS: &[u8; 12] = b"cdfghlmnrstw";
const VOWELS: &[u8; 5] = b"aeiou";

/// Letters of the shortest name, and how many lengths there are.
const SHORTEST: u32 = 7;
const LENGTHS: u32 = 5;

/// Letters of the longest name.
const MOST_LETTERS: usize = 11;

#[derive(Clone, Copy)]
enum Version {
    /// Any letters, under `top`.
    First,
    /// Consonants and vowels, under `com`; this is added before each letter.
    Later(u32),
}

impl Version {
    const ALL: [Self; 3] = [Self::First, Self::Later(2), Self::Later(0x1895_120F)];
}

struct Vawtrak {
    version: Version,
    seed: u32,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let version = Version::ALL[values::one_of(params, "version", "2", &["1", "2", "3"])?];
    let seed = values::hexadecimal(params, "seed", "5884C3C4")?;
    Ok(listed(Calendar::None, Vawtrak { version, seed }))
}

impl List for Vawtrak {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let mut random = Random(Ansi { 0: self.seed });
        match self.version {
            Version::First => {
                for _ in 0..names(limit, 96, MOST_NAMES) {
                    let length = random.length();
                    out.push_spelled(const { &Suffix::new("top") }, |label: &mut [u8; MOST_LETTERS]| {
                        for place in &mut label[..length] {
                            *place = letter(random.draw());
                        }
                        length
                    });
                }
            }
            Version::Later(addend) => {
                for _ in 0..names(limit, 150, MOST_NAMES) {
                    let length = random.length();
                    let mut consonants = random.draw() % 2;
                    out.push_spelled(const { &Suffix::new("com") }, |label: &mut [u8; MOST_LETTERS]| {
                        for place in &mut label[..length] {
                            random.0.0 = random.0.0.wrapping_add(addend);
                            let value = random.draw();
                            if consonants > 0 {
                                *place = CONSONANTS[(value % 12) as usize];
                                consonants -= 1;
                            } else {
                                *place = VOWELS[(value % 5) as usize];
                                consonants = random.draw() % 2 + 1;
                            }
                        }
                        length
                    });
                }
            }
        }
    }
}

/// The generator modulo 2^31. The high bit never counts in the next state, so that it is kept and only left out of the output.
struct Random(Ansi);

impl Random {
    fn draw(&mut self) -> u32 {
        self.0.step() & 0x7FFF_FFFF
    }

    fn length(&mut self) -> usize {
        (SHORTEST + self.draw() % LENGTHS) as usize
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "vawtrak".into(),
        aliases: vec!["neverquest".into()],
        summary: "Banking trojan (Vawtrak, Neverquest). An endless list from a seed: 7 to 11 letters under top (version 1) or, pronounceable, \
                  under com (versions 2 and 3)"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeIndependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "none".into(),
        names_per_period: None,
        suffixes: vec!["top".into(), "com".into()],
        margin: Margin::NONE,
        clock_note: "no date enters the names".into(),
        verification: Verification::Verified,
        verification_note: "version 2 with seed 5884C3C4 reproduces a published list of 100 names in full; of versions 1 and 3 no list is known, \
                            they stand on one analyst's code"
            .into(),
        generator_version: 1,
        keys: vec![
            key("version", "2", "1, 2 or 3: which of the generators"),
            key("seed", "5884C3C4", "the start state, up to 8 hexadecimal digits; of version 1 none is published"),
        ],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "names never expire: reserve or block them for as long as bots are seen".into(),
        references: vec![
            "baderj/domain_generation_algorithms, vawtrak".into(),
            "Fidelis Threat Geek on Vawtrak's generators, November 2016".into(),
        ],
    }
}
