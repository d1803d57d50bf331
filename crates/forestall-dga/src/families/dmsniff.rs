// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! DMSniff: 50 names, 35 of them different, from the number of the name times small primes.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, listed, names};
use super::calendar::{Calendar, own_window};
use super::spelling::letter;
use super::values::{self, key};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

const NAMES: u32 = 50;
const SUFFIXES: [&str; 5] = ["com", "org", "net", "ru", "in"];

#[derive(Debug)]
struct DmSniff {
    prefix: &'static [u8; 2],
    multipliers: [u32; 6],
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let variants = [
        DmSniff { prefix: b"al", multipliers: [1, 3, 5, 7, 11, 13] },
        DmSniff { prefix: b"sn", multipliers: [1, 7, 3, 5, 11, 13] },
    ];
    let [al, sn] = variants;
    Ok(listed(Calendar::None, if values::one_of(params, "seed", "al", &["al", "sn"])? == 0 { al } else { sn }))
}

impl List for DmSniff {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        for number in 1..=names(limit, NAMES, NAMES) {
            let letters = self.multipliers.map(|multiplier| letter(halved(multiplier * number)));
            let suffix = SUFFIXES[(halved(number) / 5) as usize];
            out.push_parts(&[self.prefix, &letters, b".", suffix.as_bytes()]);
        }
    }
}

/// Returns the number, halved until it is 24 at most.
fn halved(number: u32) -> u32 {
    let mut rest = number;
    while rest > 24 {
        rest /= 2;
    }
    rest
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "dmsniff".into(),
        aliases: vec![],
        summary: "Two samples of malware that its first analyst could not name. Two variants of 50 names each under 5 top-level domains, 35 of them different".into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeIndependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "none".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: SUFFIXES.map(Into::into).to_vec(),
        margin: Margin::NONE,
        clock_note: "no date enters the names".into(),
        verification: Verification::Verified,
        verification_note: "the published lists of 50 names of both variants are reproduced in full; no name seen in the field could be had".into(),
        generator_version: 1,
        keys: vec![key("seed", "al", "al or sn: the first two letters, which go with an order of the multipliers")],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "35 names a variant that never expire: hold them all".into(),
        references: vec!["baderj/domain_generation_algorithms, dmsniff, with the hash of a sample of each variant".into()],
    }
}
