// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Ramnit: an endless list from a seed alone, by the generator of Park and Miller in Schrage's form.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List};
use super::calendar::{Calendar, own_window};
use super::values;
use super::without_correction::step;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Names where the campaign does not count.
const USUAL: u32 = 1_000;

/// `z` never occurs.
const ALPHABET: &[u8; 25] = b"abcdefghijklmnopqrstuvwxy";

/// Letters of the longest label that DNS takes.
const MOST_LETTERS: u32 = 63;

mod search;

/// Returns the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let length = |key: &str, default: &str, range: std::ops::RangeInclusive<u32>| {
        let value = values::decimal(params, key, default)?;
        if range.contains(&value) {
            return Ok(value);
        }
        Err(ParamError::BadValue {
            key: key.to_owned(),
            found: value.to_string(),
            expected: format!("a number of letters from {} to {}", range.start(), range.end()),
        })
    };
    let shortest = length("min", "8", 1..=MOST_LETTERS)?;
    let longest = length("max", "19", shortest..=MOST_LETTERS)?;
    let seed = values::hexadecimal(params, "seed", "79159C10")?;
    let suffixes = values::suffixes(params, "tlds", "com", 1..=256)?;
    Ok(built_in::listed(Calendar::None, Ramnit { seed, suffixes, shortest, lengths: longest - shortest + 1 }))
}

#[derive(Debug)]
struct Ramnit {
    seed: u32,
    suffixes: Vec<Box<[u8]>>,
    shortest: u32,
    lengths: u32,
}

impl List for Ramnit {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let names = built_in::names(limit, USUAL, built_in::MOST_NAMES);
        let mut letters = [0; MOST_LETTERS as usize];
        let mut state = self.seed;
        for (_, suffix) in (0..names).zip(self.suffixes.iter().cycle()) {
            let first = u64::from(state);
            state = step(state);
            let label = &mut letters[..(self.shortest + state % self.lengths) as usize];
            let second = u64::from(state);
            for letter in &mut *label {
                state = step(state);
                *letter = ALPHABET[(state % 25) as usize];
            }
            out.push_parts(&[label, b".", suffix]);
            let product = first * second;
            state = ((product & 0xFFFF_FFFF) as u32).wrapping_add((product >> 32) as u32);
        }
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "ramnit".into(),
        aliases: vec!["nimnul".into()],
        summary: "Banking trojan and file infector. An endless list of names of 8 to 19 letters from the campaign's seed, without date".into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeIndependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "none: one list for all time".into(),
        names_per_period: None,
        suffixes: ["com", "click", "eu", "bid"].map(Into::into).to_vec(),
        margin: Margin::CLOCK,
        clock_note: "none: the names do not depend on the date".into(),
        verification: Verification::Verified,
        verification_note: "the published list of 100 names (seed 79159C10, com) is reproduced in full with 8 to 19 letters, and names of a public \
                            data set fall on the known seeds; the present code of that repository has 9 to 25 letters and yields neither"
            .into(),
        generator_version: 1,
        keys: vec![
            values::key("seed", "79159C10", "the campaign's seed, up to 8 hexadecimal digits"),
            values::key("tlds", "com", "suffixes between commas, taken in turn: com in the classic samples, click,com,eu,bid in later ones"),
            values::key("min", "8", "letters of the shortest label, 1 to 63"),
            values::key("max", "19", "letters of the longest label, min to 63"),
        ],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "names never expire: keep free names reserved as long as bots live, look at registered ones by hand".into(),
        references: vec![
            "Johannes Bader, The DGA of Ramnit, bin.re, 2014-12".into(),
            "baderj/domain_generation_algorithms, ramnit: list of 100 names, 31 seeds".into(),
            "endgameinc/dga_predict, ramnit, 2016".into(),
        ],
    }
}
