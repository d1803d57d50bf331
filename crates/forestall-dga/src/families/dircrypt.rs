// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! DirCrypt: an endless list from a seed, with a well-known generator whose correction is missing.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, MOST_NAMES, listed, names};
use super::calendar::{Calendar, own_window};
use super::spelling::letter;
use super::values::{self, key};
use super::without_correction::step;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

mod search;

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

/// Names that the bots of the first seed try.
const NAMES: u32 = 30;

/// Letters of the shortest label, and how many lengths there are.
const SHORTEST: u32 = 8;
const LENGTHS: u32 = 13;

#[derive(Debug)]
struct DirCrypt {
    seed: u32,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(listed(Calendar::None, DirCrypt { seed: values::hexadecimal(params, "seed", "F2113C2A")? }))
}

impl List for DirCrypt {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let mut state = self.seed;
        for _ in 0..names(limit, NAMES, MOST_NAMES) {
            state = step(state);
            let length = (SHORTEST + state % LENGTHS) as usize;
            out.push_spelled(const { &Suffix::new("com") }, |label: &mut [u8; 20]| {
                for place in &mut label[..length] {
                    state = step(state);
                    *place = letter(state);
                }
                length
            });
        }
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "dircrypt".into(),
        aliases: vec![],
        summary: "Ransomware, inactive since March 2015 at the latest. The first 30 or 50 names of an endless list under com, from a seed".into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeIndependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "none".into(),
        names_per_period: None,
        suffixes: vec!["com".into()],
        margin: Margin::NONE,
        clock_note: "no date enters the names".into(),
        verification: Verification::Verified,
        verification_note: "the published list of 30 names of seed F2113C2A is reproduced in full; 11 of 11 names of a sandbox are among the first 50 of seed F6A84A56"
            .into(),
        generator_version: 1,
        keys: vec![key("seed", "F2113C2A", "the start state, up to 8 hexadecimal digits")],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "names never expire; six threads share the list and try it almost in order: hold the names up to the bot's counter".into(),
        references: vec![
            "baderj/domain_generation_algorithms, dircrypt".into(),
            "Bader, The DGA of DirCrypt, March 2015".into(),
            "360netlab/DGA, issue 12".into(),
        ],
    }
}
