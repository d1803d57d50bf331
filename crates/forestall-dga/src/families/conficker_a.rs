// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Conficker A: 250 names a day, five generic top-level domains.

use forestall_model::{Margin, Params, UtcDay};

use super::conficker::{self, Conficker, Variant};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, ParamError, WordLists};

/// The constants of A, from two small public detectors and rubot (chrislee35), each checked against the list of every day of 2020.
///
/// `0x464D_A5676` as the multiplier of the day circulates as well; it is wrong.
#[derive(Debug)]
struct Rules;

impl Variant for Rules {
    const DAY_MULTIPLIER: u64 = 0x4_63DA_5676;
    const DAY_DIVISOR: u64 = 0x580_28E4_4000;
    const DAY_OFFSET: u64 = 0xB46A_7637;
    const STEP_MULTIPLIER: u32 = 0x6423_6735;
    const STEP_ADDEND: f64 = 0.737_565_675;
    const MOST_LETTERS: usize = 11;
    const SUFFIXES: &'static [&'static str] = &["com", "net", "org", "info", "biz"];
    const NAMES: u32 = 250;

    /// 8 letters plus the signed remainder by 4, which is -3 to 3.
    fn letters(output: u32) -> usize {
        (8 + output.cast_signed() % 4).unsigned_abs() as usize
    }

    /// By the unsigned remainder.
    fn suffix(output: u32) -> usize {
        (output % 5) as usize
    }
}

/// Conficker A.
#[derive(Debug)]
pub(super) struct ConfickerA {
    info: FamilyInfo,
}

impl ConfickerA {
    /// Makes the family.
    pub(super) fn new() -> Self {
        Self { info: info() }
    }
}

impl Family for ConfickerA {
    fn info(&self) -> &FamilyInfo {
        &self.info
    }

    fn generator(&self, params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
        Ok(Box::new(Conficker::<Rules>::new(params)?))
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "conficker-a".into(),
        aliases: vec!["conficker.a".into(), "downadup.a".into(), "kido.a".into()],
        summary: "Worm of November 2008 (SRI and working group: A; Microsoft: .A; Downadup, Kido). 250 names a day under 5 top-level domains"
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
        verification_note: "identical in order to the lists of 365 days of 2020 made by the Bonn researchers' downatool2 (91,250 names; the file lacks 2020-05-04) and to F-Secure's list of 2008-12-09 (250 names)"
            .into(),
        generator_version: 1,
        keys: conficker::keys(),
        first_day: UtcDay::from_ymd(2008, 11, 26),
        responsible: Responsible::Registry,
        treatment: conficker::TREATMENT.into(),
        references: vec![
            "Porras, Saidi, Yegneswaran, A Foray into Conficker's Logic and Rendezvous Points, USENIX LEET 2009".into(),
            "SRI International, An Analysis of Conficker's Logic and Rendezvous Points, 2009".into(),
            "Will-Beninger/ConfickerDGA: lists of 2020 from downatool2".into(),
            "stamparm/maltrail: F-Secure's list of 2008-12-09".into(),
        ],
    }
}
