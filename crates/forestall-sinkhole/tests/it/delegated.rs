// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The whole way of a name: a root and top-level domains of NSD's, which delegate names to the sinkhole, and resolvers of other makers that know nothing but
//! the root.
//!
//! Delegations lead to port 53, so that the tests need the right to listen there; each has addresses of its own within 127.0.0.0/8.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use forestall_spool::AnswerGiven;
use forestall_testkit::nsd::Nsd;
use forestall_testkit::resolver::{Make, Resolver, Settings};
use forestall_testkit::skip;

use crate::resolver::dig;
use crate::support::{CONFIG, Sinkhole, wire, write_index_until};

/// For how long after the start the window of `closing.ws` is open, in seconds.
const OPEN_FOR: i64 = 12;

/// Returns three addresses, for root, top-level domains and sinkhole, that no test beside this one has; `None` where port 53 is not to be had.
pub(crate) fn places(test: &str, number: u8) -> Option<[Ipv4Addr; 3]> {
    let [.., high, low] = std::process::id().to_be_bytes();
    let places = [1, 2, 3].map(|place| Ipv4Addr::new(127, 64 + high % 128, low, 10 * number + place));
    match UdpSocket::bind((places[0], 53)) {
        Ok(_) => Some(places),
        Err(error) => {
            skip::skipped(test, &format!("needs the right to listen on port 53 of {}: {error}", places[0]));
            None
        }
    }
}

/// Returns where a name server listens at an address.
pub(crate) fn port_53(address: Ipv4Addr) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(address), 53)
}

/// Returns the beginning of a zone.
pub(crate) fn soa(server: &str) -> String {
    format!("$TTL 3600\n@ SOA {server} hostmaster.{server} 1 3600 600 86400 5\n")
}

fn check(test: &str, number: u8, make: Make) {
    let (Some(program), Some([root, tld, sink])) = (skip::needs(test, "dig"), places(test, number)) else { return };
    let root_zone = format!(
        "{}@ NS a.root-servers.example.\na.root-servers.example. A {root}\n\
         ws. NS ns.nic.ws.\nns.nic.ws. A {tld}\nexample. NS ns.nic.ws.\n",
        soa("a.root-servers.example.")
    );
    // As a registry writes it: the name servers lie under another name, which has servers of its own.
    let delegated: String = ["opentoday", "bygone", "closing", "not-listed"]
        .iter()
        .map(|name| format!("{name} NS ns1.sink.example.\n{name} NS ns2.sink.example.\n"))
        .collect();
    let ws = format!("{}@ NS ns.nic.ws.\nns.nic A {tld}\n{delegated}", soa("ns.nic.ws."));
    let example = format!(
        "{}@ NS ns.nic.ws.\nns1.sink A {sink}\nns2.sink A {sink}\na.root-servers A {root}\n",
        soa("ns.nic.ws.")
    );
    let Some(_root) = Nsd::start_at(test, port_53(root), &[(".", &root_zone)]) else { return };
    let Some(_tld) = Nsd::start_at(test, port_53(tld), &[("ws", &ws), ("example", &example)]) else { return };
    let settings = Settings {
        is_root: true,
        // Refusals are not kept for long, so that the end of a window is seen.
        text: if make == Make::Unbound { "server:\n  cache-min-ttl: 0\n" } else { "" },
        ..Settings::default()
    };
    let Some(resolver) = Resolver::start(test, make, port_53(root), &settings) else { return };
    let config = CONFIG.replacen("listen = [\"127.0.0.1:0\"]", &format!("listen = [\"{sink}:53\"]"), 1);
    let until = crate::support::now().plus_seconds(OPEN_FOR);
    let sinkhole =
        Sinkhole::with(&config, |folder| write_index_until(&folder.join("names.index"), "closing.ws", until));
    let ask = |name: &str, kind: &str| dig(&program, resolver.address(), name, kind);
    let found = |data: &[&str]| ("NOERROR".to_owned(), data.iter().map(|&text| text.to_owned()).collect::<Vec<_>>());
    assert_eq!(ask("opentoday.ws", "A"), found(&["192.0.2.80"]));
    assert_eq!(ask("www.opentoday.ws", "AAAA"), found(&["2001:db8::80"]));
    assert_eq!(ask("opentoday.ws", "MX"), found(&["0 ."]));
    assert_eq!(ask("opentoday.ws", "NS"), found(&["ns1.sink.example.", "ns2.sink.example."]));
    assert_eq!(ask("opentoday.ws", "DS"), found(&[]));
    let closing = ask("closing.ws", "A");
    if crate::support::now() < until {
        assert_eq!(closing, found(&["192.0.2.80"]));
    }
    // A delegation that outlives the window, or was never ours: the sinkhole refuses, and the resolver has nothing to tell.
    for name in ["bygone.ws", "not-listed.ws"] {
        let (status, data) = ask(name, "A");
        assert!(matches!(status.as_str(), "SERVFAIL" | "REFUSED") && data.is_empty(), "{name}: {status}");
    }
    while crate::support::now() < until.plus_seconds(2) {
        std::thread::sleep(Duration::from_millis(100));
    }
    // The record ended with the window, so that no resolver has it any more.
    let (status, data) = ask("closing.ws", "A");
    assert!(matches!(status.as_str(), "SERVFAIL" | "REFUSED") && data.is_empty(), "{status} {data:?}");
    drop(resolver);
    let seen = sinkhole.stop();
    let saw = |name: &str, answer: AnswerGiven| {
        seen.dns.iter().any(|hit| hit.qname.eq_ignore_ascii_case(&wire(name)) && hit.answer == answer)
    };
    assert!(saw("opentoday.ws", AnswerGiven::Records) && saw("bygone.ws", AnswerGiven::Closed));
    assert!(saw("closing.ws", AnswerGiven::Closed));
    assert!(!seen.dns.iter().any(|hit| hit.qname.eq_ignore_ascii_case(&wire("not-listed.ws"))));
}

#[test]
fn names_are_found_by_bind_from_the_root() {
    check("names_are_found_by_bind_from_the_root", 1, Make::Bind);
}

#[test]
fn names_are_found_by_unbound_from_the_root() {
    check("names_are_found_by_unbound_from_the_root", 2, Make::Unbound);
}

#[test]
fn names_are_found_by_knot_resolver_from_the_root() {
    check("names_are_found_by_knot_resolver_from_the_root", 3, Make::KnotResolver);
}

#[test]
fn names_are_found_by_powerdns_from_the_root() {
    check("names_are_found_by_powerdns_from_the_root", 4, Make::PowerDns);
}
