// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What happened about numbered lists, the horizon, tasks and decisions, in one sentence: for the log of the console and of the command
//! line.

use crate::number::{counted, grouped};
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
                "list {number} for {tld}: {} {what}{by}; {} added, {} withdrawn, {} expired{basis}",
                counted(counts.names, "name", "names"),
                grouped(counts.added),
                grouped(counts.withdrawn),
                grouped(counts.expired)
            )
        }
        Body::Delivered { tld, number, channel, reminder, files, taken, .. } => {
            let what =
                if *reminder == 0 { format!("list {number}") } else { format!("reminder {reminder} of list {number}") };
            let how = if *taken { "handed over" } else { "not taken" };
            format!("{what} for {tld} {how} by {channel}, {}", counted(files.len() as u64, "file", "files"))
        }
        Body::Read { tld, number, channel } => format!("list {number} for {tld} was opened, by {channel}"),
        Body::Moved { until, slices, recurring } => {
            let new = match slices.len() {
                0 => String::new(),
                new => format!(", with {}", counted(new as u64, "new slice", "new slices")),
            };
            let again = match recurring.as_ref().map_or(0, Vec::len) {
                0 => String::new(),
                again => format!(
                    "; {} again in it",
                    counted(
                        again as u64,
                        "name that somebody holds or held comes",
                        "names that somebody holds or held come"
                    )
                ),
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
            format!(
                "a file ({form}) tells of {} of the case and of {}{marking}",
                counted(ours, "name", "names"),
                counted(others.len() as u64, "other", "others")
            )
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
