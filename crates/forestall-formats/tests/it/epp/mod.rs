// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What EPP servers say, by the examples of the RFCs, and what is no answer.

use forestall_formats::epp::answer::{self, Answer, Data, Response};
use forestall_formats::epp::code;
use forestall_formats::epp::frame::{self, Hosts};
use forestall_model::epp::{Change, Operation};
use forestall_testkit::parsed;
use proptest::prelude::{ProptestConfig, any, proptest};

/// RFC 5731, section 3.1.2, with the DS of RFC 5910, section 5.1.2, and a status of RFC 3915, section 4.1.2.
const INFO: &str = include_str!("info.xml");
/// RFC 5731, section 3.1.1, with the prices of RFC 8748, section 5.1.1.
const CHECK: &str = include_str!("check.xml");
/// RFC 5731, section 3.3, in a message of the queue.
const PENDING: &str = include_str!("pending.xml");
/// RFC 5730, section 2.4.
const GREETING: &str = include_str!("greeting.xml");

fn response(text: &str) -> Response {
    match answer::read(text.as_bytes()) {
        Ok(Answer::Response(response)) => *response,
        other => panic!("expected a response, and came {other:?}"),
    }
}

#[test]
fn a_greeting_says_what_is_served() {
    let Ok(Answer::Greeting(greeting)) = answer::read(GREETING.as_bytes()) else { panic!() };
    assert_eq!(greeting.server, "Example EPP server epp.example.com");
    assert!(greeting.objects.contains("urn:ietf:params:xml:ns:obj1"));
    assert!(greeting.extensions.contains("http://custom/obj1ext-1.0"));
}

#[test]
fn an_object_is_told_with_its_extensions() {
    let response = response(INFO);
    assert_eq!(
        (response.code, response.ours.as_deref(), response.theirs.as_str()),
        (1000, Some("ABC-12345"), "54322-XYZ")
    );
    let Data::Known { name, object } = response.data else { panic!() };
    assert_eq!(
        (name.as_str(), object.sponsor.as_str(), object.creator.as_deref()),
        ("example.com", "ClientX", Some("ClientY"))
    );
    assert_eq!(
        (object.created, object.expires),
        (Some(parsed("1999-04-03T22:00:00Z")), Some(parsed("2005-04-03T22:00:00Z")))
    );
    assert_eq!(object.servers.iter().map(String::as_str).collect::<Vec<_>>(), ["ns1.example.com", "ns1.example.net"]);
    assert_eq!(object.statuses.iter().map(String::as_str).collect::<Vec<_>>(), ["addPeriod", "ok"]);
    assert!(object.signed);
}

#[test]
fn a_check_tells_reasons_and_prices() {
    let Data::Checked(rows) = response(CHECK).data else { panic!() };
    let told: Vec<(&str, bool, Option<&str>)> =
        rows.iter().map(|row| (row.name.as_str(), row.available, row.reason.as_deref())).collect();
    assert_eq!(
        told,
        [("example.com", true, None), ("example.net", false, Some("In use")), ("example.xyz", true, None)]
    );
    let price = |place: usize| rows[place].price.as_ref().map(|price| (price.fee.to_string(), price.class.clone()));
    assert_eq!(price(0), Some(("10.00 USD".to_owned(), Some("Basic".to_owned()))));
    assert_eq!(price(1), None);
    assert_eq!(price(2), Some(("105.50 USD".to_owned(), Some("Premium".to_owned()))), "all fees together");
}

#[test]
fn a_message_tells_what_came_of_a_command() {
    let response = response(PENDING);
    let queued = response.queued.unwrap();
    assert_eq!((queued.id.as_str(), queued.count, queued.at), ("201", 5, Some(parsed("1999-04-04T22:01:00Z"))));
    let Data::Settled { name, done, ours, theirs } = response.data else { panic!() };
    assert_eq!(
        (name.as_str(), done, ours.as_deref(), theirs.as_str()),
        ("example.com", true, Some("ABC-12345"), "54321-XYZ")
    );
}

#[test]
fn what_a_client_depends_on_must_be_there() {
    for (what, text) in [
        ("no code", INFO.replace("code=\"1000\"", "")),
        ("a code of three digits", INFO.replace("code=\"1000\"", "code=\"100\"")),
        ("a code that is none", INFO.replace("code=\"1000\"", "code=\"+100\"")),
        ("no identifier of the server", INFO.replace("<svTRID>54322-XYZ</svTRID>", "")),
        ("an empty one", INFO.replace("54322-XYZ", " ")),
        ("no result", INFO.replace("result", "outcome")),
        ("another namespace", INFO.replace("urn:ietf:params:xml:ns:epp-1.0", "urn:other")),
        ("half of it", INFO[..INFO.len() / 2].to_owned()),
        ("another command", "<epp xmlns=\"urn:ietf:params:xml:ns:epp-1.0\"><hello/></epp>".to_owned()),
    ] {
        assert!(answer::read(text.as_bytes()).is_err(), "{what}");
    }
    assert_eq!(
        response(&INFO.replace("<clTRID>ABC-12345</clTRID>", "")).ours,
        None,
        "whoever sent it decides about that"
    );
    let other = INFO.replace("urn:ietf:params:xml:ns:domain-1.0", "urn:other");
    assert_eq!(response(&other).data, Data::None, "objects of others are not taken for names");
    let unsure = CHECK.replace("avail=\"1\"", "avail=\"maybe\"");
    let Data::Checked(rows) = response(&unsure).data else { panic!() };
    assert!(rows.iter().all(|row| !row.available), "what is neither yes nor no is no");
}

#[test]
fn texts_of_servers_are_cut_and_on_one_line() {
    let long = INFO.replace("Command completed successfully", &format!("a\nb\u{85}c{}", "x".repeat(10_000)));
    let texts = response(&long).texts;
    assert!(texts[0].chars().count() == 400 && !texts[0].contains('\n'), "{}", texts[0]);
}

#[test]
fn an_error_does_not_quote_all_that_a_server_sent() {
    let long = "x".repeat(100_000);
    for frame in [
        format!("<epp></{long}>"),
        format!("<epp {long}={long}/>"),
        format!("<epp>&{long};</epp>"),
        format!("<{long}/>"),
    ] {
        let error = answer::read(frame.as_bytes()).unwrap_err().to_string();
        assert!(error.len() < 1_000, "{}", error.len());
    }
}

#[test]
fn codes_are_told_in_words() {
    for (code, says) in
        [(2306, "policy"), (2502, "too many sessions"), (2104, "money"), (2304, "status"), (2302, "exists")]
    {
        assert!(code::in_words(code).means.contains(says), "{code}");
        assert!(!code::in_words(code).to_do.is_empty(), "{code}");
    }
    // RFC 5730, section 3: the session stays open; of the object nothing is promised.
    assert!(code::in_words(2400).means.contains("does not say whether it changed anything"));
    assert!(code::in_words(2400).to_do.contains("looked at first"));
}

#[test]
fn names_and_identifiers_are_no_markup() {
    let change = Change { add_servers: vec!["a<b>&.example".to_owned()], ..Change::default() };
    let body = frame::body("abcd.be", &Operation::Update(change), None, Hosts::Objects);
    assert!(body.contains("<domain:hostObj>a&lt;b&gt;&amp;.example</domain:hostObj>"), "{body}");
    assert!(frame::acknowledge("1\"/><x a=\"", "A&B").contains("msgID=\"1&quot;/&gt;&lt;x a=&quot;\""));
}

#[test]
fn a_creation_says_its_price_and_a_renewal_none() {
    let price = "10.00 EUR".parse().unwrap();
    let create = Operation::Create { servers: Vec::new(), registrant: None, contacts: Vec::new(), years: 1 };
    let body = frame::body("abcd.be", &create, Some(&price), Hosts::Objects);
    assert!(body.contains("<fee:currency>EUR</fee:currency><fee:fee>10.00</fee:fee></fee:create>"), "{body}");
    let renew = Operation::Renew { expires: parsed("2010-04-01"), years: 1 };
    let body = frame::body("abcd.be", &renew, Some(&price), Hosts::Objects);
    assert!(!body.contains("fee") && !body.contains("extension"), "{body}");
}

#[test]
fn name_servers_are_objects_or_attributes() {
    let servers = || vec!["ns1.sink.example".to_owned()];
    let create = Operation::Create { servers: servers(), registrant: None, contacts: Vec::new(), years: 1 };
    let update = Operation::Update(Change { add_servers: servers(), ..Change::default() });
    for operation in [create, update] {
        let objects = frame::body("abcd.be", &operation, None, Hosts::Objects);
        assert!(
            objects.contains("<domain:ns><domain:hostObj>ns1.sink.example</domain:hostObj></domain:ns>"),
            "{objects}"
        );
        let attributes = frame::body("abcd.be", &operation, None, Hosts::Attributes);
        let written = "<domain:ns><domain:hostAttr><domain:hostName>ns1.sink.example</domain:hostName></domain:hostAttr></domain:ns>";
        assert!(attributes.contains(written) && !attributes.contains("hostObj"), "{attributes}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_octets_bring_it_down(place in 0..1_500_usize, octet in any::<u8>(), cut in any::<bool>()) {
        for text in [INFO, CHECK, PENDING, GREETING] {
            let mut octets = text.as_bytes().to_vec();
            let place = place % octets.len();
            octets[place] = octet;
            if cut {
                octets.truncate(place);
            }
            let _ = answer::read(&octets);
        }
    }
}
