// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Parties: what is wrong with one, and which contacts must be tried again.

use forestall_model::Party;
use forestall_model::directory::Directory;
use serde_json::json;

/// Returns what is wrong with a registry that differs from a good one in the fields of `change`.
fn faults(change: serde_json::Value) -> Vec<String> {
    let mut document = json!({
        "id": "dns-be", "kind": "registry", "name": "DNS Belgium", "tlds": ["be"],
        "terms": {"road": "own-policy", "offset": "+01:00", "working_days": "mon-fri", "rhythm": "daily", "form": "csv", "language": "nl-BE"},
        "contacts": [{"name": "Night desk", "mail": "abuse@dns.example", "phone": "+32 2 555 01 00", "second": "fax +32 2 555 01 01"}],
        "webhook": "https://dns.example/notices"
    });
    let serde_json::Value::Object(change) = change else { panic!("an object") };
    for (key, value) in change {
        document[key] = value;
    }
    let party: Party = serde_json::from_value(document).expect("a party");
    party.faults(Directory::built_in()).iter().map(ToString::to_string).collect()
}

#[track_caller]
fn refuses(change: serde_json::Value, expected: &str) {
    let found = faults(change);
    assert!(found.iter().any(|fault| fault.contains(expected)), "expected {expected:?} in {found:?}");
}

#[test]
fn a_good_party_has_no_fault() {
    assert!(faults(json!({})).is_empty(), "{:?}", faults(json!({})));
    assert!(faults(json!({"kind": "cert", "tlds": [], "terms": null, "contacts": [], "webhook": null})).is_empty());
    let generic = json!({"tlds": ["info"], "terms": {"road": "ersr", "offset": "+00:00", "working_days": "mon-fri",
        "rhythm": "daily", "form": "csv", "language": "en", "holidays": ["2026-12-25", "2027-01-01"]}});
    assert!(faults(generic.clone()).is_empty(), "{:?}", faults(generic));
}

#[test]
fn a_country_takes_no_road_over_icann() {
    let terms = |road: &str| {
        json!({"tlds": ["info", "be"], "terms": {"road": road, "offset": "+00:00", "working_days": "mon-fri", "rhythm": "daily",
            "form": "csv", "language": "en"}})
    };
    for road in ["ersr", "registrar-waiver"] {
        refuses(terms(road), "whose contracts do not bind the registry of be");
    }
    for road in ["own-policy", "court-order"] {
        assert!(faults(terms(road)).is_empty());
    }
}

#[test]
fn each_fault_names_its_field() {
    let terms = |key: &str, value: serde_json::Value| {
        let mut terms = json!({"road": "own-policy", "offset": "+00:00", "working_days": "mon-fri", "rhythm": "daily", "form": "csv",
            "language": "en"});
        terms[key] = value;
        json!({ "terms": terms })
    };
    refuses(json!({"name": " "}), "name: it must be given");
    refuses(json!({"name": "x".repeat(201)}), "name: it has 201 characters");
    refuses(json!({"name": "a\nb"}), "name: it holds a line break");
    refuses(json!({"name": "abc\u{202e}def"}), "character that does not show");
    refuses(json!({"tlds": []}), "a registry runs at least one");
    refuses(json!({"tlds": ["be", "eu", "be"]}), "tlds: be stands there twice");
    refuses(json!({"kind": "vendor", "terms": null}), "only a registry runs top-level domains");
    refuses(json!({"kind": "cert", "tlds": []}), "terms: they are for registries and registrars");
    refuses(terms("holidays", json!(["2026-12-26", "2026-12-25"])), "2026-12-26 stands before 2026-12-25");
    refuses(terms("holidays", json!(["2026-12-26", "2026-12-26"])), "each once");
    refuses(terms("language", json!("english language")), "language tag of BCP 47");
    refuses(terms("batch_limit", json!(0)), "batch_limit: 0 is out of range");
    refuses(terms("own_days", json!({"days": 400, "count": "working"})), "own_days: 400");
    refuses(json!({"contacts": [{"name": "a"}]}), "contact 1: it has neither mail nor phone");
    refuses(json!({"contacts": [{"name": "", "second": "x"}]}), "contact 1, name: it must be given");
    refuses(json!({"contacts": [{"name": "a", "mail": "A <a@b.c>"}]}), "contact 1, mail");
    refuses(json!({"contacts": [{"name": "a", "phone": "112"}]}), "contact 1, phone");
    refuses(json!({"contacts": vec![json!({"name": "a", "second": "x"}); 51]}), "contacts: there are 51");
    for webhook in [
        "http://x.example",
        "http://localhost.example/",
        "http://localhost:1@x.example/",
        "https://",
        "https://user@x.example/",
        "https://x example",
        "javascript:alert(1)",
    ] {
        refuses(json!({ "webhook": webhook }), "webhook");
    }
    for webhook in ["http://127.0.0.1:8080/notices", "http://localhost/", "http://[::1]/", "http://[::1]:9/"] {
        assert!(faults(json!({ "webhook": webhook })).is_empty(), "{webhook}");
    }
    refuses(json!({"openpgp": "no key"}), "openpgp: \"no key\" is not an OpenPGP public key");
    refuses(json!({"openpgp": "x".repeat(300 << 10)}), "openpgp: it has");
}

#[test]
fn a_contact_is_tried_again_after_ninety_days() {
    let check = |tested: Option<&str>, expected: bool| {
        let contact: forestall_model::party::Contact =
            serde_json::from_value(json!({"name": "a", "second": "b", "tested": tested})).unwrap();
        assert_eq!(contact.needs_test("2026-11-26".parse().unwrap()), expected, "{tested:?}");
    };
    check(None, true);
    check(Some("2026-08-28"), false);
    check(Some("2026-08-27"), true);
    check(Some("2026-11-26"), false);
}
