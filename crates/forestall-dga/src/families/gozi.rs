// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Gozi (ISFB, Ursnif, Papras) with words of a public text: 12 names every three to five days.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, listed, low_half, names};
use super::calendar::{Calendar, own_window};
use super::values::{self, key};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::lcg::Recipes;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

const NAMES: u32 = 12;

/// 2015-01-01, from which periods are counted, in seconds since 1970-01-01.
const BASE: i64 = 16_436 * 86_400;

/// Letters of the longest name.
const MOST_LETTERS: usize = 24;

/// What belongs to a text: its name, SHA-256 of its words, the days of a period, the suffix.
struct Text {
    name: &'static str,
    digest: &'static str,
    days: i64,
    suffix: &'static str,
}

const TEXTS: [Text; 4] = [
    Text {
        name: "luther",
        digest: "addaeaee8b6c856a9bacbc8ed3a84fdb3df4078fe5747f9a1d96ebce495be143",
        days: 4,
        suffix: "com",
    },
    Text {
        name: "rfc4343",
        digest: "732072cf91deb55538130f2e2008a834871d71a63a288609e4a4668d17365d5b",
        days: 3,
        suffix: "com",
    },
    Text {
        name: "nasa",
        digest: "56d1bdfe282baa842706184187ea1ddc41d7e809ec1dc6173821af7a1033f910",
        days: 5,
        suffix: "com",
    },
    Text {
        name: "gpl",
        digest: "0b8b7393d74f7157e4c9a09dd128dfc8ace34554dce80d2bfffd1ed60d77f1df",
        days: 5,
        suffix: "ru",
    },
];

struct Gozi {
    text: &'static Text,
    /// Words repeat; their number with repetitions is the modulus. Never empty.
    words: Vec<Box<[u8]>>,
}

fn generator(params: &Params, words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let text = &TEXTS[values::one_of(params, "list", "luther", &TEXTS.each_ref().map(|text| text.name))?];
    let words = values::word_list(words, &format!("gozi list {}", text.name), text.digest)?;
    let words: Vec<Box<[u8]>> = words.lines().map(|word| word.as_bytes().into()).collect();
    if words.is_empty() {
        return Err(ParamError::BadValue {
            key: "list".to_owned(),
            found: "an empty list".to_owned(),
            expected: "one word a line".to_owned(),
        });
    }
    Ok(listed(Calendar::Steps { base: BASE, seconds: text.days * 86_400 }, Gozi { text, words }))
}

impl List for Gozi {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let number = (period.key - BASE).div_euclid(self.text.days * 86_400);
        // A flag in bit 16 and a constant; modulo 2^32.
        let mut random = Recipes { 0: low_half(number + 0x1_0000 - 306_607_824) };
        let mut label = [0; MOST_LETTERS];
        for _ in 0..names(limit, NAMES, NAMES) {
            random.step();
            let wanted = 12 + (random.step() % 12) as usize;
            let mut length = 0;
            while length < wanted {
                let word = &self.words[random.step() as usize % self.words.len()];
                let letters = if random.step().is_multiple_of(3) { word.len() / 2 } else { word.len() };
                // The draws are used up where the word does not fit, too.
                if length + letters <= MOST_LETTERS {
                    label[length..length + letters].copy_from_slice(&word[..letters]);
                    length += letters;
                }
            }
            out.push_parts(&[&label[..length], b".", self.text.suffix.as_bytes()]);
        }
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "gozi".into(),
        aliases: vec!["isfb".into(), "ursnif".into(), "papras".into()],
        summary: "Banking trojan (Gozi ISFB, Ursnif, Papras). 12 names every 3, 4 or 5 days, words of a public text and halves of them, \
                  under com or ru"
            .into(),
        scheme: Scheme::Wordlist,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "3, 4 or 5 days by word list, counted from 2015-01-01".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: vec!["com".into(), "ru".into()],
        margin: Margin::CLOCK,
        clock_note: "the date of the machine; the sources do not say in which time zone".into(),
        verification: Verification::Verified,
        verification_note: "a published list of 12 names for the list luther, 2016-03-28, is reproduced in full; the lists rfc4343, nasa and gpl \
                            stand on one analyst's code"
            .into(),
        generator_version: 1,
        keys: vec![key(
            "list",
            "luther",
            "luther (Luther's theses in Latin), rfc4343, nasa or gpl: the text whose words are used; the lists are files of their own, found by \
             their SHA-256",
        )],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "reserve the names for the guard window; they are built of real words, so that a registered one is to be looked at by hand"
            .into(),
        references: vec![
            "baderj/domain_generation_algorithms, gozi".into(),
            "GovCERT.ch, blog post 18".into(),
        ],
    }
}
