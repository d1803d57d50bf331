// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! MISP events: those of others, and our own.

use forestall_formats::Form;
use forestall_formats::told::{ToldForm, read};
use forestall_model::{Telling, Tlp};

use super::{beside, names, taken};
use crate::feeds::sharing::{DAY, feed, published_by, written_with};

#[test]
fn the_answer_to_a_search() {
    let file = taken(ToldForm::Misp, include_str!("data/misp-search.json"));
    assert_eq!(
        names(&file),
        "aaa.example observed - 2026-11-18T10:00:00Z 2026-11-19T10:00:00Z - - x1\n\
         www.bbb.example listed - - - - - x1\n\
         ccc.example observed - - - - - x1\n\
         ddd.example predicted Conficker - - 2026-11-21T00:00:00Z 2026-11-22T00:00:00Z x1\n\
         eee.example observed - 2026-11-01T00:00:00Z - - - x1\n"
    );
    assert_eq!(
        beside(&file),
        "CERT Example: Loader seen at three members\n\
         TLP:AMBER PAP:AMBER\n\
         passed over 1 attributes of the type ip-dst\n\
         passed over 2 attributes of the type ip-src\n\
         passed over 1 attributes of the type sha256\n\
         passed over 1 deleted attributes\n\
         passed over 1 deleted objects\n\
         passed over 1 names that are not meant for detection\n"
    );
    assert!(!format!("{file:?}").contains("192.0.2."), "no address is kept");
}

#[test]
fn our_own_event() {
    let text = written_with(Form::Misp, &feed(DAY), &published_by("CERT \"X\"")).0;
    let file = taken(ToldForm::Misp, &text);
    assert_eq!(
        names(&file),
        "aaa.be predicted conficker-b - - 2026-11-25T00:00:00Z 2026-11-28T00:00:00Z x1\n\
         bbb.co.uk predicted conficker-b - - 2026-11-24T00:00:00Z 2026-11-27T00:00:00Z x1\n\
         bbb.co.uk predicted strange - - 2026-11-25T00:00:00Z 2026-11-28T00:00:00Z x1\n\
         xn--ccc-hoa.ws predicted strange - - 2026-11-26T00:00:00Z 2026-11-29T00:00:00Z x1\n"
    );
    let marking = file.marking.unwrap();
    assert_eq!((marking.tlp, file.by.as_deref(), file.malformed), (Tlp::AmberStrict, Some("CERT \"X\""), 0));
    assert!(!file.title.unwrap().contains('\n'), "a title is one line");
}

#[test]
fn a_marking_that_nobody_knows_is_the_strictest() {
    let event = |tag: &str| {
        format!(
            r#"{{"Event":{{"Tag":[{{"name":"{tag}"}}],"Attribute":[{{"type":"domain","value":"a.example","to_ids":true}}]}}}}"#
        )
    };
    let tlp = |tag: &str| read(ToldForm::Misp, event(tag).as_bytes()).unwrap().marking.map(|marking| marking.tlp);
    for (tag, expected) in [
        ("tlp:white", Some(Tlp::Clear)),
        ("TLP:AMBER+STRICT", Some(Tlp::AmberStrict)),
        ("tlp:ex:chr", Some(Tlp::Red)),
        ("misp-galaxy:tool=\"tlp\"", None),
    ] {
        assert_eq!(tlp(&tag.replace('"', "\\\"")), expected, "{tag}");
    }
}

#[test]
fn an_end_that_could_not_be_read_again_is_none() {
    let until = |end: &str| {
        let event = format!(
            r#"{{"Event":{{"Object":[{{"name":"dga-domain","Attribute":[
                {{"object_relation":"domain","type":"domain","value":"a.example","to_ids":true}},
                {{"object_relation":"validity-end","type":"datetime","value":"{end}"}}]}}]}}}}"#
        );
        taken(ToldForm::Misp, &event).names[0].until.map(|until| until.to_string())
    };
    assert_eq!(until("9999-12-30").as_deref(), Some("9999-12-30T00:00:00Z"));
    for end in ["9999-12-31", "9999-12-31T00:00:00", "9999-12-31T23:59:59+00:00"] {
        assert_eq!(until(end), None, "{end}");
    }
}

#[test]
fn a_false_positive_and_an_expiration_are_no_observation() {
    let telling = |sightings: &str| {
        let event = format!(
            r#"{{"Event":{{"Attribute":[{{"type":"domain","value":"a.example","to_ids":true,"Sighting":[{sightings}]}}]}}}}"#
        );
        taken(ToldForm::Misp, &event).names[0].telling
    };
    for seen in [r#"{"id":"9"}"#, r#"{"type":"0"}"#, r#"{"type":0}"#, r#"{"type":"1"},{"type":"0"}"#] {
        assert_eq!(telling(seen), Telling::Observed, "{seen}");
    }
    for other in ["", r#"{"type":"1"}"#, r#"{"type":2}"#, r#"{"type":"1"},{"type":"2"}"#] {
        assert_eq!(telling(other), Telling::Listed, "{other}");
    }
}

#[test]
fn times_of_an_object_count_where_its_attribute_has_none() {
    let text = r#"{"Event":{"Object":[{"name":"domain-ip","first_seen":"2026-11-01T00:00:00Z","last_seen":"2026-11-09T00:00:00Z","Attribute":[
        0, {}, {"type":"domain","value":"a.example","to_ids":true,"last_seen":"2026-11-02T00:00:00Z"},
        {"type":"domain","value":"b.example","to_ids":true,"first_seen":"soon","Tag":[{"name":"tlp:green"},0,{"name":"tlp:red"}]},
        {"type":"domain","value":"no name","to_ids":true}]}]}}"#;
    let file = taken(ToldForm::Misp, text);
    assert_eq!(
        names(&file),
        "a.example observed - 2026-11-01T00:00:00Z 2026-11-02T00:00:00Z - - x1\n\
         b.example observed - 2026-11-01T00:00:00Z 2026-11-09T00:00:00Z - - x1\n"
    );
    let told = beside(&file);
    assert!(told.contains("TLP:RED PAP:CLEAR\npassed over 2 attributes of the type\n"), "{told}");
    assert!(told.contains("malformed Event.Object[0].Attribute[4].value: \"no name\""), "{told}");
}

#[test]
fn a_name_that_is_none_is_told_with_its_place() {
    let text = r#"[{"Event":{"Attribute":[]}},{"Event":{"Attribute":[
        {"type":"domain","value":"good.example","to_ids":true},
        {"type":"domain","value":"not a name","to_ids":true},
        {"type":"hostname","value":"192.0.2.77","to_ids":true},
        {"type":"domain","to_ids":true}]}}]"#;
    let file = taken(ToldForm::Misp, text);
    assert_eq!((file.names.len(), file.names[0].telling, file.malformed), (1, Telling::Listed, 3));
    let told = beside(&file);
    assert!(told.contains("malformed [1].Event.Attribute[1].value: \"not a name\" is not a domain name"), "{told}");
    assert!(told.contains("malformed [1].Event.Attribute[2].value: an address stands where a name belongs"), "{told}");
    assert!(told.contains("malformed [1].Event.Attribute[3].value: the attribute has no value"), "{told}");
    assert!(!told.contains("192.0.2.77"));
}
