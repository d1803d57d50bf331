// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Kraken: a list without dates (version 1), and one of each week (version 2).
//!
//! Names come in pairs: one for a host without a marker file, one for a host with it. Version 2 steps the start of a name as
//! often as weeks have passed, and cuts it to 15 bits at each step. 32,768 states end in short cycles, so that from 2016 on the names come
//! back; [`Cycles`] finds a state after any number of steps at once.

use std::fmt;
use std::sync::{Arc, LazyLock};

use forestall_model::{Instant, Margin, Params, Window, WindowSet};

use super::built_in::{self, List, MOST_NAMES, listed, names};
use super::calendar::{Calendar, own_window};
use super::recurrence;
use super::spelling::letter;
use super::values::{self, key};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::lcg::Lcg;
use crate::{Ask, Family, FamilyInfo, GenerateError, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

/// Names that are listed where no number is given; the list itself is endless.
const NAMES: u32 = 2_000;

const ZONES: [&str; 4] = ["dyndns.org", "yi.org", "dynserv.com", "mooo.com"];
const TOP_LEVEL: [&str; 4] = ["com", "net", "tv", "cc"];

const ZONE_ENDS: [Suffix; 4] = Suffix::table(ZONES);

/// Where the weeks of version 2 begin, in seconds since 1970, and their length: Mondays at 21:46:40 UTC.
const FIRST_WEEK: i64 = 1_207_000_000;
const WEEK: i64 = 604_800;
const WEEKS: Calendar = Calendar::Steps { base: FIRST_WEEK, seconds: WEEK };

/// The generator of ISO C, with 12435 in place of 12345.
type Random = Lcg<1_103_515_245, 12_435>;

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let seed = values::one_of(params, "seed", "a", &["a", "b"])?;
    let set = values::one_of(params, "tldset", "1", &["1", "2"])?;
    if values::one_of(params, "version", "1", &["1", "2"])? == 1 {
        let start = [24_938_314, 1_600_000][seed];
        return Ok(Box::new(Second { start, suffixes: Suffix::table([TOP_LEVEL, ZONES][set]) }));
    }
    if set == 1 {
        return Err(ParamError::BadValue {
            key: "tldset".to_owned(),
            found: "2".to_owned(),
            expected: "1, because version 1 has no other set".to_owned(),
        });
    }
    let [absent, present] = [[0x0892_4541, 0xF030_4078], [0x0792_4542, 0xE030_4079]][seed];
    Ok(listed(Calendar::None, First { absent, present }))
}

/// Version 1.
#[derive(Debug)]
struct First {
    /// Added for a host without the marker file.
    absent: u32,
    /// Added for a host with it.
    present: u32,
}

impl List for First {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let ninth = |product: u32| (product.cast_signed() / 9).cast_unsigned();
        for number in 0..names(limit, NAMES, MOST_NAMES) {
            let d = 1_000_015 + number / 2;
            let times = |factor: u32| d.wrapping_mul(factor);
            let start = if number % 2 == 0 {
                ninth(times(d + 2).wrapping_mul(d + 7)).wrapping_add(times(3 * d + 1)).wrapping_add(self.absent)
            } else {
                ninth(times(d + 7).wrapping_mul(d + 12)).wrapping_add(times(d + 1)).wrapping_add(self.present)
            };
            write_name(start, |a, b, c| 6 + (a * b - c).rem_euclid(6), &ZONE_ENDS[(d % 4) as usize], out);
        }
    }
}

/// Version 2.
#[derive(Debug)]
struct Second {
    start: u32,
    suffixes: [Suffix; 4],
}

impl Second {
    /// Returns the state from which the name number `number` of a week is spelled.
    fn state(&self, week: i64, number: u32) -> u32 {
        let pair = number / 2;
        let steps = match pair % 9 {
            8 => 0,
            6 | 7 => week - 1,
            _ => week,
        };
        let start = self.start.wrapping_add(3 * pair).wrapping_add(1 - number % 2);
        stepped(start, u64::try_from(steps).unwrap_or(0))
    }

    /// Returns the weeks, near this one and in the span asked for, in which the usual list has each name of this week, in order of time.
    fn weeks(&self, week: i64, ask: &Ask, names: u32) -> Weeks {
        let mut weeks = Weeks { numbers: vec![0; 4 * STATES], weeks: vec![Vec::new()] };
        for number in (0..names).filter(|number| !is_permanent(*number)) {
            if let Some(place) = place(self.state(week, number), number)
                && weeks.numbers[place] == 0
            {
                weeks.numbers[place] = u32::try_from(weeks.weeks.len()).unwrap_or(0);
                weeks.weeks.push(Vec::new());
            }
        }
        let asked = |at: Instant| (at.seconds() - FIRST_WEEK).div_euclid(WEEK) + 2;
        let (first, last) = ask.span.map_or((week, week), |span| (asked(span.from), asked(span.until)));
        for other in first.max(week - NEAR)..=last.min(week + NEAR) {
            for number in (0..NAMES.min(names)).filter(|number| !is_permanent(*number)) {
                let list = place(self.state(other, number), number).map_or(0, |place| weeks.numbers[place] as usize);
                if list != 0 && weeks.weeks[list].last() != Some(&other) {
                    weeks.weeks[list].push(other);
                }
            }
        }
        weeks
    }
}

/// In which weeks names are live.
struct Weeks {
    /// For each [`place`] the number of its weeks; 0 where no name of the list stands.
    numbers: Vec<u32>,
    /// Number 0 has none.
    weeks: Vec<Vec<i64>>,
}

impl Weeks {
    fn of(&self, place: Option<usize>) -> &[i64] {
        place.map_or(&[], |place| &self.weeks[self.numbers[place] as usize])
    }
}

/// States of 15 bits.
const STATES: usize = 1 << 15;

/// Weeks before and after a week in which its names are looked for: as many as the longest cycle has.
const NEAR: i64 = 284;

/// One pair in nine stays for ever.
const fn is_permanent(number: u32) -> bool {
    number / 2 % 9 == 8
}

/// Returns what makes a name, the state from which it is spelled and which suffix it has, as one number; `None` for a state of more than 15
/// bits, which only the first weeks have.
fn place(state: u32, number: u32) -> Option<usize> {
    (state >> 15 == 0).then_some(4 * state as usize + (number / 2 % 4) as usize)
}

/// Returns the windows of weeks in order of time, those in a row as one.
fn windows_of(weeks: &[i64]) -> impl Iterator<Item = Window> {
    weeks.chunk_by(|one, next| one + 1 == *next).filter_map(|row| {
        let start = |week: i64| Instant::from_seconds(FIRST_WEEK + (week - 2) * WEEK);
        Some(Window { from: start(*row.first()?), until: start(*row.last()? + 1) })
    })
}

impl Generator for Second {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        WEEKS.periods(span)
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        WEEKS.containing(at)
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        let week = (period.key - FIRST_WEEK).div_euclid(WEEK) + 2;
        let names = names(ask.limit, NAMES, MOST_NAMES);
        let weeks = self.weeks(week, ask, names);
        for number in 0..names {
            let state = self.state(week, number);
            out.start_run(if is_permanent(number) {
                WindowSet::Always
            } else {
                recurrence::windows(period, ask, windows_of(weeks.of(place(state, number))))
            });
            write_name(state, |a, b, c| 7 + (a * b + c).rem_euclid(6), &self.suffixes[(number / 2 % 4) as usize], out);
        }
        Ok(())
    }
}

/// Writes the name that begins with `start`; `length` makes its length, 12 at most, of the first three outputs.
fn write_name(start: u32, length: impl Fn(i32, i32, i32) -> i32, suffix: &Suffix, out: &mut NameBuf) {
    let mut random = Random { 0: start };
    let mut draw = || cropped(random.step());
    let [a, b, c] = [(); 3].map(|()| draw().cast_signed());
    let length = usize::try_from(length(a, b, c)).unwrap_or(0);
    out.push_spelled(suffix, |label: &mut [u8; 12]| {
        // Always as many letters: cheaper than a loop whose end nobody can foresee.
        for place in label {
            *place = letter(draw());
        }
        length
    });
}

/// Returns the 15 bits of a state that are put out.
fn cropped(state: u32) -> u32 {
    state >> 8 & 0x7FFF
}

/// Returns the state after so many steps, each cut to 15 bits.
fn stepped(start: u32, steps: u64) -> u32 {
    static CYCLES: LazyLock<Cycles> = LazyLock::new(Cycles::new);
    match steps.checked_sub(1) {
        None => start,
        Some(rest) => CYCLES.after(narrow_step(start), rest),
    }
}

fn narrow_step(state: u32) -> u32 {
    cropped(Random { 0: state }.step())
}

/// All states of 15 bits: how far each is from its cycle, and the cycles.
struct Cycles {
    /// For each state the steps to its cycle and the place in `order` where it enters.
    ways: Vec<(u16, u16)>,
    /// The states of the cycles, each cycle in its order.
    order: Vec<u16>,
    /// For each place in `order` where its cycle begins, and how long it is.
    bounds: Vec<(u16, u16)>,
}

impl Cycles {
    fn new() -> Self {
        const STATES: u16 = 0x8000;
        let next: Vec<u16> = (0..STATES).map(|state| narrow(narrow_step(u32::from(state)))).collect();
        let follow = |state: u16| next[usize::from(state)];
        let mut ways = vec![None; usize::from(STATES)];
        let (mut order, mut bounds) = (Vec::new(), Vec::new());
        let mut met = vec![false; usize::from(STATES)];
        for first in 0..STATES {
            let mut path = Vec::new();
            let mut state = first;
            while !met[usize::from(state)] {
                met[usize::from(state)] = true;
                path.push(state);
                state = follow(state);
            }
            if ways[usize::from(state)].is_none() {
                // The path has run into itself: a new cycle, from `state` on.
                let from = path.iter().position(|other| *other == state).unwrap_or(0);
                let cycle = path.split_off(from);
                let begin = narrow(order.len());
                for (place, state) in (begin..).zip(&cycle) {
                    ways[usize::from(*state)] = Some((0, place));
                    bounds.push((begin, narrow(cycle.len())));
                }
                order.extend(cycle);
            }
            for state in path.into_iter().rev() {
                let way = ways[usize::from(follow(state))].map(|(steps, place)| (steps + 1, place));
                ways[usize::from(state)] = way;
            }
        }
        Self { ways: ways.into_iter().flatten().collect(), order, bounds }
    }

    /// Returns the state so many steps after `state`, which has 15 bits.
    fn after(&self, state: u32, steps: u64) -> u32 {
        let (way, place) = self.ways[state as usize];
        match steps.checked_sub(u64::from(way)) {
            None => (0..steps).fold(state, |state, _| narrow_step(state)),
            Some(rest) => {
                let (begin, length) = self.bounds[usize::from(place)];
                let turned = narrow((u64::from(place - begin) + rest) % u64::from(length));
                u32::from(self.order[usize::from(begin + turned)])
            }
        }
    }
}

/// Returns a number below 2^16 in 16 bits.
fn narrow<T: TryInto<u16, Error: fmt::Debug>>(number: T) -> u16 {
    number.try_into().expect("states and their places are below 2^15")
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "kraken".into(),
        aliases: vec!["bobax".into(), "oderoor".into()],
        summary: "Spam botnet of 2007 (Bobax, Oderoor). Version 1: an endless list without dates below four dynamic-DNS zones. Version 2: one of each week, \
                  under com, net, tv and cc or below those zones; its names come back since 2016"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "none (version 1); 7 days from Monday 21:46:40 UTC (version 2)".into(),
        names_per_period: None,
        suffixes: ZONES.iter().chain(&TOP_LEVEL).map(|&suffix| suffix.into()).collect(),
        margin: Margin::CLOCK,
        clock_note: "weeks of Unix time, an absolute instant if the bot's clock is right; version 1 takes no date".into(),
        verification: Verification::Verified,
        verification_note: "published lists of 2,000 names of version 1 and of the week of 2015-12-22 (version 2), both seed a, are reproduced in full".into(),
        generator_version: 1,
        keys: vec![
            key("version", "1", "1 (no dates) or 2 (weeks)"),
            key("seed", "a", "a or b: which constants"),
            key("tldset", "1", "of version 2: 1 (com, net, tv, cc) or 2 (dyndns.org, yi.org, dynserv.com, mooo.com)"),
        ],
        first_day: None,
        responsible: Responsible::providers([
            ("dyndns.org", "Dyn (Oracle), a dynamic-DNS service"),
            ("yi.org", "a dynamic-DNS service"),
            ("dynserv.com", "a dynamic-DNS service"),
            ("mooo.com", "FreeDNS (afraid.org), a dynamic-DNS service"),
        ]),
        treatment: "below the dynamic-DNS zones the provider must act, under com, net, tv and cc the registry. Version 2 has 2,584 names that both seeds share \
                    and 222 more of each seed, which come back every 3 to 284 weeks or never leave: hold them all for good rather than week by week"
            .into(),
        references: vec![
            "baderj/domain_generation_algorithms, kraken".into(),
            "Bader, Kraken's Two Domain Generation Algorithms, December 2015".into(),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::{Cycles, narrow_step, stepped};

    #[test]
    fn all_states_end_in_eight_cycles() {
        let cycles = Cycles::new();
        assert_eq!((cycles.ways.len(), cycles.order.len()), (32_768, 646));
        assert_eq!(cycles.ways.iter().map(|(steps, _)| *steps).max(), Some(407));
        let mut lengths: Vec<u16> = cycles.bounds.iter().map(|(_, length)| *length).collect();
        lengths.sort_unstable();
        lengths.dedup();
        assert_eq!(lengths, [3, 5, 18, 31, 36, 39, 230, 284]);
    }

    #[test]
    fn many_steps_at_once_are_the_same_state() {
        for start in [0, 1, 24_938_315, 1_600_000, u32::MAX] {
            let mut state = start;
            for steps in 0..1_500 {
                assert_eq!(stepped(start, steps), state, "{start} {steps}");
                state = narrow_step(state);
            }
        }
    }
}
