// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What happened about numbered lists, the horizon, tasks and decisions, in one sentence: for the log of the console and of the command
//! line.

use forestall_coord::event::{Body, Purpose};
use forestall_coord::told::names_of_case;

/// Returns what an event says about lists, the horizon, tasks and decisions; empty for an event of another kind.
#[must_use]
pub fn said_of_lists(body: &Body) -> String {
    match body {
        Body::Cut { tld, number, purpose, action, counts, act_by, legal_basis, .. } => {
            let what = match purpose {
                Purpose::Protect => format!("to {action}"),
                Purpose::Release => "to be handed back".to_owned(),
            };
            let by = act_by.map(|by| format!(", to be done by {by}")).unwrap_or_default();
            let basis = legal_basis.as_ref().map(|basis| format!("; legal basis: {basis}")).unwrap_or_default();
            format!(
                "list {number} for {tld}: {} names {what}{by}; {} added, {} withdrawn, {} expired{basis}",
                counts.names, counts.added, counts.withdrawn, counts.expired
            )
        }
        Body::Delivered { tld, number, channel, reminder, files, taken, .. } => {
            let what =
                if *reminder == 0 { format!("list {number}") } else { format!("reminder {reminder} of list {number}") };
            let how = if *taken { "handed over" } else { "not taken" };
            format!("{what} for {tld} {how} by {channel}, {} files", files.len())
        }
        Body::Read { tld, number, channel } => format!("list {number} for {tld} was opened, by {channel}"),
        Body::Moved { until, slices, recurring } => {
            let new = match slices.len() {
                0 => String::new(),
                new => format!(", with {new} new slices"),
            };
            let again = match recurring.as_ref().map_or(0, Vec::len) {
                0 => String::new(),
                again => format!("; {again} names that somebody holds or held come again in it"),
            };
            format!("the horizon reaches until {until} now{new}{again}")
        }
        Body::Tasked { task, title, due, .. } => {
            let due = due.map(|due| format!(", due {due}")).unwrap_or_default();
            format!("task {task}: {title}{due}")
        }
        Body::TaskChanged { task, state, due } => {
            let due = due.map(|due| format!(", due {due}")).unwrap_or_default();
            format!("task {task} is {state}{due}")
        }
        Body::Decided { title, ground } => format!("decided: {title}; on the ground: {ground}"),
        Body::Told { form, marking, sets, others, .. } => {
            let ours = names_of_case(sets);
            let marking =
                marking.map(|marking| format!(", marked {} {}", marking.tlp, marking.pap)).unwrap_or_default();
            format!("a file ({form}) tells of {ours} names of the case and of {} others{marking}", others.len())
        }
        Body::Filed { filing, road, tlds, due, reference } => {
            let tlds: Vec<&str> = tlds.iter().map(forestall_model::Tld::as_str).collect();
            let called = reference.as_ref().map(|reference| format!(" ({reference})")).unwrap_or_default();
            format!("request {filing} to ICANN{called}, {road} for {}: an answer is due by {due}", tlds.join(", "))
        }
        Body::FilingAnswered { filing, granted, text } => {
            let what = if *granted { "granted" } else { "refused" };
            format!("request {filing} to ICANN was {what}: {text}")
        }
        _ => String::new(),
    }
}
