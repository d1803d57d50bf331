// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! CoreBot: 40 names a day below a dynamic-DNS zone, from the date, a seed and a group.

use std::sync::Arc;

use forestall_model::{Instant, Margin, Params, UtcDay, Window, WindowSet};

use super::built_in::{self, MOST_NAMES, names};
use super::calendar::{Calendar, date};
use super::recurrence::{self, day_of};
use super::values::{self, key};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::lcg::Recipes;
use crate::{Ask, Family, FamilyInfo, GenerateError, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

mod search;

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

/// Names of a day where the bot's configuration has no other number.
const NAMES: u32 = 40;

/// `z` and `9` never occur.
const ALPHABET: &[u8; 34] = b"abcdefghijklmnopqrstuvwxy012345678";

/// Characters of the shortest label, and how many lengths there are.
const SHORTEST: u32 = 12;
const LENGTHS: u32 = 12;

struct CoreBot {
    /// The seed with the group in its upper half.
    seed: u32,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let seed = values::hexadecimal(params, "seed", "1DBA8930")?;
    let group = values::decimal(params, "group", "1")?;
    Ok(Box::new(CoreBot { seed: seed.wrapping_add(group << 16) }))
}

impl Generator for CoreBot {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        Calendar::Days.periods(span)
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        Calendar::Days.containing(at)
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        out.start_run(windows(period, ask));
        let mut random = Recipes { 0: dated(self.seed, date(period)) };
        for _ in 0..names(ask.limit, NAMES, MOST_NAMES) {
            let length = (SHORTEST + random.step() % LENGTHS) as usize;
            out.push_spelled(const { &Suffix::new("ddns.net") }, |label: &mut [u8; 23]| {
                for place in &mut label[..length] {
                    *place = ALPHABET[(random.step() % 34) as usize];
                }
                length
            });
        }
        Ok(())
    }
}

/// Returns the start of a day's list.
fn dated(seed: u32, (year, month, day): (u32, u32, u32)) -> u32 {
    // The bot's own OR of the day is a sum, because the day has fewer than 8 bits.
    seed.wrapping_add(year).wrapping_add(month << 8).wrapping_add(day)
}

/// Year and day of the month are added, so a list comes back one day earlier in the same month of each following year.
fn windows(period: &Period, ask: &Ask) -> WindowSet {
    let (year, month, of_month) = day_of(period).ymd();
    let days = (1..=31).rev().filter_map(|other| UtcDay::from_ymd(year + i16::from(of_month - other), month, other));
    recurrence::days(period, ask, days)
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "corebot".into(),
        aliases: vec![],
        summary: "Banking trojan of 2015. 40 names a day below the dynamic-DNS zone ddns.net; a list comes back one day earlier in the same month of \
                  each following year"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: None,
        suffixes: vec!["ddns.net".into()],
        margin: Margin::CLOCK,
        clock_note: "the Date header of a well-known web site, therefore UTC; a wrong clock of the host does not matter".into(),
        verification: Verification::Verified,
        verification_note: "the list of 40 names published for the debug sample is reproduced in full (seed 1DB98930, 2015-09-08)".into(),
        generator_version: 1,
        keys: vec![
            key("seed", "1DBA8930", "up to 8 hexadecimal digits"),
            key("group", "1", "the configuration value core.dga.group, decimal; one group more is the same as 10000 (hexadecimal) more in the seed"),
        ],
        first_day: None,
        responsible: Responsible::providers([("ddns.net", "No-IP (Vitalwerks), a dynamic-DNS service")]),
        treatment: "names of a provider's zone: ask the provider to hold or to hand over the host names of the guard window; never block the zone. \
                    Lists come back in later years, so holding ends only with the botnet"
            .into(),
        references: vec![
            "baderj/domain_generation_algorithms, corebot".into(),
            "Bader, The DGA of CoreBot, September 2015".into(),
        ],
    }
}
