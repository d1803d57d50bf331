// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Dyre (Dyreza): 1,000 names a day from SHA-256.

use std::sync::Arc;

use forestall_model::{Digest, Instant, Margin, Params};

use super::built_in::{self, List, listed, names};
use super::calendar::{Calendar, own_window};
use super::spelling::{decimal, hexadecimal, iso_date, letter};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

const NAMES: u32 = 1_000;
const SUFFIXES: [&str; 8] = ["cc", "ws", "to", "in", "hk", "cn", "tk", "so"];

struct Dyre;

fn generator(_params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(listed(Calendar::Days, Dyre))
}

impl List for Dyre {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let mut message = [0; 10 + 20];
        message[..10].copy_from_slice(&iso_date(Instant::from_seconds(period.key)));
        // Digits 3 to 35 of the digest.
        let mut digits = [0; 36];
        for (index, suffix) in (0..names(limit, NAMES, NAMES)).zip(SUFFIXES.iter().cycle()) {
            let mut room = [0; 20];
            let number = decimal(u64::from(index), &mut room);
            let length = 10 + number.len();
            message[10..length].copy_from_slice(number);
            hexadecimal(&Digest::of(&message[..length]).0, &mut digits);
            out.push_parts(&[&[letter(index)], &digits[3..], b".", suffix.as_bytes()]);
        }
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "dyre".into(),
        aliases: vec!["dyreza".into()],
        summary: "Banking trojan (Dyre, Dyreza). 1,000 names a day under 8 top-level domains: a letter and 33 digits of a SHA-256".into(),
        scheme: Scheme::Hash,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: SUFFIXES.map(Into::into).to_vec(),
        margin: Margin::CLOCK,
        clock_note: "the date of the machine; UTC assumed".into(),
        verification: Verification::Verified,
        verification_note: "two names observed in DNS on 2017-10-24 are reproduced; three other published names fit no date from June 2014 to \
                            December 2018, so that another build may compute differently"
            .into(),
        generator_version: 1,
        keys: vec![],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "reserve the names for the guard window; 34 characters of a digest, so that a legitimate holder is unlikely".into(),
        references: vec![
            "aftabalam01/machinelearningpipeline: a copy of the community's generator".into(),
            "Nominum (Akamai), names observed on 2017-10-24".into(),
        ],
    }
}
