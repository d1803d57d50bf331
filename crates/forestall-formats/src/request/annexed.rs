// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The rows of an annex: names by top-level domain, in words of closed vocabularies only, with a digest of the names of each.

use std::collections::BTreeSet;

use forestall_model::digest::Hasher;
use forestall_model::{Action, Digest, NameClass, Tld};

use super::{Asked, Request, actions, by_tld};

/// The columns, in order.
pub(crate) const COLUMNS: [&str; 11] = [
    "no.",
    "name",
    "needed from",
    "needed until",
    "requested action",
    "class",
    "registrar",
    "registered",
    "family",
    "confidence",
    "line id",
];

/// The names of one top-level domain.
pub(crate) struct Part<'r> {
    pub(crate) tld: Tld,
    /// How many different names there are.
    pub(crate) names: usize,
    /// SHA-256 of the names in order, each with a line feed behind it.
    pub(crate) digest: Digest,
    pub(crate) lines: Vec<&'r Asked>,
}

/// Cuts a request into parts, in the order of their domains.
pub(crate) fn parts(request: &Request) -> Vec<Part<'_>> {
    by_tld(request)
        .into_iter()
        .map(|(tld, names)| {
            let mut hasher = Hasher::default();
            for lines in &names {
                hasher.update(lines[0].line.name.as_str().as_bytes());
                hasher.update(b"\n");
            }
            Part { tld, names: names.len(), digest: hasher.finish(), lines: names.into_iter().flatten().collect() }
        })
        .collect()
}

/// Returns the cells of a row, in the order of [`COLUMNS`]. What is not known is empty.
pub(crate) fn cells(request: &Request, number: usize, asked: &Asked) -> [String; 11] {
    let line = &asked.line;
    let unicode = line.name.to_unicode();
    let name = if unicode == line.name.as_str() { unicode } else { format!("{} ({unicode})", line.name) };
    let (from, until) = crate::csv::bounds(asked.guard);
    let text = |at: Option<forestall_model::Instant>| at.map(|at| at.to_string()).unwrap_or_default();
    [
        number.to_string(),
        name,
        text(from),
        text(until),
        line.requested_action.map_or("", Action::word).to_owned(),
        line.class.word().to_owned(),
        asked.registrar.as_deref().map(|key| request.registrar(key)).unwrap_or_default(),
        text(line.created),
        line.family.to_string(),
        if asked.is_unverified() { "UNVERIFIED".to_owned() } else { line.confidence.to_owned() },
        line.line_id.clone(),
    ]
}

/// Returns the actions and classes that occur, with what each action means.
pub(crate) fn words(request: &Request) -> (Vec<(&'static str, &'static str)>, Vec<&'static str>) {
    let classes: BTreeSet<NameClass> = request.lines.iter().map(|asked| asked.line.class).collect();
    (
        actions(&request.lines).into_iter().map(|action| (action.word(), action.meaning())).collect(),
        classes.into_iter().map(NameClass::word).collect(),
    )
}

/// Returns what stands above the parts, as labels and values.
pub(crate) fn facts(request: &Request, marking: forestall_model::Marking) -> Vec<(&'static str, String)> {
    let names: usize = request.names().count();
    let campaign = |campaign: &crate::feed::Campaign| {
        let mark = if campaign.verified { "" } else { " (UNVERIFIED)" };
        format!("{} of {}{mark}", campaign.id, campaign.family)
    };
    let campaigns: Vec<String> = request.campaigns.iter().map(campaign).collect();
    let mut facts = vec![
        ("Case", format!("{} ({})", request.case, crate::flood::one_line(&request.title))),
        ("As of", request.changed.to_string()),
        ("Days", format!("{} until {}", request.span.from, request.span.until)),
        ("Campaigns", campaigns.join(", ")),
        ("Names", names.to_string()),
    ];
    let delegates = |asked: &Asked| asked.line.requested_action.is_some_and(Action::delegates);
    if !request.servers.is_empty() && request.lines.iter().any(delegates) {
        facts.push(("Name servers of the sinkhole", crate::brief::joined(&request.servers)));
    }
    facts.push(("Marking", format!("{} {}", marking.tlp, marking.pap)));
    facts
}
