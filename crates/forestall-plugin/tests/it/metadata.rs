// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Metadata: what each key must be, and that a fault is told with its place.

use forestall_dga::info::{Predictability, Responsible, Verification};
use forestall_model::{Margin, Marking, Pap, Tlp};
use forestall_plugin::{Plugin, limits};

use crate::support::{METADATA, Parts, example};

fn read(metadata: &str) -> Result<Plugin, String> {
    Parts { metadata: metadata.to_owned(), ..Parts::default() }.read().map_err(|error| error.to_string())
}

/// Reading the metadata with one part replaced must fail with a message that holds `says`.
#[track_caller]
fn refused(from: &str, to: &str, says: &str) {
    assert!(METADATA.contains(from), "{from}");
    let error = read(&METADATA.replace(from, to)).unwrap_err();
    assert!(error.contains(says), "expected {says:?} in: {error}");
    assert!(error.len() < 1_000, "{error}");
}

#[test]
fn become_what_is_known_of_the_family() {
    let plugin = read(&METADATA.replace("first", "")).unwrap();
    let info = plugin.info();
    assert_eq!((info.slug.as_ref(), info.period.as_ref(), info.names_per_period), ("counter", "day", Some(3)));
    assert_eq!((info.verification, info.predictability), (Verification::Unverified, Predictability::Deterministic));
    assert_eq!((info.margin, &info.responsible), (Margin::CLOCK, &Responsible::Registry));
    assert_eq!(plugin.marking(), Marking { tlp: Tlp::Amber, pap: Pap::Green, embargo_until: None });
    assert_eq!(plugin.campaigns()[0].as_str(), "counter");
    assert_eq!(example("vidro.wasm").marking(), Marking::PUBLIC);
    assert_eq!(example("vidro.wasm").info().period, "7 days, counted from 2010-05-16T08:53:20Z");

    let more = METADATA.replace("tlp = \"TLP:AMBER\"", "tlp = \"TLP:RED\"\npap = \"PAP:RED\"").replace(
        "clock = ",
        "providers = { com = \"a provider\" }\nmargin_hours = { before = 24, after = 0 }\nclock = ",
    );
    let plugin = read(&more).unwrap();
    assert_eq!(plugin.marking(), Marking { tlp: Tlp::Red, pap: Pap::Red, embargo_until: None });
    assert_eq!(plugin.info().responsible, Responsible::providers([("com", "a provider")]));
    assert_eq!(plugin.info().margin, Margin::hours(24, 0));
}

#[test]
fn version_and_keys_are_read_strictly() {
    refused("abi = 1", "abi = 2", "interface version 2; expected 1");
    refused("abi = 1", "abi = \"1\"", "expected `abi = 1`");
    refused("abi = 1", "", "expected `abi = 1`");
    refused("tlp = \"TLP:AMBER\"", "", "missing field `tlp`");
    refused("TLP:AMBER", "AMBER", "is not a TLP label");
    refused("[family]", "[family]\nunknown = 1", "unknown field `unknown`");
    refused("[[campaign]]", "[[campaign]]\nunknown = 1", "unknown field `unknown`");
    refused("abi = 1", "abi = 1\nabi = 1", "duplicate key");
    refused("abi = 1", "abi = [", "the metadata cannot be read");
    refused("[[vector]]", "[[vectors]]", "unknown field `vectors`");
}

#[test]
fn values_that_cannot_be_are_told_with_their_place() {
    refused("slug = \"counter\"", "slug = \"Counter\"", "family.slug \"Counter\"");
    refused("kounter", "k ounter", "family.aliases");
    refused("Counts", "", "family.summary");
    refused("Counts", &"x".repeat(limits::MAX_TEXT + 1), "at most 2000 characters");
    refused("Counts", "\\u001b[2J", "family.summary");
    refused("Counts", "\\u202e", "family.summary");
    refused("a test\"]", "a\\ntest\"]", "family.references");
    refused("[\"a test\"]", "[]", "family.references");
    refused("clock = ", "providers = { net = \"a provider\" }\nclock = ", "expected one of family.suffixes");
    refused("arithmetic", "guessing", "is not a generation scheme");
    refused("verified = false", "predictability = \"decoder\"\nverified = false", "decodes none");
    refused("\"days\"", "\"weeks\"", "family.calendar \"weeks\"");
    refused("\"days\"", "{ seconds = 59, from = \"2026-01-01T00:00:00Z\" }", "expected 60 to 31622400");
    refused("\"days\"", "{ seconds = 600, from = \"yesterday\" }", "the metadata cannot be read");
    refused("\"days\"", "\"none\"", "since the seeding depends on time");
    refused(
        "time-dependent-deterministic",
        "time-independent-deterministic",
        "since the seeding does not depend on time",
    );
    refused("names_per_period = 3", "names_per_period = 0", "family.names_per_period \"0\"; expected 1 to 1000000");
    refused("names_per_period = 3", "names_per_period = 1000001", "expected 1 to 1000000");
    refused("names_per_period = 3", "", "campaign counter, count");
    for suffix in ["", ".com", "Com", "com.", "c m", "-com"] {
        refused("[\"com\"]", &format!("[{suffix:?}]"), "family.suffixes");
    }
    refused("[\"com\"]", "[]", "family.suffixes \"0 of them\"");
    refused("[\"com\"]", "[\"com\", \"com\"]", "each once");
    refused("clock = ", "margin_hours = { before = -1, after = 0 }\nclock = ", "family.margin_hours");
    refused("clock = ", "tries = []\nclock = ", "family.tries");
    refused("clock = ", "tries = [1, 1]\nclock = ", "family.tries");
    refused("clock = ", "tries = [101]\nclock = ", "family.tries");
    refused("clock = ", "first_day = \"2026-02-30\"\nclock = ", "the metadata cannot be read");
}

#[test]
fn parameters_campaigns_and_vectors_are_checked() {
    let parameter = |keys: &str| format!("[[parameter]]\n{keys}\nmeaning = \"x\"\n\n[[campaign]]");
    refused("[[campaign]]", &parameter("key = \"A\""), "parameter.key \"A\"");
    refused("[[campaign]]", &parameter("key = \"a=b\""), "parameter.key");
    refused("[[campaign]]", &parameter("key = \"a\"\nmeaning = \"y\"\n[[parameter]]\nkey = \"a\""), "each once");
    let many: String = (0..33).map(|n| format!("[[parameter]]\nkey = \"k{n}\"\nmeaning = \"x\"\n")).collect();
    refused("[[campaign]]", &format!("{many}[[campaign]]"), "33 of them");
    refused("id = \"counter\"", "id = \"other\"", "begins with the slug");
    refused("id = \"counter\"", "id = \"counterfeit\"", "begins with the slug");
    refused("id = \"counter\"", "id = \"counter\"\nset = { seed = \"1\" }", "no parameter \"seed\"");
    refused("id = \"counter\"", "id = \"counter\"\ncount = 0", "campaign counter, count");
    refused(
        "[[campaign]]\nid = \"counter\"\nsource = \"a test\"",
        "[[campaign]]\nid = \"counter\"\nsource = \" \"",
        "has no source",
    );
    let twice = "[[campaign]]\nid = \"counter\"\nsource = \"x\"\n[[campaign]]";
    refused("[[campaign]]", twice, "the campaign counter is listed twice");
    let vector = METADATA.split_once("[[vector]]").unwrap().1;
    let none = METADATA.split_once("[[vector]]").unwrap().0;
    assert!(read(none).unwrap_err().contains("missing field `vector`"));
    assert!(read(&format!("vector = []\n{none}")).unwrap_err().contains("vector \"0 of them\"; expected 1 to 32"));
    let many = format!("{none}{}", format!("[[vector]]{vector}").repeat(33));
    assert!(read(&many).unwrap_err().contains("33 of them"));
    refused("source = \"by hand\"", "source = \"\"", "vector 1, : expected a source");
    refused("on = \"1970-01-02\"", "on = \"1970-01-02\"\nat = \"1970-01-02T00:00:00Z\"", "found both");
    refused("on = \"1970-01-02\"", "on = \"1970-01-02\"\ncount = 3", "`count` and `sha256` together");
    refused("names = [\"aaaaaaab.com\", \"aaaaaaac.com\", \"aaaaaaad.com\"]", "", "expected `names`");
    let digest = "0".repeat(64);
    refused(
        "on = \"1970-01-02\"",
        &format!("on = \"1970-01-02\"\ncount = 100001\nsha256 = \"{digest}\""),
        "100001 names in all",
    );
}

#[test]
fn an_endless_family_takes_its_count_from_the_campaign() {
    let endless =
        METADATA.replace("names_per_period = 3", "").replace("source = \"a test\"", "source = \"a test\"\ncount = 2");
    let plugin = read(&endless).unwrap();
    plugin.check().unwrap();
    let made = crate::support::prepared(&crate::support::alone(&plugin), "counter");
    let day = crate::support::day("1970-01-02");
    assert_eq!(crate::support::list(&made, day, made.campaign.count).unwrap().len(), 2);
    assert!(crate::support::list(&made, day, None).unwrap_err().reason.contains("no number of names was asked for"));
    assert!(
        crate::support::list(&made, day, Some(limits::MOST_NAMES + 1)).unwrap_err().reason.contains("at most 1000000")
    );
}
