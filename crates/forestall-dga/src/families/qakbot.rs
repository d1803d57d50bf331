// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Qakbot: 5,000 names every third of a month, drawn by a Mersenne Twister from the checksum of a text.

use std::sync::Arc;

use forestall_model::{Margin, Params, UtcDay};

use super::blocks::{Block, BlockList, LOCAL_CLOCK};
use super::calendar::{date, own_window};
use super::{blocks, built_in, values};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::crc32;
use crate::primitive::mt19937::Mt19937;
use crate::{Ask, Family, FamilyInfo, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

const NAMES: u32 = 5_000;

/// In the order of the bot, which has org twice.
const SUFFIXES: [&str; 6] = ["com", "net", "org", "info", "biz", "org"];

const ENDS: [Suffix; 6] = Suffix::table(SUFFIXES);

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

mod search;

/// Returns the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let seed = values::decimal(params, "seed", "0")?;
    let sandbox = values::one_of(params, "sandbox", "0", &["0", "1"])? == 1;
    Ok(blocks::listed(Qakbot { seed, sandbox }))
}

#[derive(Debug)]
struct Qakbot {
    seed: u32,
    sandbox: bool,
}

impl BlockList for Qakbot {
    fn block(&self, day: UtcDay) -> Block {
        Block::part_of_month(day, &[1, 11, 21])
    }

    fn write(&self, period: &Period, ask: &Ask, out: &mut NameBuf) {
        let mut sequence = Mt19937::new(self.start(date(period)));
        let mut below = |bound: u32| below(sequence.draw(), bound);
        out.start_run(own_window(period));
        for _ in 0..built_in::names(ask.limit, NAMES, NAMES) {
            let (suffix, length) = (&ENDS[below(6)], 8 + below(18));
            out.push_spelled(suffix, |label: &mut [u8; 25]| {
                label[..length].fill_with(|| b"abcdefghijklmnopqrstuvwxyz"[below(26)]);
                length
            });
        }
    }
}

impl Qakbot {
    /// Returns what the sequence starts with.
    fn start(&self, (year, month, day): (u32, u32, u32)) -> u32 {
        let month = MONTHS[(month - 1) as usize];
        let text = format!("{}.{month}.{year}.{:08x}", ((day - 1) / 10).min(2), self.seed);
        let checksum = crc32::of(text.as_bytes());
        if self.sandbox { checksum.wrapping_add(1) } else { checksum }
    }
}

/// Returns a number below `bound`, which is 256 at most: the reference scales 28 bits as a fraction of 2^28.
#[inline]
fn below(number: u32, bound: u32) -> usize {
    ((u64::from(number & 0x0FFF_FFFF) * u64::from(bound)) >> 28 & 0xFF) as usize
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "qakbot".into(),
        aliases: vec!["qbot".into(), "quakbot".into(), "pinkslipbot".into()],
        summary: "Banking trojan. 5,000 names for each third of a month, from a Mersenne Twister seeded with the CRC-32 of date and seed; in a \
                  sandbox it shows decoys instead"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "third of a month, from the 1st, 11th and 21st".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: SUFFIXES[..5].iter().map(|&s| s.into()).collect(),
        margin: Margin::hours(24, 24),
        clock_note: LOCAL_CLOCK.into(),
        verification: Verification::Verified,
        verification_note: "the published list of 5,000 names of 2016-02-25, seed 0, is reproduced in full; no list of seed 1 is published".into(),
        generator_version: 1,
        keys: vec![
            values::key("seed", "0", "the campaign's seed, a decimal number of 32 bits; 0 and 1 are known"),
            values::key("sandbox", "0", "1 for the decoy names that the bot shows where it believes itself watched"),
        ],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "all names of a third are live for ten days or so: reserve free names before the third begins, look at registered ones by \
                    hand; decoys (sandbox=1) serve recognition only"
            .into(),
        references: vec![
            "Johannes Bader, The DGA of Qakbot, johannesbader.ch, 2016-02".into(),
            "baderj/domain_generation_algorithms, qakbot: list of 5,000 names of 2016-02-25".into(),
        ],
    }
}
