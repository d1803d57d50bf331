// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Zeek's intelligence file, read as its documentation and its reader of ASCII files do, and the script in Zeek's grammar.
//!
//! Source: `doc/frameworks/intel.rst`, `scripts/base/frameworks/intel/main.zeek` and `src/input/readers/ascii/Ascii.cc` of zeek/zeek.

use std::collections::BTreeMap;
use std::process::Command;

use forestall_formats::Form;
use forestall_testkit::skip;

use super::sharing::{AFTER, DAY, written};

/// The kinds of intelligence that the framework has.
const TYPES: [&str; 9] = [
    "Intel::ADDR",
    "Intel::SUBNET",
    "Intel::URL",
    "Intel::SOFTWARE",
    "Intel::EMAIL",
    "Intel::DOMAIN",
    "Intel::USER_NAME",
    "Intel::CERT_HASH",
    "Intel::PUBKEY_HASH",
];

/// An item; a lone hyphen is no value.
type Item = BTreeMap<String, Option<String>>;

/// Reads a file as Zeek does: empty lines and lines with `#` are passed over, but `#fields` and a tab are the header; fields are found by name.
fn read(text: &str) -> Vec<Item> {
    let mut lines =
        text.split('\n').filter(|line| !line.is_empty()).map(|line| line.strip_suffix('\r').unwrap_or(line));
    let mut next = move || {
        lines.by_ref().find_map(|line| {
            if line.starts_with('#') {
                line.strip_prefix("#fields\t").filter(|rest| !rest.is_empty())
            } else {
                Some(line)
            }
        })
    };
    let columns: Vec<&str> = next().unwrap().split('\t').collect();
    for wanted in ["indicator", "indicator_type", "meta.source"] {
        assert!(columns.contains(&wanted), "{columns:?}");
    }
    let mut items = Vec::new();
    while let Some(line) = next() {
        let fields: Vec<&str> = line.split('\t').collect();
        assert_eq!(fields.len(), columns.len(), "{line}");
        // A backslash begins an escape.
        assert!(!line.contains('\\'), "{line}");
        let value = |field: &&str| (*field != "-").then(|| (*field).to_owned());
        let item: Item = columns.iter().map(|column| (*column).to_owned()).zip(fields.iter().map(value)).collect();
        assert!(TYPES.contains(&item["indicator_type"].as_deref().unwrap()), "{line}");
        items.push(item);
    }
    items
}

/// The names that Zeek flags at a time, by the script, each with where it comes from.
fn flagged(items: &[Item], now: i64) -> Vec<(&str, &str)> {
    let time = |item: &Item, key: &str| item[key].as_ref().map(|text| text.parse::<i64>().unwrap());
    let holds = |item: &&Item| {
        time(item, "meta.forestall_from").is_none_or(|from| from <= now)
            && time(item, "meta.forestall_until").is_none_or(|until| now < until)
    };
    items
        .iter()
        .filter(holds)
        .map(|item| (item["indicator"].as_deref().unwrap(), item["meta.source"].as_deref().unwrap()))
        .collect()
}

fn noon(day: &str) -> i64 {
    format!("{day}T12:00:00Z").parse::<forestall_model::Instant>().unwrap().seconds()
}

#[test]
fn a_day_as_a_file() {
    insta::assert_snapshot!(written(Form::Zeek, DAY));
}

#[test]
fn items_enter_and_leave_by_their_windows() {
    let text = written(Form::Zeek, DAY);
    let items = read(&text);
    assert_eq!(
        flagged(&items, noon(DAY)),
        [
            ("aaa.be", "forestall conficker-b"),
            ("bbb.co.uk", "forestall conficker-b"),
            ("bbb.co.uk", "forestall strange-1"),
            ("xn--ccc-hoa.ws", "forestall strange-1"),
        ]
    );
    assert_eq!(flagged(&items, noon("2026-11-28")), [("xn--ccc-hoa.ws", "forestall strange-1")]);
    assert!(flagged(&items, noon(AFTER)).is_empty());
    assert!(read(&written(Form::Zeek, AFTER)).is_empty());
}

#[test]
fn unverified_families_are_marked_and_references_are_addresses() {
    let items = read(&written(Form::Zeek, DAY));
    let told = |item: &Item| (item["meta.desc"].clone().unwrap(), item["meta.url"].clone());
    assert_eq!(
        (told(&items[0]), told(&items[3])),
        (
            ("predicted DGA name of conficker-b".to_owned(), Some("https://example.org/conficker".to_owned())),
            ("predicted DGA name of strange, UNVERIFIED".to_owned(), None)
        )
    );
}

#[test]
fn the_script_is_one_in_zeeks_grammar() {
    let script = written(Form::ZeekScript, DAY);
    assert!(script.contains("const intel_file = \"forestall-winter.intel\" &redef;"), "{script}");
    // What it adds to the framework is what the file has.
    for column in &forestall_formats::zeek::COLUMNS[5..] {
        assert!(script.contains(&format!("\t{}: time &optional;", column.strip_prefix("meta.").unwrap())), "{column}");
    }
    let test = "feeds::zeek::the_script_is_one_in_zeeks_grammar";
    let Some(program) = skip::needs(test, "zeek-script") else { return };
    let folder = tempfile::tempdir().unwrap();
    let parsed = |name: &str, script: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, script).unwrap();
        let done = Command::new(&program).arg("parse").arg(&file).output().unwrap();
        done.status.success() && !String::from_utf8_lossy(&done.stdout).contains("[error]")
    };
    assert!(parsed("whole.zeek", &script));
    assert!(!parsed("cut.zeek", &script[..script.len() - 4]), "a script that is cut is none");
}
