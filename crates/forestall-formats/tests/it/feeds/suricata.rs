// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Suricata's dataset and rule, read as its User Guide says ("Datasets", "Rules Format"), and the rule by a reader that is not ours.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use forestall_formats::Form;
use forestall_formats::feed::Settings;

use super::sharing::{AFTER, DAY, large, written, written_with};
use crate::python;

/// Reads a dataset of type string: a line of Base64 for each piece of data, and nothing else.
fn dataset(text: &str) -> BTreeSet<String> {
    text.lines().map(|line| String::from_utf8(BASE64_STANDARD.decode(line).unwrap()).unwrap()).collect()
}

/// A rule's head, and its options in order.
struct Rule {
    head: Vec<String>,
    options: Vec<(String, Option<String>)>,
}

impl Rule {
    fn option(&self, key: &str) -> &str {
        self.options.iter().find(|(name, _)| name == key).unwrap().1.as_deref().unwrap()
    }
}

/// Reads a file of rules: lines with `#` are passed over; a rule is action, protocol, from, to, and options in brackets, each ended by a
/// semicolon.
fn rules(text: &str) -> Vec<Rule> {
    let read = |line: &str| {
        let (head, options) = line.split_once(" (").unwrap();
        let options = options.strip_suffix(";)").unwrap();
        let option = |option: &str| match option.trim().split_once(':') {
            Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
            None => (option.trim().to_owned(), None),
        };
        Rule { head: head.split(' ').map(str::to_owned).collect(), options: options.split(';').map(option).collect() }
    };
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(read).collect()
}

#[test]
fn a_day_as_a_rule() {
    insta::assert_snapshot!(written(Form::SuricataRules, DAY));
}

#[test]
fn the_rule_alerts_on_the_names_of_the_dataset() {
    let rules = rules(&written(Form::SuricataRules, DAY));
    assert_eq!(rules.len(), 1);
    let rule = &rules[0];
    assert_eq!(rule.head.join(" "), "alert dns any any -> any any");
    let keys: Vec<&str> = rule.options.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["msg", "dns.query", "dataset", "classtype", "metadata", "sid", "rev"]);
    let (command, name) = rule.option("dataset").split_once(',').unwrap();
    let (name, options) = name.split_once(',').unwrap();
    assert_eq!((command, name), ("isset", "forestall-winter"));
    let options: BTreeMap<&str, &str> = options.split(',').map(|option| option.split_once(' ').unwrap()).collect();
    assert_eq!((options["type"], options["load"]), ("string", "forestall-winter.lst"));
    assert!((1_000_000..2_000_000).contains(&rule.option("sid").parse::<u32>().unwrap()));
    assert_eq!(rule.option("rev"), "20261126");
    let alerts = |day: &str, query: &str| dataset(&written(Form::Suricata, day)).contains(query);
    for name in ["aaa.be", "bbb.co.uk", "xn--ccc-hoa.ws"] {
        assert!(alerts(DAY, name), "{name}");
        assert!(!alerts(AFTER, name), "{name}");
    }
    assert!(!alerts(DAY, "eee.be") && !alerts(DAY, "be"));
    assert_eq!(written(Form::Suricata, DAY).lines().count(), 3, "each name once");
}

#[test]
fn a_set_is_as_large_as_its_names_want_and_as_suricata_allows() {
    let of = |names| written_with(Form::SuricataRules, &large(names), &Settings::default()).0;
    assert!(of(10).contains(",memcap 100mb,hashsize 1024;"));
    assert!(of(50_000).contains(",memcap 100mb,hashsize 65536;"));
    assert!(of(300_000).contains(",memcap 147mb,hashsize 65536;"));
}

#[test]
fn a_reader_of_rules_takes_it() {
    let program = r"
import sys
from suricataparser import parse_rules
rules = parse_rules(sys.stdin.read())
for rule in rules:
    assert rule.enabled, rule
    print(rule.action, rule.header, rule.sid, rule.rev, rule.classtype, rule.msg)
    print([(option.name, str(option.value)) for option in rule.options if option.name in ('dns.query', 'dataset')])
    print(rule.metadata)
";
    let test = "feeds::suricata::a_reader_of_rules_takes_it";
    let Some(said) = python::run(test, "stix2_validator", program, &written(Form::SuricataRules, DAY)) else { return };
    insta::assert_snapshot!("suricataparser", said);
}
