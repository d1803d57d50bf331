// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! FluBot (Cabassous): 5,000 names a month from the random numbers of Java, a seed for each country.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, listed, names};
use super::calendar::{Calendar, date, own_window};
use super::spelling::LETTERS;
use super::values::{self, key};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::java::Random;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

mod search;

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

const NAMES: u32 = 5_000;

/// Letters of a label.
const LENGTH: usize = 15;

struct Flubot {
    seed: u32,
    suffixes: [Box<[u8]>; 3],
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let seed = values::decimal(params, "seed", "1136")?;
    let suffixes = values::suffixes(params, "tlds", "ru,com,cn", 3..=3)?;
    let suffixes = suffixes.try_into().expect("three suffixes were asked for");
    Ok(listed(Calendar::Months, Flubot { seed, suffixes }))
}

impl List for Flubot {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let mut random = Random::new(self.seed_of(period));
        let mut name = [0; LENGTH];
        for (index, _) in (0..).zip(0..names(limit, NAMES, NAMES)) {
            for place in &mut name {
                *place = LETTERS[(random.below(25) % 26) as usize];
            }
            out.push_parts(&[&name, b".", &self.suffixes[turn(index)]]);
        }
    }
}

/// Returns which suffix a name has by its place, from 0.
fn turn(place: usize) -> usize {
    match place {
        place if place.is_multiple_of(3) => 0,
        place if place.is_multiple_of(2) => 1,
        _ => 2,
    }
}

impl Flubot {
    /// Returns the seed of a month, which the bot counts from 0.
    fn seed_of(&self, period: &Period) -> i64 {
        let (year, month, _) = date(period);
        let (year, month) = (i64::from(year), i64::from(month) - 1);
        let j2 = (year ^ month).wrapping_mul(2);
        let j3 = j2.wrapping_mul(year ^ j2);
        let j4 = j3.wrapping_mul(month ^ j3);
        j4.wrapping_mul(j4).wrapping_add(i64::from(self.seed))
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "flubot".into(),
        aliases: vec!["cabassous".into()],
        summary: "Banking trojan for Android of 2020 and 2021 (FluBot, Cabassous). 5,000 names of 15 letters a month under 3 top-level domains, \
                  a seed for each country"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "month".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: ["ru", "com", "cn", "su"].map(Into::into).to_vec(),
        margin: Margin::CLOCK,
        clock_note: "the month of the telephone, in its own time zone".into(),
        verification: Verification::Verified,
        verification_note: "five published files of two lists of 5,000 labels each (seeds 1949, 1945, 1136, 1813, 1642) are reproduced with the \
                            month counted from 0, which two names registered in March 2021 confirm; a public script is one month off"
            .into(),
        generator_version: 1,
        keys: vec![
            key("seed", "1136", "the seed of the country, decimal: Spain 1136, Germany 1945, Hungary 1949, Italy 1813, United Kingdom 1642"),
            key("tlds", "ru,com,cn", "three suffixes, separated by commas: ru,com,cn in early builds of 3.7, ru,su,cn in the German one and later"),
        ],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "bots begin at a random place of the month's list: reserve the names for the guard window; letters are a to y and 15 in \
                    number, so that a legitimate holder is unlikely"
            .into(),
        references: vec!["PRODAFT, malware-ioc, FluBot".into()],
    }
}
