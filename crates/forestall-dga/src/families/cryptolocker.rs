// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! CryptoLocker: 1,000 names a day.
//!
//! The index of a name is added to the year: name `i` of a year has the letters of name `i - 1` of the next on the same date, one place
//! earlier in the table of suffixes. Seven years later it is back in whole as name `i - 7`.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, listed, names};
use super::calendar::{Calendar, date, own_window};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

const NAMES: u32 = 1_000;
const SUFFIXES: [&str; 7] = ["com", "net", "biz", "ru", "org", "co.uk", "info"];

const ENDS: [Suffix; 7] = Suffix::table(SUFFIXES);

/// Letters of the longest name.
const MOST_LETTERS: usize = 15;

struct Cryptolocker;

fn generator(_params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(listed(Calendar::Days, Cryptolocker))
}

impl List for Cryptolocker {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let (year, month, day) = date(period);
        // Day and month go the same way for all names.
        let (mut d, mut m) = (day * 65_537, month * 65_537);
        let d_start = d;
        let dated: [u32; MOST_LETTERS] = std::array::from_fn(|_| {
            d = ((d << 13) >> 19) ^ ((d >> 1) << 13) ^ (d >> 19);
            m = ((m << 2) >> 25) ^ ((m >> 3) << 7) ^ (m >> 25);
            m ^ d
        });
        for (index, suffix) in (0..names(limit, NAMES, NAMES)).zip(ENDS.iter().cycle()) {
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
