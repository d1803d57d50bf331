// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The register of friends and sinkholes.

use forestall_model::Dossier;
use forestall_model::dossier::{Existence, Listing, ListingKind, MatchedBy};
use forestall_vet::register::{Entry, Network};
use forestall_vet::{Register, known};

use crate::built::{look, named};

fn entry(holder: &str, kind: ListingKind) -> Entry {
    Entry {
        holder: holder.to_owned(),
        kind,
        names: Vec::new(),
        name_servers: Vec::new(),
        addresses: Vec::new(),
        since: None,
        contact: String::new(),
        proof: String::new(),
    }
}

fn served(name: &str, servers: &[&str]) -> Dossier {
    let mut dossier = named(name);
    dossier.presence.push(look(Existence::Delegated, servers));
    dossier
}

fn told(listings: &[Listing]) -> Vec<String> {
    let tell = |l: &Listing| format!("{} {} {} {} {}", l.kind, l.who, l.by, l.value, l.trusted);
    listings.iter().map(tell).collect()
}

#[test]
fn name_servers_match_by_zone_and_only_all_together() {
    let mut register = Register::new();
    let mut sinkhole = entry("cwg", ListingKind::Sinkhole);
    sinkhole.name_servers = vec!["sinkhole.example".parse().unwrap()];
    register.add("test", true, sinkhole);
    let check = |servers: &[&str], expected: &[&str]| {
        assert_eq!(told(&register.listings(&served("a.com", servers))), expected, "{servers:?}");
    };
    check(&["ns1.sinkhole.example", "ns2.sinkhole.example"], &["sinkhole cwg name-server ns1.sinkhole.example true"]);
    check(&["sinkhole.example"], &["sinkhole cwg name-server sinkhole.example true"]);
    check(&["ns1.mysinkhole.example"], &[]);
    check(&[], &[]);
    // One server of a sinkhole beside one's own hides nobody.
    check(
        &["ns1.evil.example", "ns1.sinkhole.example"],
        &["sinkhole cwg name-server ns1.sinkhole.example, 1 of 2 name servers false"],
    );
}

#[test]
fn servers_of_one_holder_count_together_over_its_entries() {
    let mut register = Register::new();
    for zone in ["sink.example", "hole.example"] {
        let mut sinkhole = entry("cwg", ListingKind::Sinkhole);
        sinkhole.name_servers = vec![zone.parse().unwrap()];
        register.add("test", true, sinkhole);
    }
    let found = register.listings(&served("a.com", &["ns1.sink.example", "ns1.hole.example"]));
    assert_eq!(told(&found), ["sinkhole cwg name-server ns1.sink.example true"]);
}

#[test]
fn a_friends_name_that_is_served_by_others_is_doubted() {
    let mut register = Register::new();
    let mut friend = entry("team-x", ListingKind::Friendly);
    friend.names = vec!["a.com".parse().unwrap()];
    friend.name_servers = vec!["team-x.example".parse().unwrap()];
    register.add("test", true, friend);
    let ours = register.listings(&served("a.com", &["ns1.team-x.example"]));
    assert!(ours.iter().all(|listing| listing.trusted), "{ours:?}");
    assert_eq!(
        told(&register.listings(&served("a.com", &["ns1.evil.example"]))),
        ["friendly team-x name a.com, served by others false"]
    );
    assert_eq!(told(&register.listings(&named("a.com"))), ["friendly team-x name a.com true"]);
    assert!(register.listings(&named("b.com")).is_empty());
}

#[test]
fn what_is_proposed_lends_no_name_server_to_what_is_trusted() {
    let mut register = Register::new();
    for (trusted, zone) in [(true, "a.example"), (false, "b.example")] {
        let mut friend = entry("team-x", ListingKind::Friendly);
        friend.name_servers = vec![zone.parse().unwrap()];
        register.add("test", trusted, friend);
    }
    let listings = register.listings(&served("a.com", &["ns.a.example", "ns.b.example"]));
    assert_eq!(listings.len(), 2, "{listings:?}");
    assert!(listings.iter().all(|listing| !listing.trusted), "{listings:?}");
}

#[test]
fn addresses_match_by_network() {
    let mut register = Register::new();
    let mut sinkhole = entry("cwg", ListingKind::Sinkhole);
    sinkhole.addresses = vec!["192.0.2.0/24".parse().unwrap(), "2001:db8::/32".parse().unwrap()];
    register.add("test", true, sinkhole);
    let mut dossier = served("a.com", &["ns1.evil.example"]);
    dossier.presence[0].fact.addresses = vec!["192.0.2.77".parse().unwrap(), "2001:db8:1::1".parse().unwrap()];
    assert_eq!(told(&register.listings(&dossier)), ["sinkhole cwg address 192.0.2.77 true"]);
    dossier.presence[0].fact.addresses = vec!["192.0.3.77".parse().unwrap(), "2001:db9::1".parse().unwrap()];
    assert!(register.listings(&dossier).is_empty());
}

#[test]
fn networks_have_one_written_form() {
    let check = |text: &str, expected: Option<&str>| {
        let read = text.parse::<Network>().ok().map(|network| network.to_string());
        assert_eq!(read.as_deref(), expected, "{text}");
    };
    check("192.0.2.1", Some("192.0.2.1"));
    check("192.0.2.1/32", Some("192.0.2.1"));
    check("192.0.2.0/24", Some("192.0.2.0/24"));
    check("0.0.0.0/0", Some("0.0.0.0/0"));
    check("::/0", Some("::/0"));
    check("192.0.2.1/24", None);
    check("192.0.2.0/33", None);
    check("2001:db8::/129", None);
    check("192.0.2.0/-1", None);
    check("sinkhole", None);
}

#[test]
fn the_built_in_register_knows_public_sinkholes_and_doubts_zones_that_may_have_lapsed() {
    let mut register = Register::new();
    known::add_to(&mut register);
    let shadowserver = register.listings(&served("a.com", &["sc-a.sinkhole.shadowserver.org"]));
    assert!(shadowserver[0].trusted && shadowserver[0].who == "shadowserver");
    let lapsed = register.listings(&served("a.com", &["ns.conficker-sinkhole.org"]));
    assert!(!lapsed[0].trusted && lapsed[0].kind == ListingKind::Sinkhole);
    assert!(
        register.listings(&served("a.com", &["ns1.shadowserver.org"])).is_empty(),
        "not all of an organisation sinks"
    );
    let parked = register.listings(&served("a.com", &["ns1.sedoparking.com", "ns2.sedoparking.com"]));
    assert_eq!((parked[0].kind, parked[0].by), (ListingKind::Parking, MatchedBy::NameServer));
}

#[test]
fn a_hundred_thousand_entries_are_matched_quickly() {
    let mut register = Register::new();
    for i in 0..100_000_u32 {
        let mut friend = entry(&format!("friend{i}"), ListingKind::Friendly);
        friend.names = vec![format!("n{i}.com").parse().unwrap()];
        friend.name_servers = vec![format!("ns.friend{i}.example").parse().unwrap()];
        register.add("test", true, friend);
    }
    let start = std::time::Instant::now();
    let mut found = 0;
    for i in 0..20_000_u32 {
        found += register.listings(&served(&format!("n{i}.com"), &[&format!("ns.friend{i}.example")])).len();
    }
    assert_eq!(found, 40_000);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
