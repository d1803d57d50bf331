// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The events of a case, each in one line.

use forestall_api::events::Event;
use forestall_coord::event::{AnswerScope, Body};
use forestall_model::{CampaignId, DayRange};
use forestall_store::LogEntry;

use crate::desk::{said_of_holders, said_of_lists};
use crate::number::{counted, grouped};

/// Returns an event of the log. Of what stands outside of it nothing is told but who acted and the comment.
///
/// The number of the event in the log of all cases says how much happens in others: it is told where `of_all` says that whoever
/// looks may see that log.
#[must_use]
pub fn event(entry: &LogEntry, of_all: bool) -> Event {
    let event = &entry.event;
    let is_erased = |field: &&String| !entry.withheld.contains_key(*field);
    Event {
        seq: of_all.then_some(entry.seq),
        version: event.version,
        kind: event.body.kind().to_owned(),
        at: event.occurred,
        recorded: event.recorded,
        slice: event.body.tld(),
        text: said(&event.body),
        source: event.source.clone(),
        actor: entry.actor().map(str::to_owned),
        comment: entry.comment().map(str::to_owned),
        erased: event.withheld.keys().filter(is_erased).cloned().collect(),
        leaf: entry.leaf,
    }
}

/// Returns what happened, in one line.
fn said(body: &Body) -> String {
    match body {
        Body::Opened { title, case_kind, horizon, campaigns, slices, .. } => {
            let campaigns: Vec<&str> = campaigns.iter().map(|campaign| campaign.id.as_str()).collect();
            format!(
                "opened as {case_kind}: {title}; {horizon}, {}, {}",
                campaigns.join(" "),
                counted(slices.len() as u64, "slice", "slices")
            )
        }
        Body::Requested { tld, days, campaigns, action, fallback, .. } => {
            let fallback = fallback.map_or_else(String::new, |action| format!(", else {action}"));
            format!("asked {tld} to {action}{fallback}, {}", of_days(*days, campaigns))
        }
        Body::Acknowledged { tld, list: None } => format!("{tld} acknowledged"),
        Body::Acknowledged { tld, list: Some(number) } => format!("{tld} acknowledged list {number}"),
        Body::Answered { tld, scope, action, result, level, .. } => {
            let scope = match scope {
                AnswerScope::Days { days, campaigns } => of_days(*days, campaigns),
                AnswerScope::Places(sets) => {
                    let names: u64 = sets.iter().map(|set| u64::from(set.places.len())).sum();
                    format!("{} in {}", counted(names, "name", "names"), counted(sets.len() as u64, "list", "lists"))
                }
            };
            format!("{tld} answered {result} to {action} ({level}), {scope}")
        }
        Body::Excluded { name, class, reason, .. } => format!("excluded {name} ({class}): {reason}"),
        Body::Readmitted { name, reason } => format!("readmitted {name}: {reason}"),
        Body::Swept(sweep) => {
            let names: u64 = sweep.lists.iter().map(|list| u64::from(list.expected)).sum();
            let failed: u64 = sweep.lists.iter().map(|list| u64::from(list.unknown.len())).sum();
            format!(
                "looked at {} in {} by {}, from {}; {} failed",
                counted(names, "name", "names"),
                counted(sweep.lists.len() as u64, "list", "lists"),
                sweep.method,
                sweep.vantage,
                grouped(failed)
            )
        }
        Body::Seen { rows } => format!("recorded {} at single names", counted(rows.len() as u64, "look", "looks")),
        Body::Vetted { .. }
        | Body::Ruled { .. }
        | Body::Appealed { .. }
        | Body::Settled { .. }
        | Body::Undone { .. } => said_of_holders(body),
        Body::Cut { .. }
        | Body::Delivered { .. }
        | Body::Read { .. }
        | Body::Moved { .. }
        | Body::Tasked { .. }
        | Body::TaskChanged { .. }
        | Body::Decided { .. }
        | Body::Told { .. }
        | Body::Filed { .. }
        | Body::FilingAnswered { .. } => said_of_lists(body),
        Body::Noted { tld, text } => match tld {
            Some(tld) => format!("noted on {tld}: {text}"),
            None => format!("noted: {text}"),
        },
    }
}

fn of_days(days: DayRange, campaigns: &[CampaignId]) -> String {
    match campaigns {
        [] => format!("{days}"),
        _ => format!("{days}, {}", campaigns.iter().map(CampaignId::as_str).collect::<Vec<_>>().join(" ")),
    }
}
