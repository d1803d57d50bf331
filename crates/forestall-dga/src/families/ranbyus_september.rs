// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Ranbyus of autumn 2015: 40 names a day, by a linear congruential generator of 64 bits.
//!
//! Day, month and year enter as their product: days of one product have the same labels, and the same names where their numbers in
//! the month agree modulo 8, which picks the first suffix.

use std::sync::Arc;

use forestall_model::{Margin, Params, UtcDay};

use super::blocks::{Block, BlockList, LOCAL_CLOCK};
use super::calendar::date;
use super::{blocks, built_in, recurrence, values};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Ask, Family, FamilyInfo, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

mod search;

const NAMES: u32 = 40;

/// Letters of a label.
const LENGTH: usize = 17;

const MULTIPLIER: u64 = 0x5851_F42D_4C95_7F2D;
const INCREMENT: u64 = 0x1405_7B7E_F767_814F;

/// In the order of the bot; its ninth, org, is never reached.
const SUFFIXES: [&str; 8] = ["in", "me", "cc", "su", "tw", "net", "com", "pw"];

/// The order of the samples with the seed CE7F8514; their ninth, pw, is never reached.
const OTHER_SUFFIXES: [&str; 8] = ["in", "net", "org", "com", "me", "su", "tw", "cc"];

const OTHER_SEED: u32 = 0xCE7F_8514;

/// Returns the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let seed = values::hexadecimal(params, "seed", "0F0D5BFA")?;
    let suffixes = if seed == OTHER_SEED { OTHER_SUFFIXES } else { SUFFIXES };
    Ok(blocks::listed(RanbyusSeptember { seed, suffixes: Suffix::table(suffixes) }))
}

#[derive(Debug)]
struct RanbyusSeptember {
    seed: u32,
    suffixes: [Suffix; 8],
}

impl BlockList for RanbyusSeptember {
    fn block(&self, day: UtcDay) -> Block {
        Block::day(day)
    }

    fn write(&self, period: &Period, ask: &Ask, out: &mut NameBuf) {
        let (year, month, day) = date(period);
        let product = day * month * year;
        let again =
            recurrence::years(ask).flat_map(|other| days_with(product, other).filter(|(d, _)| d % 8 == day % 8));
        out.start_run(recurrence::windows(period, ask, again.map(|(_, other)| other.window())));
        let mut state = u64::from(product ^ self.seed);
        for (_, suffix) in (0..built_in::names(ask.limit, NAMES, NAMES)).zip(day..) {
            out.push_spelled(&self.suffixes[(suffix % 8) as usize], |label: &mut [u8; 32]| {
                *label = spell(&mut state);
                LENGTH
            });
        }
    }
}

/// Returns the days of `year`, each with its number in the month, whose parts have this product, in order of time.
fn days_with(product: u32, year: i16) -> impl Iterator<Item = (u32, UtcDay)> {
    let parts = Some(product / u32::from(year.unsigned_abs()))
        .filter(|parts| parts * u32::from(year.unsigned_abs()) == product);
    let month = move |month: u32| {
        let day = parts.filter(|parts| parts.is_multiple_of(month))? / month;
        Some((day, recurrence::day_in(year, month, day)?))
    };
    (1..=12).filter_map(month)
}

/// Takes six steps and returns the label that they make, in the first [`LENGTH`] octets.
fn spell(state: &mut u64) -> [u8; 32] {
    let mut label = [0; 32];
    for half in label.as_chunks_mut::<16>().0 {
        *half = block(state);
    }
    for letter in &mut label[..LENGTH] {
        *letter = b'a' + *letter % 25;
    }
    label
}

/// Takes three steps and returns the sixteen octets that they make.
fn block(state: &mut u64) -> [u8; 16] {
    let mut step = || {
        *state = state.wrapping_mul(MULTIPLIER).wrapping_add(INCREMENT);
        *state
    };
    let (first, second, third) = (step(), step(), step());
    let mixed = (third >> 24 & 0xFFFF_FF00) | (third >> 24 & 0xFF);
    let words =
        [((mixed ^ second) & 0x000F_FFFF) ^ second, second >> 32, (first & 0xFFF0_0000) | third >> 44, first >> 32];
    let mut out = [0; 16];
    for (octets, word) in out.as_chunks_mut::<4>().0.iter_mut().zip(words) {
        octets.copy_from_slice(&word.to_le_bytes()[..4]);
    }
    out
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "ranbyus-september".into(),
        aliases: vec![],
        summary: "Banking trojan, as of autumn 2015. 40 names of 17 letters a day, from the product of day, month and year and a seed".into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: SUFFIXES.iter().copied().chain(["org"]).map(Into::into).collect(),
        margin: Margin::hours(24, 24),
        clock_note: LOCAL_CLOCK.into(),
        verification: Verification::Verified,
        verification_note: "the published list of 40 names of 2015-09-25, seed 0F0D5BFA, is reproduced in full".into(),
        generator_version: 1,
        keys: vec![values::key(
            "seed",
            "0F0D5BFA",
            "the campaign's seed, up to 8 hexadecimal digits; CE7F8514 comes with an order of suffixes of its own",
        )],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "a list comes back where day, month and year have the same product: mind all windows of a name; reserve free names, look at \
                    registered ones by hand"
            .into(),
        references: vec![
            "Johannes Bader, Ranbyus's DGA, Revisited, johannesbader.ch, 2015-09".into(),
            "baderj/domain_generation_algorithms, ranbyus/september: list of 40 names of 2015-09-25".into(),
        ],
    }
}
