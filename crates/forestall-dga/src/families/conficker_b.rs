// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Conficker B and B++: 250 names a day, eight top-level domains.

use forestall_model::{Margin, Params, UtcDay};

use super::conficker::{self, Conficker, Variant};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, ParamError, WordLists};

/// The constants of B, from andrewaeva/DGA and rubot (chrislee35), checked against the list of every day of 2020.
#[derive(Debug)]
struct Rules;

impl Variant for Rules {
    const DAY_MULTIPLIER: u64 = 0x3_52C9_4565;
    const DAY_DIVISOR: u64 = 0x580_28E4_4000;
    const DAY_OFFSET: u64 = 0xA359_6526;
    const STEP_MULTIPLIER: u32 = 0x5312_5624;
    const STEP_ADDEND: f64 = 0.626_454_564;
    const MOST_LETTERS: usize = 11;
    const SUFFIXES: &'static [&'static str] = &["cc", "cn", "ws", "com", "net", "org", "info", "biz"];
    const NAMES: u32 = 250;

    /// 8 letters plus the signed remainder by 4, which is -3 to 3.
    fn letters(output: u32) -> usize {
        (8 + output.cast_signed() % 4).unsigned_abs() as usize
    }

    /// By the unsigned remainder.
    fn suffix(output: u32) -> usize {
        (output % 8) as usize
    }
}

/// Conficker B.
#[derive(Debug)]
pub(super) struct ConfickerB {
    info: FamilyInfo,
}

impl ConfickerB {
    /// Makes the family.
    pub(super) fn new() -> Self {
        Self { info: info() }
    }
}

impl Family for ConfickerB {
    fn info(&self) -> &FamilyInfo {
        &self.info
    }

    fn generator(&self, params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
        Ok(Box::new(Conficker::<Rules>::new(params)?))
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "conficker-b".into(),
        aliases: vec!["conficker.b".into(), "conficker.b++".into(), "downadup.b".into(), "kido.b".into()],
        summary: "Worm of the end of December 2008 (SRI and working group: B; Microsoft: .B). 250 names a day under 8 top-level domains; B++ (Microsoft: .C) of February 2009 uses the same names"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: Some(u64::from(Rules::NAMES)),
        suffixes: Rules::SUFFIXES.iter().map(|&s| s.into()).collect(),
        margin: Margin::hours(24, 24),
        clock_note: conficker::CLOCK_NOTE.into(),
        verification: Verification::Verified,
        verification_note: "identical in order to the lists of 366 days of 2020 made by the Bonn researchers' downatool2 (91,500 names) and to a list of 99,999 names made on Windows for 2014-11-21; names logged on 2009-01-08 and 2009-09-02 and the collisions of March 2009 (jogli.com, wnsux.com, qhflh.com, praat.org) fall on their days"
            .into(),
        generator_version: 1,
        keys: conficker::keys(),
        first_day: UtcDay::from_ymd(2009, 1, 1),
        responsible: Responsible::Registry,
        treatment: conficker::TREATMENT.into(),
        references: vec![
            "Porras, Saidi, Yegneswaran, A Foray into Conficker's Logic and Rendezvous Points, USENIX LEET 2009".into(),
            "SRI International, An Analysis of Conficker's Logic and Rendezvous Points, 2009".into(),
            "Will-Beninger/ConfickerDGA: lists of 2020 from downatool2".into(),
            "andrewaeva/DGA: 99,999 names of 2014-11-21".into(),
        ],
    }
}
