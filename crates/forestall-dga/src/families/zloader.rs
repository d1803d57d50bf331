// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Zloader, the generation of 2020: 32 names a day from the date and a key.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, listed, low_half, names};
use super::calendar::{Calendar, own_window};
use super::values::{self, key};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::rc4::Rc4;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

const NAMES: u32 = 32;
const LETTERS: usize = 20;

/// The longest key of RC4.
const MOST_KEY: usize = 256;

struct Zloader {
    key: Box<[u8]>,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let key = values::text(params, "key", "q23Cud3xsNf3", MOST_KEY)?;
    Ok(listed(Calendar::Days, Zloader { key }))
}

impl List for Zloader {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let mut seed = low_half(period.key).to_le_bytes();
        Rc4::new(&self.key).apply(&mut seed);
        let seed = u32::from_le_bytes(seed);
        let mut state = seed;
        let mut name = *b"aaaaaaaaaaaaaaaaaaaa.com";
        for _ in 0..names(limit, NAMES, NAMES) {
            for place in &mut name[..LETTERS] {
                // The code of the letter, not its number, goes into the next state.
                *place = b'a' + (state % 25) as u8;
                state = seed ^ state.wrapping_add(u32::from(*place));
            }
            out.push(&name);
        }
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "zloader".into(),
        aliases: vec!["terdot".into(), "deloader".into()],
        summary: "Banking trojan (Zloader, Terdot, DELoader), generation of 2020. 32 names of 20 letters a day under com, from the date and a key"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: vec!["com".into()],
        margin: Margin::CLOCK,
        clock_note: "00:00:00 UTC of the day by the clock of the machine".into(),
        verification: Verification::Verified,
        verification_note: "four published lists of 1,000 days each, 2020-01-01 to 2022-09-26, are reproduced in full".into(),
        generator_version: 1,
        keys: vec![key(
            "key",
            "q23Cud3xsNf3",
            "the RC4 key of the campaign as text, up to 256 visible ASCII characters; keys that look hexadecimal are text too",
        )],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "reserve the names for the guard window; letters are a to y and 20 in number, so that a legitimate holder is unlikely".into(),
        references: vec![
            "baderj/domain_generation_algorithms, zloader".into(),
            "Bader, The DGA of Zloader, johannesbader.ch".into(),
        ],
    }
}
