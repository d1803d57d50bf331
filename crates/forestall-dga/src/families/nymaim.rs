// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Nymaim, the first generation: an xorshift of four words, 128 names a day.

use std::sync::Arc;

use forestall_model::{DayRange, Margin, Params, UtcDay, WindowSet};

use super::built_in::{self, MOST_NAMES};
use super::runs::{Dated, date_of, in_runs};
use super::spelling::LETTERS;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Suffix, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

const ENDS: [Suffix; 5] = Suffix::table(["com", "org", "biz", "net", "info"]);

/// Names that a bot tries.
const NAMES: u32 = 128;

fn generator(_params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(in_runs(Nymaim))
}

#[derive(Debug)]
struct Nymaim;

impl Dated for Nymaim {
    /// The seed. Of month and day only the sum counts, of year and day of the week likewise.
    type Values = u32;

    fn values(&self, day: UtcDay) -> u32 {
        let [year, month, of_month] = date_of(day);
        // 1970-01-01 was a Thursday, and Sunday counts 0.
        let of_week = (day.epoch_days() + 4).rem_euclid(7).unsigned_abs();
        year + of_week + ((month + of_month) << 16)
    }

    /// The day of the week makes up for six years at most.
    fn reach(&self, day: UtcDay) -> Option<DayRange> {
        let year = day.ymd().0;
        let from = UtcDay::from_ymd(year - 6, 1, 1).unwrap_or(UtcDay::MIN);
        Some(DayRange { from, until: UtcDay::from_ymd(year + 7, 1, 1).unwrap_or(UtcDay::MAX) })
    }

    fn write(&self, seed: u32, windows: WindowSet, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(windows);
        let mut state = State::new(seed);
        for _ in 0..built_in::names(limit, NAMES, MOST_NAMES) {
            let mut label = [0; 11];
            let length = state.draw(6) as usize + 6;
            label[..length].iter_mut().for_each(|letter| *letter = LETTERS[state.draw(26) as usize]);
            let suffix = match label[length - 2] {
                b'a'..=b'i' => 0,
                b'j'..=b'm' => 1,
                b'n'..=b'q' => 2,
                b'r'..=b'u' => 3,
                _ => 4,
            };
            out.push_spelled(&ENDS[suffix], |place: &mut [u8; 11]| {
                *place = label;
                length
            });
        }
    }
}

struct State([u32; 4]);

impl State {
    fn new(seed: u32) -> Self {
        Self([0x5245_5641, 0x4948_4F4C, 0x5955_4820, 0x4D41_5620].map(|word: u32| word.wrapping_add(seed)))
    }

    fn draw(&mut self, bound: u32) -> u32 {
        let [a, b, c, e] = self.0;
        let x = a ^ (a << 11);
        let y = x ^ e ^ (e >> 19) ^ (x >> 8);
        self.0 = [a.wrapping_add(b), b.wrapping_add(c), c.wrapping_add(e), y];
        c.wrapping_add(y) / 100 % bound
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "nymaim".into(),
        aliases: vec![],
        summary: "Downloader and banking trojan, the first generation of its algorithm. 128 names a day, without a seed of the campaign".into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: ["com", "org", "biz", "net", "info"].map(Into::into).to_vec(),
        margin: Margin::hours(24, 24),
        clock_note: "the published generator takes the local date".into(),
        verification: Verification::Verified,
        verification_note: "equals the published list of 2018-02-24, 128 of 128 names".into(),
        generator_version: 1,
        keys: vec![],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "lists can come back on other days: those of equal month plus day and equal year plus day of the week".into(),
        references: vec!["baderj/domain_generation_algorithms, folder nymaim".into()],
    }
}
