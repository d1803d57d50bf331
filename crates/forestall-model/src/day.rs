// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! UTC calendar days and half-open ranges of them.

use std::fmt;
use std::str::FromStr;

use crate::{Instant, Window};

const SECONDS: i64 = 86_400;
const EPOCH: jiff::civil::Date = jiff::civil::Date::constant(1970, 1, 1);

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
        let date = jiff::civil::Date::new(year, month, day).ok()?;
        let days = date.since(EPOCH).ok()?.get_days();
        (Self::MIN.0..=Self::MAX.0).contains(&days).then_some(Self(days))
    }

    /// Returns (year, month 1..=12, day of the month 1..=31).
    #[must_use]
    pub fn ymd(self) -> (i16, i8, i8) {
        let date = self.civil();
        (date.year(), date.month(), date.day())
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

    fn civil(self) -> jiff::civil::Date {
        EPOCH.saturating_add(jiff::Span::new().days(self.0))
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

    #[test]
    fn meets_of_apart_ranges_are_empty() {
        let at = |a: i32, b: i32| DayRange { from: UtcDay::from_epoch_days(a), until: UtcDay::from_epoch_days(b) };
        assert!(at(0, 5).meet(at(7, 9)).is_empty());
        assert_eq!(at(0, 5).meet(at(3, 9)), at(3, 5));
    }
}
