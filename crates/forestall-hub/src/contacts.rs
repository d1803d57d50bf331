// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Whom to ring about a slice: the contacts of its registry in the order in which they are tried, with what a caller must know of each.
//!
//! They are personal data. They pass the gate under the marking of contacts, and pages show them to those who lead the case alone.

use std::collections::BTreeMap;
use std::fmt;

use forestall_coord::Case;
use forestall_coord::deadline::is_working;
use forestall_model::marking::{Marked, Withheld, release};
use forestall_model::party::{Contact, Terms, Weekday};
use forestall_model::{Audience, Instant, Marking, Party, PartyId, Released, Tld, UtcDay};
use serde::Serialize;

use crate::lead::there;

/// Somebody who can be rung. // WIRE FORMAT, version 1.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Callee {
    /// The name of the person or of the desk.
    pub name: String,
    /// What they do; empty where nobody says.
    pub role: String,
    /// The telephone number.
    pub phone: Option<String>,
    /// The mail address.
    pub mail: Option<String>,
    /// A second way that does not need the first.
    pub second: Option<String>,
    /// When the second way was last tried.
    pub tested: Option<UtcDay>,
    /// Whether that is too long ago to rely on.
    pub needs_test: bool,
    /// When they can be reached, in the registry's own time.
    pub hours: String,
}

impl fmt::Debug for Callee {
    /// Shows nothing of the person: a log line must not hold it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callee").field("tested", &self.tested).finish_non_exhaustive()
    }
}

impl fmt::Display for Callee {
    /// Writes the callee on one line, as a table without markup shows them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if !self.role.is_empty() {
            write!(f, " ({})", self.role)?;
        }
        write!(f, ", {}", self.phone.as_deref().unwrap_or("no telephone"))?;
        if let Some(second) = &self.second {
            write!(f, ", else {second}")?;
        }
        write!(f, ", {}; {}", self.hours, self.tested())
    }
}

impl Callee {
    /// Says when the second way was last tried.
    #[must_use]
    pub fn tested(&self) -> String {
        match (&self.second, self.tested) {
            (None, _) => "no second way".to_owned(),
            (Some(_), None) => "second way never tried".to_owned(),
            (Some(_), Some(day)) if self.needs_test => format!("second way tried on {day}, long ago"),
            (Some(_), Some(day)) => format!("second way tried on {day}"),
        }
    }

    fn of(contact: &Contact, terms: &Terms, now: Instant) -> Self {
        Self {
            name: contact.name.clone(),
            role: contact.role.clone(),
            phone: contact.phone.clone(),
            mail: contact.mail.clone(),
            second: contact.second.clone(),
            tested: contact.tested,
            needs_test: contact.needs_test(now.day()),
            hours: hours(contact, terms, now),
        }
    }
}

/// Says when a contact can be reached, and what time it is there.
fn hours(contact: &Contact, terms: &Terms, now: Instant) -> String {
    let local = UtcDay::holding(now.plus_seconds(i64::from(terms.offset.minutes()) * 60));
    let day = match Weekday::of(local) {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    };
    let now_there = format!("now {day} {} there", there(now, terms.offset));
    if contact.day_and_night {
        format!("day and night, {now_there}")
    } else if is_working(local, terms) {
        format!("works {}, {now_there}", terms.working_days)
    } else {
        format!("works {}, {now_there}: not a working day", terms.working_days)
    }
}

/// Whom to ring at one registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OnCall {
    /// The party.
    pub party: PartyId,
    /// What people call it.
    pub party_name: String,
    /// Its contacts, in the order in which they are tried; none where nobody entered one.
    pub contacts: Vec<Callee>,
}

/// Whom to ring about each of some slices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallList(BTreeMap<Tld, OnCall>);

impl Marked for CallList {
    /// The marking of contacts: the organisation of whoever receives them, and nobody else.
    fn marking(&self) -> Marking {
        Marking::DEFAULT
    }
}

impl CallList {
    /// Returns whom to ring at `now` about the slices of a case, of these registries, through the gate.
    ///
    /// # Errors
    ///
    /// [`Withheld`] where the audience may not have contacts.
    pub fn of_case(
        case: &Case,
        registries: &BTreeMap<Tld, Party>,
        audience: Audience,
        now: Instant,
    ) -> Result<Released<Self>, Withheld> {
        let usual = Terms::default();
        let on_call = |party: &Party| OnCall {
            party: party.id.clone(),
            party_name: party.name.clone(),
            contacts: {
                let terms = party.terms.as_ref().unwrap_or(&usual);
                party.contacts.iter().map(|contact| Callee::of(contact, terms, now)).collect()
            },
        };
        let of_case = registries.iter().filter(|(tld, _)| case.slices.contains_key(*tld));
        let list = Self(of_case.map(|(tld, party)| (tld.clone(), on_call(party))).collect());
        release(list, audience, now)
    }

    /// Returns whom to ring about a slice; `None` where no party runs it.
    #[must_use]
    pub fn of_slice(&self, tld: &Tld) -> Option<&OnCall> {
        self.0.get(tld)
    }
}
