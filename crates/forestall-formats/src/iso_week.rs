// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Weeks by ISO 8601: from Monday on, the first of a year being the one that holds its first Thursday.

use std::fmt;

use forestall_model::UtcDay;

/// A week of ISO 8601, as `2009-W14`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct IsoWeek {
    /// The year to which the week counts.
    year: i16,
    /// The week, from 1 to 53.
    week: u8,
}

impl IsoWeek {
    /// Returns the week that holds a day.
    pub(crate) fn of(day: UtcDay) -> Self {
        // 1970-01-01 was a Thursday; the Thursday of a week says to which year it counts.
        let after_monday = (day.epoch_days() + 3).rem_euclid(7);
        let thursday = day.plus(3 - after_monday);
        let (year, _, _) = thursday.ymd();
        let first = UtcDay::from_ymd(year, 1, 1).unwrap_or(thursday);
        let week = thursday.days_since(first) / 7 + 1;
        Self { year, week: u8::try_from(week).unwrap_or(53) }
    }
}

impl fmt::Display for IsoWeek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-W{:02}", self.year, self.week)
    }
}

#[cfg(test)]
mod tests {
    use super::IsoWeek;

    #[test]
    fn years_and_weeks_part_on_mondays() {
        let check = |day: &str, week: &str| assert_eq!(IsoWeek::of(day.parse().unwrap()).to_string(), week, "{day}");
        check("2009-04-01", "2009-W14");
        check("2008-12-28", "2008-W52");
        check("2008-12-29", "2009-W01");
        check("2010-01-03", "2009-W53");
        check("2010-01-04", "2010-W01");
        check("1969-12-31", "1970-W01");
        check("2005-01-01", "2004-W53");
    }
}
