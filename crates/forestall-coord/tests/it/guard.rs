// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which name servers a sinkhole may have.

use forestall_coord::guard::{Finding, Weakness, findings, names_behind};
use forestall_model::dossier::{Dossier, Existence, FailedLook, Presence, Registration, Sourced};
use forestall_model::{DomainName, Instant, Method};
use forestall_testkit::{guard, parsed};

fn now() -> Instant {
    parsed("2026-06-01T00:00:00Z")
}

fn servers() -> Vec<DomainName> {
    vec![parsed("ns1.sinkhole.example"), parsed("ns2.sinkhole.example")]
}

/// Evidence on the servers, with the registration changed.
fn but(change: impl Fn(&mut Registration)) -> Vec<Dossier> {
    let mut evidence = guard::safe(&servers(), now());
    change(&mut evidence[0].registration[0].fact);
    evidence
}

fn weak(evidence: &[Dossier]) -> Vec<(Weakness, bool)> {
    let of_first = |finding: &Finding| finding.server == servers()[0];
    findings(&servers(), evidence, now()).iter().filter(|f| of_first(f)).map(|f| (f.weakness, f.refuses)).collect()
}

#[test]
fn a_locked_name_of_two_years_passes() {
    assert!(weak(&guard::safe(&servers(), now())).is_empty());
}

#[test]
fn a_name_that_ends_within_400_days_is_refused() {
    let days = |days: i64| but(|fact| fact.expires = Some(now().plus_seconds(days * 86_400)));
    assert_eq!(weak(&days(399)), [(Weakness::Expiry, true)]);
    assert!(weak(&days(400)).is_empty());
    assert_eq!(weak(&but(|fact| fact.expires = None)), [(Weakness::Expiry, true)]);
    let urgent = |days_left| findings(&servers(), &days(days_left), now())[0].urgent;
    assert!(urgent(59) && urgent(-1) && !urgent(60));
    let told = findings(&servers(), &days(30), now())[0].what.clone();
    assert_eq!(told, "the registration of sinkhole.example ends on 2026-07-01, in 30 days; at least 400 are needed");
}

#[test]
fn a_name_without_registry_lock_is_refused() {
    let unlocked = but(|fact| fact.statuses = vec!["clientTransferProhibited".to_owned()]);
    assert_eq!(weak(&unlocked), [(Weakness::NoRegistryLock, true)]);
    let half = but(|fact| drop(fact.statuses.pop()));
    let told = findings(&servers(), &half, now())[0].what.clone();
    assert_eq!(told, "sinkhole.example has no registry lock: serverUpdateProhibited not set");
    let cased = but(|fact| fact.statuses.iter_mut().for_each(|status| status.make_ascii_lowercase()));
    assert!(weak(&cased).is_empty());
}

#[test]
fn what_nobody_looked_at_is_refused() {
    assert_eq!(weak(&[]), [(Weakness::NoEvidence, true)]);
    let mut failed = Dossier::new(parsed("sinkhole.example"));
    failed.failures.push(FailedLook {
        method: Method::Rdap,
        source: "https://rdap.test/".to_owned(),
        at: now(),
        reason: "no answer within 10 s".to_owned(),
    });
    let told = findings(&servers(), &[failed], now());
    assert_eq!(told[0].what, "there are no registration data of sinkhole.example: no answer within 10 s");
    let old = guard::safe(&servers(), now().plus_seconds(-31 * 86_400));
    assert!(weak(&old).contains(&(Weakness::StaleEvidence, true)), "{:?}", weak(&old));
}

#[test]
fn a_server_hangs_on_the_servers_of_its_name() {
    let mut evidence = guard::safe(&servers(), now());
    evidence[0].presence[0].fact.name_servers = vec![parsed("ns.provider.test"), parsed("ns1.sinkhole.example")];
    let behind = names_behind(&servers()[0], &evidence);
    assert_eq!(behind, [parsed("sinkhole.example"), parsed::<DomainName>("provider.test")]);
    assert_eq!(weak(&evidence), [(Weakness::NoEvidence, true)]);
    let mut provider = guard::safe(&[parsed("ns.provider.test")], now());
    provider[0].registration[0].fact.expires = Some(now().plus_seconds(10 * 86_400));
    evidence.append(&mut provider);
    assert_eq!(weak(&evidence), [(Weakness::Expiry, true)]);
    // A ring of names that serve each other ends.
    evidence[1].presence[0].fact.name_servers = vec![parsed("ns1.sinkhole.example")];
    assert_eq!(names_behind(&servers()[0], &evidence).len(), 2);
}

#[test]
fn an_unsigned_delegation_is_a_warning() {
    assert_eq!(weak(&but(|fact| fact.signed = Some(false))), [(Weakness::Unsigned, false)]);
}

#[test]
fn a_hold_or_a_lost_delegation_is_refused_and_urgent() {
    let held = but(|fact| fact.statuses.push("serverHold".to_owned()));
    assert!(findings(&servers(), &held, now())[0].urgent);
    let mut gone = guard::safe(&servers(), now());
    gone[0].presence[0].fact.existence = Existence::Absent;
    assert_eq!(weak(&gone), [(Weakness::NotDelegated, true)]);
}

#[test]
fn a_server_without_address_is_refused_and_urgent() {
    let mut evidence = guard::safe(&servers(), now());
    let look = |addresses: &[&str]| {
        let mut dossier = Dossier::new(servers()[0].clone());
        let mut presence = evidence_of_host(addresses);
        presence.addresses.sort_unstable();
        dossier.presence.push(Sourced {
            method: Method::Dns,
            source: "127.0.0.1:53".to_owned(),
            at: now(),
            fact: presence,
        });
        dossier
    };
    evidence.push(look(&["192.0.2.1", "2001:db8::1"]));
    assert!(weak(&evidence).is_empty());
    evidence.pop();
    evidence.push(look(&[]));
    assert_eq!(weak(&evidence), [(Weakness::NoAddress, true)]);
    assert_eq!(findings(&servers(), &evidence, now())[0].what, "ns1.sinkhole.example has no address");
}

fn evidence_of_host(addresses: &[&str]) -> Presence {
    let mut presence = Presence::bare(Existence::NoDelegation);
    presence.addresses = addresses.iter().map(|address| parsed(address)).collect();
    presence
}
