// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! STIX bundles: those of others, and our own.

use forestall_formats::Form;
use forestall_formats::feed::{Policy, Settings};
use forestall_formats::told::{ToldForm, read};
use forestall_model::{Pap, Tlp};

use super::{beside, names, taken};
use crate::feeds::sharing::{DAY, feed, written_with};

#[test]
fn a_bundle_of_others() {
    let file = taken(ToldForm::Stix, include_str!("data/stix-bundle.json"));
    assert_eq!(
        names(&file),
        "aaa.example predicted Conficker - - 2026-11-20T00:00:00Z 2026-11-21T00:00:00Z x1\n\
         bbb.example predicted Conficker - - 2026-11-20T00:00:00Z 2026-11-21T00:00:00Z x1\n\
         ccc.example observed - 2026-11-19T08:00:00Z 2026-11-19T09:00:00Z - - x1\n"
    );
    // The marking of an address that is not read does not count.
    assert_eq!(
        beside(&file),
        "CERT Example: -\n\
         TLP:AMBER PAP:CLEAR\n\
         passed over 2 indicators with patterns of other kinds\n\
         passed over 1 names that are part of an infrastructure\n\
         passed over 1 objects of the type infrastructure\n\
         passed over 1 objects of the type ipv4-addr\n\
         passed over 1 objects of the type x-strange\n\
         passed over 1 revoked indicators\n"
    );
    assert!(!format!("{file:?}").contains("192.0.2."), "no address is kept");
}

#[test]
fn our_own_bundle() {
    let settings = Settings { policy: Policy::Sinkhole("sink.example".parse().unwrap()), ..Settings::default() };
    let text = written_with(Form::Stix, &feed(DAY), &settings).0;
    let file = taken(ToldForm::Stix, &text);
    assert_eq!(
        names(&file),
        "aaa.be predicted conficker-b - - 2026-11-25T00:00:00Z 2026-11-28T00:00:00Z x1\n\
         bbb.co.uk predicted conficker-b - - 2026-11-24T00:00:00Z 2026-11-27T00:00:00Z x1\n\
         bbb.co.uk predicted strange - - 2026-11-25T00:00:00Z 2026-11-28T00:00:00Z x1\n\
         xn--ccc-hoa.ws predicted strange - - 2026-11-26T00:00:00Z 2026-11-29T00:00:00Z x1\n"
    );
    let marking = file.marking.unwrap();
    assert_eq!((marking.tlp, marking.pap, file.malformed), (Tlp::AmberStrict, Pap::Green, 0));
    assert_eq!(file.by.as_deref(), Some("Forestall"));
}

#[test]
fn markings_of_both_versions_of_tlp_and_of_nobody() {
    let bundle = |refs: &str, further: &str| {
        format!(
            r#"{{"type":"bundle","objects":[{further}{{"type":"domain-name","value":"a.example","object_marking_refs":[{refs}]}}]}}"#
        )
    };
    let tlp = |refs: &str, further: &str| {
        read(ToldForm::Stix, bundle(refs, further).as_bytes()).unwrap().marking.map(|marking| marking.tlp)
    };
    assert_eq!(tlp("", ""), None);
    assert_eq!(tlp(r#""marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da""#, ""), Some(Tlp::Green));
    assert_eq!(tlp(r#""marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003""#, ""), Some(Tlp::AmberStrict));
    let own = r#""marking-definition--00000000-0000-4000-8000-000000000000""#;
    assert_eq!(tlp(own, ""), Some(Tlp::Red), "nobody defines it");
    let defined = |what: &str| format!(r#"{{"type":"marking-definition","id":{own},{what}}},"#);
    assert_eq!(tlp(own, &defined(r#""definition_type":"tlp","definition":{"tlp":"amber"}"#)), Some(Tlp::Amber));
    assert_eq!(tlp(own, &defined(r#""extensions":{"x":{"tlp_2_0":"amber+strict"}}"#)), Some(Tlp::AmberStrict));
    assert_eq!(tlp(own, &defined(r#""definition":{"statement":"Copyright 2026"}"#)), None, "words are no label");
}

#[test]
fn the_marking_of_an_observation_counts_where_it_is_one_of_a_name() {
    let tlp = |refs: &str| {
        let bundle = format!(
            r#"{{"type":"bundle","objects":[
                {{"type":"domain-name","id":"domain-name--77777777-7777-5777-8777-777777777777","value":"a.example"}},
                {{"type":"observed-data","first_observed":"2026-11-19T08:00:00Z","object_refs":["{refs}"],
                  "object_marking_refs":["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"]}}]}}"#
        );
        taken(ToldForm::Stix, &bundle).marking.map(|marking| marking.tlp)
    };
    assert_eq!(tlp("domain-name--77777777-7777-5777-8777-777777777777"), Some(Tlp::Red));
    assert_eq!(tlp("ipv4-addr--99999999-9999-5999-8999-999999999999"), None);
}

#[test]
fn a_family_is_the_malware_among_what_an_indicator_indicates() {
    let indicates = |kind: &str| {
        format!(
            r#"{{"type":"relationship","relationship_type":"indicates","source_ref":"indicator--11111111-1111-4111-8111-111111111111","target_ref":"{kind}"}}"#
        )
    };
    let malware = indicates("malware--55555555-5555-4555-8555-555555555555");
    let campaign = indicates("campaign--66666666-6666-4666-8666-666666666666");
    for [one, other] in [[&malware, &campaign], [&campaign, &malware]] {
        let bundle = format!(
            r#"{{"type":"bundle","objects":[{one},{other},
                {{"type":"malware","id":"malware--55555555-5555-4555-8555-555555555555","name":"Conficker"}},
                {{"type":"indicator","id":"indicator--11111111-1111-4111-8111-111111111111","pattern":"[domain-name:value = 'a.example']"}}]}}"#
        );
        assert_eq!(names(&taken(ToldForm::Stix, &bundle)), "a.example listed Conficker - - - - x1\n");
    }
}

#[test]
fn a_name_that_is_none_is_told_with_its_place() {
    let text = r#"{"objects":[{"type":"indicator","pattern":"[domain-name:value = 'a b']","valid_from":"2026-01-01T00:00:00Z"},
        {"type":"domain-name"}],"type":"bundle","id":"bundle--1"}"#;
    let told = beside(&taken(ToldForm::Stix, text));
    assert!(told.contains("malformed objects[0].pattern: \"a b\" is not a domain name"), "{told}");
    assert!(told.contains("malformed objects[1].value: \"\" is not a domain name"), "{told}");
}

#[test]
fn of_many_extensions_the_strictest_marking_counts_whatever_their_order() {
    let marked = |extensions: &str| {
        let text = format!(
            r#"{{"type":"bundle","objects":[
{{"type":"marking-definition","id":"marking-definition--x","extensions":{{{extensions}}}}},
{{"type":"domain-name","id":"domain-name--11111111-1111-5111-8111-111111111111","value":"aaa.example","object_marking_refs":["marking-definition--x"]}}]}}"#
        );
        taken(ToldForm::Stix, &text).marking.map(|marking| marking.tlp)
    };
    let many: Vec<String> =
        (0..50_000).map(|number| format!(r#""extension-definition--{number}":{{"other":1}}"#)).collect();
    let [green, amber] = [r#""a":{"tlp_2_0":"green"}"#, r#""b":{"tlp_2_0":"amber"}"#];
    assert_eq!(marked(&format!("{green},{amber},{}", many.join(","))), Some(Tlp::Amber));
    assert_eq!(marked(&format!("{},{amber},{green}", many.join(","))), Some(Tlp::Amber));
    assert_eq!(marked(green), Some(Tlp::Green));
}
