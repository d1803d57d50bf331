// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names below zones of providers: who is named as the party, and that no zone is ever a thing to act on.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::Home;

/// A campaign, the zones below which it has names, and the parties of its slices.
type Case = (&'static str, &'static [&'static str], &'static [(&'static str, &'static str)]);

const CASES: [Case; 10] = [
    ("corebot", &["ddns.net"], &[("net", "provider of ddns.net")]),
    ("symmi-42", &["ddns.net"], &[("net", "provider of ddns.net")]),
    (
        "kraken-1-a",
        &["dyndns.org", "dynserv.com", "mooo.com", "yi.org"],
        &[
            ("com", "provider of dynserv.com; provider of mooo.com"),
            ("org", "provider of dyndns.org; provider of yi.org"),
        ],
    ),
    (
        "kraken-2-a",
        &[],
        &[("cc", "the registry"), ("com", "the registry"), ("net", "the registry"), ("tv", "the registry")],
    ),
    (
        "kraken-2-b-zones",
        &["dyndns.org", "dynserv.com", "mooo.com", "yi.org"],
        &[
            ("com", "provider of dynserv.com; provider of mooo.com"),
            ("org", "provider of dyndns.org; provider of yi.org"),
        ],
    ),
    ("vidro", &["dyndns.org"], &[("com", "the registry"), ("net", "the registry"), ("org", "provider of dyndns.org")]),
    (
        "orchard",
        &["duckdns.org"],
        &[("com", "the registry"), ("net", "the registry"), ("org", "provider of duckdns.org; the registry")],
    ),
    ("unnamed-downloader", &["github.io"], &[("io", "provider of github.io")]),
    ("fosniw-winsoft", &[], &[("com", "the registry")]),
    ("qsnatch-b", &[], &[]),
];

#[test]
fn a_case_names_the_provider_and_never_takes_its_zone_for_a_name() {
    let home = Home::new();
    for (campaign, zones, parties) in CASES {
        let opened =
            home.run(&format!("case open {campaign} --campaign {campaign} --from 2026-11-25 --until 2026-12-09"));
        assert_eq!(opened.status, 0, "{}", opened.err);
        let told: BTreeSet<&str> = opened
            .err
            .lines()
            .filter_map(|line| line.strip_prefix(&format!("note: names of {campaign} below ")[..])?.split(' ').next())
            .collect();
        assert_eq!(told, zones.iter().copied().collect(), "{}", opened.err);
        let csv = home.ok(&format!("case slices {campaign} --format csv"));
        let place = csv.lines().next().unwrap().split(',').position(|column| column == "parties").unwrap();
        let cell = |row: &'_ str| -> (String, String) {
            let mut cells = row.split(',').map(str::to_owned);
            (cells.next().unwrap(), cells.nth(place - 1).unwrap())
        };
        let found: BTreeMap<String, String> = csv.lines().skip(1).map(cell).collect();
        if !parties.is_empty() {
            let expected = parties.iter().map(|(tld, party)| ((*tld).to_owned(), (*party).to_owned())).collect();
            assert_eq!(found, expected, "{campaign}");
        }
        for tld in found.keys() {
            home.ok(&format!("case request {campaign} --tld {tld} --action reserve"));
        }
        let published = home.ok(&format!("publish --case {campaign} --as csv --horizon"));
        for row in published.lines().skip(1) {
            let name = row.split(',').next().unwrap();
            assert!(!zones.contains(&name), "{row}");
            assert!(row.contains(",reserve,"), "{row}");
        }
        for zone in zones {
            home.fails(
                1,
                &format!("case exclude {campaign} {zone} --reason customers --class registered-benign"),
                &["not a name of this case"],
            );
        }
    }
}

#[test]
fn the_registry_and_a_provider_are_asked_each_by_itself() {
    let home = Home::new();
    home.ok("case open both --campaign corebot --campaign conficker-b --from 2026-11-25 --until 2026-11-27");
    home.fails(1, "case request both --tld net --action reserve", &["below ddns.net", "ask each"]);
    home.fails(1, "case answer both --tld net --action reserve --result done", &["below ddns.net"]);
    home.ok("case request both --tld net --action reserve --campaign corebot");
    home.ok("case request both --tld net --action reserve --campaign conficker-b");
    home.ok("case request both --tld com --action reserve");
}

#[test]
fn families_say_who_can_act_for_each_suffix() {
    let home = Home::new();
    let families: serde_json::Value = serde_json::from_str(&home.ok("family list --format json")).unwrap();
    let others = |slug: &str| -> Vec<(String, String)> {
        let family = families.as_array().unwrap().iter().find(|family| family["slug"] == slug).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        family["others"]
            .as_array()
            .unwrap()
            .iter()
            .map(|other| (text(&other["suffix"]), text(&other["party"])))
            .collect()
    };
    let providers = |zones: &[&str]| -> Vec<(String, String)> {
        zones.iter().map(|zone| ((*zone).to_owned(), "provider".to_owned())).collect()
    };
    assert_eq!(others("kraken"), providers(&["dyndns.org", "yi.org", "dynserv.com", "mooo.com"]));
    assert_eq!(others("orchard"), providers(&["duckdns.org"]));
    assert_eq!(others("necurs"), [("bit".to_owned(), "nobody".to_owned())]);
    assert_eq!(others("conficker-a"), []);
    let page = home.ok("family show vidro").split_whitespace().collect::<Vec<_>>().join(" ");
    let who = "the registry of each suffix, but below dyndns.org its provider, Dyn (Oracle), a dynamic-DNS service. That zone itself is never \
               to be blocked";
    assert!(page.contains(who), "{page}");
}
