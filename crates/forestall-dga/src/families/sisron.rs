// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sisron: one label a day, the date in Base64, under four suffixes; bots try those of ten days.

use std::sync::Arc;

use forestall_model::{Instant, Margin, Params, UtcDay, Window, WindowSet};

use super::blocks::LOCAL_CLOCK;
use super::built_in;
use super::calendar::date;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::base64;
use crate::{Ask, Attempt, Family, FamilyInfo, GenerateError, Generator, NameBuf, ParamError, Period, WordLists};

/// In the order of the bot.
const SUFFIXES: [&str; 4] = ["com", "org", "net", "info"];

/// Days for which the names of a day are tried, that day included.
const DAYS: i32 = 10;

/// Returns the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

fn generator(_params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(Box::new(Sisron))
}

#[derive(Debug)]
struct Sisron;

impl Generator for Sisron {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        let first = UtcDay::holding(span.from).plus(1 - DAYS).epoch_days();
        let last = UtcDay::holding(Instant::from_micros(span.until.micros().saturating_sub(1))).epoch_days();
        let days = (first..=last).map(UtcDay::from_epoch_days);
        Box::new(days.filter(move |day| span.from < span.until && live(*day).meets(span)).map(period))
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        let day = at.day();
        day.window().contains(at).then(|| period(day))
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        let (year, month, day) = date(period);
        let text = format!("{day:02}{month:02}{year:04}");
        let mut label = base64::encode(text.as_bytes(), base64::STANDARD);
        label.make_ascii_lowercase();
        label.iter_mut().filter(|octet| **octet == b'=').for_each(|octet| *octet = b'a');
        out.start_run(WindowSet::Spans(vec![live(Instant::from_seconds(period.key).day())]));
        for suffix in &SUFFIXES[..built_in::names(ask.limit, 4, 4) as usize] {
            out.push_parts(&[&label, b".", suffix.as_bytes()]);
        }
        Ok(())
    }

    /// For each suffix the names of today, of yesterday and so on.
    fn attempts(&self, at: Instant) -> Vec<Attempt> {
        let Some(today) = self.period_containing(at).map(|_| at.day()) else { return Vec::new() };
        let oldest = today.plus(1 - DAYS).epoch_days();
        let days = (oldest..=today.epoch_days()).rev().map(UtcDay::from_epoch_days);
        let one = |skip| days.clone().map(move |day| Attempt { period: period(day), skip, take: Some(1) });
        (0..4).flat_map(one).collect()
    }
}

fn period(day: UtcDay) -> Period {
    Period { key: day.start().seconds(), window: Some(day.window()) }
}

/// Returns the window in which the names of `day` are tried.
fn live(day: UtcDay) -> Window {
    Window { from: day.start(), until: day.window().until.plus_seconds(i64::from(DAYS - 1) * 86_400) }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "sisron".into(),
        aliases: vec!["tomb".into(), "agent.wrq".into()],
        summary: "Trojan. Four names a day: the date in Base64 under four suffixes. Bots try the names of today and of the nine days before".into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day; its names are tried for ten days".into(),
        names_per_period: Some(4),
        suffixes: SUFFIXES.iter().map(|&s| s.into()).collect(),
        margin: Margin::hours(24, 24),
        clock_note: LOCAL_CLOCK.into(),
        verification: Verification::Verified,
        verification_note: "the published list of 40 names of 2016-06-02 is reproduced in full".into(),
        generator_version: 1,
        keys: vec![],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "four new names a day, each live for ten days: reserve free names before their first day, look at registered ones by hand".into(),
        references: vec![
            "Johannes Bader, The DGA of Sisron, johannesbader.ch, 2016-06".into(),
            "baderj/domain_generation_algorithms, sisron: list of 40 names of 2016-06-02".into(),
        ],
    }
}
