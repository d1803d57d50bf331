// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Reconyc: 100 names from a seed that each run draws by itself. For recognition only.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List};
use super::calendar::{Calendar, own_window};
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::mt19937::Mt19937;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

const NAMES: u32 = 100;

/// Characters of a label.
const LENGTH: usize = 10;

const ALPHABET: &[u8; 62] = b"iHRYg79zJXaGw1CF5K0d3vZobhAlx6StUBnjOIMpe2yVuPr4sL8DqmQTkEcWNf";

/// Milliseconds in a day: the largest seed.
const MOST: u32 = 86_400_000;

mod search;

/// Returns the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let seed = values::decimal(params, "seed", "0")?;
    if seed > MOST {
        let expected = format!("a number of milliseconds from 0 to {MOST}");
        return Err(ParamError::BadValue { key: "seed".to_owned(), found: seed.to_string(), expected });
    }
    Ok(built_in::listed(Calendar::None, Reconyc { seed }))
}

#[derive(Debug)]
struct Reconyc {
    seed: u32,
}

impl List for Reconyc {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let mut sequence = Mt19937::defective(self.seed);
        let mut name = *b"aaaaaaaaaa.com";
        for _ in 0..built_in::names(limit, NAMES, NAMES) {
            name[..LENGTH].fill_with(|| ALPHABET[place(sequence.draw())]);
            out.push(&name);
        }
    }
}

/// Returns the place in the alphabet that a number gives.
#[inline]
fn place(number: u32) -> usize {
    ((62 * u64::from(number)) >> 32) as usize
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "reconyc".into(),
        aliases: vec![],
        summary: "Downloader. 100 names of 10 letters and digits in both cases under com, from a number of milliseconds that each run draws: 86.4 \
                  million lists, of which nobody knows the next"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeIndependentNonDeterministic,
        predictability: Predictability::RandomSeed,
        period: "none: one list for each seed".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: vec!["com".into()],
        margin: Margin::CLOCK,
        clock_note: "none: the names do not depend on the date".into(),
        verification: Verification::Unverified,
        verification_note: "equal to the published code; the published list comes from a seed that was not recorded, and names seen in the field \
                            are missing"
            .into(),
        generator_version: 1,
        keys: vec![values::key("seed", "0", "what a run drew, a decimal number of milliseconds from 0 to 86400000")],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "not to be reserved: there are too many lists; the names that one machine asked for tell its seed, and with it the rest".into(),
        references: vec!["baderj/domain_generation_algorithms, reconyc".into()],
    }
}
