// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tempedreve: one name a day; bots try that of today, of yesterday and so on, back to 2015-03-23.

use std::sync::Arc;

use forestall_model::{Instant, Margin, Params, UtcDay, Window, WindowSet};

use super::built_in;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Ask, Attempt, Family, FamilyInfo, GenerateError, Generator, NameBuf, ParamError, Period, WordLists};

/// 2015-03-23, in days since 1970-01-01: where every bot ends its walk.
const FIRST_DAY: i32 = 16_517;

const SUFFIXES: [&str; 4] = ["com", "net", "org", "info"];

/// Returns the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

fn generator(_params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(Box::new(Tempedreve))
}

#[derive(Debug)]
struct Tempedreve;

impl Generator for Tempedreve {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        let last = UtcDay::holding(Instant::from_micros(span.until.micros().saturating_sub(1))).epoch_days();
        let end = if span.from < span.until { last + 1 } else { FIRST_DAY };
        Box::new((FIRST_DAY..end).map(UtcDay::from_epoch_days).map(period))
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        let day = at.day();
        (day.epoch_days() >= FIRST_DAY && day.window().contains(at)).then(|| period(day))
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        let day = Instant::from_seconds(period.key).day();
        out.start_run(WindowSet::From(day.start()));
        if built_in::names(ask.limit, 1, 1) == 0 {
            return Ok(());
        }
        let seed = day.epoch_days().cast_unsigned().wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let mut alphabet = *super::spelling::LETTERS;
        let mut state = seed;
        for j in 0..26 {
            alphabet.swap(j, (state % 26) as usize);
            state = step(state);
        }
        state = seed;
        let mut label = [0; 11];
        let label = &mut label[..7 + (seed % 5) as usize];
        for letter in &mut *label {
            *letter = alphabet[(state % 26) as usize];
            state = step(state);
        }
        out.push_parts(&[label, b".", SUFFIXES[(seed % 4) as usize].as_bytes()]);
        Ok(())
    }

    fn attempts(&self, at: Instant) -> Vec<Attempt> {
        let last = self.period_containing(at).map_or(FIRST_DAY - 1, |_| at.day().epoch_days());
        let days = (FIRST_DAY..=last).rev().map(UtcDay::from_epoch_days);
        days.map(|day| Attempt { period: period(day), skip: 0, take: None }).collect()
    }
}

fn step(state: u32) -> u32 {
    state.wrapping_mul(16_843_009).wrapping_add(65_805)
}

fn period(day: UtcDay) -> Period {
    Period { key: day.start().seconds(), window: Some(day.window()) }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "tempedreve".into(),
        aliases: vec![],
        summary: "Worm and dropper, its variant with dates. One new name a day of 7 to 11 letters; bots try all names from today back to 2015-03-23, \
                  so that the list grows and no name expires"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day; its name is tried from then on for ever".into(),
        names_per_period: Some(1),
        suffixes: SUFFIXES.iter().map(|&s| s.into()).collect(),
        margin: Margin::CLOCK,
        clock_note: "the date of the infected machine; whether local or UTC is not published".into(),
        verification: Verification::Verified,
        verification_note: "the published list of 1,746 names of 2020-01-01 is reproduced in full".into(),
        generator_version: 1,
        keys: vec![],
        first_day: Some(UtcDay::from_epoch_days(FIRST_DAY)),
        responsible: Responsible::Registry,
        treatment: "names never expire: keep free names reserved as long as bots live; the newest are tried first".into(),
        references: vec!["baderj/domain_generation_algorithms, tempedreve: list of 1,746 names of 2020-01-01".into()],
    }
}

#[cfg(test)]
mod tests {
    use super::{FIRST_DAY, UtcDay};

    #[test]
    fn bots_walk_back_to_the_published_day() {
        assert_eq!(UtcDay::from_epoch_days(FIRST_DAY).to_string(), "2015-03-23");
    }
}
