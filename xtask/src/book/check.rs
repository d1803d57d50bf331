// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Whether every address in the rendered book leads to a file of it, and every anchor to a place of that.

use std::collections::{BTreeMap, BTreeSet};

use super::Files;
use crate::markdown::{has_scheme, join, percent_decoded};
use crate::problem::Problem;

/// Reports addresses that lead nowhere, anchors that are not there and those that are there twice, by the place in the book.
pub(super) fn check(files: &Files) -> Vec<Problem> {
    let pages: BTreeMap<&str, &str> = files
        .iter()
        .filter(|(place, _)| place.ends_with(".html"))
        .filter_map(|(place, bytes)| Some((place.as_str(), std::str::from_utf8(bytes).ok()?)))
        .collect();
    let mut problems = Vec::new();
    let mut anchors: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (&place, &text) in &pages {
        let ids = anchors.entry(place).or_default();
        for (line, id) in values(text, "id") {
            if !ids.insert(id.clone()) {
                problems.push(Problem::new(place, line, format!("the anchor '{id}' is on the page twice")));
            }
        }
    }
    for (&place, &text) in &pages {
        for (line, target) in values(text, "href").chain(values(text, "src")) {
            if has_scheme(&target) {
                continue;
            }
            let (path, anchor) = target.split_once('#').map_or((target.as_str(), ""), |parts| parts);
            let found = if path.is_empty() { Some(place.to_owned()) } else { join(place, &percent_decoded(path)) };
            let Some(found) = found.filter(|found| files.contains_key(found)) else {
                problems.push(Problem::new(place, line, format!("'{target}' leads to nothing in the book")));
                continue;
            };
            let is_there = anchors.get(found.as_str()).is_some_and(|ids| ids.contains(&percent_decoded(anchor)));
            if !anchor.is_empty() && !is_there {
                problems.push(Problem::new(place, line, format!("'{target}': {found} has no such anchor")));
            }
        }
    }
    problems
}

/// Returns the values of an attribute in the tags of a page with their lines, from 1. Text between tags holds no quotation mark after an equals sign
/// that is not escaped, since the renderer escapes it.
fn values<'a>(text: &'a str, attribute: &str) -> impl Iterator<Item = (usize, String)> + 'a {
    let needle = format!(" {attribute}=\"");
    text.lines().enumerate().flat_map(move |(index, line)| {
        let found: Vec<(usize, String)> = line
            .match_indices(&needle)
            .map(|(at, _)| &line[at + needle.len()..])
            .map(|rest| (index + 1, rest.split('"').next().unwrap_or_default().replace("&amp;", "&")))
            .collect();
        found
    })
}

#[cfg(test)]
mod tests {
    use super::{Files, check};

    fn found(page: &str) -> Vec<String> {
        let other = "<h2 id=\"there\">x</h2>\n";
        let files = [("a/p.html", page), ("o.html", other), ("i.png", "")];
        let files: Files = files.map(|(place, text)| (place.to_owned(), text.as_bytes().to_vec())).into();
        check(&files).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn follows_what_leads_somewhere() {
        for page in [
            "<a href=\"../o.html\">",
            "<a href=\"../o.html#there\"><img src=\"../i.png\">",
            "<h2 id=\"here\"><a href=\"#here\">",
            "<a href=\"https://example.org/\"><a href=\"mailto:a@example.org\">",
            "<code> href=&quot;gone.html&quot;</code>",
        ] {
            assert_eq!(found(page), Vec::<String>::new(), "{page}");
        }
    }

    #[test]
    fn reports_what_leads_nowhere() {
        assert_eq!(found("\n<a href=\"o.html\">"), ["a/p.html:2: 'o.html' leads to nothing in the book"]);
        assert_eq!(found("<img src=\"../gone.png\">").len(), 1);
        assert_eq!(found("<a href=\"../../o.html\">").len(), 1);
        assert_eq!(found("<a href=\"../o.html#gone\">"), ["a/p.html:1: '../o.html#gone': o.html has no such anchor"]);
        assert_eq!(found("<a href=\"#gone\">").len(), 1);
        assert_eq!(found("<h2 id=\"x\"><h2 id=\"x\">"), ["a/p.html:1: the anchor 'x' is on the page twice"]);
    }
}
