// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Conficker A: 250 names a day, five generic top-level domains.

use forestall_model::{Margin, Params, UtcDay};

use super::conficker::{self, Conficker, Shape, Variant};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, ParamError, WordLists};

/// The constants of A, from two small public detectors and rubot (chrislee35), each checked against the list of every day of 2020.
///
/// `0x464D_A5676` as the multiplier of the day circulates as well; it is wrong.
static VARIANT: Variant = Variant {
    day_multiplier: 0x4_63DA_5676,
    day_divisor: 0x580_28E4_4000,
    day_offset: 0xB46A_7637,
    step_multiplier: 0x6423_6735,
    step_addend: 0.737_565_675,
    shape: Shape::Signed,
    suffixes: &["com", "net", "org", "info", "biz"],
    names: 250,
};

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
        Ok(Box::new(Conficker::new(&VARIANT, params)?))
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
        names_per_period: Some(u64::from(VARIANT.names)),
        suffixes: VARIANT.suffixes.iter().map(|&s| s.into()).collect(),
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
