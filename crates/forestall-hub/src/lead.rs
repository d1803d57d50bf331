// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lead time as pages and command line show it: the road, the deadline in UTC and in the registry's own time, and what holds where it is too
//! late.

use std::collections::BTreeMap;
use std::fmt;

use forestall_coord::{Board, Gap, LeadTime, Timing};
use forestall_model::party::{Rhythm, Road, Terms, UtcOffset};
use forestall_model::{Action, Instant, Party, Tld, UtcDay};
use serde::Serialize;

use crate::jobs::terms_of;

/// How much time a registry has. // WIRE FORMAT, version 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeadDocument {
    /// On what ground it acts.
    pub road: Road,
    /// The days that it needs, in words.
    pub needs: String,
    /// When the first guard window opens.
    pub opens: Instant,
    /// By when the registry must have the list: the opening, less the time to look from outside, less the days that it needs.
    pub send_by: Instant,
    /// By when it must have acted.
    pub act_by: Instant,
    /// Its local time.
    pub offset: UtcOffset,
    /// `send_by` in its local time.
    pub send_by_there: String,
    /// `act_by` in its local time.
    pub act_by_there: String,
    /// Whether there is time enough, or was when the list was handed over.
    pub timing: Timing,
    /// What was asked for where the first action cannot be.
    pub fallback: Option<Action>,
    /// By when the list must be there for the first window that its road still meets, where it comes too late for an earlier one.
    pub in_time_by: Option<Instant>,
    /// When that window opens.
    pub in_time_opens: Option<Instant>,
    /// The next day on which its rhythm cuts a list.
    pub next_list: UtcDay,
    /// How often it wants a new list.
    pub rhythm: Rhythm,
}

impl LeadDocument {
    /// Writes a lead time down as it is seen at `now`.
    #[must_use]
    pub fn of(lead: &LeadTime, terms: &Terms, now: Instant) -> Self {
        let deadline = lead.deadline;
        Self {
            road: lead.road,
            needs: lead.lead.to_string(),
            opens: deadline.opens,
            send_by: deadline.send_by,
            act_by: deadline.act_by,
            offset: lead.offset,
            send_by_there: there(deadline.send_by, lead.offset),
            act_by_there: there(deadline.act_by, lead.offset),
            timing: lead.timing,
            fallback: lead.fallback,
            in_time_by: lead.in_time.map(|deadline| deadline.send_by),
            in_time_opens: lead.in_time.map(|deadline| deadline.opens),
            next_list: terms.rhythm.next_cut(now.day()),
            rhythm: terms.rhythm,
        }
    }

    /// Returns the lead time of what is left of a slice; `None` where nothing is.
    #[must_use]
    pub fn of_slice(board: &Board<'_>, registries: &BTreeMap<Tld, Party>, tld: &Tld, now: Instant) -> Option<Self> {
        let terms = terms_of(registries, tld);
        LeadTime::of_slice(board, tld, &terms, now).map(|lead| Self::of(&lead, &terms, now))
    }

    /// Returns the lead time of a gap.
    #[must_use]
    pub fn of_gap(board: &Board<'_>, registries: &BTreeMap<Tld, Party>, gap: &Gap, now: Instant) -> Self {
        let terms = terms_of(registries, &gap.tld);
        Self::of(&LeadTime::of_gap(board, gap, &terms, now), &terms, now)
    }

    /// Returns the class of its colour on a page.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        match self.timing {
            Timing::InTime => "clear",
            Timing::TooLateForRoad => "warn",
            Timing::TooLate => "alarm",
        }
    }

    /// Returns the deadline in UTC, to the minute.
    #[must_use]
    pub fn send_by_utc(&self) -> String {
        self.send_by.to_minute()
    }

    /// Says whether the registry's clock shows another time than UTC.
    #[must_use]
    pub fn is_elsewhere(&self) -> bool {
        self.offset != UtcOffset::UTC
    }
}

impl fmt::Display for LeadDocument {
    /// Says in one sentence how the time stands.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fallback = self.fallback.map_or_else(|| "none was named".to_owned(), |action| action.to_string());
        match self.timing {
            Timing::InTime => write!(f, "in time for this road"),
            Timing::TooLateForRoad => {
                write!(f, "too late for this road: {} needs {}; fallback: {fallback}", self.road, self.needs)
            }
            Timing::TooLate => write!(
                f,
                "too late for this road: the window opens at {} UTC and nobody could look before; fallback: {fallback}",
                self.opens.to_minute()
            ),
        }?;
        match (self.in_time_by, self.in_time_opens) {
            (Some(by), Some(opens)) => {
                write!(f, "; in time again for what opens at {} UTC, by {} UTC", opens.to_minute(), by.to_minute())
            }
            _ => Ok(()),
        }
    }
}

/// Returns an instant by a registry's own clock, to the minute, with its offset.
pub(crate) fn there(instant: Instant, offset: UtcOffset) -> String {
    format!("{} UTC{offset}", instant.plus_seconds(i64::from(offset.minutes()) * 60).to_minute())
}

#[cfg(test)]
mod tests {
    use forestall_coord::{Deadline, LeadTime};
    use forestall_model::Action;
    use forestall_model::party::{Rhythm, Road, Terms};

    use super::LeadDocument;

    #[test]
    fn says_the_deadline_there_and_what_holds_after_it() {
        let terms = Terms {
            road: Road::Ersr,
            offset: "+10:30".parse().unwrap(),
            rhythm: Rhythm::Quarterly,
            ..Terms::default()
        };
        let opens = "2009-03-31T00:00:00Z".parse().unwrap();
        let check = |now: &str, expected: &str| {
            let now = now.parse().unwrap();
            let lead = LeadTime::of(Deadline::of(opens, &terms), &terms, Some(Action::Monitor), now);
            let document = LeadDocument::of(&lead, &terms, now);
            assert_eq!(document.to_string(), expected);
            document
        };
        // At 10:30 there on Monday the 30th; the three working days before begin on Wednesday, at 13:30 UTC of the 24th.
        let document = check("2009-03-20T00:00:00Z", "in time for this road");
        assert_eq!(
            (document.send_by_there.as_str(), document.send_by_utc()),
            ("2009-03-25 00:00 UTC+10:30", "2009-03-24 13:30".to_owned())
        );
        assert_eq!(document.next_list, "2009-04-01".parse().unwrap());
        check("2009-03-25T00:00:00Z", "too late for this road: ersr needs 3 working days; fallback: monitor");
        check(
            "2009-03-30T12:00:00Z",
            "too late for this road: the window opens at 2009-03-31 00:00 UTC and nobody could look before; fallback: monitor",
        );
    }
}
