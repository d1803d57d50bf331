// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Bumblebee: 100 names from a magic text, or from it, the month and the second at which the bot starts.

use std::sync::Arc;

use forestall_model::{Instant, Margin, Params, Window};

use super::built_in::{self, names};
use super::calendar::{Calendar, date, own_window};
use super::values::{self, key};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{
    Ask, Attempt, Family, FamilyInfo, GenerateError, Generator, NameBuf, ParamError, Period, Suffix, WordLists,
};

mod search;

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

/// Names that a bot makes of one state.
const NAMES: u32 = 100;

/// States of a month in the clock form: one a second of the minute.
const SECONDS: u32 = 60;

const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

const MULTIPLIER: u64 = 1_664_525;
const INCREMENT: u64 = 1_013_904_223;

/// Second, month from 0 and year that a failed call leaves.
const STATIC: (u32, u32, u32) = (32, 13, 1899);

struct Bumblebee {
    magic: u64,
    form: Form,
}

/// What is put in place of the date.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The date that a failed call leaves: one list for ever.
    Static,
    /// The second, the month and the year of the instant that is asked for.
    Clock,
    /// Those of one instant: one list for ever.
    At { second: u32, month0: u32, year: u32 },
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let text = values::text(params, "seed", "TEST_SEE", 8)?;
    let magic = text.iter().rev().fold(0, |magic, octet| magic << 8 | u64::from(*octet));
    let form = match params.value("time").unwrap_or("static") {
        "static" => Form::Static,
        "clock" => Form::Clock,
        text => one_instant(text).ok_or_else(|| ParamError::BadValue {
            key: "time".to_owned(),
            found: text.chars().take(60).collect(),
            expected: "static, clock, or an instant in UTC such as 2023-09-15T13:37:12".to_owned(),
        })?,
    };
    Ok(Box::new(Bumblebee { magic, form }))
}

/// Reads `YYYY-MM-DDThh:mm:ss`, with or without a final Z.
fn one_instant(text: &str) -> Option<Form> {
    let instant: Instant = format!("{}Z", text.strip_suffix('Z').unwrap_or(text)).parse().ok()?;
    let (year, month, _) = instant.day().ymd();
    let second = u32::try_from(instant.seconds().rem_euclid(i64::from(SECONDS))).ok()?;
    Some(Form::At { second, month0: u32::from(month.unsigned_abs()) - 1, year: u32::from(year.unsigned_abs()) })
}

impl Bumblebee {
    fn calendar(&self) -> Calendar {
        if self.form == Form::Clock { Calendar::Months } else { Calendar::None }
    }

    /// Writes the first names of one state.
    fn write(&self, second: u32, month0: u32, year: u32, names: u32, out: &mut NameBuf) {
        let mut state = self.magic.wrapping_add(of_time(second, month0, year));
        for _ in 0..names {
            out.push_spelled(const { &Suffix::new("life") }, |label: &mut [u8; 11]| {
                for place in &mut *label {
                    state = draw(state);
                    *place = ALPHABET[(state % 36) as usize];
                }
                label.len()
            });
        }
    }
}

impl Generator for Bumblebee {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        self.calendar().periods(span)
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        self.calendar().containing(at)
    }

    /// The clock form has a month's lists of all seconds, one after another.
    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        out.start_run(own_window(period));
        match self.form {
            Form::Static => {
                let (second, month0, year) = STATIC;
                self.write(second, month0, year, names(ask.limit, NAMES, NAMES), out);
                return Ok(());
            }
            Form::At { second, month0, year } => {
                self.write(second, month0, year, names(ask.limit, NAMES, NAMES), out);
                return Ok(());
            }
            Form::Clock => {}
        }
        let (year, month, _) = date(period);
        let mut left = names(ask.limit, SECONDS * NAMES, SECONDS * NAMES);
        for second in 0..SECONDS {
            let taken = left.min(NAMES);
            self.write(second, month - 1, year, taken, out);
            left -= taken;
        }
        Ok(())
    }

    /// In the clock form the list of the second.
    fn attempts(&self, at: Instant) -> Vec<Attempt> {
        let Some(period) = self.period_containing(at) else { return Vec::new() };
        let second = u32::try_from(at.seconds().rem_euclid(i64::from(SECONDS))).unwrap_or(0);
        let skip = if self.form == Form::Clock { second * NAMES } else { 0 };
        vec![Attempt { period, skip, take: Some(NAMES) }]
    }
}

/// Returns the state after `state`: a linear step on 64 bits, then 32 steps of a shift register.
///
/// The register's mask has 32 bits, so the upper half only drains down, and within 32 steps none of it gets to the bit that is looked at. The
/// lower half goes by four looks at [`STEPS`], which do not wait for one another.
fn draw(state: u64) -> u64 {
    let linear = state.wrapping_mul(MULTIPLIER).wrapping_add(INCREMENT);
    linear >> 32 ^ u64::from(stepped((linear & 0xFFFF_FFFF) as u32))
}

/// Returns what the lower half turns into in 32 steps of the register.
fn stepped(low: u32) -> u32 {
    let [a, b, c, d] = low.to_le_bytes().map(usize::from);
    STEPS[0][a] ^ STEPS[1][b] ^ STEPS[2][c] ^ STEPS[3][d]
}

/// Returns what is added to the magic text.
fn of_time(second: u32, month0: u32, year: u32) -> u64 {
    u64::from(second | (month0 + 256) << 8) + u64::from(year)
}

/// What an octet of the lower half turns into in 32 steps, from the lowest octet on.
const STEPS: [[u32; 256]; 4] = {
    let mut table = [[0; 256]; 4];
    let mut index = 0_u32;
    while index < 1024 {
        let (place, octet) = (index / 256, index % 256);
        let mut register = octet << (8 * place);
        let mut step = 0;
        while step < 32 {
            register = if register & 1 == 1 { register >> 1 ^ 0xF500_0000 } else { register >> 1 };
            step += 1;
        }
        table[place as usize][octet as usize] = register;
        index += 1;
    }
    table
};

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "bumblebee".into(),
        aliases: vec![],
        summary: "Loader; generator published in September 2023. 100 names under life from a magic text; a test form takes month and second of the \
                  clock as well: 60 such lists a month"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeIndependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "none; a month in the clock form".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: vec!["life".into()],
        margin: Margin::hours(14, 14),
        clock_note: "the static form takes no date; of the clock form it is not known whether it reads local time or UTC".into(),
        verification: Verification::Verified,
        verification_note: "the static list of 100 names is reproduced in full; of the clock form no list is known, it stands on one analyst's code"
            .into(),
        generator_version: 1,
        keys: vec![
            key("seed", "TEST_SEE", "the magic text, up to 8 visible ASCII characters"),
            key(
                "time",
                "static",
                "static (one list for ever), clock (one list for each second of the minute in each month; at an instant, that of its second), or \
                 an instant such as 2023-09-15T13:37:12 (its list alone)",
            ),
        ],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "static: names never expire, hold all 100. Clock form: 6,000 names a month, to be watched only, because no list confirms them".into(),
        references: vec!["baderj/domain_generation_algorithms, bumblebee".into()],
    }
}
