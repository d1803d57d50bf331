// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The STIX bundle: an indicator a name and window, and OASIS's own validator.

use std::collections::{BTreeMap, BTreeSet};

use forestall_formats::Form;
use forestall_formats::feed::{Feed, Settings};
use forestall_model::{DayRange, Marking, Pap, Tlp};
use serde_json::Value;

use super::sharing::{AFTER, DAY, TITLE, feed, feed_of, written, written_with};
use crate::python;

fn objects(text: &str) -> Vec<Value> {
    let bundle: Value = serde_json::from_str(text).unwrap();
    assert_eq!(bundle["type"], "bundle");
    bundle["objects"].as_array().unwrap().clone()
}

fn of_kind<'o>(objects: &'o [Value], kind: &str) -> Vec<&'o Value> {
    objects.iter().filter(|object| object["type"] == kind).collect()
}

fn with_policy(policy: &str) -> Settings {
    Settings { policy: policy.parse().unwrap(), ..Settings::default() }
}

#[test]
fn a_day_as_a_bundle() {
    insta::assert_snapshot!(written(Form::Stix, DAY));
}

#[test]
fn an_indicator_holds_for_its_guard_window() {
    let objects = objects(&written(Form::Stix, DAY));
    let indicators = of_kind(&objects, "indicator");
    let told: Vec<[&str; 3]> = indicators
        .iter()
        .map(|indicator| ["pattern", "valid_from", "valid_until"].map(|key| indicator[key].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ["[domain-name:value = 'aaa.be']", "2026-11-25T00:00:00.000Z", "2026-11-28T00:00:00.000Z"],
            ["[domain-name:value = 'bbb.co.uk']", "2026-11-24T00:00:00.000Z", "2026-11-27T00:00:00.000Z"],
            ["[domain-name:value = 'bbb.co.uk']", "2026-11-25T00:00:00.000Z", "2026-11-28T00:00:00.000Z"],
            ["[domain-name:value = 'xn--ccc-hoa.ws']", "2026-11-26T00:00:00.000Z", "2026-11-29T00:00:00.000Z"],
        ]
    );
    let unverified: Vec<bool> = indicators
        .iter()
        .map(|indicator| indicator["labels"].as_array().unwrap().contains(&"unverified".into()))
        .collect();
    assert_eq!(unverified, [false, false, true, true]);
    assert!(of_kind(&self::objects(&written(Form::Stix, AFTER)), "indicator").is_empty());
}

#[test]
fn nothing_is_said_to_be_a_command_server() {
    let text = written_with(Form::Stix, &feed(DAY), &with_policy("sinkhole=192.0.2.1")).0;
    assert!(!text.contains("command-and-control"));
    for object in of_kind(&objects(&text), "indicator") {
        assert!(object["description"].as_str().unwrap().starts_with("Predicted DGA name"), "{object}");
    }
}

#[test]
fn references_lead_to_objects_of_the_bundle_and_identifiers_are_used_once() {
    let text = written_with(Form::Stix, &feed(DAY), &with_policy("sinkhole=192.0.2.1,2001:db8::1")).0;
    let objects = objects(&text);
    let ids: BTreeSet<&str> = objects.iter().map(|object| object["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), objects.len());
    for object in &objects {
        let single = ["created_by_ref", "source_ref", "target_ref"].iter().filter_map(|key| object[key].as_str());
        let several = ["object_marking_refs", "object_refs"].iter().filter_map(|key| object[key].as_array());
        for reference in single.chain(several.flatten().map(|reference| reference.as_str().unwrap())) {
            assert!(ids.contains(reference), "{reference} of {object}");
        }
    }
    assert_eq!(of_kind(&objects, "infrastructure").len(), 1);
    assert_eq!(of_kind(&objects, "ipv6-addr")[0]["value"], "2001:db8::1");
    assert!(of_kind(&self::objects(&written(Form::Stix, DAY)), "infrastructure").is_empty());
}

#[test]
fn a_grouping_names_what_is_live_on_its_day() {
    let days = DayRange { from: DAY.parse().unwrap(), until: "2026-12-06".parse().unwrap() };
    let objects = objects(&written_with(Form::Stix, &feed_of(days, Marking::DEFAULT), &Settings::default()).0);
    let told: Vec<(String, usize)> = of_kind(&objects, "grouping")
        .iter()
        .map(|grouping| {
            let name = grouping["name"].as_str().unwrap().strip_prefix(TITLE).unwrap();
            (name.to_owned(), grouping["object_refs"].as_array().unwrap().len())
        })
        .collect();
    let live = |day: &str, names| (format!(": names live on {day}"), names);
    assert_eq!(told, [live(DAY, 4), live("2026-11-27", 3), live("2026-11-28", 1), live("2026-12-05", 1)]);
    // The same day has the same grouping whichever days are asked for.
    let alone = self::objects(&written(Form::Stix, DAY));
    assert_eq!(of_kind(&alone, "grouping")[0], of_kind(&objects, "grouping")[0]);
}

#[test]
fn every_object_carries_the_marking() {
    for (tlp, pap, id) in [
        (Tlp::Red, Pap::Amber, "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"),
        (Tlp::Clear, Pap::Clear, "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"),
    ] {
        let marking = Marking { tlp, pap, embargo_until: None };
        let feed = feed_of(DayRange::one(DAY.parse().unwrap()), marking);
        let objects = objects(&written_with(Form::Stix, &feed, &Settings::default()).0);
        let statement = of_kind(&objects, "marking-definition")[1];
        assert_eq!(statement["definition"]["statement"], pap.word());
        for object in objects.iter().filter(|object| object["type"] != "marking-definition") {
            assert_eq!(object["object_marking_refs"], serde_json::json!([id, statement["id"]]), "{object}");
        }
    }
}

/// Versions of an object are told apart by their time of change: what two cases say at times of their own are two objects.
#[test]
fn cases_share_no_object_but_what_never_changes() {
    let versions = |id: &str, changed: &str| -> BTreeMap<String, Value> {
        let feed = feed(DAY).map(|feed| Feed { id: id.to_owned(), changed: changed.parse().unwrap(), ..feed });
        let text = written_with(Form::Stix, &feed, &with_policy("sinkhole=sink.example")).0;
        objects(&text).into_iter().map(|object| (object["id"].as_str().unwrap().to_owned(), object)).collect()
    };
    let (one, other) = (versions("winter", "2026-11-23T12:30:00Z"), versions("summer", "2026-11-24T12:30:00Z"));
    let shared: Vec<&Value> = one.iter().filter(|(id, _)| other.contains_key(*id)).map(|(_, object)| object).collect();
    assert!(shared.iter().all(|object| other.values().any(|found| found == *object)), "{shared:?}");
    let kinds: BTreeSet<&str> = shared.iter().map(|object| object["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["domain-name", "identity", "marking-definition"].into());
}

#[test]
fn the_validator_of_oasis_finds_nothing() {
    let program = r"
import json, sys
from stix2validator import ValidationOptions, validate_string
from stix2patterns.validator import run_validator
text = sys.stdin.read()
# Identifiers that come out the same each time are of version 5, where a check wants those of chance; pages on the web have no digest.
options = ValidationOptions(version='2.1', strict=True, disabled='uuid-check,extref-hashes')
found = validate_string(text, options)
for problem in list(found.errors or []) + list(found.warnings or []):
    print(problem)
print('valid' if found.is_valid else 'invalid')
patterns = [o['pattern'] for o in json.loads(text)['objects'] if o['type'] == 'indicator']
print(len(patterns), [p for p in patterns if run_validator(p, '2.1')])
";
    let test = "feeds::stix::the_validator_of_oasis_finds_nothing";
    for policy in ["nxdomain", "sinkhole=sink.example", "sinkhole=192.0.2.1,2001:db8::1"] {
        let text = written_with(Form::Stix, &feed(DAY), &with_policy(policy)).0;
        let Some(said) = python::run(test, "stix2_validator", program, &text) else { return };
        assert_eq!(said, "valid\n4 []\n", "{policy}");
    }
    // It does find what is wrong.
    let broken = written(Form::Stix, DAY).replace("'bbb.co.uk'", "bbb.co.uk");
    let said = python::run(test, "stix2_validator", program, &broken).unwrap();
    assert!(said.contains("invalid") && said.contains("bbb.co.uk"), "{said}");
}
