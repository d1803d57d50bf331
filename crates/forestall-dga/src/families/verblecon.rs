// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Verblecon: one name a day, the MD5 of the date and a text.

use std::sync::Arc;

use forestall_model::{Instant, Margin, Params};

use super::built_in::{self, List, listed, names};
use super::calendar::{Calendar, own_window};
use super::spelling::{hexadecimal, iso_date};
use super::values::{self, key};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::md5;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

/// The longest seed that is taken.
const MOST_SEED: usize = 64;

struct Verblecon {
    seed: Box<[u8]>,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let seed = values::text(params, "seed", "verble", MOST_SEED)?;
    Ok(listed(Calendar::Days, Verblecon { seed }))
}

impl List for Verblecon {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        if names(limit, 1, 1) == 0 {
            return;
        }
        let mut message = [0; 10 + MOST_SEED];
        let length = 10 + self.seed.len();
        message[..10].copy_from_slice(&iso_date(Instant::from_seconds(period.key)));
        message[10..length].copy_from_slice(&self.seed);
        let mut label = [0; 32];
        hexadecimal(&md5::digest(&message[..length]), &mut label);
        out.push_parts(&[&label, b".tk"]);
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "verblecon".into(),
        aliases: vec![],
        summary: "Loader in Java of 2022. One name a day under tk: the MD5 of the date and a text".into(),
        scheme: Scheme::Hash,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: Some(1),
        suffixes: vec!["tk".into()],
        margin: Margin::hours(24, 24),
        clock_note:
            "the date of the machine, in its own time zone: the day before and the day after are to be kept as well"
                .into(),
        verification: Verification::Verified,
        verification_note: "the one published name, of 2022-07-14, is reproduced".into(),
        generator_version: 1,
        keys: vec![key("seed", "verble", "the text behind the date, up to 64 visible ASCII characters")],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "one name a day: reserve it for the guard window, look at a registered one by hand".into(),
        references: vec!["baderj/domain_generation_algorithms, verblecon".into()],
    }
}
