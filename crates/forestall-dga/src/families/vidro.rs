// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Vidro, the version that sends messages to premium numbers: 100 names a week, weeks counted from an odd second.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, listed, low_half, names};
use super::calendar::{Calendar, own_window};
use super::spelling::letter;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::lcg::Ansi;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

/// Labels of a week.
const LABELS: u32 = 100;

/// Each label under each suffix.
const MOST: u32 = 300;

/// 2010-05-16T08:53:20Z, from which weeks are counted, in seconds since 1970-01-01.
const BASE: i64 = 0x4BEF_B280;

const WEEK: i64 = 604_800;
const SUFFIXES: [&str; 3] = ["dyndns.org", "com", "net"];

const ENDS: [Suffix; 3] = Suffix::table(SUFFIXES);

/// Letters of the longest name.
const MOST_LETTERS: usize = 12;

struct Vidro;

fn generator(_params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(listed(Calendar::Steps { base: BASE, seconds: WEEK }, Vidro))
}

impl List for Vidro {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let week = (period.key - BASE).div_euclid(WEEK);
        let seed = low_half(week.wrapping_add(1_005).wrapping_mul(123_456));
        for (index, suffix) in (0..names(limit, LABELS, MOST)).zip(ENDS.iter().cycle()) {
            let mut random = Ansi { 0: seed.wrapping_add(index % LABELS) };
            let length = (7 + (random.step() >> 10) % 6) as usize;
            out.push_spelled(suffix, |label: &mut [u8; MOST_LETTERS]| {
                // Always as many letters: cheaper than a loop whose end nobody can foresee.
                for place in label {
                    *place = letter(random.step() >> 10);
                }
                length
            });
        }
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "vidro".into(),
        aliases: vec![],
        summary: "Fraud with text messages to premium numbers. 100 names of 7 to 12 letters a week under dyndns.org, com and net".into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "7 days from Sunday 08:53:20 UTC".into(),
        names_per_period: Some(u64::from(LABELS)),
        suffixes: SUFFIXES.map(Into::into).to_vec(),
        margin: Margin::CLOCK,
        clock_note: "Unix time of the device".into(),
        verification: Verification::Verified,
        verification_note: "a published list of 100 names of 2016-12-22 is reproduced in full, and three names of another list fall in the week of \
                            2010-06-01"
            .into(),
        generator_version: 1,
        keys: vec![],
        first_day: None,
        responsible: Responsible::providers([("dyndns.org", "Dyn (Oracle), a dynamic-DNS service")]),
        treatment: "reserve the names under com and net for the guard window; those under dyndns.org are for the provider of that zone, which \
                    itself is never to be blocked. A bot that goes on past 100 names takes the same labels under the other suffixes, 300 in all"
            .into(),
        references: vec!["360netlab/DGA, vidro and issue 31".into()],
    }
}
