// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Golden lists, from Banjori to Kraken: files whose first line names the parameters, then the names in generation order.

use std::fs;
use std::num::NonZeroU64;
use std::path::Path;

use forestall_dga::predict::{Lists, Query, visit};
use forestall_dga::{GenerateError, Prepared};
use forestall_model::{Instant, UtcDay};

use crate::support::prepared;

/// Families and their numbers of files.
const FAMILIES: [(&str, usize); 12] = [
    ("banjori", 3),
    ("bazarbackdoor", 13),
    ("bumblebee", 3),
    ("chinad", 4),
    ("corebot", 3),
    ("darkcracks", 3),
    ("dircrypt", 4),
    ("dmsniff", 3),
    ("dnschanger", 3),
    ("fobber", 3),
    ("fosniw", 3),
    ("kraken", 7),
];

#[test]
fn lists_are_the_golden_ones() {
    for (family, files) in FAMILIES {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/published").join(family);
        let mut checked = 0;
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let (head, names) = text.split_once('\n').unwrap();
            assert_eq!(Case::parse(head).names(family), names, "{}", path.display());
            checked += 1;
        }
        assert_eq!(checked, files, "{family}");
    }
}

/// What the first line of a file asks for.
struct Case<'a> {
    replace: Vec<(&'a str, &'a str)>,
    at: Instant,
    names: u64,
}

impl<'a> Case<'a> {
    fn parse(head: &'a str) -> Self {
        let mut case = Self { replace: vec![], at: Instant::from_seconds(0), names: 0 };
        for pair in head.strip_prefix("# ").unwrap().split(' ') {
            match pair.split_once('=').unwrap() {
                ("family", _) => {}
                ("n", value) => case.names = value.parse().unwrap(),
                ("date", value) => case.at = value.parse::<UtcDay>().unwrap().start(),
                // Bumblebee's clock form takes an instant.
                ("time", value) if value != "static" => {
                    case.at = format!("{value}Z").parse().unwrap();
                    case.replace.push(("time", "clock"));
                }
                pair => case.replace.push(pair),
            }
        }
        case
    }

    fn names(&self, family: &str) -> String {
        let prepared = prepared(family, &self.replace);
        if family == "darkcracks" {
            // One name a day.
            let days = i32::try_from(self.names).unwrap();
            return (0..days).map(|day| raw(&prepared, self.at.day().plus(day).start(), 1)).collect();
        }
        raw(&prepared, self.at, self.names)
    }
}

fn raw(prepared: &Prepared, at: Instant, names: u64) -> String {
    let query = Query { limit: NonZeroU64::new(names), raw: true, ..Query::all(Lists::At(at)) };
    let mut text = String::new();
    let totals = visit(prepared, &query, 1, |list| -> Result<(), GenerateError> {
        list.pieces().for_each(|piece| text.push_str(std::str::from_utf8(piece).unwrap()));
        Ok(())
    })
    .unwrap();
    assert_eq!(totals.lists, 1);
    text
}

#[test]
fn an_instant_as_parameter_is_the_clock_form_at_that_instant() {
    for text in ["2023-09-15T13:37:12", "2024-02-29T23:59:59"] {
        let at: Instant = format!("{text}Z").parse().unwrap();
        let clock = raw(&prepared("bumblebee", &[("time", "clock")]), at, 100);
        let alone = raw(&prepared("bumblebee", &[("time", text)]), Instant::from_seconds(0), 100);
        assert_eq!(clock, alone);
    }
}
