// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall --hub URL census report`: what a hub says of its lake is what the lake says.

use std::net::IpAddr;

use forestall_hub::census::CensusSettings;
use forestall_lake::Origin;
use forestall_testkit::lake::{Query, Request, ship};
use forestall_testkit::parsed;
use serde_json::Value;

use crate::served::Served;
use crate::support::Home;

fn origin(_: IpAddr) -> Origin {
    Origin { asn: 64_500, country: Some(*b"BE"), left_out: None }
}

#[test]
fn the_report_of_a_hub_is_that_of_its_lake() {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().to_str().unwrap();
    let request = |number: u32| Request {
        at: parsed(&format!("2026-11-22T03:00:{number:02}Z")),
        address: parsed(&format!("11.0.0.{number}")),
        agent: "Mozilla/4.0",
        q: 3,
    };
    let requests: Vec<Request> = (1..=9).map(request).collect();
    let queries = [Query {
        at: parsed("2026-11-22T01:00:00Z"),
        resolver: parsed("198.51.100.77"),
        campaign: ("conficker-b", "conficker-b"),
        label: "abcdefgh",
    }];
    ship(folder.path(), "sensor-1", (&requests, &queries), &origin);
    let home = Home::new();
    let hub = Served::counting(CensusSettings::new(lake));
    let here = |form: &str| home.ok(&format!("census report --lake '{lake}' --day 2026-11-22 {form}"));
    let there = |form: &str| hub.ok(&home, &format!("census report --day 2026-11-22 {form}"));
    assert_eq!(there("--format csv"), here("--format csv"));
    let (mine, theirs) = (here(""), there(""));
    // Each says how far it may go, and beside that the same.
    assert!(theirs.starts_with("TLP:AMBER\n"), "{theirs}");
    assert_eq!(theirs.split_once('\n').unwrap().1, mine.split_once('\n').unwrap().1);
    assert!(theirs.contains("9 (counted exactly)"), "{theirs}");
    let (mine, theirs): (Value, Value) =
        (serde_json::from_str(&here("--format json")).unwrap(), serde_json::from_str(&there("--format json")).unwrap());
    assert_eq!(theirs["families"][0]["machines"], mine["families"][0]["machines"]);
    assert_eq!(theirs["families"][0]["resolvers"], mine["families"][0]["resolvers"]);
    assert_eq!(theirs["families"][0]["networks"], mine["families"][0]["networks"]);
    let refused = hub.run(&home, "census report --public");
    assert_eq!(refused.status, 2, "{}", refused.err);
    let neither = home.run("census report");
    assert!(neither.status == 2 && neither.err.contains("--lake"), "{}", neither.err);
    let without = Served::start().run(&home, "census report");
    assert!(without.status != 0 && without.err.contains("no lake is configured"), "{}", without.err);
}
