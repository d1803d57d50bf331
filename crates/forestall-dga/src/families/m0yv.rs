// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! M0yv, first published as Expiro: 128 names under biz, static or by a number that follows the date.

use std::sync::Arc;

use forestall_model::{DayRange, Margin, Params, UtcDay, WindowSet};

use super::built_in::{self, List, listed};
use super::calendar::{Calendar, own_window};
use super::runs::{Dated, date_of, in_runs};
use super::spelling::letter;
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::lcg::Msvc;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

mod search;

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

/// Names in a list.
const NAMES: u32 = 128;

/// Letters of the shortest label, and how many lengths there are.
const SHORTEST: u32 = 5;
const LENGTHS: u32 = 5;

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let seed = values::hexadecimal(params, "seed", "0x02484A18")?;
    Ok(match values::one_of(params, "version", "static", &["static", "date"])? {
        0 => listed(Calendar::None, Static { seed }),
        _ => in_runs(ByDate { seed }),
    })
}

#[derive(Debug)]
struct Static {
    seed: u32,
}

impl List for Static {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        write(self.seed, own_window(period), limit, out);
    }
}

#[derive(Debug)]
struct ByDate {
    seed: u32,
}

impl Dated for ByDate {
    /// The year, and how often the seed is turned.
    type Values = [u32; 2];

    /// The turns are (30.5 month - day) / 7, cut to a whole number and not below 0: they fall by one every seven days and
    /// rise on the first of a month, so that the same ones come back weeks later.
    fn values(&self, day: UtcDay) -> [u32; 2] {
        let [year, month, day] = date_of(day);
        [year, (61 * month).saturating_sub(2 * day) / 14]
    }

    /// The days of the year.
    fn reach(&self, day: UtcDay) -> Option<DayRange> {
        let year = day.ymd().0;
        let last = UtcDay::from_ymd(year, 12, 31)?;
        Some(DayRange { from: UtcDay::from_ymd(year, 1, 1)?, until: last.plus(1) })
    }

    fn write(&self, date: [u32; 2], windows: WindowSet, limit: Option<u64>, out: &mut NameBuf) {
        write(self.base(date), windows, limit, out);
    }
}

impl ByDate {
    /// Returns the base of the names of a date.
    fn base(&self, [year, turns]: [u32; 2]) -> u32 {
        (0..turns).fold(self.seed.wrapping_add(year), |base, _| base.wrapping_add(1).rotate_left(1))
    }

    /// Returns the seed that has this base on a date.
    fn seed(base: u32, [year, turns]: [u32; 2]) -> u32 {
        (0..turns).fold(base, |base, _| base.rotate_right(1).wrapping_sub(1)).wrapping_sub(year)
    }
}

/// Appends the names of a base seed, each from a generator of its own.
fn write(base: u32, windows: WindowSet, limit: Option<u64>, out: &mut NameBuf) {
    out.start_run(windows);
    for i in 0..built_in::names(limit, NAMES, NAMES) {
        let mut draw = Msvc { 0: base ^ i };
        let length = (draw.rand() % LENGTHS + SHORTEST) as usize;
        out.push_spelled(const { &Suffix::new("biz") }, |label: &mut [u8; 9]| {
            // Always as many letters: cheaper than a loop whose end nobody can foresee.
            label.iter_mut().for_each(|place| *place = letter(draw.rand()));
            length
        });
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "m0yv".into(),
        aliases: vec!["expiro".into()],
        summary: "File infector, first taken for Expiro; its generator is active since December 2021. 128 names under biz: mostly static, in a rare variant \
                  from leaked source code by the date"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeIndependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "none; with version=date up to seven days, of which the list comes back within the year".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: vec!["biz".into()],
        margin: Margin::CLOCK,
        clock_note: "the published generator takes UTC; whether bots do is not known".into(),
        verification: Verification::Verified,
        verification_note: "the static list of seed 0x02484A18 equals the published one, 128 of 128 names; of the variant by date no list is published, it \
                            stands on the published code alone"
            .into(),
        generator_version: 1,
        keys: vec![
            values::key("version", "static", "static, or date for the variant that follows the date"),
            values::key("seed", "0x02484A18", "the seed of the campaign, hexadecimal"),
        ],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "128 names of one registry: the static ones have to be kept for good, those by date in each of their windows".into(),
        references: vec![
            "baderj/domain_generation_algorithms, folders m0yv and expiro, issue 9".into(),
            "Malpedia, win.m0yv".into(),
            "Sinkholing the Domain Generation Algorithm of m0yv (talk)".into(),
        ],
    }
}
