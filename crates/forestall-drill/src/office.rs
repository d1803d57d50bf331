// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Office hours: when somebody at a registry is at work, and when some minutes of their work have passed.

use forestall_model::party::{UtcOffset, Weekday, WorkingDays};
use forestall_model::{Instant, UtcDay};

/// Days off in a row that are stepped over at most: who never works never gets anything done.
const LONGEST_BREAK: u32 = 400;

/// The office hours of a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Office {
    /// Its local time.
    pub offset: UtcOffset,
    /// Its working days.
    pub days: WorkingDays,
    /// The local hour at which work begins, 0 to 23.
    pub opens: u8,
    /// The local hour at which it ends, after `opens`, up to 24.
    pub closes: u8,
    /// Days on which nobody comes, in order.
    pub holidays: Vec<UtcDay>,
}

impl Default for Office {
    /// Monday to Friday from 9 to 17, in UTC.
    fn default() -> Self {
        Self { offset: UtcOffset::UTC, days: WorkingDays::MONDAY_TO_FRIDAY, opens: 9, closes: 17, holidays: Vec::new() }
    }
}

impl Office {
    /// Returns the first instant, not before `from`, at which `minutes` of office hours have passed since `from`. With none, the first
    /// instant at which somebody is there. `None` for an office that stays closed for more than a year.
    #[must_use]
    pub fn after(&self, from: Instant, minutes: u32) -> Option<Instant> {
        let offset = i64::from(self.offset.minutes()) * 60;
        let local = from.plus_seconds(offset);
        let mut left = i64::from(minutes) * 60;
        let mut day = UtcDay::holding(local);
        let mut idle = 0;
        while idle < LONGEST_BREAK {
            let closes = day.start().plus_seconds(i64::from(self.closes) * 3_600);
            let begin = day.start().plus_seconds(i64::from(self.opens) * 3_600).max(local);
            let there = if self.is_working(day) { closes.seconds_since(begin).max(0) } else { 0 };
            if there > 0 && left < there {
                return Some(begin.plus_seconds(left - offset));
            }
            left -= there;
            idle = if there > 0 { 0 } else { idle + 1 };
            day = day.plus(1);
        }
        None
    }

    /// Says whether somebody works on a local day.
    fn is_working(&self, day: UtcDay) -> bool {
        self.days.contains(Weekday::of(day)) && self.holidays.binary_search(&day).is_err()
    }
}

#[cfg(test)]
mod tests {
    use super::Office;
    use forestall_model::Instant;

    fn check(office: &Office, from: &str, minutes: u32, expected: &str) {
        let from: Instant = from.parse().unwrap();
        assert_eq!(office.after(from, minutes).unwrap().to_string(), expected, "{from} + {minutes} min");
    }

    #[test]
    fn counts_office_hours_only() {
        let office = Office::default();
        // 2009-03-13 was a Friday.
        check(&office, "2009-03-13T08:00:00Z", 0, "2009-03-13T09:00:00Z");
        check(&office, "2009-03-13T10:30:00Z", 30, "2009-03-13T11:00:00Z");
        check(&office, "2009-03-13T16:30:00Z", 60, "2009-03-16T09:30:00Z");
        check(&office, "2009-03-13T17:00:00Z", 0, "2009-03-16T09:00:00Z");
        // A day has 480 minutes; the last of them is the next morning.
        check(&office, "2009-03-13T09:00:00Z", 480, "2009-03-16T09:00:00Z");
        check(&office, "2009-03-13T09:00:00Z", 1_000, "2009-03-17T09:40:00Z");
    }

    #[test]
    fn works_by_its_own_clock_and_calendar() {
        let office = Office {
            offset: "+13:00".parse().unwrap(),
            holidays: vec!["2009-03-16".parse().unwrap()],
            ..Office::default()
        };
        // Sunday night in UTC is Monday morning there, which is a holiday; Tuesday 9:00 is Monday 20:00 UTC.
        check(&office, "2009-03-15T20:00:00Z", 10, "2009-03-16T20:10:00Z");
    }

    #[test]
    fn a_closed_office_never_gets_done() {
        let office = Office { opens: 9, closes: 9, ..Office::default() };
        assert_eq!(office.after("2009-03-13T09:00:00Z".parse().unwrap(), 1), None);
    }
}
