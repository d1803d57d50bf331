// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Fosniw: a counter behind a word.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, listed, names};
use super::calendar::{Calendar, own_window};
use super::spelling::decimal;
use super::values::{self, key};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

/// 0 to 100.
const NAMES: u32 = 101;

#[derive(Debug)]
struct Fosniw {
    before: &'static str,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let before =
        ["app2.winsoft", "appx.koreasys"][values::one_of(params, "seed", "winsoft", &["winsoft", "koreasys"])?];
    Ok(listed(Calendar::None, Fosniw { before }))
}

impl List for Fosniw {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        for number in 0..names(limit, NAMES, NAMES) {
            out.push_parts(&[self.before.as_bytes(), decimal(u64::from(number), &mut [0; 20]), b".com"]);
        }
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "fosniw".into(),
        aliases: vec![],
        summary: "Trojan. 101 host names under com that count from 0 to 100: app2.winsoft or appx.koreasys and the number".into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeIndependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "none".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: vec!["com".into()],
        margin: Margin::NONE,
        clock_note: "no date enters the names".into(),
        verification: Verification::Verified,
        verification_note: "the published lists of 101 names of both seeds are reproduced in full".into(),
        generator_version: 1,
        keys: vec![key("seed", "winsoft", "winsoft or koreasys: the word before the number, and its host label")],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "the registrable names are winsoft0.com to winsoft100.com and koreasys0.com to koreasys100.com. Such words have legitimate holders more \
                    often than random letters: look at each registered one by hand"
            .into(),
        references: vec!["baderj/domain_generation_algorithms, fosniw".into()],
    }
}
