// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Emotet, the generation of 2014: a name every 15 minutes, each tried for ever after.

use std::sync::Arc;

use forestall_model::{Instant, Margin, Params, UtcDay, Window, WindowSet};

use super::built_in::{self, low_half};
use super::calendar::Calendar;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Ask, Attempt, Family, FamilyInfo, GenerateError, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

/// 2014-10-28, where the list of a bot begins.
const START: UtcDay = UtcDay::from_epoch_days(16_371);

const SLOTS: Calendar = Calendar::Steps { base: 0, seconds: 900 };

struct Emotet;

fn generator(_params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(Box::new(Emotet))
}

impl Generator for Emotet {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        // A span, however late, meets the windows of all slots that have begun by its end.
        let until = if span.from < span.until { span.until } else { START.start() };
        SLOTS.periods(Window { from: START.start(), until })
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        SLOTS.containing(at).filter(|period| period.key >= START.start().seconds())
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        out.start_run(WindowSet::From(Instant::from_seconds(period.key)));
        if ask.limit == Some(0) {
            return Ok(());
        }
        let mut value = low_half(period.key).wrapping_add(1).wrapping_mul(0x7FED) & 0x0FFF_FFFF;
        let mut name = *b"aaaaaaaaaaaaaaaa.eu";
        for place in &mut name[..16] {
            *place = b'a' + (value % 25) as u8;
            value = value / 25 * 13;
        }
        out.push(&name);
        Ok(())
    }

    /// Every slot from the first to the present one.
    fn attempts(&self, at: Instant) -> Vec<Attempt> {
        let Some(present) = self.period_containing(at) else { return Vec::new() };
        let span = Window { from: START.start(), until: Instant::from_seconds(present.key + 1) };
        SLOTS.periods(span).map(|period| Attempt { period, skip: 0, take: None }).collect()
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "emotet".into(),
        aliases: vec!["emotet.c".into()],
        summary: "Banking trojan Emotet, generation of 2014. A name of 16 letters under eu every 15 minutes; bots try all of them from \
                  2014-10-28 to the present"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "15 minutes; a name is tried from its own period on without end".into(),
        names_per_period: Some(1),
        suffixes: vec!["eu".into()],
        margin: Margin::CLOCK,
        clock_note: "the Date header of a web server".into(),
        verification: Verification::Verified,
        verification_note: "117 of 231 sampled names of a public data set are names of 2014-11 to 2018-04, and three of another public list are \
                            reproduced; the rest of the sample fits no slot to 2020-10 and is of another variant or date. No program of others was run"
            .into(),
        generator_version: 1,
        keys: vec![],
        first_day: Some(START),
        responsible: Responsible::Registry,
        treatment: "names never expire and 96 a day are added: reserve them ahead and keep them for as long as bots are seen".into(),
        references: vec!["chrmor/DGA_domains_dataset: names labelled emotet".into()],
    }
}
