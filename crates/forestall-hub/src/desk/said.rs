// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What happened about names that somebody holds, in one sentence: for the log of the console and of the command line.

use forestall_coord::event::Body;
use forestall_model::DomainName;

/// Returns what an event says about names that somebody holds; empty for an event of another kind.
#[must_use]
pub fn said_of_holders(body: &Body) -> String {
    match body {
        Body::Vetted { looked, unknown, rows, rules, .. } => format!(
            "vetted {} by rules {rules}: {} held now or before, {unknown} of which nothing is known",
            counted(*looked as usize),
            rows.len()
        ),
        Body::Ruled { names, digest, ruling, action, legal_basis, reason, evidence } => {
            let what = action.map_or_else(|| ruling.to_string(), |action| format!("{ruling}, {action}"));
            let basis = legal_basis.as_ref().map(|basis| format!("; legal basis: {basis}")).unwrap_or_default();
            let list = if names.len() == 1 { String::new() } else { format!(" (list {})", digest.short()) };
            format!("ruled to {what} on {}{list}: {reason}; by {evidence}{basis}", several(names))
        }
        Body::Appealed { name, proof, deadline, .. } => {
            let proof = proof.as_deref().unwrap_or("not proved");
            format!("somebody appealed for {name}, to be answered by {deadline}; control of the name: {proof}")
        }
        Body::Settled { name, upheld, reason, undo_by } => {
            let outcome = if *upheld { "upheld" } else { "denied" };
            let undo = undo_by.map(|by| format!("; to be undone by {by}")).unwrap_or_default();
            format!("the appeal for {name} is {outcome}: {reason}{undo}")
        }
        Body::Undone { names, reason, undo_by } => {
            format!("{} to be released by {undo_by}: {reason}", several(names))
        }
        _ => String::new(),
    }
}

fn several(names: &[DomainName]) -> String {
    match names {
        [name] => name.to_string(),
        names => counted(names.len()),
    }
}

fn counted(names: usize) -> String {
    crate::number::counted(names as u64, "name", "names")
}
