// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case check`: a look from outside, in a zone file and over DNS against a real name server.

use std::net::UdpSocket;

use forestall_testkit::nsd::Nsd;
use serde_json::Value;

use crate::support::Home;

fn opened() -> Home {
    let home = Home::new();
    home.ok("case open mine --campaign conficker-b --from 2009-01-01 --until 2009-01-02 --name-server ns1.sinkhole.test --name-server ns2.sinkhole.test --first-person Ann --second-person Bob --override-evidence 'a test'");
    home
}

/// The names of the slice of .cc on the day.
fn names(home: &Home) -> Vec<String> {
    home.ok("predict conficker-b --on 2009-01-01 --tld cc").lines().map(str::to_owned).collect()
}

/// A zone in which the first name is sinkholed, the second is somebody's, the others are absent.
fn zone(names: &[String]) -> String {
    format!(
        "$ORIGIN cc.\n$TTL 3600\n@ IN SOA a.nic.cc. host.nic.cc. 1 1800 900 604800 86400\n@ IN NS a.nic.cc.\na.nic IN A 192.0.2.1\n\
         {}. IN NS ns1.sinkhole.test.\n{0}. IN NS ns2.sinkhole.test.\n{}. IN NS ns.somebody.test.\n",
        names[0], names[1]
    )
}

fn cc(home: &Home) -> Value {
    let slices: Value = serde_json::from_str(&home.ok("case slices mine --format json")).unwrap();
    slices.as_array().unwrap().iter().find(|slice| slice["tld"] == "cc").unwrap().clone()
}

fn seen(home: &Home, names: &[String]) {
    let cc = cc(home);
    assert_eq!(cc["protected"]["observed"], 1);
    assert_eq!(cc["mismatch"], 1);
    assert_eq!(cc["looked_at"], names.len());
    let protected = home.ok("case names mine --tld cc --standing protected --format csv --on 2009-01-01");
    assert!(protected.lines().nth(1).unwrap().starts_with(&format!("{},", names[0])), "{protected}");
}

#[test]
fn looks_in_a_zone_file() {
    let home = opened();
    let names = names(&home);
    home.ok("case answer mine --tld cc --action reserve --result done");
    home.write("cc.zone", zone(&names));
    let ran = home.run("case check mine --on 2009-01-01 --zone cc.zone");
    assert_eq!((ran.status, ran.out.as_str()), (0, "mine#3\tswept\n"), "{}", ran.err);
    assert!(ran.err.contains("our-name-servers") && ran.err.contains("cc.zone"), "{}", ran.err);
    assert!(ran.err.contains("warning: the zone file does not end with its SOA"), "{}", ran.err);
    seen(&home, &names);
    let others = home.ok("case slices mine --format csv");
    assert!(others.lines().any(|row| row.starts_with("com,")), "{others}");
    assert_eq!(home.ok("case log mine --after 2").lines().count(), 1);
}

#[test]
fn a_zone_file_that_is_cut_is_refused_with_its_line() {
    let home = opened();
    let zone = zone(&names(&home));
    let cut = &zone[..zone.rfind("sinkhole").unwrap()];
    let cut = format!("{cut}( ; the rest never came");
    home.write("cc.zone", &cut);
    let line = format!("line {}", cut.lines().count());
    home.fails(1, "case check mine --on 2009-01-01 --zone cc.zone", &["nothing was recorded", "cc.zone", &line]);
    assert_eq!(home.ok("case log mine --format jsonl").lines().count(), 1);
    home.fails(3, "case check mine --on 2009-01-01 --zone gone.zone", &["gone.zone could not be opened"]);
}

#[test]
fn looks_over_dns() {
    let home = opened();
    let names = names(&home);
    home.ok("case answer mine --tld cc --action reserve --result done");
    let Some(server) = Nsd::start("check::looks_over_dns", &[("cc", &zone(&names))]) else { return };
    let line = format!("case check mine --on 2009-01-01 --tld cc --rate 1000 --dns {}", server.address());
    let ran = home.run(&line);
    assert_eq!((ran.status, ran.out.as_str()), (0, "mine#3\tswept\n"), "{}", ran.err);
    seen(&home, &names);
}

#[test]
fn a_server_that_is_silent_proves_nothing() {
    let home = opened();
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    drop(silent);
    let line = format!("case check mine --on 2009-01-01 --tld cc --rate 1000 --dns {address}");
    home.fails(3, &line, &["does not answer", &address.to_string()]);
    assert_eq!(home.ok("case log mine --format jsonl").lines().count(), 1);
}

#[test]
fn a_look_needs_exactly_one_way() {
    let home = opened();
    home.fails(2, "case check mine", &["--dns", "--zone"]);
    home.fails(2, "case check mine --dns 127.0.0.1 --zone cc.zone", &["cannot be used with"]);
    home.fails(2, "case check mine --dns localhost", &["expected 192.0.2.1"]);
    home.fails(2, "case check mine --dns 127.0.0.1 --rate 0", &["--rate"]);
    home.fails(1, "case check mine --on 2010-01-01 --dns 127.0.0.1:9", &["no names on 2010-01-01"]);
}
