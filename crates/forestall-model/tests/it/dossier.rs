// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Dossiers: one stored form, and what counts as a change of hands.

use forestall_model::dossier::{
    Change, Dossier, Existence, FailedLook, Presence, Registrar, Registration, RegistrationState, Sourced, Tenure,
};
use forestall_model::{Instant, Method};

fn instant(text: &str) -> Instant {
    text.parse().expect("an instant")
}

fn presence(servers: &[&str], at: &str) -> Sourced<Presence> {
    let mut fact = Presence::bare(Existence::Delegated);
    fact.name_servers = servers.iter().map(|server| server.parse().expect("a name")).collect();
    Sourced { method: Method::Dns, source: "127.0.0.1:53".to_owned(), at: instant(at), fact }
}

fn registration(registrar: &str, created: &str, at: &str) -> Sourced<Registration> {
    let mut fact = Registration::bare(RegistrationState::Registered);
    fact.registrar = Some(Registrar {
        name: registrar.to_owned(),
        iana_id: None,
        abuse_mail: Some("abuse@registrar.example".to_owned()),
        abuse_phone: None,
    });
    fact.created = Some(instant(created));
    Sourced { method: Method::Rdap, source: "https://rdap.example/".to_owned(), at: instant(at), fact }
}

#[test]
fn the_stored_form_is_stable() {
    let mut dossier = Dossier::new("wnsux.com".parse().unwrap());
    dossier.presence.push(presence(&["NS1.Example.NET.", "ns2.example.net"], "2009-03-02T00:00:00Z"));
    dossier.registration.push(registration("Example Registrar", "1998-05-01T00:00:00Z", "2009-03-02T00:01:00Z"));
    dossier.failures.push(FailedLook {
        method: Method::Whois,
        source: "whois.example:43".to_owned(),
        at: instant("2009-03-02T00:02:00Z"),
        reason: "no answer within 5 s".to_owned(),
    });
    let text = String::from_utf8(dossier.canonical()).unwrap();
    assert_eq!(
        text,
        r#"{"name":"wnsux.com","presence":[{"method":"dns","source":"127.0.0.1:53","at":"2009-03-02T00:00:00Z","fact":{"existence":"delegated","name_servers":["ns1.example.net","ns2.example.net"]}}],"registration":[{"method":"rdap","source":"https://rdap.example/","at":"2009-03-02T00:01:00Z","fact":{"state":"registered","created":"1998-05-01T00:00:00Z","registrar":{"name":"Example Registrar","abuse_mail":"abuse@registrar.example"}}}],"failures":[{"method":"whois","source":"whois.example:43","at":"2009-03-02T00:02:00Z","reason":"no answer within 5 s"}]}"#
    );
    assert_eq!(serde_json::from_str::<Dossier>(&text).unwrap(), dossier);
    assert!(serde_json::from_str::<Dossier>(r#"{"name":"a.com","verdict":"free"}"#).is_err(), "a judgement is no fact");
}

#[test]
fn a_change_of_hands_is_seen_and_ignorance_is_none() {
    let mut before = Dossier::new("susam.in".parse().unwrap());
    before.presence.push(presence(&["ns1.holder.example"], "2019-11-20T00:00:00Z"));
    before.registration.push(registration("Holder's Registrar", "2007-07-01T00:00:00Z", "2019-11-20T00:00:00Z"));

    let mut later = before.clone();
    later.presence.push(presence(&["sc-a.sinkhole.example"], "2019-11-28T00:00:00Z"));
    assert_eq!(before.tenure().changes(&later.tenure()), [Change::NameServers]);

    later.registration.push(registration("Another", "2019-11-27T00:00:00Z", "2019-11-28T00:00:00Z"));
    let changes = [Change::Registrar, Change::Created, Change::NameServers];
    assert_eq!(before.tenure().changes(&later.tenure()), changes);

    assert_eq!(before.tenure().changes(&Tenure::default()), []);
    assert_eq!(Tenure::default().changes(&later.tenure()), []);
}

#[test]
fn the_latest_look_counts_and_a_wildcard_shows_nothing() {
    let mut dossier = Dossier::new("a.ws".parse().unwrap());
    dossier.presence.push(presence(&["ns.example"], "2026-01-02T00:00:00Z"));
    dossier.presence.push(presence(&["old.example"], "2026-01-01T00:00:00Z"));
    let wildcard = Sourced { fact: Presence::bare(Existence::Wildcard), ..presence(&[], "2026-01-03T00:00:00Z") };
    dossier.presence.push(wildcard);
    let latest = dossier.latest_presence().unwrap();
    assert_eq!(latest.fact.name_servers[0].as_str(), "ns.example");
}
