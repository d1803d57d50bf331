// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Origin periods that are runs of UTC days: days in a row on which an algorithm computes with the same values.
//!
//! The same values may come back after other ones. Each run is then an origin period of its own, and the windows of its
//! names are all the runs with these values.

use std::fmt;

use forestall_model::{DayRange, Instant, UtcDay, Window, WindowSet};

use super::recurrence::{self, day_of};
use crate::{Ask, GenerateError, Generator, NameBuf, Period};

/// The lists of an algorithm that computes with something of the date.
pub(super) trait Dated: Send + Sync + fmt::Debug + 'static {
    /// What the algorithm takes of the date.
    type Values: PartialEq;

    /// Returns what the algorithm takes of a date.
    fn values(&self, day: UtcDay) -> Self::Values;

    /// Returns the days outside of which the values of `day` never come back; none where they come back nowhere.
    fn reach(&self, _day: UtcDay) -> Option<DayRange> {
        None
    }

    /// Appends the names for these values, the first `limit` where there is a limit; those that follow the date live in `windows`.
    fn write(&self, values: Self::Values, windows: WindowSet, limit: Option<u64>, out: &mut NameBuf);
}

/// Makes the generator of such lists.
pub(super) fn in_runs(dated: impl Dated) -> Box<dyn Generator> {
    Box::new(Runs(dated))
}

/// Returns the year, the month from 1 and the day of the month from 1, for arithmetic on 32 bits.
pub(super) fn date_of(day: UtcDay) -> [u32; 3] {
    let (year, month, day) = day.ymd();
    [u32::from(year.unsigned_abs()), u32::from(month.unsigned_abs()), u32::from(day.unsigned_abs())]
}

struct Runs<D>(D);

impl<D: Dated> Runs<D> {
    /// Returns the run that holds `day`, as its first and its last day.
    fn around(&self, day: UtcDay) -> (UtcDay, UtcDay) {
        let values = self.0.values(day);
        let end = |step: i32| {
            let mut last = day;
            // A day outside the years 1601 to 9999 is clamped to the one before it.
            while last.plus(step) != last && self.0.values(last.plus(step)) == values {
                last = last.plus(step);
            }
            last
        };
        (end(-1), end(1))
    }

    fn windows(&self, period: &Period, ask: &Ask) -> WindowSet {
        let day = day_of(period);
        let Some(reach) = self.0.reach(day) else {
            return period.window.map_or(WindowSet::Always, |window| WindowSet::Spans(vec![window]));
        };
        let asked = ask.span.map_or(reach, |span| {
            reach.meet(DayRange { from: UtcDay::holding(span.from), until: UtcDay::holding(span.until).plus(1) })
        });
        let values = self.0.values(day);
        let mut windows: Vec<Window> = Vec::new();
        for day in asked.days() {
            if windows.last().is_none_or(|last| last.until <= day.start()) && self.0.values(day) == values {
                windows.push(window(self.around(day)));
            }
        }
        recurrence::windows(period, ask, windows.into_iter())
    }
}

impl<D: Dated> Generator for Runs<D> {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        let mut next = (span.from < span.until).then(|| UtcDay::holding(span.from));
        let runs = std::iter::from_fn(move || {
            let run = self.around(next?);
            let after = run.1.plus(1);
            next = (after > run.1 && after.start() < span.until).then_some(after);
            Some(period(run))
        });
        Box::new(runs.filter(move |period| period.window.is_some_and(|window| window.meets(span))))
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        let day = at.day();
        day.window().contains(at).then(|| period(self.around(day)))
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        let values = self.0.values(day_of(period));
        self.0.write(values, self.windows(period, ask), ask.limit, out);
        Ok(())
    }
}

fn window((first, last): (UtcDay, UtcDay)) -> Window {
    Window { from: first.start(), until: last.window().until }
}

fn period(run: (UtcDay, UtcDay)) -> Period {
    Period { key: run.0.start().seconds(), window: Some(window(run)) }
}

#[cfg(test)]
mod tests {
    use forestall_model::{DayRange, Instant, UtcDay, Window, WindowSet};

    use super::{Dated, in_runs};
    use crate::{Ask, NameBuf};

    /// Days count down by two in each ten: 4 4 3 3 2 2 1 1 0 0 4 4 ...
    #[derive(Debug)]
    struct Down;

    impl Dated for Down {
        type Values = i32;

        fn values(&self, day: UtcDay) -> i32 {
            4 - day.epoch_days().rem_euclid(10) / 2
        }

        fn reach(&self, day: UtcDay) -> Option<DayRange> {
            Some(DayRange { from: day.plus(-20), until: day.plus(21) })
        }

        fn write(&self, values: i32, windows: WindowSet, _limit: Option<u64>, out: &mut NameBuf) {
            out.start_run(windows);
            out.push(values.to_string().as_bytes());
        }
    }

    fn span(from: i32, until: i32) -> Window {
        Window { from: UtcDay::from_epoch_days(from).start(), until: UtcDay::from_epoch_days(until).start() }
    }

    #[test]
    fn each_run_is_a_period_and_names_tell_of_all() {
        let made = in_runs(Down);
        let asked = span(3, 14);
        let periods: Vec<_> = made.periods(asked).collect();
        let keys: Vec<i64> = periods.iter().map(|period| period.key / 86_400).collect();
        assert_eq!(keys, [2, 4, 6, 8, 10, 12]);
        assert!(periods.iter().all(|period| made.period_containing(period.window.unwrap().from) == Some(*period)));
        let mut buf = NameBuf::new();
        made.generate(&periods[0], &Ask { span: Some(asked), limit: None }, &mut buf).unwrap();
        assert_eq!(buf.iter().next().unwrap().windows, &WindowSet::Spans(vec![span(2, 4), span(12, 14)]));
        buf.clear();
        made.generate(&periods[0], &Ask::default(), &mut buf).unwrap();
        let all = [-18, -8, 2, 12, 22].map(|first| span(first, first + 2));
        assert_eq!(buf.iter().next().unwrap().windows, &WindowSet::Spans(all.to_vec()));
    }

    #[test]
    fn runs_end_with_the_years_1601_and_9999() {
        let made = in_runs(Down);
        let last = made.periods(Window { from: UtcDay::MAX.start(), until: Instant::from_micros(i64::MAX) });
        assert_eq!(last.last().unwrap().window.unwrap().until, UtcDay::MAX.window().until);
        assert_eq!(made.period_containing(UtcDay::MAX.window().until), None);
        assert_eq!(made.period_containing(UtcDay::MIN.start()).unwrap().window.unwrap().from, UtcDay::MIN.start());
        assert_eq!(made.periods(span(5, 5)).count(), 0);
    }
}
