// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Places of the vetted names in lists of popular names.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Context as _;
use forestall_formats::popularity;
use forestall_model::dossier::Rank;
use forestall_model::{DomainName, Dossier, UtcDay};

use super::packed;
use crate::failure::Refused;
use crate::input;
use crate::output;
use crate::table::counted;

/// Adds the places of names in a list. A host name in the list counts for the name above it, with the best place.
///
/// # Errors
///
/// Where the file cannot be read, and a refusal where it is no such list; no dossier is changed then.
pub(super) fn add(path: &Path, dossiers: &mut [Dossier], places: &HashMap<DomainName, usize>) -> anyhow::Result<()> {
    let mut best: HashMap<usize, u32> = HashMap::new();
    let by_text: HashMap<&str, usize> = places.iter().map(|(name, place)| (name.as_str(), *place)).collect();
    let read = popularity::read(packed::open(path)?, |entry| {
        let above = std::iter::successors(Some(entry.name), |name| name.split_once('.').map(|(_, above)| above));
        if let Some(place) = above.filter_map(|name| by_text.get(name)).next() {
            best.entry(*place).and_modify(|rank| *rank = entry.place.min(*rank)).or_insert(entry.place);
        }
    });
    let called = input::called(path);
    let summary = read.map_err(|error| Refused(error.to_string())).with_context(|| format!("{called} is refused"))?;
    for fault in &summary.faults {
        output::note(format_args!("warning: {called}, {fault}"));
    }
    if summary.bad > 0 {
        output::note(format_args!("warning: {called}: {} not understood", counted(summary.bad, "line")));
    }
    let list = packed::name_of(path);
    let day = day_in(&list);
    // Each dossier gets at most one place from a list, whatever the order.
    for (place, dossier) in dossiers.iter_mut().enumerate() {
        if let Some(rank) = best.get(&place) {
            dossier.ranks.push(Rank { list: list.clone(), place: *rank, day });
        }
    }
    Ok(())
}

/// Returns the first date in the name of a file.
fn day_in(name: &str) -> Option<UtcDay> {
    (0..name.len()).find_map(|start| name.get(start..start + "YYYY-MM-DD".len())?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::day_in;

    #[test]
    fn finds_the_day_of_a_list_in_its_name() {
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(day_in(name).map(|day| day.to_string()).as_deref(), expected, "{name}");
        };
        check("tranco_2026-11-01-1m.csv", Some("2026-11-01"));
        check("2026-11-01", Some("2026-11-01"));
        check("ü2026-11-01", Some("2026-11-01"));
        check("top-1m.csv", None);
        check("2026-13-01.csv", None);
    }
}
