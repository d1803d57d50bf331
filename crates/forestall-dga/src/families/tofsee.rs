// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tofsee, the generator of December 2016: 20 names a week, the number of the week in letters.

use std::sync::Arc;

use forestall_model::{Instant, Margin, Params, Window};

use super::built_in;
use super::calendar::{Calendar, own_window};
use super::spelling::LETTERS;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Ask, Family, FamilyInfo, GenerateError, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

/// Ten labels under two suffixes.
const NAMES: u64 = 20;

const WEEK: i64 = 604_800;

/// Weeks from 1970-01-01 on, a Thursday.
const WEEKS: Calendar = Calendar::Steps { base: 0, seconds: WEEK };

/// Four letters reach to the year 10728.
const MOST_LETTERS: usize = 4;

struct Tofsee;

fn generator(_params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(Box::new(Tofsee))
}

impl Generator for Tofsee {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        WEEKS.periods(Window { from: span.from.max(Instant::from_seconds(0)), until: span.until })
    }

    /// Before 1970 the week has no number.
    fn period_containing(&self, at: Instant) -> Option<Period> {
        WEEKS.containing(at).filter(|period| period.key >= 0)
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        out.start_run(own_window(period));
        let mut room = [0; MOST_LETTERS];
        let word = base_26((period.key / WEEK).unsigned_abs(), &mut room);
        let names = LETTERS[..10].iter().flat_map(|letter| [b".biz".as_slice(), b".ch"].map(|suffix| (letter, suffix)));
        for ((letter, suffix), _) in names.zip(0..ask.limit.unwrap_or(NAMES)) {
            out.push_parts(&[word, word, std::slice::from_ref(letter), suffix]);
        }
        Ok(())
    }
}

/// Writes `value` in letters, `a` for 0, at the end of `room` and returns them, without leading `a` but at least one.
fn base_26(value: u64, room: &mut [u8; MOST_LETTERS]) -> &[u8] {
    let mut rest = value;
    let mut start = room.len();
    while start > 0 {
        start -= 1;
        room[start] = LETTERS[usize::from((rest % 26) as u8)];
        rest /= 26;
        if rest == 0 {
            break;
        }
    }
    &room[start..]
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "tofsee".into(),
        aliases: vec![],
        summary: "Spam bot, the generator of December 2016. 20 names a week under biz and ch: the number of the week in letters, twice, and a \
                  letter from a to j"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "7 days from Thursday".into(),
        names_per_period: Some(NAMES),
        suffixes: vec!["biz".into(), "ch".into()],
        margin: Margin::CLOCK,
        clock_note: "Unix time; the sources do not say by whose clock".into(),
        verification: Verification::Verified,
        verification_note: "published facts of 2016-12-20 (20 names a week, ten each under biz and ch, dqgdqga to dqgdqgj) and three names of the \
                            week after are reproduced; no program of others was run, and the order within a week is ours"
            .into(),
        generator_version: 1,
        keys: vec![],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "20 short names a week: reserve free ones for the guard window, look at registered ones by hand".into(),
        references: vec!["GovCERT.ch and SWITCH on Tofsee, 2016-12-20 to 2016-12-22".into()],
    }
}
