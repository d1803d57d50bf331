// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Ranbyus of spring 2015: 40 names a day, which come back each year.
//!
//! The year enters once and loses its low four bits on the way, so that lists of one day and month are the same through blocks of
//! sixteen years. The month loses its lowest bit: the lists of February and March are the same, and so are those of April and May, June
//! and July, August and September, October and November.

use std::sync::Arc;

use forestall_model::{Margin, Params, UtcDay};

use super::blocks::{Block, BlockList, LOCAL_CLOCK};
use super::calendar::date;
use super::{blocks, built_in, recurrence, values};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Ask, Family, FamilyInfo, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

pub(super) mod search;

const NAMES: u32 = 40;

/// In the order of the bot; its ninth, org, is never reached.
const SUFFIXES: [&str; 8] = ["in", "me", "cc", "su", "tw", "net", "com", "pw"];

const ENDS: [Suffix; 8] = Suffix::table(SUFFIXES);

/// Returns the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(blocks::listed(RanbyusMay { seed: values::hexadecimal(params, "seed", "B6354BC3")? }))
}

#[derive(Debug)]
struct RanbyusMay {
    seed: u32,
}

impl BlockList for RanbyusMay {
    fn block(&self, day: UtcDay) -> Block {
        Block::day(day)
    }

    fn write(&self, period: &Period, ask: &Ask, out: &mut NameBuf) {
        let (year, month, day) = date(period);
        out.start_run(recurrence::days(period, ask, days_alike(period, ask)));
        let mut state = State { d: day, s: self.seed };
        let (mut m, mut y) = (month, year);
        for (_, suffix) in (0..built_in::names(ask.limit, NAMES, NAMES)).zip(day..) {
            out.push_spelled(&ENDS[(suffix % 8) as usize], |label: &mut [u8; 14]| {
                for letter in &mut *label {
                    state = state.step();
                    y = step_year(y);
                    m = step_month(m);
                    *letter = b"abcdefghijklmnopqrstuvwxy"[((state.d ^ m ^ y) % 25) as usize];
                }
                label.len()
            });
        }
    }
}

/// Returns the days of the span asked for, in order of time, on which the algorithm goes through the same states.
///
/// The year loses its low four bits in its first step and the month its lowest one: February is March, April is May, and so on
/// to October and November.
pub(super) fn days_alike(period: &Period, ask: &Ask) -> impl Iterator<Item = UtcDay> {
    let (year, month, day) = date(period);
    let months = (1..=12).filter(move |other| other & !1 == month & !1);
    recurrence::years(ask)
        .filter(move |other| step_year(u32::from(other.unsigned_abs())) == step_year(year))
        .flat_map(move |other| months.clone().filter_map(move |month| recurrence::day_in(other, month, day)))
}

/// What day and seed become, which go together; year and month go their own ways.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    pub(super) d: u32,
    pub(super) s: u32,
}

impl State {
    /// Returns the state of the next letter.
    #[inline]
    pub(super) fn step(self) -> Self {
        let d = (self.d >> 15) ^ ((self.d & 0x1FFF) ^ ((self.s ^ self.d) << 2)) << 4;
        Self { d, s: (self.s >> 6) ^ (d.wrapping_add(self.s << 3) << 8 & 0x03FF_FF00) }
    }
}

/// Returns the state of the month after `m`.
pub(super) fn step_month(m: u32) -> u32 {
    14_u32.wrapping_mul(m & 0xFFFF_FFFE) ^ ((m ^ (m << 2)) >> 8)
}

/// Returns the state of the year after `y`.
pub(super) fn step_year(y: u32) -> u32 {
    ((y & 0xFFFF_FFF0) << 17) ^ ((y ^ y.wrapping_mul(7)) >> 11)
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "ranbyus-may".into(),
        aliases: vec!["ranbyus".into()],
        summary: "Banking trojan, as of spring 2015. 40 names of 14 letters a day from date and seed; the list of a day comes back in the month \
                  beside it, but for January and December, and each year, through blocks of 16 years"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: SUFFIXES.iter().map(|&s| s.into()).collect(),
        margin: Margin::hours(24, 24),
        clock_note: LOCAL_CLOCK.into(),
        verification: Verification::Verified,
        verification_note: "the published list of 40 names of 2015-04-14, seed B6354BC3, is reproduced in full; 51 of 189 names of a public data \
                            set are of this generator"
            .into(),
        generator_version: 1,
        keys: vec![values::key("seed", "B6354BC3", "the campaign's seed, up to 8 hexadecimal digits")],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "names come back on the same day of the month beside theirs and of each year: keep free names reserved, or reserve them \
                    again every year; look at registered ones by hand"
            .into(),
        references: vec![
            "Johannes Bader, The DGA of Ranbyus, johannesbader.ch, 2015-05".into(),
            "baderj/domain_generation_algorithms, ranbyus/may: list of 40 names of 2015-04-14".into(),
        ],
    }
}
