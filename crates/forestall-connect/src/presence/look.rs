// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The questions for one parent and for one name, and what their answers say.

use std::net::IpAddr;

use forestall_dns::{Answer, AskError, Authority, Client, Data, Delegation, Failure, Kind, Question, Rcode, Record};
use forestall_model::dossier::{Existence, FailedLook, Presence, Soa, Sourced};
use forestall_model::{DomainName, Method, OwnerName, Tld};

use super::Looked;
use super::aliases::followed;
use crate::clock::Clock;
use crate::wildcard::{self, Parent, Shown, Told};

/// Most name servers, addresses and mail servers that are kept of one name, each.
const MOST_KEPT: usize = 32;

/// What is known of a parent at a server.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    parent: Parent,
    /// Whether the server resolves for others, as far as the top-level domain goes.
    resolver: bool,
    /// Why that is not known, where it is not.
    doubt: Option<String>,
}

impl Ground {
    /// Returns why names below the parent need not be asked for.
    pub(super) fn not_served(&self) -> Option<String> {
        match &self.parent {
            Parent::NotServed(failure) => Some(failure.to_string()),
            Parent::Plain | Parent::Wildcard(_) | Parent::Unprobed(_) => None,
        }
    }
}

/// Asks what a server is for a top-level domain, and for random names below a parent.
pub(super) async fn sound(client: &Client, tld: &Tld, parent: &str) -> (Ground, Option<AskError>) {
    let authority = client.authority(&wildcard::owner(tld.as_str())).await;
    let unheard = silence(&authority);
    let mut last = unheard.clone();
    let probes = match wildcard::probes(parent) {
        Ok(probes) => probes,
        Err(error) => {
            let error = AskError::NoRandomness(error.0);
            return (Ground { parent: Parent::Unprobed(Failure::Ask(error)), resolver: false, doubt: None }, None);
        }
    };
    let mut probed = Vec::with_capacity(probes.len());
    for probe in &probes {
        let told = client.delegation(probe).await;
        last = silence(&told);
        probed.push(told);
        if unheard.is_some() && last.is_some() {
            // Its silence over one more name would tell nothing new.
            break;
        }
    }
    let resolver = matches!(authority, Authority::Recursive { .. });
    let doubt = authority.failure().map(ToString::to_string);
    (Ground { parent: Parent::of(&probed), resolver, doubt }, last)
}

/// Asks for one name. The second value says how the server gave no sign at all, where it gave none.
pub(super) async fn look(
    client: &Client,
    name: &DomainName,
    ground: &Ground,
    resolving: bool,
    clock: Clock,
) -> (Looked, Option<AskError>) {
    let source = client.server().to_string();
    let asked = OwnerName::from(name);
    let delegation = client.delegation(&asked).await;
    let silence = silence(&delegation);
    let at = clock.now();
    let mut gaps = Vec::new();
    let fact = match ground.parent.shows(&delegation) {
        Shown::Failed(reason) => Err(reason),
        Shown::Absent => Ok(Presence::bare(Existence::Absent)),
        Shown::Wildcard => Ok(Presence::bare(Existence::Wildcard)),
        Shown::NoDelegation => Ok(Presence::bare(Existence::NoDelegation)),
        Shown::Delegated(servers) => {
            let name_servers = servers.iter().take(MOST_KEPT).cloned().collect();
            let mut presence = Presence { name_servers, ..Presence::bare(Existence::Delegated) };
            let referral = matches!(delegation, Delegation::Delegated { referral: true, .. });
            if ground.resolver && resolving && !referral {
                let failures = ask_more(client, &asked, &mut presence).await;
                let at = clock.now();
                gaps.extend(failures.into_iter().map(|reason| failed(&source, at, reason)));
            } else if let Some(doubt) = ground.doubt.as_ref().filter(|_| resolving && !referral) {
                let reason =
                    format!("more than its delegation was not asked for, since of {} came: {doubt}", name.tld());
                gaps.push(failed(&source, at, reason));
            }
            Ok(presence)
        }
    };
    let presence = match fact {
        Ok(fact) => Ok(Sourced { method: Method::Dns, source, at, fact }),
        Err(reason) => Err(failed(&source, at, reason)),
    };
    (Looked { presence, gaps }, silence)
}

/// Makes the outcome of a name that was not asked for.
pub(super) fn unasked(client: &Client, clock: Clock, reason: String) -> Looked {
    Looked { presence: Err(failed(&client.server().to_string(), clock.now(), reason)), gaps: Vec::new() }
}

fn failed(source: &str, at: forestall_model::Instant, reason: String) -> FailedLook {
    FailedLook { method: Method::Dns, source: source.to_owned(), at, reason }
}

/// Returns how a server gave no sign, where it gave none.
fn silence(told: &impl Told) -> Option<AskError> {
    match told.failure() {
        Some(Failure::Ask(error)) if error.is_silence() => Some(error.clone()),
        _ => None,
    }
}

/// Asks a resolver for what a name says of itself, and returns what could not be learned.
async fn ask_more(client: &Client, name: &OwnerName, presence: &mut Presence) -> Vec<String> {
    let mut failures = Vec::new();
    for kind in [Kind::Soa, Kind::A, Kind::Aaaa, Kind::Mx] {
        if let Err(reason) = ask_one(client, name, kind, presence).await {
            failures.push(format!("{kind} could not be learned: {reason}"));
        }
    }
    presence.addresses.sort_unstable();
    presence.addresses.dedup();
    presence.addresses.truncate(MOST_KEPT);
    presence.mail.sort_unstable();
    presence.mail.dedup();
    presence.mail.truncate(MOST_KEPT);
    failures
}

async fn ask_one(client: &Client, name: &OwnerName, kind: Kind, presence: &mut Presence) -> Result<(), String> {
    let question = Question { name: name.clone(), kind };
    let answer = client.ask(&question).await.map_err(|error| error.to_string())?;
    match answer.rcode {
        // The code speaks of the end of the aliases.
        Rcode::NoError | Rcode::NxDomain => {}
        other => return Err(Failure::Rcode(other).to_string()),
    }
    if !answer.recursion_available && !answer.authoritative {
        return Err(Failure::NotAuthoritative.to_string());
    }
    let records = records_of(name, &answer)?;
    match kind {
        Kind::Soa => {
            presence.soa = records.into_iter().find_map(|record| match &record.data {
                // Of an alias it would be another zone's.
                Data::Soa { primary, contact, serial, .. } if record.owner == *name => {
                    Some(Soa { primary: primary.clone(), contact: contact.clone(), serial: *serial })
                }
                _ => None,
            });
        }
        Kind::Mx => presence.mail.extend(records.into_iter().filter_map(|record| match &record.data {
            Data::Mx { exchange, .. } => Some(exchange.clone()),
            _ => None,
        })),
        _ => presence.addresses.extend(records.into_iter().filter_map(|record| match record.data {
            Data::A(address) => Some(IpAddr::V4(address)),
            Data::Aaaa(address) => Some(IpAddr::V6(address)),
            _ => None,
        })),
    }
    Ok(())
}

fn records_of<'a>(name: &'a OwnerName, answer: &'a Answer) -> Result<Vec<&'a Record>, String> {
    let at = followed(name, answer).map_err(|error| error.to_string())?;
    Ok(answer.answers.iter().filter(|record| record.owner == *at).collect())
}
