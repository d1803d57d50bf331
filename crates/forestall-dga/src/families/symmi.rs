// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Symmi: 64 names every half month below a dynamic-DNS zone.

use std::sync::Arc;

use forestall_model::{Margin, Params, UtcDay};

use super::blocks::{Block, BlockList, LOCAL_CLOCK};
use super::calendar::{date, own_window};
use super::{blocks, built_in, values};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::lcg::Msvc;
use crate::{Ask, Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

const NAMES: u32 = 64;

/// Letters of the shortest label, and how many lengths there are.
const SHORTEST: u32 = 8;
const LENGTHS: u32 = 8;

/// The bot never reaches the last letter of either class, y and z.
const VOWELS: &[u8; 5] = b"aeiou";
const CONSONANTS: &[u8; 18] = b"bcdfghklmnpqrstvwx";

mod search;

/// Returns the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let seed = values::decimal(params, "seed", "42")?;
    let mut without_dot = Params::new();
    if let Some(zone) = params.value("domain") {
        without_dot.set("domain", zone.strip_prefix('.').unwrap_or(zone));
    }
    let mut zones = values::suffixes(&without_dot, "domain", "ddns.net", 1..=1)?;
    Ok(blocks::listed(Symmi { seed, zone: zones.swap_remove(0) }))
}

#[derive(Debug)]
struct Symmi {
    seed: u32,
    zone: Box<[u8]>,
}

impl BlockList for Symmi {
    fn block(&self, day: UtcDay) -> Block {
        Block::part_of_month(day, &[1, 16])
    }

    fn write(&self, period: &Period, ask: &Ask, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let (year, month, day) = date(period);
        let mut sequence = Msvc { 0: dated(year, month, day).wrapping_add(self.seed) };
        let mut label = [0; 15];
        for _ in 0..built_in::names(ask.limit, NAMES, NAMES) {
            let label = &mut label[..(SHORTEST + sequence.rand() % LENGTHS) as usize];
            for pair in label.chunks_mut(2) {
                // One draw says which class comes first. A letter of each is computed: nobody can foresee which one is wanted.
                let mut consonant = sequence.rand() >> 8 & 1;
                for letter in pair {
                    let value = sequence.rand() as usize;
                    *letter = [VOWELS[value % VOWELS.len()], CONSONANTS[value % CONSONANTS.len()]][consonant as usize];
                    consonant ^= 1;
                }
            }
            out.push_parts(&[label, b".", &self.zone]);
        }
    }
}

/// Returns what is added to the constant for the half of a month.
fn dated(year: u32, month: u32, day: u32) -> u32 {
    10_000 * (100 * (day / 16) + month) + year
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "symmi".into(),
        aliases: vec!["mewsspy".into()],
        summary: "Trojan. 64 names of 8 to 15 letters every half month below ddns.net, a dynamic-DNS zone, from date and a constant".into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "half a month, from the 1st and the 16th".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: vec!["ddns.net".into()],
        margin: Margin::hours(24, 24),
        clock_note: LOCAL_CLOCK.into(),
        verification: Verification::Verified,
        verification_note: "the published list of 64 names of the second half of August 2015, constant 42, is reproduced in full".into(),
        generator_version: 1,
        keys: vec![
            values::key("seed", "42", "the campaign's constant, a decimal number of 32 bits"),
            values::key("domain", ".ddns.net", "the zone below which the names stand, with or without a leading dot"),
        ],
        first_day: None,
        responsible: Responsible::providers([("ddns.net", "No-IP (Vitalwerks), a dynamic-DNS service")]),
        treatment: "names stand below a zone of many customers: only its provider can hold them back; never block the zone".into(),
        references: vec![
            "Johannes Bader, The DGA of Symmi, johannesbader.ch, 2015-01".into(),
            "baderj/domain_generation_algorithms, symmi: list of 64 names of 2015-08-16".into(),
            "360netlab/DGA, issue 4 (other constants)".into(),
        ],
    }
}
