// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Ramdo: an endless list of names of sixteen letters under org, from a seed alone.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List};
use super::calendar::{Calendar, own_window};
use super::spelling::LETTERS;
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Names where the campaign does not count.
const USUAL: u32 = 1_000;

/// Letters of a label.
const LENGTH: usize = 16;

mod search;

/// Returns the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(built_in::listed(Calendar::None, Ramdo { seed: values::hexadecimal(params, "seed", "0xD5FFF")? }))
}

#[derive(Debug)]
struct Ramdo {
    seed: u32,
}

impl List for Ramdo {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let mut name = *b"aaaaaaaaaaaaaaaa.org";
        for j in 0..built_in::names(limit, USUAL, built_in::MOST_NAMES) {
            let mut states = States::new(self.seed, j);
            name[..LENGTH].iter_mut().for_each(|letter| *letter = LETTERS[states.letter() as usize]);
            out.push(&name);
        }
    }
}

/// The states of one name.
struct States {
    start: u32,
    state: u32,
    letters: u32,
}

impl States {
    #[inline]
    fn new(seed: u32, name: u32) -> Self {
        let start = seed.wrapping_mul(2).wrapping_mul(name + 1);
        Self { start, state: start ^ seed.wrapping_mul(26).wrapping_mul(name), letters: 0 }
    }

    /// Returns the place of the next letter in the alphabet.
    #[inline]
    fn letter(&mut self) -> u32 {
        let letter = self.state % 26;
        let turned = self.start.wrapping_mul(self.letters * self.letters * 26);
        self.state = self.state.wrapping_add(self.state ^ turned);
        self.letters += 1;
        letter
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "ramdo".into(),
        aliases: vec!["redyms".into()],
        summary: "Click fraud. An endless list of names of 16 letters under org, from a fixed seed without date".into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeIndependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "none: one list for all time".into(),
        names_per_period: None,
        suffixes: vec!["org".into()],
        margin: Margin::CLOCK,
        clock_note: "none: the names do not depend on the date".into(),
        verification: Verification::Verified,
        verification_note: "the 1,000 names of the list in andrewaeva/DGA are reproduced; three independent descriptions have the same arithmetic"
            .into(),
        generator_version: 1,
        keys: vec![values::key("seed", "0xD5FFF", "the seed, up to 8 hexadecimal digits; 0xD5FFF is known")],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "names never expire: keep free names reserved as long as bots live, look at registered ones by hand".into(),
        references: vec![
            "baderj/domain_generation_algorithms, ramdo".into(),
            "andrewaeva/DGA, Ramdo: list of 1,000 names".into(),
            "endgameinc/dga_predict, ramdo, after Damballa's analysis".into(),
        ],
    }
}
