// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tinba: an endless chain of labels of twelve letters, each computed from the one before, each under all suffixes.

use std::sync::Arc;

use forestall_model::{DomainName, Margin, Params};

use super::built_in::{self, List};
use super::calendar::{Calendar, own_window};
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Names where the campaign does not count: the start domain and 1,000 more.
const USUAL: u32 = 1_001;

/// Octets of a seed.
const SEED: usize = 16;

/// Octets of the name before that count.
const READ: usize = 13;

mod search;

/// Returns the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let refuse = |key: &str, found: &[u8], expected: &str| ParamError::BadValue {
        key: key.to_owned(),
        found: String::from_utf8_lossy(found).into_owned(),
        expected: expected.to_owned(),
    };
    let seed = values::text(params, "seed", "oGkS3w3sGGOGG7oc", SEED)?;
    let seed: [u8; SEED] = (*seed).try_into().map_err(|_| refuse("seed", &seed, "16 visible ASCII characters"))?;
    let start = values::text(params, "domain", "ssrgwnrmgrxe.com", 253)?;
    let name = String::from_utf8_lossy(&start).parse::<DomainName>();
    if start.len() < READ || !name.is_ok_and(|name| name.as_str().as_bytes() == &*start) {
        return Err(refuse("domain", &start, "a name of 13 characters at least, in lower case"));
    }
    let suffixes = values::suffixes(params, "tlds", "com", 1..=256)?;
    Ok(built_in::listed(Calendar::None, Tinba { seed, start, suffixes }))
}

#[derive(Debug)]
struct Tinba {
    seed: [u8; SEED],
    start: Box<[u8]>,
    suffixes: Vec<Box<[u8]>>,
}

impl List for Tinba {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let mut left = built_in::names(limit, USUAL, built_in::MOST_NAMES);
        if left == 0 {
            return;
        }
        out.push(&self.start);
        left -= 1;
        let mut name = [0; READ];
        name.copy_from_slice(&self.start[..READ]);
        while left > 0 && self.advance(&mut name).is_some() {
            for suffix in self.suffixes.iter().take(left as usize) {
                out.push_parts(&[&name, suffix]);
                left -= 1;
            }
        }
    }
}

impl Tinba {
    /// Replaces the beginning of a name by the next label and its dot; `None` where the bot would search for ever.
    fn advance(&self, name: &mut [u8; READ]) -> Option<()> {
        let mut extra = self.seed.iter().fold(0, |sum: u8, octet| sum.wrapping_add(*octet));
        let mut value = self.seed[SEED - 1];
        for i in 0..READ - 1 {
            let mut tries = 0;
            loop {
                value = (value.wrapping_add(name[i]) ^ extra).wrapping_add(name[i + 1]);
                if (b'b'..=b'y').contains(&value) {
                    break;
                }
                extra = extra.wrapping_add(1);
                tries += 1;
                if tries > TRIES {
                    return None;
                }
            }
            // The octet after it is still that of the name before.
            name[i] = value;
        }
        name[READ - 1] = b'.';
        Some(())
    }
}

/// The states that a search for a letter can be in: after so many tries it repeats itself.
const TRIES: u32 = 1 << 16;

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "tinba".into(),
        aliases: vec!["zusy".into(), "tinybanker".into()],
        summary: "Banking trojan. An endless chain of labels of 12 letters, each under all suffixes of the campaign, from a seed of 16 characters and \
                  a start domain"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeIndependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "none: one list for all time".into(),
        names_per_period: None,
        suffixes: ["com", "cc", "net", "in", "ru", "pw", "us", "xyz", "club", "biz", "org"].map(Into::into).to_vec(),
        margin: Margin::CLOCK,
        clock_note: "none: the names do not depend on the date".into(),
        verification: Verification::Verified,
        verification_note: "the published list of 401 names (blackfreeqazyio.cc) is reproduced in full, and so is the beginning of a second source's \
                            list (ssrgwnrmgrxe.com)"
            .into(),
        generator_version: 1,
        keys: vec![
            values::key("seed", "oGkS3w3sGGOGG7oc", "the campaign's seed, 16 visible ASCII characters"),
            values::key("domain", "ssrgwnrmgrxe.com", "the start domain, which is the first name: 13 characters at least"),
            values::key("tlds", "com", "suffixes between commas, in the order of the bot"),
        ],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "bots walk the chain from its start: the first names matter most; names never expire, keep free ones reserved as long as bots live. \
                    Some samples have further names written into them"
            .into(),
        references: vec![
            "Johannes Bader, The DGA of Tinba, johannesbader.ch, 2015-04".into(),
            "baderj/domain_generation_algorithms, tinba: list of 401 names".into(),
            "andrewaeva/DGA, Tinba".into(),
            "360netlab/DGA, issues 9, 15 and 21 (more seeds)".into(),
        ],
    }
}
