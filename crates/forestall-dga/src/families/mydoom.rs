// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Mydoom: the mail worm's variant with a generator, seen in January 2019. 50 names a day by the sum of year, month and day.

use std::sync::Arc;

use forestall_model::{DayRange, Margin, Params, UtcDay, WindowSet};

use super::built_in::{self, MOST_NAMES};
use super::runs::{Dated, date_of, in_runs};
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::lcg::Recipes;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Suffix, WordLists};

mod search;

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

/// The letters of the digits 0 to 9.
const DIGITS: &[u8; 10] = b"asnhreqwpm";

/// The suffixes by the lowest digit; those above 7 have the last one.
const SUFFIXES: [&str; 8] = ["com", "biz", "us", "net", "org", "ws", "info", "in"];

const ENDS: [Suffix; 8] = Suffix::table(SUFFIXES);

/// Names that follow the date.
const DATED: u32 = 50;

#[derive(Debug)]
struct Mydoom {
    seed: u32,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(in_runs(Mydoom { seed: values::hexadecimal(params, "seed", "0xFA8")? }))
}

impl Dated for Mydoom {
    /// The sum of year, month and day.
    type Values = u32;

    fn values(&self, day: UtcDay) -> u32 {
        date_of(day).iter().sum()
    }

    /// Month and day add 2 to 43, so a sum comes back within 41 years.
    fn reach(&self, day: UtcDay) -> Option<DayRange> {
        let year = day.ymd().0;
        let from = UtcDay::from_ymd(year - 41, 1, 1).unwrap_or(UtcDay::MIN);
        Some(DayRange { from, until: UtcDay::from_ymd(year + 42, 1, 1).unwrap_or(UtcDay::MAX) })
    }

    fn write(&self, sum: u32, windows: WindowSet, limit: Option<u64>, out: &mut NameBuf) {
        let names = built_in::names(limit, DATED + 1, MOST_NAMES);
        out.start_run(windows);
        let mut state = Recipes { 0: self.seed.wrapping_add(sum) };
        for i in 0..names {
            if i == DATED {
                // From here on the date is forgotten.
                out.start_run(WindowSet::Always);
                state = Recipes { 0: self.seed };
            }
            let mut rest = state.step();
            out.push_spelled(&ENDS[(rest % 10).min(7) as usize], |label: &mut [u8; 10]| {
                for letter in &mut *label {
                    *letter = DIGITS[(rest % 10) as usize];
                    rest /= 10;
                }
                label.len()
            });
        }
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "mydoom".into(),
        aliases: vec!["novarg".into(), "mimail.r".into(), "shimgapi".into()],
        summary: "Mail worm; the variant with a generator was seen in January 2019. 50 names a day by a sum of the date's parts, so that lists come back, and one \
                  name that is the same every day"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day; all days with the same sum of year, month and day share their list".into(),
        names_per_period: Some(u64::from(DATED) + 1),
        suffixes: SUFFIXES.map(Into::into).to_vec(),
        margin: Margin::hours(24, 24),
        clock_note: "one published generator takes UTC, the other local time".into(),
        verification: Verification::Verified,
        verification_note: "all 40 names that 360netlab saw in a sandbox on 2019-01-03, in order; equals the published list of the days of sum 2041. Names after the 51st, \
                            to be had with a limit, are the continuation in one of two published generators and are not proven"
            .into(),
        generator_version: 1,
        keys: vec![values::key("seed", "0xFA8", "the constant added to the sum, hexadecimal; one value is known")],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "names come back on up to 12 days of a year and for decades: keep them while the worm lives, do not release them after their day; wnshehamhh.in is asked for every day"
            .into(),
        references: vec![
            "baderj/domain_generation_algorithms, folder mydoom".into(),
            "360netlab/DGA, code/mydoom and issue 49".into(),
        ],
    }
}
