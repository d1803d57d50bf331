// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers of RDAP: whole, sloppy and hostile.

use forestall_formats::rdap::{MAX_DEPTH, MAX_NAME_SERVERS, MAX_OCTETS, RdapDomain, RdapError, is_error_answer, read};
use forestall_model::DomainName;
use forestall_model::dossier::{Registration, RegistrationState};
use proptest::prelude::*;
use serde_json::{Value, json};

fn name() -> DomainName {
    "wnsux.com".parse().unwrap()
}

/// An answer in the form of RFC 9083 with everything that is read.
fn whole() -> Value {
    json!({
        "rdapConformance": ["rdap_level_0", "icann_rdap_response_profile_1", "redacted"],
        "objectClassName": "domain",
        "handle": "1_DOMAIN_COM-TEST",
        "ldhName": "WNSUX.COM",
        "status": ["client transfer prohibited", "server hold", "active"],
        "events": [
            {"eventAction": "registration", "eventDate": "2005-02-18T19:38:52Z"},
            {"eventAction": "expiration", "eventDate": "2027-02-18T21:38:52+02:00"},
            {"eventAction": "last changed", "eventDate": "2026-01-20T10:00:00.5Z"},
            {"eventAction": "last update of RDAP database", "eventDate": "2026-11-26T10:00:00Z"}
        ],
        "secureDNS": {"delegationSigned": false},
        "nameservers": [
            {"objectClassName": "nameserver", "ldhName": "NS2.EXAMPLE.NET"},
            {"objectClassName": "nameserver", "ldhName": "ns1.example.net."},
            {"objectClassName": "nameserver", "unicodeName": "ns.bücher.example"}
        ],
        "entities": [
            {
                "objectClassName": "entity", "handle": "292", "roles": ["registrar"],
                "publicIds": [{"type": "IANA Registrar ID", "identifier": "292"}],
                "vcardArray": ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "Example  Registrar, Inc."]]],
                "entities": [{
                    "objectClassName": "entity", "roles": ["abuse"],
                    "vcardArray": ["vcard", [
                        ["fn", {}, "text", ""],
                        ["tel", {"type": "fax"}, "uri", "tel:+1.2000000000"],
                        ["tel", {"type": "voice"}, "uri", "tel:+1.2083895740"],
                        ["email", {}, "text", "abuse@registrar.example"]
                    ]]
                }]
            },
            {
                "objectClassName": "entity", "handle": "H-1", "roles": ["registrant", "administrative"],
                "vcardArray": ["vcard", [
                    ["fn", {}, "text", "Ann Example"],
                    ["org", {"type": "work"}, "text", ["Example Ltd", "Games"]],
                    ["email", {}, "text", "ann@wnsux.com"],
                    ["email", {}, "text", "ann@wnsux.com"]
                ]]
            }
        ],
        "redacted": [{"name": {"description": "Registrant Street"}, "method": "removal"}]
    })
}

fn read_json(value: &Value) -> Result<RdapDomain, RdapError> {
    read(&serde_json::to_vec(value).unwrap(), &name())
}

#[test]
fn reads_every_fact() {
    let RdapDomain { registration, contacts, problems } = read_json(&whole()).unwrap();
    assert_eq!(problems, []);
    assert_eq!(registration.state, RegistrationState::Registered);
    assert_eq!(registration.created.unwrap().to_string(), "2005-02-18T19:38:52Z");
    assert_eq!(registration.expires.unwrap().to_string(), "2027-02-18T19:38:52Z");
    assert_eq!(registration.changed.unwrap().to_string(), "2026-01-20T10:00:00.5Z");
    assert_eq!(registration.statuses, ["clientTransferProhibited", "ok", "serverHold"]);
    assert!(registration.is_on_hold());
    let registrar = registration.registrar.unwrap();
    assert_eq!((registrar.name.as_str(), registrar.iana_id), ("Example Registrar, Inc.", Some(292)));
    assert_eq!(registrar.abuse_mail.as_deref(), Some("abuse@registrar.example"));
    assert_eq!(registrar.abuse_phone.as_deref(), Some("+1.2083895740"));
    let servers: Vec<&str> = registration.name_servers.iter().map(|server| server.as_str()).collect();
    assert_eq!(servers, ["ns.xn--bcher-kva.example", "ns1.example.net", "ns2.example.net"]);
    assert_eq!(registration.signed, Some(false));
    assert!(registration.redacted);
    assert_eq!(contacts.mail, ["ann@wnsux.com"]);
}

#[test]
fn nothing_that_names_the_registrant_is_among_the_facts() {
    let read = read_json(&whole()).unwrap();
    let facts = serde_json::to_string(&read.registration).unwrap();
    for personal in ["Ann", "Example Ltd", "H-1", "ann@"] {
        assert!(!facts.contains(personal), "{facts}");
    }
    assert!(!format!("{read:?}").contains("ann@"));
}

#[test]
fn another_registrant_is_another_holder_and_a_redacted_one_none() {
    let with = |handle: &str, formatted: &str| {
        let mut answer = whole();
        answer["entities"][1]["handle"] = handle.into();
        answer["entities"][1]["vcardArray"] = json!(["vcard", [["fn", {}, "text", formatted]]]);
        read_json(&answer).unwrap().registration
    };
    let ann = with("H-1", "Ann").holder;
    assert_eq!(ann, with("h-1", "ANN").holder);
    assert_ne!(ann, with("H-2", "Ann").holder);
    assert_ne!(ann, with("H-1", "Ben").holder);
    let redacted = with("REDACTED FOR PRIVACY", "");
    assert_eq!((redacted.holder, redacted.redacted), (None, true));
}

#[test]
fn a_registrant_left_out_counts_as_redacted() {
    let mut answer = whole();
    answer["entities"].as_array_mut().unwrap().pop();
    answer.as_object_mut().unwrap().remove("redacted");
    let registration = read_json(&answer).unwrap().registration;
    assert!(registration.redacted && registration.holder.is_none());
    assert!(registration.registrar.is_some());
}

#[test]
fn sloppy_answers_are_read_and_told() {
    let mut answer = whole();
    answer.as_object_mut().unwrap().remove("objectClassName");
    answer["status"] = json!(["clientHold", "locked", 7]);
    answer["events"] = json!([
        {"eventAction": "registration", "eventDate": "2005-02-18"},
        {"eventAction": "expiration"},
        {"eventDate": "2005-02-18T00:00:00Z"},
        {"eventAction": "last changed", "eventDate": "yesterday"}
    ]);
    answer["nameservers"] = json!([{"ldhName": "not a name"}, "ns1.example.net", {}]);
    answer["secureDNS"] = json!({"delegationSigned": "true"});
    answer["entities"][0]["publicIds"] = json!([{"type": "IANA Registrar ID", "identifier": "none"}]);
    answer["entities"][0]["vcardArray"] =
        json!(["vcard", [["fn"], ["fn", {}, "text", "R"], ["email", {}, "text", "x"]]]);
    answer["entities"][0]["roles"] = json!("registrar");
    answer["redacted"] = json!("yes");
    let RdapDomain { registration, problems, .. } = read_json(&answer).unwrap();
    assert_eq!(registration.statuses, ["clientHold", "locked"]);
    assert_eq!(registration.created.unwrap().to_string(), "2005-02-18T00:00:00Z");
    assert_eq!((registration.expires, registration.changed), (None, None));
    assert_eq!(registration.name_servers.len(), 1);
    assert_eq!(registration.signed, Some(true));
    let registrar = registration.registrar.unwrap();
    assert_eq!((registrar.name.as_str(), registrar.iana_id), ("R", None));
    let places: Vec<&str> = problems.iter().map(|problem| problem.at.as_str()).collect();
    assert_eq!(
        places,
        [
            "/objectClassName",
            "/status/0",
            "/status/2",
            "/events/0/eventDate",
            "/events/1/eventDate",
            "/events/2",
            "/events/3/eventDate",
            "/nameservers/0",
            "/nameservers/2",
            "/secureDNS/delegationSigned",
            "/entities/0/roles",
            "/entities/0/vcardArray/1/0",
            "/entities/0/vcardArray/1/2",
            "/entities/0/publicIds/0",
            "/redacted",
        ]
    );
}

#[test]
fn a_name_is_as_old_as_its_present_registration() {
    let mut answer = whole();
    let again = json!({"eventAction": "reregistration", "eventDate": "2020-01-01T00:00:00Z"});
    answer["events"].as_array_mut().unwrap().insert(0, again);
    assert_eq!(read_json(&answer).unwrap().registration.created.unwrap().to_string(), "2020-01-01T00:00:00Z");
}

#[test]
fn only_a_status_says_reserved() {
    let mut answer = whole();
    answer["remarks"] = json!([{"title": "reserved", "description": ["This name is reserved."]}]);
    assert_eq!(read_json(&answer).unwrap().registration.state, RegistrationState::Registered);
    answer["status"] = json!(["Reserved"]);
    assert_eq!(read_json(&answer).unwrap().registration.state, RegistrationState::Reserved);
}

#[test]
fn the_contact_for_abuse_may_stand_beside_the_registrar() {
    let mut answer = whole();
    let nested = answer["entities"][0]["entities"][0].take();
    answer["entities"][0].as_object_mut().unwrap().remove("entities");
    answer["entities"].as_array_mut().unwrap().insert(0, nested);
    let registrar = read_json(&answer).unwrap().registration.registrar.unwrap();
    assert_eq!(registrar.abuse_mail.as_deref(), Some("abuse@registrar.example"));
}

#[test]
fn refuses_answers_about_something_else() {
    let with = |member: &str, value: Value| {
        let mut answer = whole();
        answer[member] = value;
        read_json(&answer)
    };
    assert!(matches!(with("ldhName", "praat.org".into()), Err(RdapError::OtherName { .. })));
    assert!(matches!(with("ldhName", Value::Null), Err(RdapError::OtherName { .. })));
    assert!(matches!(with("unicodeName", "praat.org".into()), Err(RdapError::OtherName { .. })));
    assert!(matches!(with("objectClassName", "entity".into()), Err(RdapError::NoDomain(_))));
    let error = with("errorCode", 429.into()).unwrap_err();
    assert_eq!(error, RdapError::ErrorAnswer { code: 429, title: String::new() });
}

#[test]
fn refuses_what_no_honest_server_sends() {
    let read = |octets: &[u8]| read(octets, &name());
    assert!(matches!(read(b""), Err(RdapError::Json(_))));
    assert!(matches!(read(b"<html>"), Err(RdapError::Json(_))));
    assert!(matches!(read(b"[1]"), Err(RdapError::Json(_))));
    assert!(matches!(read(b"{\"ldhName\": \"\xff\"}"), Err(RdapError::Encoding(13))));
    let whole = serde_json::to_vec(&whole()).unwrap();
    assert!(matches!(read(&whole[..whole.len() - 1]), Err(RdapError::Json(_))));
    assert!(matches!(read(&vec![b' '; MAX_OCTETS + 1]), Err(RdapError::TooLong)));
    let deep = |depth: usize| format!("{{\"x\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert!(matches!(read(deep(MAX_DEPTH).as_bytes()), Err(RdapError::TooDeep(at)) if at == 4 + MAX_DEPTH));
    assert!(matches!(read(deep(MAX_DEPTH - 1).as_bytes()), Err(RdapError::OtherName { .. })));
    // Brackets in texts do not nest.
    assert!(matches!(
        read(format!("{{\"x\":\"\\\"{}\"}}", "[".repeat(999)).as_bytes()),
        Err(RdapError::OtherName { .. })
    ));
}

#[test]
fn refuses_lists_beyond_their_limits() {
    let with = |member: &str, count: usize, value: Value| {
        let mut answer = whole();
        answer[member] = Value::Array(vec![value; count]);
        read_json(&answer)
    };
    let server = json!({"ldhName": "ns1.example.net"});
    assert!(with("nameservers", MAX_NAME_SERVERS, server.clone()).is_ok());
    assert!(matches!(with("nameservers", MAX_NAME_SERVERS + 1, server), Err(RdapError::TooMany { .. })));
    assert!(matches!(with("status", 257, "active".into()), Err(RdapError::TooMany { .. })));
    assert!(matches!(with("entities", 257, json!({})), Err(RdapError::TooMany { .. })));
}

#[test]
fn problems_are_bounded() {
    let mut answer = whole();
    answer["events"] = Value::Array(vec![json!(null); 256]);
    assert_eq!(read_json(&answer).unwrap().problems.len(), forestall_formats::rdap::MAX_PROBLEMS);
}

#[test]
fn tells_the_negative_answer_of_a_service_from_a_page() {
    assert!(is_error_answer(b""));
    assert!(is_error_answer(b"{\"errorCode\": 404, \"title\": \"Not Found\"}"));
    assert!(is_error_answer(b"{\"rdapConformance\": [\"rdap_level_0\"]}"));
    assert!(!is_error_answer(b"<html><h1>404</h1></html>"));
    assert!(!is_error_answer(b"{\"status\": \"no route\"}"));
}

#[test]
fn no_offset_leads_out_of_the_years_that_can_be_written() {
    let mut answer = whole();
    answer["events"] = json!([
        {"eventAction": "registration", "eventDate": "1601-01-01T00:00:00+01:00"},
        {"eventAction": "expiration", "eventDate": "9999-12-31T23:59:59.5-01:00"}
    ]);
    let RdapDomain { registration, problems, .. } = read(answer.to_string().as_bytes(), &name()).unwrap();
    assert_eq!(registration.created.map(|at| at.to_string()).as_deref(), Some("1601-01-01T00:00:00Z"));
    assert_eq!(registration.expires, None);
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems, ["/events/0/eventDate: not RFC 3339; taken as UTC", "/events/1/eventDate: not a date"]);
    let stored = serde_json::to_string(&registration).unwrap();
    assert_eq!(serde_json::from_str::<Registration>(&stored).unwrap(), registration);
}

proptest! {
    /// Whatever is changed, reading ends without a panic, and facts are only ever about the asked name.
    #[test]
    fn changed_octets_do_no_harm(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut octets = serde_json::to_vec(&whole()).unwrap();
        for (place, octet) in changes {
            let place = place.index(octets.len());
            octets[place] = octet;
        }
        if is_cut {
            octets.truncate(cut.index(octets.len()));
        }
        if let Ok(read) = read(&octets, &name()) {
            prop_assert!(matches!(read.registration.state, RegistrationState::Registered | RegistrationState::Reserved));
            prop_assert!(read.registration.name_servers.is_sorted());
        }
    }

    /// Members replaced by any value of JSON do no harm.
    #[test]
    fn changed_members_do_no_harm(member in 0..9_usize, value in json_value()) {
        let members = ["status", "events", "secureDNS", "nameservers", "entities", "redacted", "handle", "remarks", "notices"];
        let mut answer = whole();
        answer["entities"][0] = value.clone();
        answer[members[member]] = value.clone();
        prop_assert!(read_json(&answer).is_ok());
        let mut answer = whole();
        answer["entities"][0]["vcardArray"][1][1] = value.clone();
        answer["entities"][1]["vcardArray"] = value.clone();
        answer["events"][0]["eventDate"] = value;
        prop_assert!(read_json(&answer).is_ok());
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let key =
            prop_oneof![Just("roles"), Just("vcardArray"), Just("ldhName"), Just("eventAction"), Just("entities")];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..4).prop_map(|members| {
                Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
            }),
        ]
    })
}
