// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Banjori: a cycle of names that one host name starts; its first four letters change.

use std::sync::Arc;

use forestall_model::{DomainName, Margin, Params};

use super::built_in::{self, List, MOST_NAMES, listed, names};
use super::calendar::{Calendar, own_window};
use super::spelling::LETTERS;
use super::values::key;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

mod search;

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

const DEFAULT_SEED: &str = "earnestnessbiophysicalohax.com";

/// How many combinations four letters have.
const STATES: usize = 26 * 26 * 26 * 26;

#[derive(Debug)]
struct Banjori {
    /// The first name, lower case, with four letters or more in front.
    seed: Box<[u8]>,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let found = params.value("seed").unwrap_or(DEFAULT_SEED);
    let name = found.parse::<DomainName>().ok().filter(|name| name.as_str() == found);
    if name.is_none() || !begins_with_letters(found) || !found.contains('.') {
        return Err(ParamError::BadValue {
            key: "seed".to_owned(),
            found: found.chars().take(60).collect(),
            expected: "a host name in lower case that begins with four letters or more".to_owned(),
        });
    }
    Ok(listed(Calendar::None, Banjori { seed: found.as_bytes().into() }))
}

fn begins_with_letters(name: &str) -> bool {
    name.bytes().take_while(u8::is_ascii_lowercase).count() >= 4
}

impl List for Banjori {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let mut name = self.seed.clone();
        let mut state = [0, 1, 2, 3].map(|i| usize::from(name[i] - b'a'));
        let mut seen = vec![0_u64; STATES.div_ceil(64)];
        for _ in 0..names(limit, MOST_NAMES, MOST_NAMES) {
            let number = state.iter().fold(0, |number, letter| number * 26 + letter);
            let bit = 1 << (number % 64);
            if seen[number / 64] & bit != 0 {
                return;
            }
            seen[number / 64] |= bit;
            for (place, letter) in name.iter_mut().zip(state) {
                *place = LETTERS[letter];
            }
            out.push(&name);
            state = next(state);
        }
    }
}

/// Returns the letters after these; each new one already counts in those that follow it.
fn next([a, b, c, d]: [usize; 4]) -> [usize; 4] {
    let a = (a + d + 19) % 26;
    let b = (a + 2 * b + 12) % 26;
    let c = (a + c + 18) % 26;
    [a, b, c, (b + c + d + 12) % 26]
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "banjori".into(),
        aliases: vec!["multibanker2".into(), "bankpatch".into(), "backpatcher".into()],
        summary: "Banking trojan of 2013 (MultiBanker 2, BankPatch, BackPatcher). One host name starts a cycle of 15,372 names, or of 2,196 for a \
                  few seeds, that differ in the first four letters"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeIndependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "none".into(),
        names_per_period: None,
        suffixes: vec!["com".into()],
        margin: Margin::NONE,
        clock_note: "no date enters the names".into(),
        verification: Verification::Verified,
        verification_note: "a published list of 1,000 names is reproduced in full, and the ten names that 360netlab lists for nodomen.com, in order; \
                            the lengths that 360netlab reports for two seeds agree"
            .into(),
        generator_version: 1,
        keys: vec![key(
            "seed",
            DEFAULT_SEED,
            "the first name, lower case, with four letters or more in front; what follows them stands in every name (com in all known seeds)",
        )],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "names never expire, and a bot goes through the cycle until a server answers with the right word: hold the whole cycle, and keep it \
                    for as long as bots are seen"
            .into(),
        references: vec![
            "baderj/domain_generation_algorithms, banjori".into(),
            "Bader, The DGA of Banjori, February 2015".into(),
            "360netlab/DGA, issues 25, 28 and 39".into(),
        ],
    }
}
