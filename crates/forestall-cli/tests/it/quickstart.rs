// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall quickstart` on a fresh folder, and again.

use crate::support::Home;

#[test]
fn opens_two_cases_once_and_can_be_run_again() {
    let home = Home::new();
    let first = home.ok("quickstart --no-serve");
    for part in [
        "Conficker, 2026-11-23 + 90 days  (case conficker)",
        "Conficker 2009, reconstruction  (case conficker-2009)",
        "RECONSTRUCTION",
        "117 top-level domains",
        "UNVERIFIED: monitor only",
        "the first window opens 2026-11-22T00:00:00Z",
        "reach if nothing is done",
    ] {
        assert!(first.contains(part), "{part:?} in\n{first}");
    }
    let variant = |campaign: &str| {
        let row = first.lines().find(|line| line.trim_start().starts_with(campaign)).unwrap();
        row.split_whitespace().nth(1).unwrap().replace(',', "").parse::<u64>().unwrap()
    };
    assert_eq!((variant("conficker-a"), variant("conficker-b")), (22_500, 22_500));
    assert!((4_499_000..=4_500_000).contains(&variant("conficker-c")));

    let log = home.ok("case log");
    let again = home.ok("quickstart --no-serve");
    assert!(again.starts_with("Both cases were there already"), "{again}");
    assert_eq!(again.lines().count(), first.lines().count() + 2);
    assert_eq!(home.ok("case log"), log);
    assert_eq!(home.ok("store verify"), "");
}

#[test]
fn reconstruction_holds_sourced_facts_alone() {
    let home = Home::new();
    home.ok("quickstart --no-serve");
    let events: Vec<serde_json::Value> = home
        .ok("case log conficker-2009 --format jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(events.len() > 5);
    for event in events.iter().skip(1).map(|line| &line["event"]) {
        assert!(event["source"].as_str().is_some_and(|source| !source.is_empty()), "{event}");
        assert!(event["occurred"].as_str().unwrap() < "2010", "{event}");
    }
    assert!(home.ok("case show conficker-2009").starts_with("RECONSTRUCTION"));
}
