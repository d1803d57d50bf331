// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! SharkBot: seven names a week, one under each suffix, in four versions.
//!
//! All take the ISO 8601 week; the year is that of the calendar, not of the week. Where it counts, an origin period ends with the year.

use std::sync::Arc;

use forestall_model::{Margin, Params, UtcDay, Window};

use super::blocks::{Block, BlockList};
use super::calendar::date;
use super::{blocks, built_in, recurrence, values};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::{base64, md5};
use crate::{Ask, Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

const KEY: &str = "pojBI9LHGFdfgegjjsJ99hvVGHVOjhksdf";

const OLD_SUFFIXES: [&str; 7] = ["top", "xyz", "cc", "info", "com", "ru", "net"];
const NEW_SUFFIXES: [&str; 7] = ["xyz", "live", "com", "store", "info", "top", "net"];

/// The values of the parameter and what each stands for.
const VERSIONS: [(&str, Version); 7] = [
    ("0.0", Version { rules: &[Rule::Week], suffixes: OLD_SUFFIXES }),
    ("0.0-list", Version { rules: &[Rule::Week], suffixes: NEW_SUFFIXES }),
    ("1.63", Version { rules: &[Rule::Sum], suffixes: OLD_SUFFIXES }),
    ("1.63-list", Version { rules: &[Rule::Joined], suffixes: OLD_SUFFIXES }),
    ("1.63-both", Version { rules: &[Rule::Sum, Rule::Joined], suffixes: OLD_SUFFIXES }),
    ("2.1", Version { rules: &[Rule::HashOfWeek], suffixes: NEW_SUFFIXES }),
    ("2.8", Version { rules: &[Rule::HashOfBoth], suffixes: NEW_SUFFIXES }),
];

/// Returns the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let version = values::one_of(params, "version", "2.8", &VERSIONS.map(|(name, _)| name))?;
    Ok(blocks::listed(VERSIONS[version].1))
}

/// The rules that a version may follow, one candidate a rule, and its suffixes.
#[derive(Clone, Copy, Debug)]
struct Version {
    rules: &'static [Rule],
    suffixes: [&'static str; 7],
}

/// How the label comes of week and year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// 19 characters of Base64 over the week and the key.
    Week,
    /// The same over the sum of week and year.
    Sum,
    /// The same over week and year one after the other.
    Joined,
    /// 16 digits of MD5 over suffix and week.
    HashOfWeek,
    /// 16 digits of MD5 over suffix, week and year.
    HashOfBoth,
}

impl BlockList for Version {
    fn block(&self, day: UtcDay) -> Block {
        if self.rules.iter().any(|rule| rule.has_year()) { week_of_year(day) } else { week(day) }
    }

    fn write(&self, period: &Period, ask: &Ask, out: &mut NameBuf) {
        let day = recurrence::day_of(period);
        let of = (blocks::iso_week(day), date(period).0);
        let windows: Vec<_> =
            self.rules.iter().map(|rule| recurrence::windows(period, ask, rule.windows(of, ask).into_iter())).collect();
        for suffix in &self.suffixes[..built_in::names(ask.limit, 7, 7) as usize] {
            for (candidate, (rule, windows)) in self.rules.iter().zip(&windows).enumerate() {
                out.start_run(windows.clone());
                let name = [rule.label(of, suffix).as_slice(), b".", suffix.as_bytes()].concat();
                if candidate == 0 {
                    out.push(&name);
                } else {
                    out.push_alternative(&name);
                }
            }
        }
    }
}

impl Rule {
    fn has_year(self) -> bool {
        !matches!(self, Self::Week | Self::HashOfWeek)
    }

    fn label(self, (week, year): (u32, u32), suffix: &str) -> Vec<u8> {
        let (text, hashed) = match self {
            Self::Week => (format!("{week}{KEY}"), false),
            Self::Sum => (format!("{}{KEY}", week + year), false),
            Self::Joined => (format!("{week}{year}{KEY}"), false),
            Self::HashOfWeek => (format!(".{suffix}{week}"), true),
            Self::HashOfBoth => (format!(".{suffix}{week}{year}"), true),
        };
        if hashed {
            let mut label = vec![0; 16];
            super::spelling::hexadecimal(&md5::digest(text.as_bytes())[..8], &mut label);
            return label;
        }
        let mut label = base64::encode(text.as_bytes(), base64::STANDARD);
        label.truncate(19);
        label.make_ascii_lowercase();
        label
    }

    /// Returns the windows of the label of a week and year, in order of time, as far as the span asked for needs.
    fn windows(self, (week, year): (u32, u32), ask: &Ask) -> Vec<Window> {
        let mut windows = Vec::new();
        for other in recurrence::years(ask) {
            let number = u32::from(other.unsigned_abs());
            match self {
                Self::Week | Self::HashOfWeek => {
                    windows.extend(full_week(other, week).map(Block::window));
                }
                Self::Sum => {
                    windows.extend((week + year).checked_sub(number).into_iter().flat_map(|w| parts(other, w)))
                }
                Self::Joined | Self::HashOfBoth if number == year => windows.extend(parts(other, week)),
                Self::Joined | Self::HashOfBoth => {}
            }
        }
        windows
    }
}

/// Returns the ISO week that holds `day`.
fn week(day: UtcDay) -> Block {
    Block::new(UtcDay::from_epoch_days(blocks::monday_of(day)), 7)
}

/// Returns the days of the week of `day` that lie in its year.
fn week_of_year(day: UtcDay) -> Block {
    let monday = blocks::monday_of(day);
    let year = day.ymd().0;
    let turn = |year: i16| UtcDay::from_ymd(year, 1, 1).map(UtcDay::epoch_days);
    let first = turn(year).map_or(monday, |turn| turn.max(monday));
    let end = turn(year + 1).map_or(monday + 7, |turn| turn.min(monday + 7));
    Block::new(UtcDay::from_epoch_days(first), end - first)
}

/// Returns the week of this number in an ISO year; `None` where the year ends before it.
fn full_week(year: i16, number: u32) -> Option<Block> {
    let first = blocks::monday_of(UtcDay::from_ymd(year, 1, 4)?);
    let monday = UtcDay::from_epoch_days(first + 7 * (i32::try_from(number).ok()? - 1));
    ((1..=53).contains(&number) && blocks::iso_week(monday) == number).then(|| week(monday))
}

/// Returns the days of a calendar year that lie in weeks of this number: at its turns, those may be weeks of its neighbours.
fn parts(year: i16, number: u32) -> impl Iterator<Item = Window> {
    let turn = |month, day| UtcDay::from_ymd(year, month, day).map(week_of_year);
    let inner = full_week(year, number).map(Block::window).map(|window| {
        // The Thursday lies in the year always; the rest of the week is cut at its turns.
        week_of_year(window.from.day().plus(3))
    });
    let mut found: Vec<Window> = [turn(1, 1), inner, turn(12, 31)]
        .into_iter()
        .flatten()
        .map(Block::window)
        .filter(|window| blocks::iso_week(window.from.day()) == number)
        .collect();
    found.dedup();
    found.into_iter()
}

fn info() -> FamilyInfo {
    let mut suffixes: Vec<&str> = NEW_SUFFIXES.to_vec();
    suffixes.extend(OLD_SUFFIXES.iter().filter(|suffix| !NEW_SUFFIXES.contains(suffix)));
    FamilyInfo {
        slug: "sharkbot".into(),
        aliases: vec![],
        summary: "Banking trojan on Android. Seven names a week, one under each suffix, from the week's number and, in some versions, the year; \
                  the names of 0.0 and 2.1 come back each year"
            .into(),
        scheme: Scheme::Hash,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "week from Monday (ISO 8601); cut at the turn of the year where the year counts".into(),
        names_per_period: Some(7),
        suffixes: suffixes.into_iter().map(Into::into).collect(),
        margin: Margin::hours(7 * 24, 7 * 24),
        clock_note: "the calendar of the device and its region, in which weeks may begin on Sunday or count otherwise: the week before and the week \
                     after are to be kept as well"
            .into(),
        verification: Verification::Verified,
        verification_note: "the published lists of 2.1 and 2.8 (weeks of 2021-05-31 and 2022-05-30) are reproduced; of 0.0 the label of week 22 agrees \
                            and the suffixes do not; of 1.63 code and list contradict each other, hence its names have two candidates"
            .into(),
        generator_version: 1,
        keys: vec![values::key(
            "version",
            "2.8",
            "0.0 or 0.0-list (the suffixes of the published list); 1.63 (week and year added, as the published code does), 1.63-list (one after \
             the other, as in the published list) or 1.63-both (two candidates for each name); 2.1; 2.8",
        )],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "few names a week, each live for seven days; names of 0.0 and 2.1 come back every year: keep them reserved".into(),
        references: vec!["baderj/domain_generation_algorithms, sharkbot: lists of versions 0.0, 1.63, 2.1 and 2.8".into()],
    }
}
