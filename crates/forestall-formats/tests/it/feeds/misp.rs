// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The MISP event: objects by MISP's own template, as PyMISP reads them.

use std::collections::BTreeSet;

use forestall_formats::Form;
use forestall_formats::feed::{Campaign, Settings};
use forestall_formats::misp::galaxy;
use forestall_model::{DayRange, Marking, Pap, Tlp};
use serde_json::Value;

use super::sharing::{AFTER, DAY, feed, feed_of, published_by, written, written_with};
use crate::python;

#[test]
fn a_day_as_an_event() {
    insta::assert_snapshot!(written(Form::Misp, DAY));
}

fn event(text: &str) -> Value {
    serde_json::from_str::<Value>(text).unwrap()["Event"].clone()
}

fn tags(object: &Value) -> Vec<&str> {
    object["Tag"].as_array().into_iter().flatten().map(|tag| tag["name"].as_str().unwrap()).collect()
}

#[test]
fn tags_stand_where_they_hold() {
    let event = event(&written(Form::Misp, DAY));
    assert_eq!(tags(&event), ["tlp:amber+strict", "PAP:GREEN"]);
    let domain = |object: usize| &event["Object"][object]["Attribute"][0];
    assert_eq!(
        tags(domain(0)),
        [
            "dga:generation-scheme=\"arithmetic\"",
            "dga:seeding=\"time-dependent\"",
            "dga:seeding=\"deterministic\"",
            "misp-galaxy:malpedia=\"Conficker\"",
        ]
    );
    assert_eq!(
        tags(domain(3)),
        [
            "dga:generation-scheme=\"wordlist\"",
            "dga:seeding=\"time-independent\"",
            "dga:seeding=\"non-deterministic\"",
            "estimative-language:confidence-in-analytic-judgment=\"low\"",
        ]
    );
    // One campaign: all of it holds for the whole event.
    let alone = feed(DAY).map(|mut feed| {
        feed.campaigns.truncate(1);
        let mut gatherer = forestall_formats::feed::Gatherer::new();
        for entry in feed.entries.iter().filter(|entry| entry.campaign == 0) {
            let number = gatherer.window(entry.window).unwrap();
            gatherer.push(entry.name.as_bytes(), 0, number).unwrap();
        }
        feed.entries = gatherer.finish();
        feed
    });
    let event = self::event(&written_with(Form::Misp, &alone, &Settings::default()).0);
    assert_eq!(tags(&event).len(), 6);
    assert!(tags(&event["Object"][0]["Attribute"][0]).is_empty());
}

#[test]
fn campaigns_of_one_family_have_their_references_once() {
    let once = event(&written(Form::Misp, DAY))["Attribute"].clone();
    let twins = feed(DAY).map(|mut feed| {
        let twin = Campaign { id: "conficker-b-2".parse().unwrap(), ..feed.campaigns[0].clone() };
        feed.campaigns.push(twin);
        feed
    });
    let twins = event(&written_with(Form::Misp, &twins, &Settings::default()).0)["Attribute"].clone();
    assert_eq!((once.as_array().unwrap().len(), twins), (2, once));
}

#[test]
fn spans_that_begin_alike_share_no_attribute() {
    let uuids = |until: &str| -> BTreeSet<String> {
        let days = DayRange { from: DAY.parse().unwrap(), until: until.parse().unwrap() };
        let event = event(&written_with(Form::Misp, &feed_of(days, Marking::DEFAULT), &Settings::default()).0);
        let objects = event["Object"].as_array().unwrap().iter();
        let attributes = objects.chain([&event]).flat_map(|holder| holder["Attribute"].as_array().unwrap());
        attributes.map(|attribute| attribute["uuid"].as_str().unwrap().to_owned()).collect()
    };
    let (day, days) = (uuids("2026-11-27"), uuids("2026-11-28"));
    assert!(day.len() > 2 && day.is_disjoint(&days), "{day:?} {days:?}");
}

#[test]
fn an_event_goes_no_farther_than_its_marking() {
    for (tlp, distribution, tag) in [
        (Tlp::Red, "0", "tlp:red"),
        (Tlp::AmberStrict, "0", "tlp:amber+strict"),
        (Tlp::Amber, "0", "tlp:amber"),
        (Tlp::Green, "1", "tlp:green"),
        (Tlp::Clear, "3", "tlp:clear"),
    ] {
        let marking = Marking { tlp, pap: Pap::Clear, embargo_until: None };
        let feed = feed_of(DayRange::one(DAY.parse().unwrap()), marking);
        let event = event(&written_with(Form::Misp, &feed, &Settings::default()).0);
        assert_eq!((event["distribution"].as_str(), tags(&event)[0]), (Some(distribution), tag));
    }
}

#[test]
fn a_publisher_is_the_organisation() {
    let of = |name: &str| event(&written_with(Form::Misp, &feed(DAY), &published_by(name)).0)["Orgc"].clone();
    assert_eq!((of("")["name"].as_str(), of("CERT \"X\"")["name"].as_str()), (Some("Forestall"), Some("CERT \"X\"")));
    assert_ne!(of("")["uuid"], of("CERT \"X\"")["uuid"]);
}

#[test]
fn pymisp_holds_every_object_against_the_template() {
    let program = r"
import json, sys
from pymisp import MISPEvent, MISPObject
event = MISPEvent()
event.from_json(sys.stdin.read())
print(event.info.count('\n'), event.date, event.published, [t.name for t in event.tags][:2])
uuids = [event.uuid, event.Orgc.uuid] + [a.uuid for a in event.attributes]
for o in event.objects:
    made = MISPObject('dga-domain', strict=True)
    assert o.template_uuid == made.template_uuid and str(o.template_version) == str(made.template_version), o
    for a in o.attributes:
        made.add_attribute(a.object_relation, value=a.value)
        assert made.attributes[-1].type == a.type, a
    assert made._validate(), o
    uuids += [o.uuid] + [a.uuid for a in o.attributes]
    of = {a.object_relation: a.value for a in o.attributes}
    print(of['domain'], of['malware-family'], of['tld'], of['validity-start'].isoformat(), of['validity-end'].isoformat(), of.get('seed'), [a.value for a in o.attributes if a.to_ids])
assert len(set(uuids)) == len(uuids), uuids
assert MISPEvent().from_dict(**json.loads(event.to_json())) is None
";
    let test = "feeds::misp::pymisp_holds_every_object_against_the_template";
    let Some(said) = python::run(test, "stix2_validator", program, &written(Form::Misp, DAY)) else { return };
    insta::assert_snapshot!("pymisp", said);
    let after = python::run(test, "stix2_validator", program, &written(Form::Misp, AFTER)).unwrap();
    assert_eq!(after.lines().count(), 1, "{after}");
}

#[test]
fn the_galaxy_has_every_value() {
    let values: Vec<&str> = galaxy::known().map(|(_, value)| value).collect();
    let families: Vec<&str> = galaxy::known().map(|(family, _)| family).collect();
    assert!(families.is_sorted());
    assert_eq!((galaxy::malpedia("conficker-b"), galaxy::malpedia("strange")), (Some("Conficker"), None));
    let program = r"
import sys
from pymispgalaxies import Clusters
known = {cluster.value for cluster in Clusters()['malpedia'].values()}
print([line for line in sys.stdin.read().splitlines() if line not in known])
";
    let test = "feeds::misp::the_galaxy_has_every_value";
    let Some(said) = python::run(test, "stix2_validator", program, &values.join("\n")) else { return };
    assert_eq!(said, "[]\n");
}
