// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers of RDAP: facts keep their promises, and told as RDAP once more they are the same.

#![no_main]

use forestall_formats::rdap::{self, RdapDomain};
use forestall_model::DomainName;
use forestall_model::dossier::Registration;
use serde_json::{Value, json};

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let (asked, octets) = forestall_fuzz::asked(octets);
    let _ = rdap::is_error_answer(octets);
    let Ok(RdapDomain { mut registration, contacts, problems }) = rdap::read(octets, &asked) else { return };
    forestall_fuzz::facts::check(&registration, &contacts, &problems);
    // A few letters take more octets in lower case, and a status that is longer than 200 octets is none.
    registration.statuses.retain(|status| status.len() <= 200);
    let told = serde_json::to_vec(&told(&registration, &asked)).expect("a JSON value has a text");
    let again = rdap::read(&told, &asked).expect("facts are read from what tells them").registration;
    // Who holds the name is no more known than its digest.
    let expected = Registration { holder: None, redacted: true, ..registration };
    assert_eq!(again, expected);
});

/// Tells facts in the form of RFC 9083.
fn told(registration: &Registration, asked: &DomainName) -> Value {
    let dates = [
        ("registration", registration.created),
        ("last changed", registration.changed),
        ("expiration", registration.expires),
    ];
    let events = dates
        .iter()
        .filter_map(|(action, at)| Some(json!({"eventAction": action, "eventDate": at.as_ref()?.to_string()})));
    let servers = registration
        .name_servers
        .iter()
        .map(|server| json!({"objectClassName": "nameserver", "ldhName": server.as_str()}));
    let registrar = registration.registrar.iter().map(|registrar| {
        let mail = registrar.abuse_mail.iter().map(|mail| json!(["email", {}, "text", format!("mailto:{mail}")]));
        let phone = registrar.abuse_phone.iter().map(|phone| json!(["tel", {}, "uri", format!("tel:{phone}")]));
        let abuse: Vec<Value> = mail.chain(phone).collect();
        let ids: Vec<Value> = registrar
            .iana_id
            .iter()
            .map(|id| json!({"type": "IANA Registrar ID", "identifier": id.to_string()}))
            .collect();
        json!({
            "objectClassName": "entity", "roles": ["registrar"], "publicIds": ids,
            "vcardArray": ["vcard", [["fn", {}, "text", registrar.name]]],
            "entities": [{"objectClassName": "entity", "roles": ["abuse"], "vcardArray": ["vcard", abuse]}]
        })
    });
    let mut answer = json!({
        "objectClassName": "domain",
        "ldhName": asked.as_str(),
        "status": registration.statuses,
        "events": events.collect::<Vec<_>>(),
        "nameservers": servers.collect::<Vec<_>>(),
        "entities": registrar.collect::<Vec<_>>(),
    });
    if let Some(signed) = registration.signed {
        answer["secureDNS"] = json!({"delegationSigned": signed});
    }
    answer
}
