// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The calendars by which families, plug-ins among them, cut time into origin periods.

use forestall_model::{Instant, UtcDay, Window, WindowSet};

use crate::Period;

/// How time is cut into origin periods that follow one another without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calendar {
    /// One period without dates.
    None,
    /// UTC days.
    Days,
    /// Calendar months in UTC.
    Months,
    /// Within each month the days whose number divided by 7 has the same quotient: 1 to 6, 7 to 13, 14 to 20, 21 to 27, 28 to the end.
    SeventhsOfMonths,
    /// Steps of equal length from a base in both directions, in seconds since 1970-01-01T00:00:00Z.
    Steps {
        /// Where one of the steps begins.
        base: i64,
        /// The length, above 0.
        seconds: i64,
    },
}

impl Calendar {
    /// Returns the period that holds `at`; `None` outside the years 1601 to 9999, which the one without dates knows not.
    #[must_use]
    pub fn containing(self, at: Instant) -> Option<Period> {
        if self == Self::None {
            return Some(WITHOUT_DATES);
        }
        let day = at.day();
        if !day.window().contains(at) {
            return None;
        }
        let window = match self {
            Self::None => return Some(WITHOUT_DATES),
            Self::Days => day.window(),
            Self::Months => {
                let (year, month, _) = day.ymd();
                Window { from: first_of_month(year, month), until: first_of_next_month(year, month) }
            }
            Self::SeventhsOfMonths => {
                let (year, month, number) = day.ymd();
                let first = number - number % 7;
                let from = day.plus(i32::from(first.max(1) - number)).start();
                let until = day.plus(i32::from(first + 7 - number)).start();
                Window { from, until: until.min(first_of_next_month(year, month)) }
            }
            Self::Steps { base, seconds } => {
                let from = base + (at.seconds() - base).div_euclid(seconds) * seconds;
                Window { from: Instant::from_seconds(from), until: Instant::from_seconds(from + seconds) }
            }
        };
        Some(Period { key: window.from.seconds(), window: Some(window) })
    }

    /// Returns the periods whose window meets `span`, in order of time.
    #[must_use]
    pub fn periods(self, span: Window) -> Box<dyn Iterator<Item = Period> + Send> {
        let start = if self == Self::None { span.from } else { span.from.max(UtcDay::MIN.start()) };
        let mut next = (start < span.until).then(|| self.containing(start)).flatten();
        Box::new(std::iter::from_fn(move || {
            let period = next.take()?;
            next = period.window.map(|w| w.until).filter(|at| *at < span.until).and_then(|at| self.containing(at));
            Some(period)
        }))
    }
}

/// The one period of a family without dates.
pub const WITHOUT_DATES: Period = Period { key: 0, window: None };

/// Returns the windows of names that live exactly as long as their period.
#[must_use]
pub fn own_window(period: &Period) -> WindowSet {
    period.window.map_or(WindowSet::Always, |window| WindowSet::Spans(vec![window]))
}

/// Returns the day on which the period begins as (year, month, day), for arithmetic on 32 bits.
pub(super) fn date(period: &Period) -> (u32, u32, u32) {
    let (year, month, day) = Instant::from_seconds(period.key).day().ymd();
    (u32::from(year.cast_unsigned()), u32::from(month.cast_unsigned()), u32::from(day.cast_unsigned()))
}

fn first_of_month(year: i16, month: i8) -> Instant {
    UtcDay::from_ymd(year, month, 1).unwrap_or(UtcDay::MIN).start()
}

fn first_of_next_month(year: i16, month: i8) -> Instant {
    let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    UtcDay::from_ymd(year, month, 1).map_or(UtcDay::MAX.window().until, UtcDay::start)
}

#[cfg(test)]
mod tests {
    use super::Calendar;
    use forestall_model::{Instant, Window};

    fn check(calendar: Calendar, from: &str, until: &str, expected: &[&str]) {
        let span = Window { from: from.parse().unwrap(), until: until.parse().unwrap() };
        let starts: Vec<String> = calendar.periods(span).map(|p| Instant::from_seconds(p.key).to_string()).collect();
        assert_eq!(starts, expected);
        for period in calendar.periods(span) {
            let window = period.window.unwrap();
            assert!(window.from < window.until && window.meets(span));
            assert_eq!(calendar.containing(window.from), Some(period));
            assert_eq!(calendar.containing(Instant::from_micros(window.until.micros() - 1)), Some(period));
        }
    }

    #[test]
    fn cuts_months_in_sevenths() {
        let expected = ["2016-02-21T00:00:00Z", "2016-02-28T00:00:00Z", "2016-03-01T00:00:00Z", "2016-03-07T00:00:00Z"];
        check(Calendar::SeventhsOfMonths, "2016-02-27T23:59:59Z", "2016-03-07T00:00:01Z", &expected);
        let expected = ["2015-02-21T00:00:00Z", "2015-02-28T00:00:00Z", "2015-03-01T00:00:00Z"];
        check(Calendar::SeventhsOfMonths, "2015-02-21T00:00:00Z", "2015-03-07T00:00:00Z", &expected);
    }

    #[test]
    fn cuts_months_and_steps() {
        let expected = ["2015-12-01T00:00:00Z", "2016-01-01T00:00:00Z"];
        check(Calendar::Months, "2015-12-31T00:00:00Z", "2016-02-01T00:00:00Z", &expected);
        let steps = Calendar::Steps { base: 100, seconds: 86_400 };
        check(
            steps,
            "1969-12-31T00:00:00Z",
            "1970-01-01T00:01:41Z",
            &["1969-12-30T00:01:40Z", "1969-12-31T00:01:40Z", "1970-01-01T00:01:40Z"],
        );
    }

    #[test]
    fn ends_with_the_years_1601_and_9999() {
        let all = Window { from: Instant::from_micros(i64::MIN), until: Instant::from_micros(i64::MAX) };
        assert_eq!(Calendar::Months.periods(all).count(), (9_999 - 1_601 + 1) * 12);
        assert_eq!(Calendar::None.periods(all).count(), 1);
        assert_eq!(Calendar::Days.containing(all.from), None);
        assert_eq!(Calendar::Months.containing(all.until), None);
    }
}
