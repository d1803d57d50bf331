// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A downloader without a name: all orders of five letters below github.io.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List};
use super::calendar::{Calendar, own_window};
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Letters of the longest word, which has 362,880 orders.
const MOST_LETTERS: usize = 9;

mod search;

/// Returns the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let mut letters = values::text(params, "seed", "ddktn", 256)?;
    if letters.len() > MOST_LETTERS || !letters.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        return Err(ParamError::BadValue {
            key: "seed".to_owned(),
            found: String::from_utf8_lossy(&letters).into_owned(),
            expected: format!("1 to {MOST_LETTERS} letters in lower case or digits"),
        });
    }
    letters.sort_unstable();
    let mut suffixes = values::suffixes(params, "suffix", "github.io", 1..=1)?;
    Ok(built_in::listed(Calendar::None, UnnamedDownloader { letters, suffix: suffixes.swap_remove(0) }))
}

#[derive(Debug)]
struct UnnamedDownloader {
    letters: Box<[u8]>,
    suffix: Box<[u8]>,
}

impl List for UnnamedDownloader {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let letters = self.letters.len();
        let orders = (1..=u32::try_from(letters).unwrap_or(1)).product();
        let mut places = [0, 1, 2, 3, 4, 5, 6, 7, 8];
        let places = &mut places[..letters];
        let mut word = [0; MOST_LETTERS];
        let word = &mut word[..letters];
        for _ in 0..built_in::names(limit, orders, orders) {
            for (letter, place) in word.iter_mut().zip(&*places) {
                *letter = self.letters[*place];
            }
            out.push_parts(&[word, b".", &self.suffix]);
            advance(places);
        }
    }
}

/// Puts the places into the next order; the last order stays.
fn advance(places: &mut [usize]) {
    let Some(pivot) = places.windows(2).rposition(|pair| pair[0] < pair[1]) else { return };
    if let Some(next) = places.iter().rposition(|place| *place > places[pivot]) {
        places.swap(pivot, next);
    }
    places[pivot + 1..].reverse();
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "unnamed-downloader".into(),
        aliases: vec![],
        summary: "A downloader without a name (sample MD5 e66e3879700f88182bd92c7d3a00e9e4) that fetches /c2/config.dat from a host below github.io: \
                  all orders of five letters, 120 names of which 60 are distinct"
            .into(),
        scheme: Scheme::Permutation,
        seeding: Seeding::TimeIndependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "none: one list for all time".into(),
        names_per_period: Some(120),
        suffixes: vec!["github.io".into()],
        margin: Margin::CLOCK,
        clock_note: "none: the names do not depend on the date".into(),
        verification: Verification::Verified,
        verification_note: "the published list of 120 names is reproduced in full".into(),
        generator_version: 1,
        keys: vec![
            values::key("seed", "ddktn", "the letters, in any order: 1 to 9 in lower case, or digits"),
            values::key("suffix", "github.io", "the zone below which the names stand"),
        ],
        first_day: None,
        responsible: Responsible::providers([("github.io", "GitHub, a host of web sites")]),
        treatment: "names are sites of a hosting provider's users: only the provider can hold them back; never block the zone".into(),
        references: vec!["baderj/domain_generation_algorithms, unnamed_downloader: list of 120 names".into()],
    }
}
