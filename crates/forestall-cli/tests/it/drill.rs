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

#[test]
fn a_step_reads_what_is_new_in_it() {
    let home = Home::new();
    home.write("five.toml", FIVE);
    let report: Value = serde_json::from_str(
        &home.ok("drill five.toml --until 2009-01-10T09:00:00Z --format json --journal journal.jsonl"),
    )
    .unwrap();
    let journal: Vec<Value> =
        home.read("journal.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |what: &str| journal.iter().filter(|entry| entry["what"] == what).collect::<Vec<_>>();
    // Nothing is heard twice, and nothing is missed.
    let mut handed: Vec<String> = of("handed").iter().map(|entry| entry.to_string()).collect();
    let heard = handed.len();
    handed.sort();
    handed.dedup();
    assert_eq!(handed.len(), heard);
    let taken: u64 = report["slices"].as_array().unwrap().iter().map(|slice| number(&slice["handed"])).sum();
    assert_eq!(taken, heard as u64);
    let lists: u64 = report["slices"].as_array().unwrap().iter().map(|slice| number(&slice["lists"])).sum();
    assert_eq!(lists, of("cut").len() as u64);
    // Somebody looks every twelve hours at several lists, and the hub is told of those of which there is something to tell.
    let sum = |member: &str| of("looked").iter().map(|entry| number(&entry[member])).sum::<u64>();
    assert!(sum("handed") > 0 && sum("handed") < sum("lists"), "{} of {}", sum("handed"), sum("lists"));
}

#[test]
fn more_registries_than_the_scenario_has_read_along() {
    let home = Home::new();
    home.write("five.toml", FIVE);
    let line = "drill five.toml --until 2009-01-07T09:00:00Z --format json";
    let report = |more: &str| -> Value { serde_json::from_str(&home.ok(&format!("{line} {more}"))).unwrap() };
    let requests = |report: &Value, endpoint: &str| {
        let endpoints = report["load"]["endpoints"].as_array().unwrap().iter();
        endpoints.filter(|of| of["endpoint"] == endpoint).map(|of| number(&of["requests"])).sum::<u64>()
    };
    let (usual, fewer, more) = (report(""), report("--registries 2"), report("--registries 40 --at-once 8"));
    let parties = |report| requests(report, "POST /parties");
    assert_eq!((parties(&usual), parties(&fewer), parties(&more)), (5, 2, 40));
    // On each of three days each of the 35 looks, and none of those that have lists.
    assert_eq!((requests(&usual, "GET /me"), requests(&more, "GET /me"), requests(&more, "GET /cases")), (0, 105, 105));
    let slices = |report: &Value| report["slices"].as_array().unwrap().len();
    assert_eq!((slices(&usual), slices(&fewer), slices(&more)), (5, 2, 5), "only who has names has lists");
    assert_eq!(number(&more["load"]["failed"]) + number(&more["load"]["refused"]), number(&usual["load"]["refused"]));
    home.fails(2, &format!("{line} --registries 5000"), &["--registries 5000", "there are"]);
}

#[test]
fn nothing_leaves_the_store_of_a_drill() {
    let home = Home::new();
    home.write("five.toml", FIVE);
    let words = ["serve", "--listen", "127.0.0.1:0", "--drill", "2009-01-05T09:00:00Z", "--drill-token", "token"];
    let hub = Running::start(&home, &words);
    home.ok(&format!("drill five.toml --until 2009-01-05T12:00:00Z --hub {} --token-file token", hub.address));
    drop(hub);
    let key = home.write("lists.key", include_str!("send/lists.key"));
    let settings = format!(
        "version = 1\n[send]\norganisation = \"A\"\nperson = \"B\"\nphone = \"+1 555 0100\"\nrole = \"coordinator\"\n\
         proof = \"none\"\nappeal = \"a@a.example\"\nanswer_to = \"b@a.example\"\nkey_file = \"{}\"\n",
        key.display()
    );
    home.write("hub.toml", settings);
    // Without a word it is not opened, be it for reading alone.
    for line in ["case list", "case show five", "party list", "jobs list", "case gaps five", "store verify"] {
        home.fails(1, line, &["that of a drill", "--drill-store"]);
    }
    let listed = home.run("case list --drill-store");
    assert!(listed.status == 0 && listed.out.contains("five") && listed.err.contains("DRILL"), "{listed:?}");
    assert!(home.ok("person invite ada@registry.example --party registry-com --drill-store").contains("/invitation"));
    // What asks somebody, tells somebody or can be taken for real outside is refused whatever is said.
    for line in [
        "case send five --config hub.toml --out out",
        "publish --case five --as plain --on 2009-01-08",
        "case export five -o five.archive",
        "case check five --dns 127.0.0.1:53",
        "case receipts five -o receipts.json --key lists.key",
        "case flood five",
        "jobs run --config hub.toml",
        "guard show",
        "quickstart --no-serve",
    ] {
        let flagged = home.run(&format!("{line} --drill-store"));
        assert!(flagged.status == 1 && flagged.err.contains("that of a drill"), "{line}: {flagged:?}");
        assert_eq!(home.run(line).status, 1, "{line}");
    }
    for file in ["five.archive", "receipts.json", "out"] {
        assert!(!home.folder().join(file).exists(), "{file}");
    }
    // The other way round: nobody works on a real store and believes that it is a drill.
    let real = Home::new();
    real.ok("party add registry-be --kind registry --name DNS.be --tld be");
    real.fails(1, "party list --drill-store", &["no drill's"]);
    assert!(!real.run("party list").err.contains("DRILL"));
}
