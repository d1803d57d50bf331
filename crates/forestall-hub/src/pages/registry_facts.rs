// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the directory knows of a registry, each fact with its source.

use forestall_model::UtcDay;
use forestall_model::directory::TldEntry;

/// Values of one fact that are shown.
const SHOWN: usize = 12;

/// A fact of the directory.
#[derive(Debug)]
pub(super) struct RegistryFact {
    pub(super) what: &'static str,
    pub(super) value: String,
    /// Where it is from, and of which day; empty where neither is known.
    pub(super) source: String,
}

/// Returns the facts of a top-level domain, in the order in which a page shows them.
pub(super) fn facts(entry: &TldEntry) -> Vec<RegistryFact> {
    let source = |source: &str, date: Option<UtcDay>| match (source, date) {
        ("", None) => String::new(),
        (source, None) => source.to_owned(),
        ("", Some(date)) => date.to_string(),
        (source, Some(date)) => format!("{source}, {date}"),
    };
    let mut rows = Vec::new();
    let mut add =
        |what, value: String, of: &str, date| rows.push(RegistryFact { what, value, source: source(of, date) });
    add("Kind", entry.kind.value.to_string(), &entry.kind.source, entry.kind.date);
    if entry.unicode.as_ref() != entry.tld.as_str() {
        add("U-label", entry.unicode.to_string(), "", None);
    }
    if let Some(country) = &entry.country {
        add("Country", format!("{} ({})", country.value, country.value.alpha2), &country.source, country.date);
    }
    if let Some(first) = entry.levels.first() {
        let mut levels: Vec<String> = entry.levels.iter().take(SHOWN).map(|fact| fact.value.to_string()).collect();
        if entry.levels.len() > SHOWN {
            levels.push(format!("and {} more", entry.levels.len() - SHOWN));
        }
        add("Names are registered below", levels.join(", "), &first.source, first.date);
    }
    if let Some(fact) = &entry.second_level {
        add("Second level", fact.value.to_string(), &fact.source, fact.date);
    }
    if let Some(fact) = &entry.minimum_length {
        add("Shortest label", format!("{} characters", fact.value), &fact.source, fact.date);
    }
    for fact in entry.reserved.iter().take(SHOWN) {
        add("Reserved", fact.value.to_string(), &fact.source, fact.date);
    }
    if let Some(fact) = &entry.rdap {
        add("RDAP", fact.value.to_string(), &fact.source, fact.date);
    }
    rows
}
