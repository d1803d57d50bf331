// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! CryptoLocker: 1,000 names a day.
//!
//! The index of a name is added to the year: name `i` of a year has the letters of name `i - 1` of the next on the same date, one place
//! earlier in the table of suffixes. Seven years later it is back in whole as name `i - 7`.

use std::sync::Arc;

use forestall_model::{Margin, Params, UtcDay, WindowSet};

use super::blocks::{self, Block, BlockList};
use super::built_in::{self, names};
use super::calendar::date;
use super::recurrence;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Ask, Family, FamilyInfo, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

const NAMES: u32 = 1_000;
const SUFFIXES: [&str; 7] = ["com", "net", "biz", "ru", "org", "co.uk", "info"];

/// Years, and places of the list, after which a name is back in whole: as many as suffixes.
const TURN: i32 = 7;
const ENDS: [Suffix; 7] = Suffix::table(SUFFIXES);

/// Letters of the longest name.
const MOST_LETTERS: usize = 15;

#[derive(Debug)]
struct Cryptolocker;

fn generator(_params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(blocks::listed(Cryptolocker))
}

impl BlockList for Cryptolocker {
    fn block(&self, day: UtcDay) -> Block {
        Block::day(day)
    }

    fn write(&self, period: &Period, ask: &Ask, out: &mut NameBuf) {
        let (year, month, day) = date(period);
        let years = years_alike(period, ask);
        let mut until = 0;
        // Day and month go the same way for all names.
        let (mut d, mut m) = (day * 65_537, month * 65_537);
        let d_start = d;
        let dated: [u32; MOST_LETTERS] = std::array::from_fn(|_| {
            d = ((d << 13) >> 19) ^ ((d >> 1) << 13) ^ (d >> 19);
            m = ((m << 2) >> 25) ^ ((m >> 3) << 7) ^ (m >> 25);
            m ^ d
        });
        for (index, suffix) in (0..names(ask.limit, NAMES, NAMES)).zip(ENDS.iter().cycle()) {
            if index >= until {
                let (windows, end) = windows(period, ask, &years, index);
                out.start_run(windows);
                until = end;
            }
            let mut y = (year + index) * 65_537;
            let length = 12 + (((d_start >> 3) ^ (y >> 8) ^ (y >> 11)) & 3) as usize;
            out.push_spelled(suffix, |label: &mut [u8; MOST_LETTERS]| {
                // Always as many letters: cheaper than a loop whose end nobody can foresee.
                for (place, dated) in label.iter_mut().zip(dated) {
                    y = ((y << 3) >> 11) ^ ((y >> 4) << 21) ^ (y >> 11);
                    *place = b'a' + ((y ^ dated) % 25) as u8;
                }
                length
            });
        }
    }
}

/// Returns the days on which some name of the list is back, with how many places earlier it then stands, in order of time.
fn years_alike(period: &Period, ask: &Ask) -> Vec<(i32, UtcDay)> {
    let (year, month, day) = date(period);
    let earlier = |other: i16| i32::from(other) - i32::try_from(year).unwrap_or(0);
    let turns = recurrence::years(ask).map(|other| (earlier(other), other)).filter(|(earlier, _)| earlier % TURN == 0);
    let near = turns.filter(|(earlier, _)| earlier.unsigned_abs() < NAMES);
    near.filter_map(|(earlier, other)| Some((earlier, recurrence::day_in(other, month, day)?))).collect()
}

/// Returns the windows of the name at a place, and the place of the next name that has others.
fn windows(period: &Period, ask: &Ask, years: &[(i32, UtcDay)], index: u32) -> (WindowSet, u32) {
    let place = |earlier: i32| index.cast_signed() - earlier;
    let listed = 0..NAMES.cast_signed();
    let days = years.iter().filter(|(earlier, _)| listed.contains(&place(*earlier))).map(|(_, day)| *day);
    let windows = recurrence::days(period, ask, days);
    // A later name is on the list of a later year where this one is not yet, or no more on that of an earlier year.
    let comes = years.iter().map(|(earlier, _)| *earlier).filter(|earlier| *earlier > index.cast_signed()).min();
    let goes =
        years.iter().map(|(earlier, _)| NAMES.cast_signed() + *earlier).filter(|end| *end > index.cast_signed()).min();
    let next = comes.into_iter().chain(goes).min().unwrap_or(NAMES.cast_signed());
    (windows, next.cast_unsigned())
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "cryptolocker".into(),
        aliases: vec![],
        summary: "Ransomware of 2013 and 2014. 1,000 names of 12 to 15 letters a day under 7 suffixes".into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: SUFFIXES.map(Into::into).to_vec(),
        margin: Margin::hours(24, 24),
        clock_note: "the date of the machine, in its own time zone: the day before and the day after are to be kept as well".into(),
        verification: Verification::Verified,
        verification_note: "names published for 2013-12-19 are reproduced, and 797 of 1,667 names of a public data set fall on dates from August \
                            2013 to August 2014; the others belong to another build or other dates"
            .into(),
        generator_version: 1,
        keys: vec![],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "reserve the names for the guard window; the letters of all names of a date but one are back on the same date of the next \
                    year under the suffix before, and the whole name seven years later, so that releasing a name is not the end of it"
            .into(),
        references: vec![
            "pchaigno/dga-collection, Cryptolocker, after Fortinet's analysis".into(),
            "andrewaeva/DGA, Cryptolocker and the DDS list of names".into(),
        ],
    }
}
