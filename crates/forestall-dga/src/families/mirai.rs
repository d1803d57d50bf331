// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Mirai, the variant of December 2016 with a generator: one label a day.
//!
//! The letters are those of Ranbyus: the year enters without its low four bits and the month without its lowest one, so that the label of a
//! date is back in the month beside it, and every year until the next one divisible by 16. Which of three top-level domains goes with a day is not known for seed 0: all three are alternatives of one position.

use std::sync::Arc;

use forestall_model::{Margin, Params, UtcDay};

use super::blocks::{self, Block, BlockList};
use super::built_in::{self, names};
use super::calendar::date;
use super::ranbyus_may::{State, days_alike, step_month, step_year};
use super::recurrence;
use super::values::{self, key};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Ask, Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

mod search;

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

/// The candidates where nothing says which.
const SUFFIXES: &str = "online,tech,support";

/// Letters of a label.
const LETTERS: usize = 12;

/// Octets of the longest name: a label, a dot and a suffix.
const MOST_BYTES: usize = LETTERS + 1 + 190;

#[derive(Debug)]
struct Mirai {
    seed: u32,
    /// At least one; the later ones are alternatives.
    suffixes: Vec<Box<[u8]>>,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let seed = values::hexadecimal(params, "seed", "0")?;
    let suffixes = values::suffixes(params, "tld", SUFFIXES, 1..=8)?;
    Ok(blocks::listed(Mirai { seed, suffixes }))
}

impl BlockList for Mirai {
    fn block(&self, day: UtcDay) -> Block {
        Block::day(day)
    }

    fn write(&self, period: &Period, ask: &Ask, out: &mut NameBuf) {
        out.start_run(recurrence::days(period, ask, days_alike(period, ask)));
        if names(ask.limit, 1, 1) == 0 {
            return;
        }
        let (mut y, mut m, d) = date(period);
        let mut state = State { d, s: self.seed };
        let mut label = [0; LETTERS];
        for place in &mut label {
            state = state.step();
            y = step_year(y);
            m = step_month(m);
            *place = b'a' + ((state.d ^ m ^ y) % 25) as u8;
        }
        let mut name = [b'.'; MOST_BYTES];
        name[..LETTERS].copy_from_slice(&label);
        for (number, suffix) in self.suffixes.iter().enumerate() {
            let length = LETTERS + 1 + suffix.len();
            name[LETTERS + 1..length].copy_from_slice(suffix);
            if number == 0 { out.push(&name[..length]) } else { out.push_alternative(&name[..length]) }
        }
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "mirai".into(),
        aliases: vec![],
        summary: "Bot of cameras and routers, the variant of December 2016. One label of 12 letters a day under online, tech or support, used \
                  where its fixed names fail; the label of a date comes back every year"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: Some(1),
        suffixes: SUFFIXES.split(',').map(Into::into).collect(),
        margin: Margin::CLOCK,
        clock_note: "the date of the device; Netlab saw look-ups from 00:00 to 24:00".into(),
        verification: Verification::Verified,
        verification_note: "the labels of 2016-12-04, 2016-12-05 and 2016-12-20 are those published; the rule by which seed 0 picks the top-level \
                            domain is not known, so that each of three is a candidate"
            .into(),
        generator_version: 1,
        keys: vec![
            key("seed", "0", "the seed, up to 8 hexadecimal digits: 0 (samples) or 91 (found by trial)"),
            key(
                "tld",
                SUFFIXES,
                "the suffix, or up to 8 candidates separated by commas; online alone goes with seed 91",
            ),
        ],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "reserve all three candidates for the guard window; the label of a date is the same in all years from 2016 to 2031 and dates \
                    share labels (217 different ones in a year for seed 0), so that the set can be held as a whole"
            .into(),
        references: vec![
            "Netlab 360, New Mirai Variant with DGA, December 2016".into(),
            "GovCERT.ch, When Mirai meets Ranbyus".into(),
        ],
    }
}
