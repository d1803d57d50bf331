// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The response's own guard: may a name serve as a name server of the sinkhole, and is it still safe?
//!
//! Sinkhole domains that expired gave some 30,000 names that had been taken down to new owners (Alowaisheq et al., Cracking the Wall of
//! Confinement, NDSS 2019). So a name server counts as safe only where the name that it stands under does not end soon, is locked
//! at its registry, and does not hang on other names that can lapse.

use std::collections::{BTreeMap, BTreeSet};

use forestall_model::dossier::{Dossier, Existence, RegistrationState};
use forestall_model::{DomainName, Instant, Method, vocabulary};

/// Days that the registration of a sinkhole's name server must last at least.
pub const MIN_DAYS: i64 = 400;

/// Days before an expiry at which a warning becomes urgent.
const URGENT_DAYS: i64 = 60;

/// Age in days from which evidence about a name server says nothing any more.
const STALE_DAYS: i64 = 30;

/// Names that are followed from one name server at most.
const MOST_NAMES: usize = 32;

/// The status codes that a registry lock sets (RFC 5731, section 2.3).
const LOCK: [&str; 3] = ["serverUpdateProhibited", "serverTransferProhibited", "serverDeleteProhibited"];

vocabulary! {
    /// What is weak about a name server.
    pub enum Weakness as "a weakness" {
        /// Nobody looked at the registration, or the look failed.
        NoEvidence = "no-evidence",
        /// The evidence is old.
        StaleEvidence = "stale-evidence",
        /// There is no registration.
        NotRegistered = "not-registered",
        /// The registration ends soon, or nobody says when.
        Expiry = "expiry",
        /// The registry has not locked it.
        NoRegistryLock = "no-registry-lock",
        /// It is on hold, or is about to be deleted.
        OnHold = "on-hold",
        /// The parent does not delegate it.
        NotDelegated = "not-delegated",
        /// The name server itself has no address: its zone lost it, or its parent the glue.
        NoAddress = "no-address",
        /// The delegation is not signed.
        Unsigned = "unsigned",
    }
}

/// One weakness of a name server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The name server.
    pub server: DomainName,
    /// The registrable name that is weak: the server's own, or one that it depends on.
    pub name: DomainName,
    /// What is weak.
    pub weakness: Weakness,
    /// In words, with figures.
    pub what: String,
    /// Whether the name server must be refused for it; else it is a warning.
    pub refuses: bool,
    /// Whether somebody has to act within weeks.
    pub urgent: bool,
}

/// Returns what is weak about some name servers, by the evidence on the registrable names that they depend on, in order.
///
/// A server depends on the registrable name that it stands under, and on the names that this name's own servers stand under. Evidence on a
/// server itself tells whether it has an address.
#[must_use]
pub fn findings(servers: &[DomainName], evidence: &[Dossier], now: Instant) -> Vec<Finding> {
    let by_name: BTreeMap<&DomainName, &Dossier> = evidence.iter().map(|dossier| (&dossier.name, dossier)).collect();
    let mut found = Vec::new();
    for server in servers {
        let look = by_name.get(server).and_then(|dossier| dossier.latest_presence());
        if look.is_some_and(|look| look.fact.addresses.is_empty()) && server.registrable() != Some(server.as_str()) {
            found.push(Finding {
                server: server.clone(),
                name: server.clone(),
                weakness: Weakness::NoAddress,
                what: format!("{server} has no address"),
                refuses: true,
                urgent: true,
            });
        }
        for name in depends_on(server, &by_name) {
            let mut tell = |weakness, what: String, refuses: bool, urgent: bool| {
                found.push(Finding { server: server.clone(), name: name.clone(), weakness, what, refuses, urgent });
            };
            match by_name.get(&name) {
                None => tell(Weakness::NoEvidence, format!("nobody looked at the registration of {name}"), true, false),
                Some(dossier) => weigh(dossier, now, &mut tell),
            }
        }
    }
    found.sort();
    found
}

/// Returns the registrable names that a name server depends on, its own first; those that evidence must be gathered about.
#[must_use]
pub fn names_behind(server: &DomainName, evidence: &[Dossier]) -> Vec<DomainName> {
    depends_on(server, &evidence.iter().map(|dossier| (&dossier.name, dossier)).collect())
}

fn depends_on(server: &DomainName, evidence: &BTreeMap<&DomainName, &Dossier>) -> Vec<DomainName> {
    let registrable =
        |name: &str| -> Option<DomainName> { name.parse::<DomainName>().ok()?.registrable()?.parse().ok() };
    let Some(own) = registrable(server.as_str()) else { return vec![server.clone()] };
    let mut known = BTreeSet::from([own.clone()]);
    let mut names = vec![own];
    let mut at = 0;
    while at < names.len() && names.len() < MOST_NAMES {
        let servers = evidence.get(&names[at]).and_then(|dossier| dossier.tenure().name_servers).unwrap_or_default();
        for name in servers.iter().filter_map(|server| registrable(server.as_str())) {
            if known.insert(name.clone()) {
                names.push(name);
            }
        }
        at += 1;
    }
    names
}

fn weigh(dossier: &Dossier, now: Instant, tell: &mut impl FnMut(Weakness, String, bool, bool)) {
    let name = &dossier.name;
    let data = dossier.registration.iter().filter(|sourced| sourced.method != Method::EppCheck);
    let Some(latest) = data.max_by_key(|sourced| sourced.at) else {
        let why = dossier.failures.last().map_or_else(String::new, |failure| format!(": {}", failure.reason));
        return tell(Weakness::NoEvidence, format!("there are no registration data of {name}{why}"), true, false);
    };
    let age = now.seconds_since(latest.at) / 86_400;
    if age > STALE_DAYS {
        tell(Weakness::StaleEvidence, format!("the registration data of {name} are {age} days old"), true, false);
    }
    let fact = &latest.fact;
    if fact.state != RegistrationState::Registered {
        return tell(
            Weakness::NotRegistered,
            format!("{name} is {}, by its registration data", fact.state),
            true,
            true,
        );
    }
    match fact.expires {
        None => tell(Weakness::Expiry, format!("the registration data of {name} do not say when it ends"), true, false),
        Some(expires) => {
            let left = expires.seconds_since(now).div_euclid(86_400);
            if left < MIN_DAYS {
                let what = if left < 0 {
                    format!("the registration of {name} ended on {}", expires.day())
                } else {
                    format!(
                        "the registration of {name} ends on {}, in {left} days; at least {MIN_DAYS} are needed",
                        expires.day()
                    )
                };
                tell(Weakness::Expiry, what, true, left < URGENT_DAYS);
            }
        }
    }
    let missing: Vec<&str> = LOCK.into_iter().filter(|code| !fact.has_status(code)).collect();
    if !missing.is_empty() {
        tell(
            Weakness::NoRegistryLock,
            format!("{name} has no registry lock: {} not set", missing.join(", ")),
            true,
            false,
        );
    }
    if fact.is_on_hold() || fact.has_status("pendingDelete") || fact.has_status("redemptionPeriod") {
        tell(Weakness::OnHold, format!("{name} is {}", fact.statuses.join(", ")), true, true);
    }
    if fact.signed == Some(false) {
        tell(Weakness::Unsigned, format!("the delegation of {name} is not signed"), false, false);
    }
    if let Some(seen) = dossier.latest_presence()
        && !matches!(seen.fact.existence, Existence::Delegated | Existence::Wildcard)
    {
        let what = format!("the parent of {name} says that it is {}", seen.fact.existence);
        tell(Weakness::NotDelegated, what, true, true);
    }
}
