// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is to become of a file of the lake at a given day. Decided without I/O: [`crate::keep`] does it.
//!
//! Addresses of infected machines are personal data. They are in clear as long as a network can be told of them, then pseudonyms, by which machines
//! can still be told apart within a month, and then only counts are left.

use forestall_model::UtcDay;
use serde::Deserialize;

use crate::pack::NO_DAY;

/// How long what is kept. Each number is of whole days after the day on which an event happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Days for which addresses are in clear.
    pub clear_days: u16,
    /// Days for which there are rows.
    pub row_days: u16,
    /// Days for which there are counts.
    pub aggregate_days: u16,
    /// Days for which a month's key is kept after it should have done its work, for segments that come late.
    pub late_days: u16,
}

impl Default for Policy {
    /// Returns what holds where nothing else is said; `docs/lake.md` has the reasons.
    fn default() -> Self {
        Self { clear_days: 14, row_days: 90, aggregate_days: 1_826, late_days: 7 }
    }
}

/// A policy that cannot be meant so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PolicyError(String);

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Addresses.
    Clear,
    /// Pseudonyms.
    Pseudonyms,
}

/// What is to be done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Nothing.
    Leave,
    /// Its addresses give way to pseudonyms.
    Pseudonyms,
    /// It is deleted; its counts stay.
    Delete,
}

/// A calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// The year.
    pub year: i16,
    /// The month, 1 to 12.
    pub month: i8,
}

impl Month {
    /// Returns the month of a day.
    #[must_use]
    pub fn of(day: UtcDay) -> Self {
        let (year, month, _) = day.ymd();
        Self { year, month }
    }

    /// Returns its last day.
    #[must_use]
    pub fn last_day(self) -> UtcDay {
        let (year, month) =
            if self.month == 12 { (self.year.saturating_add(1), 1) } else { (self.year, self.month + 1) };
        UtcDay::from_ymd(year, month, 1).map_or(UtcDay::MAX, |next| next.plus(-1))
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&format!("{:04}-{:02}", self.year, self.month))
    }
}

impl Policy {
    /// Checks that the steps come one after another.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] where rows would be kept for less time than addresses, or counts for less than rows.
    pub fn check(&self) -> Result<(), PolicyError> {
        if self.row_days < self.clear_days {
            return Err(PolicyError(format!(
                "row_days = {} is less than clear_days = {}",
                self.row_days, self.clear_days
            )));
        }
        if self.aggregate_days < self.row_days {
            let Self { row_days, aggregate_days, .. } = self;
            return Err(PolicyError(format!("aggregate_days = {aggregate_days} is less than row_days = {row_days}")));
        }
        Ok(())
    }

    /// Returns how old a file of the partition `day` is on `today`. Where its day lies after the day on which the store took it, or is that of absurd times,
    /// it is as old as it is in the store: the clock of a sensor that is wrong keeps no address for longer.
    #[must_use]
    pub fn age(day: UtcDay, stored: UtcDay, today: UtcDay) -> i32 {
        let since = if day == NO_DAY { stored } else { day.min(stored) };
        today.days_since(since)
    }

    /// Says what is to be done with a file of events of that age.
    #[must_use]
    pub fn act(&self, held: Held, age: i32) -> Act {
        if age > i32::from(self.row_days) {
            Act::Delete
        } else if age > i32::from(self.clear_days) && held == Held::Clear {
            Act::Pseudonyms
        } else {
            Act::Leave
        }
    }

    /// Says whether nothing of a partition can be due, so that its files need not be looked at. A day that lies before today tells by itself.
    #[must_use]
    pub fn is_early(&self, day: UtcDay, today: UtcDay) -> bool {
        day != NO_DAY && day <= today && today.days_since(day) <= i32::from(self.clear_days)
    }

    /// Says whether counts, and notes of what is missing, of that age are deleted.
    #[must_use]
    pub fn forgets(&self, age: i32) -> bool {
        age > i32::from(self.aggregate_days)
    }

    /// Says whether the key of a month has done its work: all its days have their pseudonyms, and what comes late has had its time. From then on nobody can
    /// tell which address a pseudonym stands for, nor make the same one again.
    #[must_use]
    pub fn key_is_over(&self, month: Month, today: UtcDay) -> bool {
        today.days_since(month.last_day()) > i32::from(self.clear_days) + i32::from(self.late_days)
    }
}

#[cfg(test)]
mod tests {
    use super::{Act, Held, Month, NO_DAY, Policy};
    use forestall_model::UtcDay;

    fn day(text: &str) -> UtcDay {
        text.parse().unwrap()
    }

    #[test]
    fn addresses_give_way_to_pseudonyms_and_rows_to_counts() {
        let policy = Policy::default();
        let check = |age, held, expected| assert_eq!(policy.act(held, age), expected, "{age} {held:?}");
        check(0, Held::Clear, Act::Leave);
        check(14, Held::Clear, Act::Leave);
        check(15, Held::Clear, Act::Pseudonyms);
        check(15, Held::Pseudonyms, Act::Leave);
        check(90, Held::Pseudonyms, Act::Leave);
        check(91, Held::Pseudonyms, Act::Delete);
        // Late by months: not a day longer in clear.
        check(91, Held::Clear, Act::Delete);
        check(-3, Held::Clear, Act::Leave);
        assert!(!policy.forgets(1_826) && policy.forgets(1_827));
    }

    #[test]
    fn a_wrong_clock_keeps_no_address_for_longer() {
        let today = day("2026-11-27");
        let check = |partition: &str, stored: &str, age| {
            assert_eq!(Policy::age(day(partition), day(stored), today), age, "{partition} {stored}");
        };
        check("2026-11-20", "2026-11-20", 7);
        // Shipped late: as old as its day.
        check("2026-11-01", "2026-11-26", 26);
        // From the future, and from no day at all: as old as it is in the store.
        check("2031-01-01", "2026-11-07", 20);
        assert_eq!(Policy::age(NO_DAY, day("2026-11-07"), today), 20);
        let policy = Policy::default();
        assert!(policy.is_early(day("2026-11-13"), today));
        for partition in ["2026-11-12", "2031-01-01", "1970-01-01"] {
            assert!(!policy.is_early(day(partition), today), "{partition}");
        }
    }

    #[test]
    fn a_key_is_over_when_its_month_has_its_pseudonyms() {
        let policy = Policy::default();
        let october = Month::of(day("2026-10-05"));
        assert_eq!((october.last_day(), october.to_string()), (day("2026-10-31"), "2026-10".to_owned()));
        assert_eq!(Month::of(day("2027-12-31")).last_day(), day("2027-12-31"));
        assert!(!policy.key_is_over(october, day("2026-11-21")));
        assert!(policy.key_is_over(october, day("2026-11-22")));
    }

    #[test]
    fn refuses_steps_that_do_not_follow_one_another() {
        assert!(Policy::default().check().is_ok());
        let wrong = [Policy { row_days: 13, ..Policy::default() }, Policy { aggregate_days: 89, ..Policy::default() }];
        assert!(wrong.iter().all(|policy| policy.check().is_err()));
    }
}
