// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Origin periods of whole UTC days: days, weeks, parts of months.

use std::{fmt, iter};

use forestall_model::{Instant, UtcDay, Window};

use crate::{Ask, GenerateError, Generator, NameBuf, Period};

/// What is said of bots that go by their own clock.
pub(super) const LOCAL_CLOCK: &str = "the date of the infected machine's own clock and time zone: the day before and the day after are to be \
     kept as well";

/// The names of an origin period of whole days, with windows that may lie in other periods too.
pub(super) trait BlockList: Send + Sync + fmt::Debug + 'static {
    /// Returns the origin period that holds `day`.
    fn block(&self, day: UtcDay) -> Block;

    /// Appends the names of `period`, the first [`Ask::limit`] where there is a limit, with their windows.
    fn write(&self, period: &Period, ask: &Ask, out: &mut NameBuf);

    /// Returns the first day that has a list.
    fn since(&self) -> UtcDay {
        UtcDay::MIN
    }
}

/// Makes the generator of such lists.
pub(super) fn listed(list: impl BlockList) -> Box<dyn Generator> {
    Box::new(Listed(list))
}

struct Listed<L>(L);

impl<L: BlockList> Generator for Listed<L> {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        periods(span, self.0.since(), |day| self.0.block(day))
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        let day = at.day();
        (day >= self.0.since() && day.window().contains(at)).then(|| self.0.block(day).period())
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        self.0.write(period, ask, out);
        Ok(())
    }
}

/// A run of whole UTC days that is one origin period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    first: UtcDay,
    days: i32,
}

impl Block {
    /// Makes the block of `days` days, 1 at least, from `first` on.
    pub(super) fn new(first: UtcDay, days: i32) -> Self {
        Self { first, days }
    }

    /// Returns the block of one day.
    pub(super) fn day(day: UtcDay) -> Self {
        Self::new(day, 1)
    }

    /// Returns the days of the month of `day` between two first days, each part ending where the next begins.
    ///
    /// `starts` are days of the month in order, the first of them 1.
    pub(super) fn part_of_month(day: UtcDay, starts: &[u8]) -> Self {
        let (_, _, of_month) = day.ymd();
        let first_of_month = day.plus(1 - i32::from(of_month));
        let after = starts.iter().map(|start| i32::from(*start)).find(|start| *start > i32::from(of_month));
        let start =
            starts.iter().map(|start| i32::from(*start)).rfind(|start| *start <= i32::from(of_month)).unwrap_or(1);
        let days = after.unwrap_or_else(|| days_in_month(day) + 1) - start;
        Self::new(first_of_month.plus(start - 1), days)
    }

    /// Returns the block of `days` days, counted from 1970-01-01, that holds `day`.
    pub(super) fn since_1970(day: UtcDay, days: i32) -> Self {
        Self::new(UtcDay::from_epoch_days(day.epoch_days().div_euclid(days) * days), days)
    }

    /// Returns the window of the block.
    pub(super) fn window(self) -> Window {
        let from = self.first.start();
        Window { from, until: from.plus_seconds(i64::from(self.days) * SECONDS_IN_DAY) }
    }

    /// Returns the block as an origin period.
    pub(super) fn period(self) -> Period {
        let window = self.window();
        Period { key: window.from.seconds(), window: Some(window) }
    }
}

/// Returns the blocks that meet `span`, in order of time, none that holds only days before `since`.
fn periods<'g>(
    span: Window,
    since: UtcDay,
    block: impl Fn(UtcDay) -> Block + Send + 'g,
) -> Box<dyn Iterator<Item = Period> + Send + 'g> {
    let first = UtcDay::holding(span.from).max(since);
    Box::new(
        blocks(first, block)
            .map(Block::period)
            .take_while(move |period| span.from < span.until && Instant::from_seconds(period.key) < span.until)
            .filter(move |period| period.window.is_some_and(|window| window.meets(span))),
    )
}

/// Returns the ISO 8601 week number, 1 to 53.
pub(super) fn iso_week(day: UtcDay) -> u32 {
    let thursday = UtcDay::from_epoch_days(monday_of(day) + 3);
    let (year, _, _) = thursday.ymd();
    let new_year = UtcDay::from_ymd(year, 1, 1).unwrap_or(UtcDay::MIN);
    u32::try_from(thursday.days_since(new_year) / 7 + 1).unwrap_or(1)
}

/// Returns the Monday at or before `day`, in days since 1970-01-01.
pub(super) fn monday_of(day: UtcDay) -> i32 {
    // 1970-01-01 was a Thursday.
    day.epoch_days() - (day.epoch_days() + 3).rem_euclid(7)
}

const SECONDS_IN_DAY: i64 = 86_400;

/// Returns the blocks one after another from the one that holds `day` on.
fn blocks(day: UtcDay, block: impl Fn(UtcDay) -> Block) -> impl Iterator<Item = Block> {
    let mut next = Some(day);
    iter::from_fn(move || {
        let block = block(next?);
        let end = block.first.epoch_days() + block.days;
        next = (end <= UtcDay::MAX.epoch_days()).then(|| UtcDay::from_epoch_days(end));
        Some(block)
    })
}

fn days_in_month(day: UtcDay) -> i32 {
    let (year, month, _) = day.ymd();
    (28..=31).rfind(|days| UtcDay::from_ymd(year, month, *days).is_some()).map_or(28, i32::from)
}

#[cfg(test)]
mod tests {
    use forestall_model::{UtcDay, Window};

    use super::{Block, iso_week, periods};

    fn day(text: &str) -> UtcDay {
        text.parse().unwrap()
    }

    #[test]
    fn parts_of_a_month_follow_without_gap() {
        let check = |date: &str, starts: &[u8], first: &str, days: i32| {
            assert_eq!(Block::part_of_month(day(date), starts), Block::new(day(first), days), "{date}");
        };
        check("2016-02-29", &[1, 11, 21], "2016-02-21", 9);
        check("2016-02-20", &[1, 11, 21], "2016-02-11", 10);
        check("2026-12-31", &[1, 16], "2026-12-16", 16);
        check("2026-12-15", &[1, 16], "2026-12-01", 15);
    }

    /// ISO 8601 weeks at turns of the year, after the calendar of the standard.
    #[test]
    fn iso_weeks_belong_to_the_year_of_their_thursday() {
        for (date, week) in [
            ("2018-12-31", 1),
            ("2021-01-01", 53),
            ("2022-01-01", 52),
            ("2022-01-03", 1),
            ("2022-06-01", 22),
            ("2026-11-23", 48),
            ("2024-12-30", 1),
            ("1601-01-01", 1),
        ] {
            assert_eq!(iso_week(day(date)), week, "{date}");
        }
    }

    #[test]
    fn blocks_reach_to_the_last_day_and_end_there() {
        let until = UtcDay::MAX.window().until;
        let span = Window { from: day("9999-12-01").start(), until };
        let keys: Vec<_> = periods(span, UtcDay::MIN, |d| Block::since_1970(d, 15)).collect();
        assert!(keys.len() >= 2 && keys.last().unwrap().window.unwrap().until >= until);
        let days = periods(span, day("9999-12-30"), Block::day);
        assert_eq!(days.count(), 2);
    }
}
