// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A point in time, UTC, in microseconds.

use std::fmt;
use std::str::FromStr;

use crate::UtcDay;

/// A point in time in microseconds since 1970-01-01T00:00:00Z, leap seconds ignored.
///
/// Written as RFC 3339 with `Z`, fractions only where they are not zero. Covers the years 1601 to 9999 when parsed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// Makes an instant from microseconds since the Unix epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Makes an instant from seconds since the Unix epoch, saturating.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Returns microseconds since the Unix epoch.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Returns whole seconds since the Unix epoch, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Writes the instant as `2026-11-23 18:05`, in UTC, for people to read.
    #[must_use]
    pub fn to_minute(self) -> String {
        let text = Self::from_seconds(self.seconds()).to_string();
        text.get(..16).unwrap_or(&text).replace('T', " ")
    }

    /// Returns the UTC day that holds this instant.
    #[must_use]
    pub fn day(self) -> UtcDay {
        UtcDay::holding(self)
    }

    /// Returns this instant moved by `seconds`, saturating.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Returns `self - other` in whole seconds, rounded down.
    #[must_use]
    pub const fn seconds_since(self, other: Self) -> i64 {
        self.0.saturating_sub(other.0).div_euclid(1_000_000)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = self.day();
        let micros = self.0.saturating_sub(day.start().0);
        if !(0..86_400_000_000).contains(&micros) {
            return write!(f, "{} us", self.0);
        }
        let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
        write!(f, "{day}T{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)?;
        if fraction != 0 {
            write!(f, ".{}", format!("{fraction:06}").trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instant({self})")
    }
}

/// A text that is no instant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not an instant; expected RFC 3339 with Z and a year from 1601 to 9999, for example 2009-04-01T00:00:00Z"
)]
pub struct InstantError(String);

impl FromStr for Instant {
    type Err = InstantError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || InstantError(text.chars().take(60).collect());
        if !text.ends_with('Z') {
            return Err(refuse());
        }
        let stamp: jiff::Timestamp = text.parse().map_err(|_| refuse())?;
        let instant = Self(stamp.as_microsecond());
        if instant < UtcDay::MIN.start() {
            return Err(refuse());
        }
        Ok(instant)
    }
}

crate::serialise_as_text!(Instant);
