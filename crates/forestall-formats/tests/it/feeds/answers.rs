// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What real resolvers answer by a form.

use std::time::{Duration, Instant};

use forestall_testkit::answer::{self, Answer};
use forestall_testkit::bind::Bind;
use forestall_testkit::resolver::Resolver;

/// The address that the names of the feed have outside: the botnet's server.
pub(crate) const OUTSIDE: &str = "A 192.0.2.1";
/// The sinkhole of the tests, by addresses.
pub(crate) const SINKHOLE: &str = "sinkhole=198.51.100.7,2001:db8::7";

/// Starts an authority where every name that is asked for has the address [`OUTSIDE`].
pub(crate) fn outside(test: &str) -> Option<Bind> {
    Bind::start(
        test,
        &[
            "aaa.be",
            "www.aaa.be",
            "xaaa.be",
            "bbb.co.uk",
            "ccc.ws",
            "a.b.ccc.ws",
            "ddd.org",
            "www.ddd.org",
            "ok.ddd.org",
            "www.ok.ddd.org",
            "eee.be",
            "sink.example",
        ],
    )
}

/// Asks for the IPv4 addresses of names: `NXDOMAIN`, `NODATA`, the records, or the code of another answer.
#[track_caller]
pub(crate) fn check(resolver: &Resolver, expected: &[(&str, &str)]) {
    let found: Vec<(&str, String)> = expected.iter().map(|(name, _)| (*name, said(resolver, name))).collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(name, said)| (*name, said.as_str())).collect();
    assert_eq!(found, expected, "{}", resolver.said());
}

/// Checks what is answered to an entry, to a name two labels below one, and to an entry of two campaigns; and that a name beside them is answered as ever.
#[track_caller]
pub(crate) fn check_entries(resolver: &Resolver, answer: &str) {
    let listed = ["aaa.be", "www.aaa.be", "bbb.co.uk", "ccc.ws", "a.b.ccc.ws"].map(|name| (name, answer));
    check(resolver, &[&listed[..], &[("xaaa.be", OUTSIDE)]].concat());
}

/// Checks that names that are let through are answered as ever, and what is below one, though the name above it is an entry.
#[track_caller]
pub(crate) fn check_let_through(resolver: &Resolver, answer: &str) {
    let outside = ["eee.be", "ok.ddd.org", "www.ok.ddd.org"].map(|name| (name, OUTSIDE));
    check(resolver, &[&[("ddd.org", answer), ("www.ddd.org", answer)][..], &outside[..]].concat());
}

/// Checks that all names are answered as ever.
#[track_caller]
pub(crate) fn check_nothing(resolver: &Resolver) {
    check_entries(resolver, OUTSIDE);
    check_let_through(resolver, OUTSIDE);
}

/// Checks the IPv6 addresses of an entry and of a name below it.
#[track_caller]
pub(crate) fn check_ipv6(resolver: &Resolver) {
    for name in ["aaa.be", "www.aaa.be"] {
        assert_eq!(word(&answer::ipv6(resolver.address(), name).unwrap()), "AAAA 2001:db8::7", "{name}");
    }
}

/// Waits until a resolver that read its files anew answers as they say now.
#[track_caller]
pub(crate) fn wait(resolver: &Resolver, name: &str, answer: &str) {
    let begun = Instant::now();
    while said(resolver, name) != answer {
        assert!(begun.elapsed() < Duration::from_secs(30), "{name} is not answered with {answer}: {}", resolver.said());
        std::thread::sleep(Duration::from_millis(50));
    }
}

pub(crate) fn said(resolver: &Resolver, name: &str) -> String {
    word(&answer::ipv4(resolver.address(), name).unwrap())
}

fn word(answer: &Answer) -> String {
    match (answer.code, answer.records.as_slice()) {
        (0, []) => "NODATA".to_owned(),
        (3, _) => "NXDOMAIN".to_owned(),
        (0, records) => records.join(", "),
        (code, _) => format!("code {code}"),
    }
}
