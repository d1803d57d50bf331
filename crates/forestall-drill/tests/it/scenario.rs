// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The file of a scenario: the one that is shipped, and what is refused with its place.

use forestall_drill::conduct::Reply;
use forestall_drill::scenario::{CONFICKER, MOST_OCTETS, Scenario};
use forestall_drill::{Chance, ScenarioError};
use forestall_model::Tld;

/// The least that a scenario holds.
pub(crate) const SMALL: &str = r#"version = 1
title = "Small"
source = "made up"
from = "2009-01-05T00:00:00Z"
until = "2009-01-15T00:00:00Z"

[conduct.prompt]
opens = [10, 20, 30]
acknowledges = [0, 5, 10]
acts = [60, 90, 120]
reply = "done"

[[case]]
id = "small"
title = "Small"
opened = "2009-01-05T00:00:00Z"
campaigns = ["conficker-a"]
from = "2009-01-08"
until = "2009-01-15"
action = "reserve"

[[registry]]
tlds = ["com"]
conduct = "prompt"

[[botnet]]
campaign = "conficker-a"
machines = 1000
on = "2009-01-05"
source = "made up"
"#;

pub(crate) fn tld(text: &str) -> Tld {
    text.parse().expect("a top-level domain")
}

#[test]
fn the_shipped_one_is_read() {
    let scenario = Scenario::read(CONFICKER).unwrap();
    assert_eq!(scenario.cases.len(), 3);
    let machines: u64 = scenario.herds.iter().map(|herd| herd.machines).sum();
    assert_eq!(machines, 10_000_000);
    // Lists of A and B come from these eight, and each has a registry of its own conduct.
    for domain in ["biz", "cc", "cn", "com", "info", "net", "org", "ws"] {
        assert!(scenario.tlds().contains(&tld(domain)), "{domain}");
    }
    let named: Vec<Reply> = scenario.registries.iter().map(|registry| registry.group.conduct.reply).collect();
    assert!(!named.contains(&Reply::Never), "nothing bad is said of a real registry by name");
    assert!(scenario.registries.iter().all(|registry| registry.group.conduct.truth >= 1.0));
}

#[test]
fn the_others_get_a_conduct_by_lot_that_the_seed_gives() {
    let domains: Vec<Tld> = ["de", "fr", "pl", "ru", "se", "tv", "us", "vn"].map(tld).to_vec();
    let drawn = |seed| {
        let mut scenario = Scenario::read(CONFICKER).unwrap();
        scenario.complete(domains.clone(), Chance(seed));
        let of = |domain: &Tld| {
            let registry = scenario.registries.iter().find(|registry| registry.tlds.contains(domain)).unwrap();
            registry.group.name.clone()
        };
        domains.iter().map(of).collect::<Vec<String>>()
    };
    assert_eq!(drawn(1), drawn(1));
    assert!((2..20).any(|seed| drawn(seed) != drawn(1)));
}

#[test]
fn is_cut_to_a_span_within_it() {
    let cut = |from: &str, until: &str| {
        let at = |text: &str| text.parse().unwrap();
        Scenario::read(CONFICKER).unwrap().within(Some(at(from)), Some(at(until)))
    };
    let three_weeks = cut("2009-03-14T00:00:00Z", "2009-04-04T00:00:00Z").unwrap();
    assert!(three_weeks.cases.iter().all(|case| case.opened == three_weeks.from));
    assert_eq!(cut("2008-12-01T00:00:00Z", "2008-12-05T00:00:00Z").unwrap().cases.len(), 1);
    assert!(cut("2008-11-01T00:00:00Z", "2008-12-05T00:00:00Z").unwrap_err().contains("not within"));
    assert!(cut("2009-01-02T00:00:00Z", "2009-01-01T00:00:00Z").unwrap_err().contains("nothing is left"));
}

#[test]
fn faults_have_a_line_and_a_key() {
    let check = |from: &str, to: &str, expected: &str| {
        assert!(SMALL.contains(from), "{from}");
        let error = Scenario::read(&SMALL.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(expected), "{from} -> {to}: {error}");
    };
    check("version = 1", "version = 2", "`version = 2`; this program reads `version = 1`");
    check("version = 1\n", "", "missing field `version`");
    check("title", "tilte", "line 2");
    check("reply = \"done\"", "reply = \"maybe\"", "line 11");
    check("reply = \"done\"", "reply = \"done\"\nshare = 0.5", "line 7: conduct: only a partial reply");
    check("reply = \"done\"", "reply = \"done\"\ntruth = 1.5", "line 7: conduct: `truth` is 1.5");
    check("opens = [10, 20, 30]", "opens = [30, 20, 10]", "[least, usual, most]");
    check("conduct = \"prompt\"", "conduct = \"slow\"", "line 22: registry: \"slow\" is no conduct; there are prompt");
    check("tlds = [\"com\"]", "tlds = [\"com\", \"com\"]", "line 22: registry: the domain com has a registry already");
    check("until = \"2009-01-15T00", "until = \"2009-01-05T00", "line 5: until");
    check("campaigns = [\"conficker-a\"]", "campaigns = []", "line 13: case: a case has campaigns");
    check("campaigns = [\"conficker-a\"]", "campaigns = [\"conficker-b\"]", "conficker-b has no [[botnet]]");
    check("source = \"made up\"\nfrom", "source = \" \"\nfrom", "a title and a source");
    check("machines = 1000", "machines = 5000000000", "line 26: botnet");
    check("machines = 1000", "machines = -1", "line 28");
    let zones = format!("{SMALL}\n[[zone]]\noffset = \"+08:00\"\nshare = 0.5\n");
    assert!(
        Scenario::read(&zones).unwrap_err().to_string().contains("line 32: zone: the shares of all zones make 0.5")
    );
    let long = format!("{SMALL}#{}", " ".repeat(MOST_OCTETS));
    assert!(matches!(Scenario::read(&long), Err(ScenarioError::TooLarge { .. })));
    assert!(Scenario::read(SMALL).is_ok());
}

#[test]
fn registries_of_other_domains_read_along() {
    let mut scenario = Scenario::read(SMALL).unwrap();
    let tlds = || ["com", "de", "net", "org"].map(|tld| tld.parse::<Tld>().unwrap());
    scenario.add_readers(tlds(), 1);
    assert_eq!(scenario.registries.len(), 1, "as many as there are");
    scenario.add_readers(tlds(), 3);
    let ids: Vec<String> = scenario.registries.iter().map(|registry| registry.id.to_string()).collect();
    assert_eq!(ids, ["registry-com", "registry-de", "registry-net"], "no domain has two");
    assert!(scenario.registries[1].group.conduct.opens.is_none() && scenario.registries[0].group.name == "prompt");
    scenario.add_readers(tlds(), 100);
    assert_eq!(scenario.registries.len(), 4, "no more than there are domains");
}
