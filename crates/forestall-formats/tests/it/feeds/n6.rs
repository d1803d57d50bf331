// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Events as n6 gives them out, read as its documentation says: `docs/src/usage/restapi.md` of CERT-Polska/n6, "Event Attributes".

use std::collections::BTreeSet;

use forestall_formats::Form;
use forestall_formats::feed::Settings;
use forestall_model::{DayRange, Instant, Marking, Pap, Tlp};
use serde_json::Value;

use super::sharing::{AFTER, DAY, feed_of, written, written_with};

/// An event of a blacklist, as far as ours have attributes.
#[derive(Debug)]
struct Event {
    fqdn: String,
    time: Instant,
    expires: Instant,
    confidence: String,
}

/// Reads events, refuses an attribute that is not documented, one that is missing, and a value outside of its vocabulary.
fn read(text: &str) -> Vec<Event> {
    let mandatory = ["id", "source", "restriction", "confidence", "category", "modified", "time"];
    let optional = ["name", "status", "fqdn", "expires"];
    let mut ids = BTreeSet::new();
    text.lines()
        .map(|line| {
            let event: Value = serde_json::from_str(line).unwrap();
            let keys: Vec<&str> = event.as_object().unwrap().keys().map(String::as_str).collect();
            assert!(mandatory.iter().all(|key| keys.contains(key)), "{line}");
            assert!(keys.iter().all(|key| mandatory.contains(key) || optional.contains(key)), "{line}");
            let of = |key: &str| event[key].as_str().unwrap().to_owned();
            assert!(ids.insert(of("id")) && of("id").len() <= 64);
            let (provider, channel) = of("source").split_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
            assert!(of("source").len() <= 32);
            for part in [provider, channel] {
                assert!(
                    part.bytes().all(|octet| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'-')
                );
            }
            assert!(["internal", "need-to-know", "public"].contains(&of("restriction").as_str()));
            assert!(["low", "medium", "high"].contains(&of("confidence").as_str()));
            assert_eq!((of("category").as_str(), of("status").as_str()), ("other", "active"));
            let at = |key: &str| of(key).parse::<Instant>().unwrap();
            assert!(at("modified") < at("expires"));
            Event { fqdn: of("fqdn"), time: at("time"), expires: at("expires"), confidence: of("confidence") }
        })
        .collect()
}

#[test]
fn a_day_as_events() {
    insta::assert_snapshot!(written(Form::N6, DAY));
}

#[test]
fn an_event_expires_with_its_window() {
    let events = read(&written(Form::N6, DAY));
    let at = |text: &str| text.parse::<Instant>().unwrap();
    let live = |now: Instant| {
        let live = events.iter().filter(move |event| event.time <= now && now < event.expires);
        live.map(|event| (event.fqdn.as_str(), event.confidence.as_str())).collect::<Vec<_>>()
    };
    assert_eq!(
        live(at("2026-11-26T12:00:00Z")),
        [("aaa.be", "high"), ("bbb.co.uk", "high"), ("bbb.co.uk", "low"), ("xn--ccc-hoa.ws", "low")]
    );
    assert_eq!(live(at("2026-11-28T12:00:00Z")), [("xn--ccc-hoa.ws", "low")]);
    assert!(read(&written(Form::N6, AFTER)).is_empty());
}

#[test]
fn an_event_goes_no_farther_than_its_marking() {
    for (tlp, restriction) in [
        (Tlp::Clear, "public"),
        (Tlp::Green, "need-to-know"),
        (Tlp::Amber, "need-to-know"),
        (Tlp::AmberStrict, "internal"),
        (Tlp::Red, "internal"),
    ] {
        let marking = Marking { tlp, pap: Pap::Green, embargo_until: None };
        let feed = feed_of(DayRange::one(DAY.parse().unwrap()), marking);
        let text = written_with(Form::N6, &feed, &Settings::default()).0;
        assert_eq!(text.matches(&format!("\"restriction\":\"{restriction}\"")).count(), 4);
    }
}
