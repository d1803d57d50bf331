// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The JavaScript sample that turned out to be Proslikefan: the same algorithm for three top-level domains.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in;
use super::proslikefan::{self, ROUNDS};
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, ParamError, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

const SUFFIXES: [&str; 3] = ["cc", "co", "eu"];

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let seed = values::text(params, "seed", "OK", 60)?;
    Ok(proslikefan::lists(seed, SUFFIXES.map(|suffix| suffix.as_bytes().into()).to_vec()))
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "unnamed-javascript-dga".into(),
        aliases: vec![],
        summary: "Sample in JavaScript of November 2015 that turned out to be Proslikefan. 30 names a day, tried in random order".into(),
        scheme: Scheme::Hash,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: Some(u64::from(ROUNDS) * SUFFIXES.len() as u64),
        suffixes: SUFFIXES.map(Into::into).to_vec(),
        margin: Margin::CLOCK,
        clock_note: proslikefan::CLOCK_NOTE.into(),
        verification: Verification::Verified,
        verification_note: "the text OK has the same 30 names as the published list of 2015-11-26, which is shuffled".into(),
        generator_version: 1,
        keys: vec![values::key("seed", "OK", "the secret text of the campaign")],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: proslikefan::TREATMENT.into(),
        references: vec![
            "baderj/domain_generation_algorithms, folder unnamed_javascript_dga".into(),
            "Bader, johannesbader.ch, November 2015".into(),
        ],
    }
}
