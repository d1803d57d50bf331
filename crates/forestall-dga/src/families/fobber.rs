// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Fobber: 300 names, always the same, in two versions.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, listed, names};
use super::calendar::{Calendar, own_window};
use super::spelling::letter;
use super::values::{self, key};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

const NAMES: u32 = 300;

#[derive(Clone, Copy, Debug)]
struct Fobber {
    start: u32,
    increment: u32,
    letters: usize,
    suffix: Suffix,
}

const VERSIONS: [Fobber; 2] = [
    Fobber { start: 0xC87C_8A78, increment: 0x9983_F4AA, letters: 17, suffix: Suffix::new("net") },
    Fobber { start: 0x851A_3E59, increment: 0x8DC4_7B21, letters: 10, suffix: Suffix::new("com") },
];

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(listed(Calendar::None, VERSIONS[values::one_of(params, "version", "1", &["1", "2"])?]))
}

impl List for Fobber {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let mut state = self.start;
        for _ in 0..names(limit, NAMES, NAMES) {
            out.push_spelled(&self.suffix, |label: &mut [u8; 17]| {
                for place in &mut label[..self.letters] {
                    state = state.wrapping_mul(321_167).wrapping_add(self.increment).rotate_left(16);
                    // Bits 0 to 10 and bit 12.
                    *place = letter(state & 0x17FF);
                }
                self.letters
            });
        }
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "fobber".into(),
        aliases: vec!["tinba-v3".into()],
        summary: "Banking trojan of 2015, related to Tinba. 300 names that never change: 17 letters under net (version 1) or 10 under com (version 2)"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeIndependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "none".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: vec!["net".into(), "com".into()],
        margin: Margin::NONE,
        clock_note: "no date enters the names".into(),
        verification: Verification::Verified,
        verification_note: "the published lists of 300 names of both versions are reproduced in full".into(),
        generator_version: 1,
        keys: vec![key("version", "1", "1 or 2: start, increment, number of letters and suffix")],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "600 names that never expire: hold them all".into(),
        references: vec!["baderj/domain_generation_algorithms, fobber".into()],
    }
}
