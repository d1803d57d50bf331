// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall misp`: a feed as a folder that PyMISP reads, and events that are pushed to a stand-in for an instance.

use std::collections::BTreeSet;
use std::process::Command;

use forestall_testkit::misp::{KEY, MispInstance};
use forestall_testkit::skip;
use serde_json::Value;

use crate::served::Served;
use crate::support::{Home, Ran, ran, words};

const OPEN: &str = "case open mine --campaign conficker-b --from 2026-11-20 --until 2026-12-31";

fn files(home: &Home) -> BTreeSet<String> {
    let entries = std::fs::read_dir(home.folder().join("feed")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Runs a push with the key in the environment.
fn push(home: &Home, to: &str, rest: &str) -> Ran {
    let mut command: Command = home.program();
    command.args(words(&format!("misp push --case mine --to {to} {rest} --now 2026-11-23T12:00:00Z")));
    ran(command.env("FORESTALL_MISP_KEY", KEY))
}

#[test]
fn a_feed_is_a_folder_whose_past_days_go() {
    let home = Home::new();
    home.ok(OPEN);
    let told = home.run("misp feed --case mine feed");
    assert!(told.status == 0 && told.err.contains("in 8 events"), "{}", told.err);
    let first = files(&home);
    assert_eq!(first.len(), 8 + 2, "{first:?}");
    let manifest: Value = serde_json::from_str(&home.read("feed/manifest.json")).unwrap();
    for (event, entry) in manifest.as_object().unwrap() {
        let read: Value = serde_json::from_str(&home.read(&format!("feed/{event}.json"))).unwrap();
        assert_eq!(
            (read["Event"]["info"].clone(), read["Event"]["date"].clone()),
            (entry["info"].clone(), entry["date"].clone())
        );
    }
    let octets: Vec<String> = first.iter().map(|file| home.read(&format!("feed/{file}"))).collect();
    home.ok("misp feed --case mine feed");
    assert_eq!(octets, first.iter().map(|file| home.read(&format!("feed/{file}"))).collect::<Vec<_>>());
    home.write("feed/other.json", "{}");
    assert_eq!(home.run_at("2026-11-25T00:30:00Z", "misp feed --case mine feed").status, 0);
    let later = files(&home);
    assert_eq!((later.len(), later.intersection(&first).count()), (8 + 3, 6 + 2), "{later:?}");
    assert!(later.contains("other.json"), "what is not ours stays");
    home.ok("case open other --campaign conficker-b --from 2026-11-20 --until 2026-12-31");
    home.fails(1, "misp feed --case other feed", &["each feed has a folder of its own"]);
    home.write("feed/manifest.json", "[]");
    home.fails(1, "misp feed --case mine feed", &["no manifest"]);
}

#[test]
fn pymisp_makes_the_same_feed_of_the_same_events() {
    let test = "misp::pymisp_makes_the_same_feed_of_the_same_events";
    let Some(beside) = skip::needs(test, "stix2_validator") else { return };
    let home = Home::new();
    home.ok(OPEN);
    home.ok("misp feed --case mine feed --publisher 'CERT Example'");
    let program = r"
import json, pathlib, sys
from pymisp.tools import feed_meta_generator
folder = pathlib.Path(sys.argv[1])
ours = json.loads((folder / 'manifest.json').read_text())
hashes = set((folder / 'hashes.csv').read_text().splitlines())
feed_meta_generator(folder)
theirs = json.loads((folder / 'manifest.json').read_text())
plain = lambda entry: {**entry, 'Tag': [{'name': t['name']} for t in entry['Tag']], **{key: int(entry[key]) for key in ('timestamp', 'analysis', 'threat_level_id')}}
assert {u: plain(e) for u, e in ours.items()} == {u: plain(e) for u, e in theirs.items()}
assert hashes and hashes <= set((folder / 'hashes.csv').read_text().splitlines())
print(len(ours), {entry['Orgc']['name'] for entry in ours.values()})
";
    let mut command = Command::new(beside.with_file_name("python3"));
    let done = command.args(["-X", "utf8", "-c", program]).arg(home.folder().join("feed")).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    if said.contains("ModuleNotFoundError") {
        return skip::skipped(test, "needs the library pymisp");
    }
    assert!(done.status.success(), "{said}");
    assert_eq!(String::from_utf8_lossy(&done.stdout), "8 {'CERT Example'}\n");
}

#[test]
fn an_event_is_pushed_once_and_is_on_record() {
    let home = Home::new();
    home.ok(OPEN);
    let misp = MispInstance::start();
    let to = misp.url();
    let dry = push(&home, &to, "--dry-run --publish");
    assert_eq!((dry.status, dry.out.as_str()), (0, ""), "{}", dry.err);
    assert!(dry.err.contains("would go to http://127.0.0.1") && dry.err.contains("nothing was sent"), "{}", dry.err);
    assert!(misp.asked().is_empty());
    assert!(!home.ok("disclosures").contains("MISP"), "nothing left");

    let added = push(&home, &to, "--publish");
    let row: Vec<&str> = added.out.trim_end().split('\t').collect();
    let [word, event, count] = row[..] else { panic!("{} {}", added.out, added.err) };
    assert_eq!((added.status, word), (0, "added"), "{}", added.err);
    let kept = misp.event(event).unwrap();
    assert_eq!(kept["Object"].as_array().unwrap().len().to_string(), count);
    assert_eq!(kept["published"], true);
    assert!(home.ok("disclosures").contains("names as a MISP event to 127.0.0.1"));
    assert!(push(&home, &to, "").out.starts_with("unchanged\t"));
    let tomorrow = push(&home, &to, "--on 2026-11-24 --tld ws");
    assert!(tomorrow.out.starts_with("added\t") && !tomorrow.out.contains(event), "{}", tomorrow.err);
    for run in [added, tomorrow] {
        assert!(!format!("{}{}", run.out, run.err).contains(KEY));
    }
    let beyond = push(&home, &to, "--on 2027-03-01");
    assert!(beyond.status == 1 && beyond.err.contains("from 2026-11-23 to 2026-11-30"), "{}", beyond.err);
}

#[test]
fn a_key_is_needed_and_not_taken_from_the_command_line() {
    let home = Home::new();
    home.ok(OPEN);
    let misp = MispInstance::start();
    let to = misp.url();
    home.fails(2, &format!("misp push --case mine --to {to}"), &["FORESTALL_MISP_KEY"]);
    home.fails(2, &format!("misp push --case mine --to {to} --key {KEY}"), &["unexpected argument"]);
    home.fails(2, "misp push --case mine --to http://misp.example/", &["https://"]);
    home.write("key", format!("{KEY}\n"));
    assert!(home.ok(&format!("misp push --case mine --to {to} --key-file key")).starts_with("added\t"));
    home.write("key", "anotherKey");
    home.fails(3, &format!("misp push --case mine --to {to} --key-file key"), &["does not let this key do it"]);
}

#[test]
fn what_the_marking_forbids_is_not_pushed() {
    let home = Home::new();
    home.ok(OPEN);
    let misp = MispInstance::start();
    let refused = push(&home, &misp.url(), "--audience public");
    assert!(refused.status != 0 && refused.err.contains("may not go to the audience public"), "{}", refused.err);
    assert!(misp.asked().is_empty());
    home.fails(1, "misp feed --case mine feed --audience public", &["may not go to the audience public"]);
}

#[test]
fn a_hub_makes_the_event_that_is_pushed() {
    let hub = Served::start();
    let home = Home::new();
    let at_hub = |line: &str| {
        let mut command = home.program();
        command.args(words(line)).args(["--hub", &format!("http://{}", hub.address)]);
        ran(command.env("FORESTALL_TOKEN", &hub.token).env("FORESTALL_MISP_KEY", KEY))
    };
    let opened = at_hub(OPEN);
    assert_eq!(opened.status, 0, "{}", opened.err);
    let misp = MispInstance::start();
    let pushed = at_hub(&format!("misp push --case mine --to {} --on 2026-11-23", misp.url()));
    assert!(pushed.out.starts_with("added\t"), "{}", pushed.err);
    let asked = misp.asked();
    let beyond = at_hub(&format!("misp push --case mine --to {} --on 2027-03-01", misp.url()));
    assert!(
        beyond.status == 1 && beyond.err.contains("no name of the case is offered for 2027-03-01"),
        "{}",
        beyond.err
    );
    assert_eq!(misp.asked(), asked, "an event without names is not sent");
    let refused = at_hub("misp feed --case mine feed");
    assert!(refused.status == 2 && refused.err.contains("/misp/"), "{}", refused.err);
}
