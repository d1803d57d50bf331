// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Pykspa, the precursor: the Skype worm's first algorithm, 5000 names for two days from a squared number.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, MOST_NAMES, listed, low_half};
use super::calendar::{Calendar, own_window};
use super::spelling::letter;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

const SUFFIXES: [&str; 6] = ["biz", "com", "net", "org", "info", "cc"];

const ENDS: [Suffix; 6] = Suffix::table(SUFFIXES);

/// Names that a bot tries.
const NAMES: u32 = 5_000;

/// Two days.
const SECONDS: i64 = 172_800;

fn generator(_params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(listed(Calendar::Steps { base: 0, seconds: SECONDS }, Precursor))
}

#[derive(Debug)]
struct Precursor;

impl List for Precursor {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let mut r = low_half(period.key.div_euclid(SECONDS));
        for j in 0..built_in::names(limit, NAMES, MOST_NAMES) {
            r = r.wrapping_mul(r).wrapping_add(j);
            out.push_spelled(&ENDS[(r % 6) as usize], |label: &mut [u8; 15]| {
                let length = (r % 10) as usize + 6;
                spell(r, &mut label[..length]);
                length
            });
        }
    }
}

/// Fills a label with the letters that follow from `s` and its length.
fn spell(mut s: u32, label: &mut [u8]) {
    let length = (0..).zip(label.iter()).map(|(i, _)| i + 1_u32).last().unwrap_or(0);
    let mut sum = length * length;
    for (i, place) in (0..).zip(label) {
        let addend = (s % 5) + (s % 123_456) + i * (s % 4_567 + s % 19);
        *place = letter(sum.wrapping_add(s.wrapping_mul(addend)));
        s = s.wrapping_add(i) >> (i * i % 32);
        sum += length;
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "pykspa-precursor".into(),
        aliases: vec![],
        summary: "Worm that spreads by Skype; the first, weaker one of its two algorithms. 5,000 names for two days"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "2 days, counted from 1970-01-01".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: SUFFIXES.map(Into::into).to_vec(),
        margin: Margin::CLOCK,
        clock_note: "Unix time of the infected machine".into(),
        verification: Verification::Verified,
        verification_note: "equals the published list of the period that holds 2015-08-31, 5,000 of 5,000 names".into(),
        generator_version: 1,
        keys: vec![],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "5,000 names for two days each: reserve them as a list".into(),
        references: vec![
            "baderj/domain_generation_algorithms, folder pykspa/precursor".into(),
            "Bader, johannesbader.ch, July 2015".into(),
        ],
    }
}
