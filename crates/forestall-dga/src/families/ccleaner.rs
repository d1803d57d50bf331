// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The backdoor in CCleaner 5.33: one name a month.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, listed, names};
use super::calendar::{Calendar, date, own_window};
use super::spelling::short_hexadecimal;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::lcg::Msvc;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

struct Ccleaner;

fn generator(_params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(listed(Calendar::Months, Ccleaner))
}

impl List for Ccleaner {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        if names(limit, 1, 1) == 0 {
            return;
        }
        let (year, month, _) = date(period);
        let mut random = Msvc { 0: year * 10_000 + month };
        let [a, b, c] = [0; 3].map(|_: u32| random.rand());
        let mut room = [[0; 8]; 2];
        let [product, last] = room.each_mut();
        let product = short_hexadecimal(b * c, product);
        out.push_parts(&[b"ab", product, short_hexadecimal(a, last), b".com"]);
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "ccleaner".into(),
        aliases: vec![],
        summary: "Backdoor in CCleaner 5.33 of 2017. One name a month under com".into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "month".into(),
        names_per_period: Some(1),
        suffixes: vec!["com".into()],
        margin: Margin::CLOCK,
        clock_note: "the month of the machine; UTC in the published code".into(),
        verification: Verification::Verified,
        verification_note: "names published for 2017-02, 2017-09 and 2017-11 are reproduced".into(),
        generator_version: 1,
        keys: vec![],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "one name a month: register or reserve it ahead".into(),
        references: vec!["360netlab/DGA, ccleaner".into()],
    }
}
