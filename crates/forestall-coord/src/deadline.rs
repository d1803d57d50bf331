// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Until when a list must be with a registry: lead time belongs to the registry.
//!
//! A list must be acted on before its first guard window opens, early enough to look from outside whether it is true. Before
//! that lies what the registry needs: the days of its road or its own, whichever are more, in its own working days and local time.

use forestall_model::party::{DayCount, LeadDays, Terms, Weekday};
use forestall_model::{Instant, UtcDay, vocabulary};

/// Hours before a guard window opens that are kept for looking from outside, and for asking again where the look disagrees.
pub const VERIFICATION_HOURS: u16 = 24;

/// Holidays and days off in a row that are stepped over at most: who never works has no deadline but the opening itself.
const LONGEST_BREAK: u32 = 400;

/// When what must have happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// When the registry must have the list.
    pub send_by: Instant,
    /// When it must have acted.
    pub act_by: Instant,
    /// When the first guard window opens.
    pub opens: Instant,
}

vocabulary! {
    /// Whether there is time enough.
    pub enum Timing as "a timing" {
        /// The registry can act in its own time.
        InTime = "in-time",
        /// Too late for the registry's road; it may still act before the window opens if it makes haste.
        TooLateForRoad = "too-late-for-road",
        /// The window is open, or opens before anybody could look.
        TooLate = "too-late",
    }
}

impl Deadline {
    /// Returns the deadline for a window that opens at `opens`.
    #[must_use]
    pub fn of(opens: Instant, terms: &Terms) -> Self {
        let act_by = opens.plus_seconds(-i64::from(VERIFICATION_HOURS) * 3_600);
        Self { send_by: before(act_by, lead(terms), terms), act_by, opens }
    }

    /// Returns the deadline of a list whose registry has to act by `act_by`.
    #[must_use]
    pub fn acting_by(act_by: Instant, terms: &Terms) -> Self {
        Self::of(act_by.plus_seconds(i64::from(VERIFICATION_HOURS) * 3_600), terms)
    }

    /// Says whether there is time enough for a list that is sent at `now`.
    #[must_use]
    pub fn timing(self, now: Instant) -> Timing {
        if now <= self.send_by {
            Timing::InTime
        } else if now <= self.act_by {
            Timing::TooLateForRoad
        } else {
            Timing::TooLate
        }
    }
}

/// Returns the days that a registry needs: those of its road or its own, whichever end later, and one working day at least, since
/// somebody has to come to work and read the list.
#[must_use]
pub fn lead(terms: &Terms) -> LeadDays {
    let least = LeadDays { days: 1, count: DayCount::Working };
    // Working days are weighed as calendar days: 5 of them are a week.
    let weight = |lead: LeadDays| match lead.count {
        DayCount::Calendar => u32::from(lead.days) * 5,
        DayCount::Working => u32::from(lead.days) * 7,
    };
    [Some(terms.road.days()), terms.own_days]
        .into_iter()
        .flatten()
        .fold(least, |longest, next| if weight(next) > weight(longest) { next } else { longest })
}

/// Returns the start of the local day that lies `lead` days before the local day of `instant`, all of them complete.
fn before(instant: Instant, lead: LeadDays, terms: &Terms) -> Instant {
    let offset = i64::from(terms.offset.minutes()) * 60;
    let counts = |day| lead.count == DayCount::Calendar || is_working(day, terms);
    walk(UtcDay::holding(instant.plus_seconds(offset)), -1, lead.days, counts).start().plus_seconds(-offset)
}

/// Goes from `day` by `step` days at a time until `days` of those that count were met, and returns the last of them.
fn walk(mut day: UtcDay, step: i32, days: u16, counts: impl Fn(UtcDay) -> bool) -> UtcDay {
    let (mut left, mut idle) = (days, 0);
    while left > 0 && idle < LONGEST_BREAK {
        day = day.plus(step);
        if counts(day) {
            (left, idle) = (left - 1, 0);
        } else {
            idle += 1;
        }
    }
    day
}

/// Says whether a registry works on a day of its own calendar.
#[must_use]
pub fn is_working(day: UtcDay, terms: &Terms) -> bool {
    terms.working_days.contains(Weekday::of(day)) && terms.holidays.binary_search(&day).is_err()
}

/// Returns the end of the `days`-th working day of a registry that begins after `instant`: until when an answer can be expected.
#[must_use]
pub fn working_days_after(instant: Instant, days: u16, terms: &Terms) -> Instant {
    let offset = i64::from(terms.offset.minutes()) * 60;
    let last = walk(UtcDay::holding(instant.plus_seconds(offset)), 1, days, |day| is_working(day, terms));
    last.plus(1).start().plus_seconds(-offset)
}
