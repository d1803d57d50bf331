// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Evidence on name servers of a sinkhole, as a registry's data would show them where all is well.

use forestall_model::dossier::{Dossier, Existence, Presence, Registration, RegistrationState, Sourced};
use forestall_model::{DomainName, Instant, Method};

/// Returns the dossiers of the names that the servers stand under: registered for two more years, locked at the registry, delegated to
/// these servers, seen at `at`.
///
/// # Panics
///
/// Where a server stands under no registrable name.
#[must_use]
pub fn safe(servers: &[DomainName], at: Instant) -> Vec<Dossier> {
    let mut names: Vec<DomainName> =
        servers.iter().map(|server| crate::parsed(server.registrable().expect("a registrable name"))).collect();
    names.sort();
    names.dedup();
    names.into_iter().map(|name| dossier(name, at)).collect()
}

fn dossier(name: DomainName, at: Instant) -> Dossier {
    let mut dossier = Dossier::new(name);
    let mut fact = Registration::bare(RegistrationState::Registered);
    fact.expires = Some(at.plus_seconds(730 * 86_400));
    fact.signed = Some(true);
    fact.statuses =
        ["serverDeleteProhibited", "serverTransferProhibited", "serverUpdateProhibited"].map(str::to_owned).to_vec();
    dossier.registration.push(Sourced { method: Method::Rdap, source: "https://rdap.test/".to_owned(), at, fact });
    let fact = Presence::bare(Existence::Delegated);
    dossier.presence.push(Sourced { method: Method::Dns, source: "127.0.0.1:53".to_owned(), at, fact });
    dossier
}
