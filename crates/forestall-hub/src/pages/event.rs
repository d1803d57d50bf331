// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One event of the log as a line of a page.

use forestall_coord::Event;
use forestall_coord::event::{AnswerScope, Body};
use forestall_model::{CampaignId, DayRange};
use forestall_store::LogEntry;

use super::frame::to_minute;
use crate::desk::{said_of_holders, said_of_lists};
use crate::number::{counted, grouped};

/// One event.
#[derive(Debug)]
pub(super) struct EventRow {
    /// Where the line can be linked to in its page.
    pub(super) anchor: String,
    pub(super) case: String,
    pub(super) version: u64,
    /// When it happened.
    pub(super) at: String,
    /// When it was recorded, where that was on another day.
    pub(super) recorded: Option<String>,
    pub(super) kind: &'static str,
    pub(super) tld: Option<String>,
    pub(super) text: String,
    pub(super) source: String,
    pub(super) actor: String,
    pub(super) comment: String,
    /// The first digits of the event's hash.
    pub(super) leaf: String,
}

impl EventRow {
    /// Returns the line of an event in the log of its own case: its number in the log of all cases would tell how much happens in others.
    pub(super) fn of(entry: &LogEntry) -> Self {
        Self::under(format!("event-{}", entry.event.version), entry)
    }

    /// Returns the line of an event in the log of all cases.
    pub(super) fn of_all(entry: &LogEntry) -> Self {
        Self::under(format!("event-{}", entry.seq), entry)
    }

    fn under(anchor: String, entry: &LogEntry) -> Self {
        let event = &entry.event;
        let late = event.recorded.day() != event.occurred.day();
        let erased = |field: &str| event.withheld.contains_key(field).then(|| "(erased)".to_owned());
        let text =
            |value: Option<&str>, field: &str| value.map(str::to_owned).or_else(|| erased(field)).unwrap_or_default();
        Self {
            anchor,
            case: event.case.to_string(),
            version: event.version,
            at: to_minute(event.occurred),
            recorded: late.then(|| to_minute(event.recorded)),
            kind: event.body.kind(),
            tld: event.body.tld().map(|tld| tld.to_string()),
            text: describe(event),
            source: event.source.clone().unwrap_or_default(),
            actor: text(entry.actor(), "actor"),
            comment: text(entry.comment(), "comment"),
            leaf: entry.leaf.short(),
        }
    }
}

fn describe(event: &Event) -> String {
    match &event.body {
        Body::Opened { title, case_kind, horizon, campaigns, slices, .. } => {
            let names: Vec<&str> = campaigns.iter().map(|c| c.id.as_str()).collect();
            format!(
                "{title}: {case_kind}, {horizon}, {}; {}",
                names.join(", "),
                counted(slices.len() as u64, "slice", "slices")
            )
        }
        Body::Requested { days, campaigns, action, fallback, legal_basis, override_evidence, .. } => {
            let mut text = format!("asked to {action}, {}", scope(*days, campaigns));
            if let Some(fallback) = fallback {
                text += &format!("; else to {fallback}");
            }
            if let Some(basis) = legal_basis {
                text += &format!("; legal basis: {basis}");
            }
            if let Some(evidence) = override_evidence {
                text += &format!("; two people override the marking unverified: {evidence}");
            }
            text
        }
        Body::Acknowledged { list: None, .. } => "the registry received the request".to_owned(),
        Body::Acknowledged { list: Some(number), .. } => format!("the registry received list {number}"),
        Body::Answered { scope: of, action, result, level, .. } => {
            let of = match of {
                AnswerScope::Days { days, campaigns } => scope(*days, campaigns),
                AnswerScope::Places(sets) => {
                    let names: u32 = sets.iter().map(|set| set.places.len()).sum();
                    counted(names, "single name", "single names")
                }
            };
            format!("{action}: {result}, {of} ({level})")
        }
        Body::Excluded { name, class, reason, .. } => format!("{name} is never acted on: {class}, {reason}"),
        Body::Readmitted { name, reason } => format!("{name} counts again: {reason}"),
        Body::Swept(sweep) => {
            let names: u32 = sweep.lists.iter().map(|list| list.expected).sum();
            let unknown: u32 = sweep.lists.iter().map(|list| list.unknown.len()).sum();
            let differing: usize = sweep.lists.iter().map(|list| list.differing.len()).sum();
            format!(
                "looked at {} by {} from {}; {} failed, {} differ from the rest of their list",
                counted(names, "name", "names"),
                sweep.method,
                sweep.vantage,
                grouped(unknown),
                grouped(differing as u64)
            )
        }
        Body::Seen { rows } => match rows.as_slice() {
            [row] => format!("{}: {} by {}", row.name, row.sight, row.method),
            rows => format!("{} names looked at one by one", grouped(rows.len() as u64)),
        },
        Body::Vetted { .. }
        | Body::Ruled { .. }
        | Body::Appealed { .. }
        | Body::Settled { .. }
        | Body::Undone { .. } => said_of_holders(&event.body),
        Body::Cut { .. }
        | Body::Delivered { .. }
        | Body::Read { .. }
        | Body::Moved { .. }
        | Body::Tasked { .. }
        | Body::TaskChanged { .. }
        | Body::Decided { .. }
        | Body::Told { .. }
        | Body::Filed { .. }
        | Body::FilingAnswered { .. } => said_of_lists(&event.body),
        Body::Noted { text, .. } => text.clone(),
    }
}

fn scope(days: DayRange, campaigns: &[CampaignId]) -> String {
    if campaigns.is_empty() {
        format!("all names of {days}")
    } else {
        let names: Vec<&str> = campaigns.iter().map(CampaignId::as_str).collect();
        format!("names of {} of {days}", names.join(", "))
    }
}
