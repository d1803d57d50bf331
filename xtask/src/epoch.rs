// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The one time that stands in everything we pack, so that the same sources give the same octets.
//!
//! # Source
//!
//! <https://reproducible-builds.org/specs/source-date-epoch/>: seconds since 1970 in `SOURCE_DATE_EPOCH`, usually those of the last change.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};

/// The variable that says the time.
pub(crate) const VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// Seconds since the beginning of 1970, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Epoch(pub(crate) u64);

impl Epoch {
    /// Returns what [`VARIABLE`] says, else the time of the last commit.
    ///
    /// # Errors
    ///
    /// The variable holds no number; without it, where there is no commit.
    pub(crate) fn of(root: &Path) -> anyhow::Result<Self> {
        if let Ok(text) = std::env::var(VARIABLE) {
            let seconds = text.parse().with_context(|| format!("{VARIABLE}={text} is no number of seconds"))?;
            return Ok(Self(seconds));
        }
        let output = Command::new("git").args(["log", "-1", "--format=%ct"]).current_dir(root).output();
        let output = output.with_context(|| format!("git cannot be run; set {VARIABLE} to the time of the sources"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        match text.trim().parse() {
            Ok(seconds) => Ok(Self(seconds)),
            Err(_) => bail!("these sources have no commit; set {VARIABLE} to the time of the last change"),
        }
    }

    /// Returns year, month, day, and the seconds of the day.
    ///
    /// # Source
    ///
    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`: eras of 400 years that begin in March.
    fn civil(self) -> (u64, u64, u64, u64) {
        let days = self.0 / 86_400 + 719_468;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        (year + era * 400 + u64::from(month <= 2), month, day, self.0 % 86_400)
    }

    /// Returns the time as RFC 3339 writes it.
    pub(crate) fn rfc_3339(self) -> String {
        let (year, month, day, seconds) = self.civil();
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }

    /// Returns the time as mails and Debian's logs of changes write it.
    pub(crate) fn rfc_5322(self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let (year, month, day, seconds) = self.civil();
        let index = |number: u64| usize::try_from(number).unwrap_or_default();
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        let (weekday, month) = (DAYS[index(self.0 / 86_400 % 7)], MONTHS[index(month - 1)]);
        format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} +0000")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_times_as_date_does() {
        // GNU date, `date -u -R -d @N`.
        for (seconds, mail, iso) in [
            (0, "Thu, 01 Jan 1970 00:00:00 +0000", "1970-01-01T00:00:00Z"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000", "2000-02-29T00:00:00Z"),
            (1_236_902_399, "Thu, 12 Mar 2009 23:59:59 +0000", "2009-03-12T23:59:59Z"),
            (1_795_822_656, "Fri, 27 Nov 2026 23:37:36 +0000", "2026-11-27T23:37:36Z"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 +0000", "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!((Epoch(seconds).rfc_5322().as_str(), Epoch(seconds).rfc_3339().as_str()), (mail, iso));
        }
    }
}
