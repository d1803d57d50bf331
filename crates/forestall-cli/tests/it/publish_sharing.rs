// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall publish` in the forms for those who share and for sensors: each holds exactly the names of its day.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::Home;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Returns the texts at a pointer in each of some values.
fn at(values: &[Value], pointer: &str) -> BTreeSet<String> {
    values.iter().filter_map(|value| value.pointer(pointer)?.as_str()).map(str::to_owned).collect()
}

fn of_stix(text: &str) -> BTreeSet<String> {
    let objects = json(text)["objects"].as_array().unwrap().clone();
    let indicators: Vec<Value> = objects.into_iter().filter(|object| object["type"] == "indicator").collect();
    at(&indicators, "/name")
}

fn of_misp(text: &str) -> BTreeSet<String> {
    at(json(text)["Event"]["Object"].as_array().unwrap(), "/Attribute/0/value")
}

fn of_lines(text: &str, key: &str) -> BTreeSet<String> {
    text.lines().map(|line| json(line)[key].as_str().unwrap().to_owned()).collect()
}

fn of_zeek(text: &str) -> BTreeSet<String> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

#[test]
fn each_form_holds_the_names_of_its_day_and_none_after_it() {
    let home = Home::new();
    home.ok("case open mine --campaign conficker-b --from 2009-01-01 --until 2009-01-06");
    let publish = |form: &str, day: &str| home.ok(&format!("publish --case mine --as {form} --on {day}"));
    let expected: BTreeSet<String> = publish("plain", "2009-01-03").lines().map(str::to_owned).collect();
    assert!(expected.len() > 700, "{}", expected.len());
    type Names = fn(&str) -> BTreeSet<String>;
    let forms: [(&str, Names); 5] = [
        ("stix", of_stix),
        ("misp", of_misp),
        ("intelmq", |text| of_lines(text, "source.fqdn")),
        ("n6", |text| of_lines(text, "fqdn")),
        ("zeek", of_zeek),
    ];
    for (form, names) in forms {
        assert_eq!(names(&publish(form, "2009-01-03")), expected, "{form}");
        assert!(names(&publish(form, "2009-02-01")).is_empty(), "{form}");
    }
    assert_eq!(publish("suricata", "2009-01-03").lines().count(), expected.len());
    assert_eq!(publish("suricata", "2009-02-01"), "");
    assert!(publish("suricata-rules", "2009-01-03").contains("forestall-mine.lst"));
    assert!(publish("zeek-script", "2009-01-03").contains("\"forestall-mine.intel\""));
}

#[test]
fn what_leaves_is_the_same_each_time() {
    let home = Home::new();
    home.ok("case open mine --campaign conficker-b --from 2009-01-01 --until 2009-01-06");
    for form in ["stix", "misp", "intelmq", "n6", "zeek", "suricata", "suricata-rules"] {
        let publish =
            || home.ok(&format!("publish --case mine --as {form} --on 2009-01-03 --policy sinkhole=192.0.2.1"));
        assert_eq!(publish(), publish(), "{form}");
    }
}
