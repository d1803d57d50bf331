// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Qadars: a banking trojan, 200 names a week with a seed of the campaign.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, MOST_NAMES, listed, low_half};
use super::calendar::{Calendar, own_window};
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

mod search;

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

/// Names in a list.
const NAMES: u32 = 200;

/// Characters of a label.
const LENGTH: usize = 12;

const CHARACTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// Weeks begin on Monday; 1970-01-05 was one.
const WEEKS: Calendar = Calendar::Steps { base: 345_600, seconds: 604_800 };

/// The bits of a state.
const MASK: u32 = 0x7FFF_FFFF;

#[derive(Debug)]
struct Qadars {
    seed: u32,
    suffixes: Vec<Box<[u8]>>,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let seed = values::hexadecimal(params, "seed", "89f5")?;
    let of_seed = if matches!(seed, 0xE1F1 | 0xE1F2 | 0xE1F5) { "com,org,net" } else { "net,org,top" };
    let suffixes = if params.value("tlds").is_none_or(|found| found == "by-seed") {
        values::suffixes(&Params::new(), "tlds", of_seed, 3..=3)?
    } else {
        values::suffixes(params, "tlds", of_seed, 1..=64)?
    };
    Ok(listed(WEEKS, Qadars { seed, suffixes }))
}

impl List for Qadars {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let mut r = low_half(period.key);
        let mut step = || {
            r = next(self.seed, r);
            r as usize
        };
        for _ in 0..built_in::names(limit, NAMES, MOST_NAMES) {
            let mut label = [0; LENGTH];
            label.iter_mut().for_each(|character| *character = CHARACTERS[step() % 36]);
            out.push_parts(&[&label, b".", &self.suffixes[step() % self.suffixes.len()]]);
        }
    }
}

/// Returns the state after `state`.
#[inline]
fn next(seed: u32, state: u32) -> u32 {
    seed.wrapping_sub(state.wrapping_mul(1_043_968_403)) & MASK
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "qadars".into(),
        aliases: vec![],
        summary: "Banking trojan. 200 names a week, with a seed and three top-level domains of the campaign".into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "7 days from Monday".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: ["com", "org", "net", "top"].map(Into::into).to_vec(),
        margin: Margin::CLOCK,
        clock_note: "Unix time of the infected machine, weeks in UTC".into(),
        verification: Verification::Verified,
        verification_note: "the labels of seed 89f5 equal the published list of the week of 2016-03-28, 200 of 200; its top-level domains were com, org and net then, while the \
                            later code has net, org and top for this seed: they follow the campaign's time, set tlds where it is known"
            .into(),
        generator_version: 1,
        keys: vec![
            values::key("seed", "89f5", "the seed of the campaign, hexadecimal"),
            values::key("tlds", "by-seed", "the suffixes in order, separated by commas; by-seed: com,org,net for e1f1, e1f2 and e1f5, else net,org,top"),
        ],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "200 names a week over three registries: all of them can be reserved or registered".into(),
        references: vec![
            "baderj/domain_generation_algorithms, folder qadars".into(),
            "Bader, johannesbader.ch, April 2016".into(),
            "chrmor/DGA_domains_dataset".into(),
        ],
    }
}
