// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Dossiers and circumstances for tests.

use forestall_model::dossier::{
    Dossier, Existence, FailedLook, Listing, ListingKind, MatchedBy, Presence, Rank, Registrar, Registration,
    RegistrationState, Sourced,
};
use forestall_model::{Instant, Method};
use forestall_vet::Circumstances;

/// When the looks of these tests were made.
pub(crate) const LOOKED: &str = "2009-03-02T00:00:00Z";

pub(crate) fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

/// Circumstances of Conficker A in March 2009.
pub(crate) fn conficker() -> Circumstances {
    Circumstances {
        family: Some("conficker-a".parse().unwrap()),
        first_seen: Some("2008-11-22".parse().unwrap()),
        windows: vec!["2009-03-31".parse::<forestall_model::UtcDay>().unwrap().window()],
        ..Circumstances::at(instant(LOOKED))
    }
}

pub(crate) fn named(name: &str) -> Dossier {
    Dossier::new(name.parse().unwrap())
}

pub(crate) fn look(existence: Existence, servers: &[&str]) -> Sourced<Presence> {
    let mut fact = Presence::bare(existence);
    fact.name_servers = servers.iter().map(|server| server.parse().unwrap()).collect();
    Sourced { method: Method::Dns, source: "127.0.0.1:53".to_owned(), at: instant(LOOKED), fact }
}

pub(crate) fn answer(state: RegistrationState) -> Sourced<Registration> {
    Sourced {
        method: Method::Rdap,
        source: "https://rdap.example/".to_owned(),
        at: instant(LOOKED),
        fact: Registration::bare(state),
    }
}

pub(crate) fn registered(created: &str, expires: &str) -> Sourced<Registration> {
    let mut answer = answer(RegistrationState::Registered);
    answer.fact.created = Some(instant(created));
    answer.fact.expires = Some(instant(expires));
    answer.fact.registrar = Some(Registrar {
        name: "Example Registrar".to_owned(),
        iana_id: Some(9999),
        abuse_mail: None,
        abuse_phone: None,
    });
    answer.fact.name_servers = vec!["ns1.hoster.example".parse().unwrap()];
    answer
}

pub(crate) fn failure() -> FailedLook {
    FailedLook {
        method: Method::Rdap,
        source: "https://rdap.example/".to_owned(),
        at: instant(LOOKED),
        reason: "no answer within 5 s".to_owned(),
    }
}

pub(crate) fn rank(list: &str, place: u32) -> Rank {
    Rank { list: list.to_owned(), place, day: None }
}

pub(crate) fn listing(kind: ListingKind, by: MatchedBy, trusted: bool) -> Listing {
    Listing {
        list: "a list".to_owned(),
        kind,
        who: "somebody".to_owned(),
        by,
        value: "what matched".to_owned(),
        trusted,
        since: None,
    }
}
