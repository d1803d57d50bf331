// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Resolvers that transfer the zone, answer as it says, take the differences, and stop answering so.

use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use forestall_dns::transfer::{Key, Limits, Notification, notify};
use forestall_testkit::answer;
use forestall_testkit::bind::Bind;
use forestall_testkit::resolver::{Make, Resolver, Settings};
use forestall_testkit::skip;

use super::guests::until;
use super::played::{KEY, Played, SECRET_TEXT, Serving, ZONE, apex, key, names, now, serve};

/// What the botnet's server has as its address.
const OUTSIDE: &str = "A 192.0.2.1";
const NAMES: [&str; 12] = [
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
    "fff.be",
];

fn said(resolver: &Resolver, name: &str) -> String {
    let answer = match answer::ipv4(resolver.address(), name) {
        Ok(answer) => answer,
        Err(error) => return error.to_string(),
    };
    match (answer.code, answer.records.as_slice()) {
        (0, []) => "NODATA".to_owned(),
        (0, records) => records.join(", "),
        (3, []) => "NXDOMAIN".to_owned(),
        (code, _) => format!("code {code}"),
    }
}

#[track_caller]
fn wait(resolver: &Resolver, serving: &Serving, name: &str, expected: &str) {
    let begun = Instant::now();
    while said(resolver, name) != expected {
        let counts = serving.server.counts();
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{name} is not answered with {expected} but {}: {counts:?}\n{}",
            said(resolver, name),
            resolver.said()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[track_caller]
fn check(resolver: &Resolver, expected: &[(&str, &str)]) {
    for (name, answer) in expected {
        assert_eq!(said(resolver, name), *answer, "{name}: {}", resolver.said());
    }
}

/// Checks what is answered by the first state of the zone.
#[track_caller]
fn check_first(resolver: &Resolver) {
    let denied = ["aaa.be", "www.aaa.be", "bbb.co.uk", "ccc.ws", "a.b.ccc.ws", "ddd.org", "www.ddd.org"];
    check(resolver, &denied.map(|name| (name, "NXDOMAIN")));
    check(resolver, &["xaaa.be", "ok.ddd.org", "www.ok.ddd.org", "eee.be", "fff.be"].map(|name| (name, OUTSIDE)));
}

/// Plays the day after: one name leaves, one comes.
fn roll_over(serving: &Serving) {
    let denied = names(["bbb.co.uk", "ccc.ws", "ddd.org", "fff.be"]);
    serving.server.zones().play(2, names(["eee.be", "ok.ddd.org"]), denied);
}

/// Plays the end of all windows.
fn close(serving: &Serving) {
    serving.server.zones().play(3, names([]), names([]));
}

/// Tells a resolver, with a signature or, as Unbound wants it, without.
async fn tell(target: SocketAddr, serial: u32, key: Option<&Key>) {
    let apex = apex();
    let told = Notification { apex: &apex, serial, key, from: None, tries: 5, patience: Duration::from_millis(500) };
    notify(target, &told, now).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn bind_takes_the_zone_its_differences_and_its_end_when_it_is_told() {
    let test = "bind_takes_the_zone_its_differences_and_its_end_when_it_is_told";
    let Some(authority) = Bind::start(test, &NAMES) else { return };
    let serving = serve(Played::small(), Limits::default()).await;
    let text = format!(
        "key \"{KEY}\" {{ algorithm hmac-sha256; secret \"{SECRET_TEXT}\"; }};\n\
         zone \"{ZONE}\" {{ type secondary; file \"zone\"; primaries port {} {{ 127.0.0.1 key \"{KEY}\"; }}; }};\n",
        serving.address.port()
    );
    let options = format!("response-policy {{ zone \"{ZONE}\"; }} min-update-interval 0 qname-wait-recurse no;\n");
    let settings = Settings { text: &text, options: &options, files: &[], is_root: false };
    let Some(resolver) = Resolver::start(test, Make::Bind, authority.address(), &settings) else { return };
    wait(&resolver, &serving, "aaa.be", "NXDOMAIN");
    check_first(&resolver);

    roll_over(&serving);
    tell(resolver.address(), 2, Some(&key())).await;
    wait(&resolver, &serving, "fff.be", "NXDOMAIN");
    wait(&resolver, &serving, "aaa.be", OUTSIDE);
    check(&resolver, &[("www.aaa.be", OUTSIDE), ("www.fff.be", "NXDOMAIN"), ("ddd.org", "NXDOMAIN")]);
    let counts = serving.server.counts();
    assert_eq!((counts.full, counts.differences, counts.cut), (1, 1, 0), "{}", resolver.said());

    close(&serving);
    tell(resolver.address(), 3, Some(&key())).await;
    for name in ["fff.be", "bbb.co.uk", "ccc.ws", "ddd.org"] {
        wait(&resolver, &serving, name, OUTSIDE);
    }
    assert_eq!(serving.server.counts().differences, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn unbound_takes_the_zone_by_its_address_and_its_differences_when_it_is_told() {
    let test = "unbound_takes_the_zone_by_its_address_and_its_differences_when_it_is_told";
    let Some(authority) = Bind::start(test, &NAMES) else { return };
    let serving = serve(Played { unsigned: true, ..Played::small() }, Limits::default()).await;
    let clause = format!(
        "rpz:\n  name: \"{ZONE}\"\n  primary: 127.0.0.1@{}\n  allow-notify: 127.0.0.1\n  zonefile: \"zone\"\n",
        serving.address.port()
    );
    let settings = Settings { text: &clause, ..Settings::default() };
    let Some(resolver) = Resolver::start(test, Make::Unbound, authority.address(), &settings) else { return };
    wait(&resolver, &serving, "aaa.be", "NXDOMAIN");
    check_first(&resolver);

    roll_over(&serving);
    tell(resolver.address(), 2, None).await;
    wait(&resolver, &serving, "fff.be", "NXDOMAIN");
    wait(&resolver, &serving, "aaa.be", OUTSIDE);
    check(&resolver, &[("ddd.org", "NXDOMAIN"), ("www.ok.ddd.org", OUTSIDE)]);
    let counts = serving.server.counts();
    assert_eq!((counts.full, counts.differences, counts.cut), (1, 1, 0), "{}", resolver.said());

    close(&serving);
    tell(resolver.address(), 3, None).await;
    for name in ["fff.be", "bbb.co.uk", "ccc.ws", "ddd.org"] {
        wait(&resolver, &serving, name, OUTSIDE);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn power_dns_recursor_takes_the_zone_signed_and_its_differences_by_itself() {
    let test = "power_dns_recursor_takes_the_zone_signed_and_its_differences_by_itself";
    let Some(authority) = Bind::start(test, &NAMES) else { return };
    let serving = serve(Played::small(), Limits::default()).await;
    // It hears no notification for policy zones; it looks by itself, here each second.
    let line = format!(
        "rpzPrimary('127.0.0.1:{}', '{ZONE}', {{ policyName = '{ZONE}', tsigname = '{KEY}', tsigalgo = 'hmac-sha256', \
         tsigsecret = '{SECRET_TEXT}', refresh = 1 }})\n",
        serving.address.port()
    );
    let settings = Settings { text: &line, ..Settings::default() };
    let Some(resolver) = Resolver::start(test, Make::PowerDns, authority.address(), &settings) else { return };
    wait(&resolver, &serving, "aaa.be", "NXDOMAIN");
    check_first(&resolver);

    roll_over(&serving);
    wait(&resolver, &serving, "fff.be", "NXDOMAIN");
    wait(&resolver, &serving, "aaa.be", OUTSIDE);
    let counts = serving.server.counts();
    assert_eq!((counts.full, counts.differences, counts.cut), (1, 1, 0), "{}", resolver.said());

    close(&serving);
    for name in ["fff.be", "bbb.co.uk", "ccc.ws", "ddd.org"] {
        wait(&resolver, &serving, name, OUTSIDE);
    }
}

/// Knot Resolver loads policy zones from files alone: one that dig has transferred.
#[tokio::test(flavor = "multi_thread")]
async fn knot_resolver_takes_a_file_that_dig_transferred() {
    let test = "knot_resolver_takes_a_file_that_dig_transferred";
    let Some(dig) = skip::needs(test, "dig") else { return };
    let Some(authority) = Bind::start(test, &NAMES) else { return };
    let serving = serve(Played::small(), Limits::default()).await;
    let port = serving.address.port().to_string();
    let secret = format!("hmac-sha256:{KEY}:{SECRET_TEXT}");
    let fetched = Command::new(dig)
        .args(["@127.0.0.1", "-p", &port, "-y", &secret, ZONE, "AXFR", "+onesoa", "+nocomments", "+nostats"])
        .output()
        .unwrap();
    let zone = String::from_utf8(fetched.stdout).unwrap();
    let zone: String = zone.lines().filter(|line| !line.contains("\tTSIG\t")).flat_map(|line| [line, "\n"]).collect();
    let rule = "policy.add(policy.rpz(policy.DENY, '{folder}/zone.rpz', false))\n";
    let settings = Settings { text: rule, files: &[("zone.rpz", &zone)], ..Settings::default() };
    let Some(resolver) = Resolver::start(test, Make::KnotResolver, authority.address(), &settings) else { return };
    wait(&resolver, &serving, "aaa.be", "NXDOMAIN");
    check(&resolver, &["www.aaa.be", "bbb.co.uk", "ccc.ws", "a.b.ccc.ws", "ddd.org"].map(|name| (name, "NXDOMAIN")));
    check(&resolver, &["xaaa.be", "fff.be"].map(|name| (name, OUTSIDE)));
    until(|| serving.server.counts().full == 1).await;
}
