// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! ShadowPad (XshellGhost), the backdoor in NetSarang's software: one name a month, below which data are sent.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, listed, names};
use super::calendar::{Calendar, date, own_window};
use super::spelling::letter;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::lcg::Lcg;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

/// Letters of the longest name.
const MOST_LETTERS: usize = 15;

struct Shadowpad;

fn generator(_params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(listed(Calendar::Months, Shadowpad))
}

impl List for Shadowpad {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        if names(limit, 1, 1) == 0 {
            return;
        }
        let (year, month, _) = date(period);
        // Published code exchanges year and month here; this order makes the six names published for 2017.
        let seed = 0x9042_2A3A_u32
            .wrapping_mul(year)
            .wrapping_sub(0x39D0_6F76_u32.wrapping_mul(month))
            .wrapping_sub(0x67B7_FC6F);
        let mut state = Lcg::<29, 19>(seed);
        let mut name = [0; MOST_LETTERS];
        let length = (10 + seed % 6) as usize;
        for place in &mut name[..length] {
            *place = letter(state.0);
            state.step();
        }
        out.push_parts(&[&name[..length], b".com"]);
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "shadowpad".into(),
        aliases: vec!["xshellghost".into()],
        summary: "Backdoor in NetSarang's software of 2017 (ShadowPad, XshellGhost). One name of 10 to 15 letters a month under com; data are sent \
                  in queries for names below it"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "month".into(),
        names_per_period: Some(1),
        suffixes: vec!["com".into()],
        margin: Margin::CLOCK,
        clock_note: "the month of the machine; the sources do not say in which time zone".into(),
        verification: Verification::Verified,
        verification_note: "the six names published for July to December 2017 are reproduced; code of 360netlab, which exchanges year and month, \
                            makes others"
            .into(),
        generator_version: 1,
        keys: vec![],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "one name a month: register or reserve it ahead; who answers for it receives data of victims in the query names".into(),
        references: vec![
            "360netlab/DGA, xshellghost, with year and month exchanged".into(),
            "Fox-IT's public decoder for ShadowPad".into(),
        ],
    }
}
