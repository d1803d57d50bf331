// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! DNSChanger: five names from a seed that nobody knows ahead. For recognition only.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, MOST_NAMES, listed, names};
use super::calendar::{Calendar, own_window};
use super::spelling::letter;
use super::values::{self, key};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::lcg::Msvc;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

mod search;

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

/// Names that a bot looks up.
const NAMES: u32 = 5;

/// Letters of a label.
const LENGTH: usize = 10;

#[derive(Debug)]
struct DnsChanger {
    seed: u32,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(listed(Calendar::None, DnsChanger { seed: values::decimal(params, "seed", "87373")? }))
}

impl List for DnsChanger {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let mut random = Msvc { 0: self.seed };
        for _ in 0..names(limit, NAMES, MOST_NAMES) {
            out.push_spelled(const { &Suffix::new("com") }, |label: &mut [u8; LENGTH]| {
                label.iter_mut().for_each(|place| *place = letter(random.rand()));
                label.len()
            });
        }
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "dnschanger".into(),
        aliases: vec!["alureon".into()],
        summary: "Trojan that replaces a host's name servers (Alureon). Looks up five names under com from a seed of each run, so that the rogue servers \
                  learn of a victim"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeIndependentNonDeterministic,
        predictability: Predictability::RandomSeed,
        period: "none".into(),
        names_per_period: None,
        suffixes: vec!["com".into()],
        margin: Margin::NONE,
        clock_note: "no date enters the names".into(),
        verification: Verification::Verified,
        verification_note: "the five published names are those of seed 87373, which a search of all seeds found; that and its twin 2^31 higher are the only ones"
            .into(),
        generator_version: 1,
        keys: vec![key("seed", "87373", "the seed of a run, decimal, 32 bits of which 31 count")],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "not to be registered or blocked: nobody knows the seed of the next run, and the bot wants the names not to exist. Names seen in a \
                    log give the seed away"
            .into(),
        references: vec![
            "baderj/domain_generation_algorithms, dnschanger".into(),
            "Bader, The DGA in Alureon/DNSChanger, January 2016".into(),
        ],
    }
}
