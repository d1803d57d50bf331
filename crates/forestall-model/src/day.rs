// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! UTC calendar days and half-open ranges of them.

use std::fmt;
use std::str::FromStr;

use crate::{Instant, Window};

const SECONDS: i64 = 86_400;

/// A UTC calendar day from 1601-01-01 to 9999-12-31, written `YYYY-MM-DD`.
///
/// The first day is the epoch of the Windows FILETIME, from which several families count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcDay(i32);

impl UtcDay {
    /// 1601-01-01.
    pub const MIN: Self = Self(-134_774);
    /// 9999-12-31.
    pub const MAX: Self = Self(2_932_896);

    /// Makes a day from days since 1970-01-01, clamped to [`Self::MIN`]..=[`Self::MAX`].
    #[must_use]
    pub const fn from_epoch_days(days: i32) -> Self {
        if days < Self::MIN.0 {
            Self::MIN
        } else if days > Self::MAX.0 {
            Self::MAX
        } else {
            Self(days)
        }
    }

    /// Makes a day from its calendar parts; `None` where there is no such day from 1601 to 9999.
    #[must_use]
    pub fn from_ymd(year: i16, month: i8, day: i8) -> Option<Self> {
        if !(1601..=9999).contains(&year) || !(1..=12).contains(&month) {
            return None;
        }
        // Years begin in March here, so that the leap day is the last of its year.
        let (since_march, y) = ((i32::from(month) + 9) % 12, i32::from(year) - i32::from(month < 3));
        let years = 365 * y + y / 4 - y / 100 + y / 400;
        let found = Self(years + (153 * since_march + 2) / 5 + i32::from(day) - 719_469);
        // A day that the month does not have comes out as one of another month.
        (found.ymd() == (year, month, day)).then_some(found)
    }

    /// Returns (year, month 1..=12, day of the month 1..=31).
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the years end with 9999")]
    pub const fn ymd(self) -> (i16, i8, i8) {
        // Days since 0000-03-01, which begins a cycle of 400 years or 146,097 days. None is negative.
        let days = (self.0 + 719_468).cast_unsigned();
        let (century, rest) = ((4 * days + 3) / 146_097, (4 * days + 3) % 146_097 / 4);
        let (year, of_year) = ((4 * rest + 3) / 1_461, (4 * rest + 3) % 1_461 / 4);
        // From March on, five months have 153 days.
        let (since_march, of_month) = ((5 * of_year + 2) / 153, (5 * of_year + 2) % 153 / 5);
        let month = if since_march < 10 { since_march + 3 } else { since_march - 9 };
        let year = 100 * century + year + (month < 3) as u32;
        (year.cast_signed() as i16, month.cast_signed() as i8, of_month.cast_signed() as i8 + 1)
    }

    /// Returns days since 1970-01-01.
    #[must_use]
    pub const fn epoch_days(self) -> i32 {
        self.0
    }

    /// Returns days since 1601-01-01, the epoch of FILETIME.
    #[must_use]
    pub const fn filetime_days(self) -> u32 {
        (self.0 - Self::MIN.0).cast_unsigned()
    }

    /// Returns the day that holds `instant`, clamped to [`Self::MIN`]..=[`Self::MAX`].
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "clamped to the range of days")]
    pub fn holding(instant: Instant) -> Self {
        let days = instant.seconds().div_euclid(SECONDS).clamp(i64::from(Self::MIN.0), i64::from(Self::MAX.0));
        Self(i32::try_from(days).expect("clamped to the range of days"))
    }

    /// Returns 00:00:00 UTC of this day.
    #[must_use]
    pub const fn start(self) -> Instant {
        Instant::from_seconds(self.0 as i64 * SECONDS)
    }

    /// Returns the window from 00:00:00 UTC of this day to 00:00:00 UTC of the next.
    #[must_use]
    pub const fn window(self) -> Window {
        Window { from: self.start(), until: Instant::from_seconds((self.0 as i64 + 1) * SECONDS) }
    }

    /// Returns the day `days` later (earlier where negative), clamped to [`Self::MIN`]..=[`Self::MAX`].
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self::from_epoch_days(self.0.saturating_add(days))
    }

    /// Returns `self - other` in days.
    #[must_use]
    pub const fn days_since(self, other: Self) -> i32 {
        self.0 - other.0
    }
}

impl fmt::Display for UtcDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        f.pad(&format!("{year:04}-{month:02}-{day:02}"))
    }
}

impl fmt::Debug for UtcDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UtcDay({self})")
    }
}

/// A text that is no day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a date from 1601-01-01 to 9999-12-31; expected YYYY-MM-DD")]
pub struct DayError(String);

impl FromStr for UtcDay {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || DayError(text.chars().take(60).collect());
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() });
        if !shaped {
            return Err(refuse());
        }
        let part = |from: usize, to: usize| text[from..to].parse::<i16>().map_err(|_| refuse());
        let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
        let narrow = |n: i16| i8::try_from(n).map_err(|_| refuse());
        Self::from_ymd(year, narrow(month)?, narrow(day)?).ok_or_else(refuse)
    }
}

crate::serialise_as_text!(UtcDay);

/// A half-open range of UTC days, `from` included and `until` not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct DayRange {
    /// The first day.
    pub from: UtcDay,
    /// The day after the last.
    pub until: UtcDay,
}

impl DayRange {
    /// Makes a range; `None` where `until` is before `from`.
    #[must_use]
    pub fn new(from: UtcDay, until: UtcDay) -> Option<Self> {
        (from <= until).then_some(Self { from, until })
    }

    /// Returns the range that holds `day` alone.
    #[must_use]
    pub const fn one(day: UtcDay) -> Self {
        Self { from: day, until: day.plus(1) }
    }

    /// Says whether `day` lies in the range.
    #[must_use]
    pub fn contains(self, day: UtcDay) -> bool {
        self.from <= day && day < self.until
    }

    /// Returns the number of days.
    #[must_use]
    pub fn len(self) -> usize {
        usize::try_from(self.until.days_since(self.from)).unwrap_or(0)
    }

    /// Says whether the range holds no day.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.until <= self.from
    }

    /// Returns the days in order.
    pub fn days(self) -> impl DoubleEndedIterator<Item = UtcDay> + Clone + use<> {
        (self.from.epoch_days()..self.until.epoch_days()).map(UtcDay::from_epoch_days)
    }

    /// Returns the days that both ranges hold; empty where they do not meet.
    #[must_use]
    pub fn meet(self, other: Self) -> Self {
        let from = self.from.max(other.from);
        Self { from, until: self.until.min(other.until).max(from) }
    }

    /// Returns the window from the start of the first day to the end of the last.
    #[must_use]
    pub fn window(self) -> Window {
        Window { from: self.from.start(), until: self.until.start() }
    }
}

impl fmt::Display for DayRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.from, self.until.plus(-1))
    }
}

#[cfg(test)]
mod tests {
    use super::{DayRange, UtcDay};

    #[test]
    fn counts_filetime_days() {
        let day: UtcDay = "2009-01-01".parse().unwrap();
        assert_eq!(day.filetime_days(), 149_019);
        assert_eq!(day.to_string(), "2009-01-01");
    }

    #[test]
    fn keeps_to_1601_and_9999() {
        assert_eq!("1601-01-01".parse(), Ok(UtcDay::MIN));
        assert_eq!("9999-12-31".parse(), Ok(UtcDay::MAX));
        for wrong in ["1600-12-31", "10000-01-01", "2009-02-29", "2009-4-1", "2009-04-01 ", "", "20090401", "二〇〇九"]
        {
            assert!(wrong.parse::<UtcDay>().is_err(), "{wrong}");
        }
    }

    /// Counts through all days by the rule of the calendar.
    #[test]
    fn days_follow_one_another() {
        let (mut year, mut month, mut of_month) = (1601_i16, 1_i8, 1_i8);
        for number in UtcDay::MIN.epoch_days()..=UtcDay::MAX.epoch_days() {
            let day = UtcDay::from_epoch_days(number);
            assert_eq!(day.ymd(), (year, month, of_month));
            assert_eq!(UtcDay::from_ymd(year, month, of_month), Some(day));
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let last = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
                [usize::from(month.unsigned_abs()) - 1];
            (year, month, of_month) = match (month, of_month) {
                (12, 31) => (year + 1, 1, 1),
                (_, day) if day == last => (year, month + 1, 1),
                _ => (year, month, of_month + 1),
            };
        }
        assert_eq!((year, month, of_month), (10_000, 1, 1));
    }

    #[test]
    fn knows_no_days_that_no_month_has() {
        for (year, month, day) in [
            (2009, 2, 29),
            (1900, 2, 29),
            (2009, 4, 31),
            (2009, 1, 0),
            (2009, 1, 32),
            (2009, 0, 1),
            (2009, 13, 1),
            (2009, 1, -1),
            (2009, 1, i8::MAX),
            (2009, 1, i8::MIN),
            (1600, 12, 31),
            (10_000, 1, 1),
            (i16::MIN, 1, 1),
            (i16::MAX, 12, 31),
        ] {
            assert_eq!(UtcDay::from_ymd(year, month, day), None, "{year}-{month}-{day}");
        }
    }

    #[test]
    fn meets_of_apart_ranges_are_empty() {
        let at = |a: i32, b: i32| DayRange { from: UtcDay::from_epoch_days(a), until: UtcDay::from_epoch_days(b) };
        assert!(at(0, 5).meet(at(7, 9)).is_empty());
        assert_eq!(at(0, 5).meet(at(3, 9)), at(3, 5));
    }
}
