// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Resolvers of other makers in front of the sinkhole: what they make of its answers, and what it sees of them.

use std::net::SocketAddr;
use std::process::Command;

use forestall_spool::AnswerGiven;
use forestall_testkit::resolver::{Make, Resolver, Settings};
use forestall_testkit::skip;

use crate::support::{Sinkhole, wire};

/// Asks by `dig`; returns its status word and the short form of the answer, sorted.
pub(crate) fn dig(program: &std::path::Path, server: SocketAddr, name: &str, kind: &str) -> (String, Vec<String>) {
    let at = format!("@{}", server.ip());
    let port = server.port().to_string();
    let output = Command::new(program)
        .args([&at, "-p", &port, name, kind, "+tries=3", "+timeout=10", "+nocookie"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let status = text.split("status: ").nth(1).and_then(|rest| rest.split(',').next()).unwrap_or("none").to_owned();
    let records = text.lines().filter(|line| !line.starts_with(';') && !line.is_empty());
    let answered = text
        .split(";; ANSWER SECTION:")
        .nth(1)
        .map_or(0, |rest| rest.split("\n\n").next().unwrap_or("").lines().count() - 1);
    let mut data: Vec<String> =
        records.take(answered).map(|line| line.split_whitespace().skip(4).collect::<Vec<_>>().join(" ")).collect();
    data.sort();
    (status, data)
}

fn check(test: &str, make: Make, text: &str) {
    let Some(program) = skip::needs(test, "dig") else { return };
    let sinkhole = Sinkhole::start();
    let text = text.replace("{port}", &sinkhole.address("dns").port().to_string());
    let settings = Settings { text: &text, ..Settings::default() };
    let Some(resolver) = Resolver::start(test, make, sinkhole.address("dns"), &settings) else { return };
    let server = resolver.address();
    let ask = |name: &str, kind: &str| dig(&program, server, name, kind);
    let found = |data: &[&str]| ("NOERROR".to_owned(), data.iter().map(|&text| text.to_owned()).collect::<Vec<_>>());
    assert_eq!(ask("opentoday.ws", "A"), found(&["192.0.2.80"]));
    assert_eq!(ask("www.opentoday.ws", "AAAA"), found(&["2001:db8::80"]));
    assert_eq!(ask("opentoday.ws", "MX"), found(&["0 ."]));
    assert_eq!(ask("opentoday.ws", "TXT"), found(&["\"sinkhole, see https://sink.example/\"", "\"v=spf1 -all\""]));
    assert_eq!(ask("opentoday.ws", "CAA"), found(&["0 issue \";\""]));
    assert_eq!(ask("opentoday.ws", "SRV"), found(&[]));
    // Last: a resolver may go on with the name servers that it was told, whose names lead nowhere here.
    assert_eq!(ask("opentoday.ws", "NS"), found(&["ns1.sink.example.", "ns2.sink.example."]));
    // Refused from there is no answer from the resolver.
    assert!(matches!(ask("bygone.ws", "A").0.as_str(), "SERVFAIL" | "REFUSED"));
    drop(resolver);
    let seen = sinkhole.stop();
    assert!(
        seen.dns
            .iter()
            .any(|hit| hit.qname.eq_ignore_ascii_case(&wire("opentoday.ws")) && hit.answer == AnswerGiven::Records)
    );
    assert!(
        seen.dns
            .iter()
            .any(|hit| hit.qname.eq_ignore_ascii_case(&wire("bygone.ws")) && hit.answer == AnswerGiven::Closed)
    );
}

#[test]
fn unbound_takes_its_answers() {
    // It asks as of a name that is delegated there, in mixed letter case, label by label.
    let delegated = |name| format!("stub-zone:\n  name: \"{name}\"\n  stub-addr: 127.0.0.1@{{port}}\n");
    let server = "server:\n  use-caps-for-id: yes\n  qname-minimisation: yes\n  qname-minimisation-strict: yes\n";
    let text = [server.to_owned(), delegated("opentoday.ws"), delegated("bygone.ws")].concat();
    check("unbound_takes_its_answers", Make::Unbound, &text);
}

#[test]
fn bind_takes_its_answers() {
    check("bind_takes_its_answers", Make::Bind, "");
}

#[test]
fn knot_resolver_takes_its_answers() {
    check("knot_resolver_takes_its_answers", Make::KnotResolver, "");
}

#[test]
fn powerdns_takes_its_answers() {
    check("powerdns_takes_its_answers", Make::PowerDns, "");
}
