// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! DarkCracks: one name a day from year and day of the month, twice in Base64 with a key between.

use std::sync::Arc;

use forestall_model::{Instant, Margin, Params, UtcDay, Window, WindowSet};

use super::built_in::{self, names};
use super::calendar::Calendar;
use super::recurrence::{self, day_of};
use super::spelling::iso_date;
use super::values::{self, key};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::base64;
use crate::{Ask, Family, FamilyInfo, GenerateError, Generator, NameBuf, ParamError, Period, WordLists};

mod search;

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

const DEFAULT_SEED: &str = "Crackalackin'";

/// Octets between the two encodings, as many as of the key can enter.
const OCTETS: usize = 8;

/// Characters of a label.
const LETTERS: usize = 11;

struct DarkCracks {
    key: Box<[u8]>,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(Box::new(DarkCracks { key: values::text(params, "seed", DEFAULT_SEED, 64)? }))
}

impl Generator for DarkCracks {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        Calendar::Days.periods(span)
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        Calendar::Days.containing(at)
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        out.start_run(windows(period, ask));
        if names(ask.limit, 1, 1) == 0 {
            return Ok(());
        }
        let mut text = message(Instant::from_seconds(period.key));
        for (octet, key) in text.iter_mut().zip(self.key.iter().cycle()) {
            *octet ^= key;
        }
        // Eight octets: eleven characters and one to fill up.
        let mut label = base64::encode(&text, base64::URL);
        label.truncate(LETTERS);
        label.reverse();
        out.push_parts(&[&label, b".com"]);
        Ok(())
    }
}

/// Returns what the key is laid over: year and day of the month in Base64, the letters' case turned round.
fn message(at: Instant) -> [u8; OCTETS] {
    let [y1, y2, y3, y4, _, _, _, _, d1, d2] = iso_date(at);
    let mut text = [0; OCTETS];
    for (place, octet) in text.iter_mut().zip(base64::encode(&[y1, y2, y3, y4, d1, d2], base64::URL)) {
        *place = if octet.is_ascii_alphabetic() { octet ^ 0x20 } else { octet };
    }
    text
}

/// The month does not enter, so a name is live on that day of each month of the year.
fn windows(period: &Period, ask: &Ask) -> WindowSet {
    let (year, _, of_month) = day_of(period).ymd();
    recurrence::days(period, ask, (1..=12).filter_map(|month| UtcDay::from_ymd(year, month, of_month)))
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "darkcracks".into(),
        aliases: vec![],
        summary: "Delivery framework reported in 2024. One name a day under com from year and day of the month: 31 names a year, each live on that day \
                  of every month"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: Some(1),
        suffixes: vec!["com".into()],
        margin: Margin::CLOCK,
        clock_note: "whether local time or UTC is not known".into(),
        verification: Verification::Verified,
        verification_note: "the published list of 100 days from 2024-09-03 is reproduced in full".into(),
        generator_version: 1,
        keys: vec![key(
            "seed",
            DEFAULT_SEED,
            "the key, up to 64 visible ASCII characters, the apostrophe of the default included; with other keys a name may hold _ or begin with -",
        )],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "31 names a year: hold them all for the whole year. Names are generated in mixed letter case, which DNS ignores".into(),
        references: vec![
            "baderj/domain_generation_algorithms, darkcracks".into(),
            "XLab (Qianxin) on DarkCracks, section on the Runner, 2024".into(),
        ],
    }
}
