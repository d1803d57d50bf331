// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall drill`: a scenario played through the API of a hub, and what the report says of it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::support::{Home, ran};

const FIVE: &str = include_str!("../../../forestall-drill/scenarios/five-registries.toml");

/// Returns the slice of a report.
fn slice<'a>(report: &'a Value, tld: &str) -> &'a Value {
    let slices = report["slices"].as_array().expect("slices");
    slices.iter().find(|slice| slice["tld"] == tld).unwrap_or_else(|| panic!("no slice {tld} in {report}"))
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn results(slice: &Value) -> Vec<&str> {
    slice["answers"].as_array().expect("answers").iter().filter_map(|answer| answer[0].as_str()).collect()
}

#[test]
fn what_the_scenario_scripted_shows_in_the_report() {
    let home = Home::new();
    home.write("five.toml", FIVE);
    let report: Value =
        serde_json::from_str(&home.ok("drill five.toml --format json --journal journal.jsonl")).unwrap();
    // The prompt one is in time with everything, and what it says is true and seen.
    let com = slice(&report, "com");
    assert_eq!((number(&com["in_time"]), com["silent"].as_bool()), (number(&com["openings"]), Some(false)), "{com}");
    assert!(number(&com["openings"]) == 7 && number(&com["at_opening"]["ours"]) > 0, "{com}");
    // The one that refuses shows as refusing, and protects nothing.
    let net = slice(&report, "net");
    assert!(results(net).contains(&"refused"), "{net}");
    assert_eq!((number(&net["at_opening"]["said"]), number(&net["at_opening"]["ours"])), (0, 0), "{net}");
    // The one that does not tell the truth claims all of it, and half is true.
    let org = slice(&report, "org");
    assert_eq!(org["at_opening"]["said"], org["at_opening"]["names"], "{org}");
    let (ours, names) = (number(&org["at_opening"]["ours"]), number(&org["at_opening"]["names"]));
    assert!(ours > names / 3 && ours < names * 2 / 3, "{org}");
    // The silent one is reminded, by one contact after the other, and never heard of.
    let info = slice(&report, "info");
    assert!(
        info["silent"] == true && number(&info["reminders"]) >= 2 && number(&info["contacts_tried"]) == 2,
        "{info}"
    );
    assert!(info["first_opened"].is_null() && results(info).is_empty(), "{info}");
    // The one that does a part: its first answer was not taken, and what it did is a part.
    let biz = slice(&report, "biz");
    assert!(results(biz).contains(&"done"), "{biz}");
    assert_eq!(number(&biz["at_opening"]["said"]), number(&biz["at_opening"]["ours"]), "{biz}");
    let (said, names) = (number(&biz["at_opening"]["said"]), number(&biz["at_opening"]["names"]));
    assert!(said > names / 2 && said < names, "{biz}");
    let not_taken = report["not_taken"].as_array().unwrap();
    assert_eq!((not_taken.len(), not_taken[0]["tld"].as_str()), (1, Some("biz")), "{not_taken:?}");
    assert_eq!(not_taken[0]["status"], 422);
    // What the hub knows from a look is what is true, up to what it knows not to be registrable.
    for opening in report["openings"].as_array().unwrap() {
        assert!(number(&opening["known"]["observed"]) <= number(&opening["truth"]["ours"]), "{opening}");
        assert!(number(&opening["known"]["observed"]) > 0, "{opening}");
        assert!(number(&opening["known"]["claimed"]) > number(&opening["known"]["observed"]), "{opening}");
    }
    assert_eq!(report["load"]["failed"], 0);
    assert!(number(&report["load"]["requests"]) > 240);
    assert!(home.read("journal.jsonl").lines().count() > 50);
}

#[test]
fn the_same_seed_gives_the_same_report() {
    let home = Home::new();
    home.write("five.toml", FIVE);
    let line = "drill five.toml --until 2009-01-08T09:00:00Z --no-load --at-once 3";
    assert_eq!(home.ok(line), home.ok(line));
    assert_ne!(home.ok(line), home.ok(&format!("{line} --seed 2")));
}

#[test]
fn faults_are_told_before_anything_begins() {
    let home = Home::new();
    home.write("five.toml", FIVE.replace("reply = \"never\"", "reply = \"perhaps\""));
    home.fails(2, "drill five.toml", &["five.toml", "perhaps"]);
    home.fails(3, "drill none.toml", &["none.toml could not be read"]);
    home.write("five.toml", FIVE);
    home.fails(2, "drill five.toml --human de", &["no registry of .de"]);
    home.fails(2, "drill five.toml --from 2010-01-01", &["is not within the scenario"]);
    home.fails(2, "drill five.toml --speed 0", &["above 0"]);
    home.fails(2, "drill five.toml --hub http://127.0.0.1:1", &["--token-file"]);
    home.write("token", "abc\n");
    home.fails(2, "drill five.toml --hub http://hub.example --token-file token", &["TLS"]);
    home.write("hub.toml", "version = 1\nresolver = \"127.0.0.1:53\"\n");
    home.fails(2, "serve --config hub.toml --drill 2009-01-05", &["a drill asks and writes to nobody", "resolver"]);
}

/// A hub of a drill that runs until the value is dropped.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start(home: &Home, words: &[&str]) -> Self {
        let mut child = home.program().args(words).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut link = String::new();
        out.read_line(&mut link).unwrap();
        let address = link.split('/').take(3).collect::<Vec<_>>().join("/");
        Self { child, address }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_hub_of_a_drill_is_played_with_a_registry_left_to_a_person() {
    let home = Home::new();
    home.write("five.toml", FIVE);
    let begins = "2009-01-05T09:00:00Z";
    let hub = Running::start(&home, &["serve", "--listen", "127.0.0.1:0", "--drill", begins, "--drill-token", "token"]);
    let line = format!(
        "drill five.toml --until 2009-01-06T09:00:00Z --human com --hub {} --token-file token --format json",
        hub.address
    );
    let report: Value = serde_json::from_str(&home.ok(&line)).unwrap();
    let com = slice(&report, "com");
    assert_eq!(com["conduct"], "a person");
    assert!(com["first_answered"].is_null() && number(&com["handed"]) >= 1, "nobody acted for it: {com}");
    // The time has passed: it does not go back.
    home.fails(1, &line, &["the hub's time is 2009-01-06T09:00:00Z already"]);
    drop(hub);
    // Neither is a store of a drill served as a real one, nor the other way round.
    home.fails(3, "serve --listen 127.0.0.1:0", &["that of a drill", "--drill"]);
    let real = Home::new();
    real.ok("party add registry-be --kind registry --name DNS.be --tld be");
    let refused = ran(real.program().args(["serve", "--listen", "127.0.0.1:0", "--drill", begins]));
    assert_ne!(refused.status, 0);
    assert!(refused.err.contains("a drill needs a store of its own"), "{}", refused.err);
}
