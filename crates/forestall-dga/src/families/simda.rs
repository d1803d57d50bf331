// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Simda: an endless list of pronounceable names from a key and a base, without date.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List};
use super::calendar::{Calendar, own_window};
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Names where the campaign does not count.
const USUAL: u32 = 1_000;

/// Letters of the longest label that DNS takes.
const MOST_LETTERS: u32 = 63;

const CONSONANTS: &[u8; 20] = b"qwrtpsdfghjklzxcvbnm";
const VOWELS: &[u8; 6] = b"eyuioa";

mod search;

/// Returns the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let key = values::text(params, "key", "1676d5775e05c50b46baa5579d4fc7", 256)?;
    let base = values::hexadecimal(params, "base", "0x45AE94B2")?;
    let length = values::decimal(params, "length", "7")?;
    if !(1..=MOST_LETTERS).contains(&length) {
        return Err(ParamError::BadValue {
            key: "length".to_owned(),
            found: length.to_string(),
            expected: format!("a number of letters from 1 to {MOST_LETTERS}"),
        });
    }
    let mut suffixes = values::suffixes(params, "tld", "com", 1..=1)?;
    let suffix = suffixes.swap_remove(0);
    let step = key.iter().map(|octet| u64::from(*octet)).sum();
    Ok(built_in::listed(Calendar::None, Simda { step, base, length: length as usize, suffix }))
}

#[derive(Debug)]
struct Simda {
    /// The sum of the key's characters.
    step: u64,
    base: u32,
    length: usize,
    suffix: Box<[u8]>,
}

impl List for Simda {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let mut label = [0; MOST_LETTERS as usize];
        let label = &mut label[..self.length];
        let mut value = u64::from(self.base);
        for _ in 0..built_in::names(limit, USUAL, built_in::MOST_NAMES) {
            // Without wrapping: the reference goes on beyond 32 bits.
            value += self.step;
            for (pair, divisor) in label.chunks_mut(2).zip((3..).step_by(4)) {
                pair[0] = CONSONANTS[(value / divisor % 20) as usize];
                if let Some(second) = pair.get_mut(1) {
                    *second = VOWELS[(value / (divisor + 2) % 6) as usize];
                }
            }
            out.push_parts(&[label, b".", &self.suffix]);
        }
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "simda".into(),
        aliases: vec!["shiz".into()],
        summary: "Backdoor. An endless list of names, consonants and vowels in turn, from a key and a base without date; length and suffix vary by \
                  campaign"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeIndependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "none: one list for all time".into(),
        names_per_period: None,
        suffixes: ["com", "info", "eu", "net", "su"].map(Into::into).to_vec(),
        margin: Margin::CLOCK,
        clock_note: "none: the names do not depend on the date".into(),
        verification: Verification::Verified,
        verification_note: "the published list of 1,000 names is reproduced in full; 10 of 203 names of a public data set are of this set, others have \
                            lengths 5, 6, 8 and 11 under info, com, eu, net and su"
            .into(),
        generator_version: 1,
        keys: vec![
            values::key("key", "1676d5775e05c50b46baa5579d4fc7", "the campaign's key, 1 to 256 visible characters"),
            values::key("base", "0x45AE94B2", "the campaign's base, up to 8 hexadecimal digits"),
            values::key("length", "7", "letters of every label, 1 to 63"),
            values::key("tld", "com", "the suffix"),
        ],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "names never expire and look like words: look at registered ones by hand; keep free names reserved as long as bots live".into(),
        references: vec![
            "Johannes Bader, The DGA of Simda, johannesbader.ch, 2015-03".into(),
            "baderj/domain_generation_algorithms, simda: list of 1,000 names".into(),
        ],
    }
}
