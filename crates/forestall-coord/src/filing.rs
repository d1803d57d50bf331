// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Requests for a waiver that were sent to ICANN, and their clocks.
//!
//! # Source
//!
//! ICANN, Expedited Registry Security Request process (answer within 3 business days); registrar security response waiver, 2021 (within 15 calendar
//! days). In 2020 the first was missed on average: a deadline is when to ask again, and no promise.

use forestall_model::party::{DayCount, Road, Terms};
use forestall_model::{Instant, Tld};

use crate::deadline::working_days_after;

/// A request for a waiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filing {
    /// Its number, from 1.
    pub number: u32,
    /// The number of the event.
    pub version: u64,
    /// Which request.
    pub road: Road,
    /// The slices that it is about.
    pub tlds: Vec<Tld>,
    /// When it was sent.
    pub sent: Instant,
    /// Until when an answer is due.
    pub due: Instant,
    /// What it is called by whoever received it.
    pub reference: Option<String>,
    /// The answer.
    pub answer: Option<FilingAnswer>,
}

/// The answer to a request for a waiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilingAnswer {
    /// The number of the event.
    pub version: u64,
    /// When it came.
    pub at: Instant,
    /// Whether the waiver was granted.
    pub granted: bool,
    /// What was said.
    pub text: String,
}

/// Returns until when an answer to a request is due that is sent at `sent`: the end of the last day of its road, in UTC. Business days are Monday to
/// Friday; holidays of ICANN's office are not known here and come on top.
#[must_use]
pub fn due(road: Road, sent: Instant) -> Instant {
    let lead = road.days();
    match lead.count {
        DayCount::Working => working_days_after(sent, lead.days, &Terms::default()),
        DayCount::Calendar => sent.day().plus(i32::from(lead.days) + 1).start(),
    }
}
