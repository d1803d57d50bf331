// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall --hub URL census report`: what a hub says of its lake is what the lake says.

use std::net::IpAddr;
use std::path::Path;

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

/// Makes a lake in a folder: nine machines of one day, all in one network of Belgium, and a resolver.
fn fill(folder: &Path) {
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
    ship(folder, "sensor-1", (&requests, &queries), &origin);
}

#[test]
fn the_report_of_a_hub_is_that_of_its_lake() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    let lake = folder.path().to_str().unwrap();
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

#[test]
fn a_party_gets_its_own_countries_from_a_hub() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    let lake = folder.path().to_str().unwrap();
    let mut census = CensusSettings::new(lake);
    census.networks.insert(parsed("cert-be"), vec![parsed("BE")]);
    let home = Home::new();
    let hub = Served::counting_for("cert-be", census.clone());
    let text = hub.ok(&home, "census countries --day 2026-11-22");
    for part in [
        "Countries of cert-be on 2026-11-22",
        "BE\n  conficker",
        "addresses: 9\n",
        "AS64500",
        "distinct IPv4 addresses",
    ] {
        assert!(text.contains(part), "{part:?} in\n{text}");
    }
    assert!(!text.contains("11.0.0."), "no address: {text}");
    // The numbers are those of the lake.
    let own: Value = serde_json::from_str(&hub.ok(&home, "census countries --day 2026-11-22 --format json")).unwrap();
    let here = home.ok(&format!("census countries --lake '{lake}' --day 2026-11-22 --country BE --format json"));
    let here: Value = serde_json::from_str(&here).unwrap();
    let (family, line) = (&own["countries"][0]["families"][0], &here["families"][0]["countries"][0]);
    assert_eq!(
        (&family["numbers"]["addresses"], &family["numbers"]["busiest_hour"]),
        (&line["addresses"], &line["busiest_hour"])
    );
    assert_eq!(family["networks"], line["networks"]);
    assert!(family["said"].is_null());
    let csv = hub.ok(&home, "census countries --day 2026-11-22 --format csv");
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.len(), 3, "{csv}");
    assert!(rows[1].starts_with("2026-11-22,BE,conficker,,9,9,9,9,0,,") && rows[2].contains("AS64500,9,"), "{csv}");
    let trend = hub.ok(&home, "census countries --day 2026-11-22 --since 2026-11-20 --family conficker --country be");
    assert_ne!(trend, text, "with days before it something is said of the trend");
    assert!(hub.ok(&home, "census countries --day 2026-11-22 --family other").contains("no machine of this country"));
    for (line, status, says) in [
        ("census countries --country FR", 1, "does not answer for FR"),
        ("census countries --public", 2, "/public/census"),
        ("census countries --day 2026-11-23", 2, "not over"),
    ] {
        let ran = hub.run(&home, line);
        assert!(ran.status == status && ran.err.contains(says), "{line}: {} {}", ran.status, ran.err);
    }
    let nobody = Served::counting(census).run(&home, "census countries");
    assert!(nobody.status == 2 && nobody.err.contains("answers for no country"), "{}", nobody.err);
    let neither = home.run("census countries");
    assert!(neither.status == 2 && neither.err.contains("--lake"), "{}", neither.err);
}
