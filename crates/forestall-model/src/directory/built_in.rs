// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Reads the data files that are part of the program. Tests read all of them, so a broken file never leaves the house.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::{Country, Directory, Fact, Kind, Level, LevelForm, TldEntry, rows};
use crate::{Tld, UtcDay};

const ROOT: &str = include_str!("../../data/root.csv");
const COUNTRIES: &str = include_str!("../../data/countries.csv");
/// Under MPL-2.0, like the public suffix list it is made from.
const SUFFIXES: &str = include_str!("../../data/suffixes.txt");
const ZONES: &str = include_str!("../../data/zones.csv");
const RULES: &str = include_str!("../../data/rules.csv");

const SOUND: &str = "the data files of the program are sound";

/// Returns the countries in the order of their codes.
pub(super) fn countries() -> &'static [Country] {
    static COUNTRY_LIST: OnceLock<Vec<Country>> = OnceLock::new();
    COUNTRY_LIST.get_or_init(|| {
        body(COUNTRIES)
            .skip(1)
            .map(|line| {
                let (alpha2, name) = line.split_once(',').expect(SOUND);
                let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
                Country { alpha2, name }
            })
            .collect()
    })
}

/// Reads the built-in directory.
pub(super) fn read() -> Directory {
    let mut directory = Directory { entries: root() };
    add_levels(&mut directory.entries);
    directory.amend_csv(ZONES).expect(SOUND);
    directory.amend_csv(RULES).expect(SOUND);
    directory
}

fn root() -> BTreeMap<Tld, TldEntry> {
    let (source, date) = origin(ROOT);
    let fact = |kind| Fact { value: kind, source: Arc::clone(&source), date };
    let mut entries = BTreeMap::new();
    for row in rows::rows(ROOT).skip(1) {
        let row = row.map_err(|error| error.problem).expect(SOUND);
        let cell = |i: usize| row.cells.get(i).map_or("", |cell| cell.text.as_str());
        let tld: Tld = cell(0).parse().expect(SOUND);
        let kind: Kind = cell(1).parse().expect(SOUND);
        let mut entry = TldEntry::new(tld.clone(), fact(kind));
        entry.country = Country::of(cell(2)).map(|country| Fact { value: country, source: Arc::clone(&source), date });
        entries.insert(tld, entry);
    }
    entries
}

/// Adds the levels of the public suffix list; lines for domains that the root does not hold are passed over.
fn add_levels(entries: &mut BTreeMap<Tld, TldEntry>) {
    let (source, date) = origin(SUFFIXES);
    let fact = |suffix: &str, form| Fact { value: Level::new(suffix, form), source: Arc::clone(&source), date };
    for line in body(SUFFIXES) {
        let (head, rules) = line.split_once(": ").expect(SOUND);
        if head == "@" {
            for tld in rules.split(' ') {
                if let Some(entry) = entries.get_mut(tld) {
                    entry.levels.push(fact(tld, LevelForm::Plain));
                }
            }
            continue;
        }
        let (tld, country) = head.split_once('=').map_or((head, None), |(tld, code)| (tld, Some(code)));
        let Some(entry) = entries.get_mut(tld) else {
            continue;
        };
        if let Some(country) = country.and_then(Country::of) {
            entry.country = Some(Fact { value: country, source: Arc::clone(&source), date });
        }
        for rule in rules.split(' ') {
            let (relative, form) = match rule.split_at_checked(1) {
                Some(("!", rest)) => (rest, LevelForm::Exception),
                Some(("*", rest)) => (rest.trim_start_matches('.'), LevelForm::Wildcard),
                Some(("@", "")) => ("", LevelForm::Plain),
                _ => (rule, LevelForm::Plain),
            };
            let suffix = if relative.is_empty() { tld.to_owned() } else { format!("{relative}.{tld}") };
            entry.levels.push(fact(&suffix, form));
        }
        entry.levels.sort_by(|a, b| a.value.cmp(&b.value));
    }
}

/// Reads the `# source:` and `# date:` lines of a file's header.
fn origin(text: &str) -> (Arc<str>, Option<UtcDay>) {
    let value =
        |key: &str| text.lines().take_while(|line| line.starts_with('#')).find_map(|line| line.strip_prefix(key));
    (value("# source: ").unwrap_or_default().into(), value("# date: ").and_then(|day| day.parse().ok()))
}

fn body(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}
