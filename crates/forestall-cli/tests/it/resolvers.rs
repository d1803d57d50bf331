// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A machine infected with Conficker B, today, among others that ask real name servers, seen in what these and tcpdump write down.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use forestall_testkit::bind::Bind;
use forestall_testkit::knot::KnotResolver;
use forestall_testkit::question::ask;
use forestall_testkit::skip;
use forestall_testkit::unbound::{Orders, Unbound};
use serde_json::Value;

use crate::support::{Home, ran};

/// Names that nobody generated: shops, trackers, host names with digits, and one below a name that looks like a listed one.
const ORDINARY: [&str; 8] = [
    "www.example.com",
    "d3ad8f1k2x0z.cloudfront.net",
    "e4578.dscb.akamaiedge.net",
    "mail.example.org",
    "time.example.net",
    "4.3.2.1.dnsbl.example",
    "update.example.com",
    "xn--bcher-kva.example",
];

const INFECTED: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 7);
const OTHERS: [Ipv4Addr; 3] = [Ipv4Addr::LOCALHOST, Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::new(127, 0, 0, 3)];

/// Makes an index of the names of these days and returns those of today.
fn names_of_today(home: &Home) -> Vec<String> {
    let run = |words: &[&str]| {
        let ran = ran(home.program().args(words));
        assert_eq!(ran.status, 0, "{}", ran.err);
        ran.out
    };
    let today: Vec<String> = run(&["predict", "conficker-b"]).lines().map(str::to_owned).collect();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let day = |offset: i32| {
        let days = i32::try_from(now / 86_400).unwrap() + offset;
        forestall_model::UtcDay::from_epoch_days(days).to_string()
    };
    run(&["index", "build", "-o", "names.idx", "--family", "conficker-b", "--from", &day(-2), "--until", &day(3)]);
    today
}

/// Asks as the machines would: ordinary names from all, listed ones from one, in odd letter case, with labels before it, and twice.
fn play(server: SocketAddr, listed: &[String]) {
    let patience = Duration::from_secs(5);
    for client in OTHERS.iter().chain([&INFECTED]) {
        for name in ORDINARY {
            ask(server, *client, name, patience).unwrap();
        }
    }
    for (place, name) in listed[..6].iter().enumerate() {
        let asked = match place {
            1 => name.to_uppercase(),
            2 => format!("www.{name}"),
            _ => name.clone(),
        };
        assert_eq!(ask(server, INFECTED, &asked, patience).unwrap(), 3);
    }
    ask(server, INFECTED, &listed[0], patience).unwrap();
    // The beginning of a listed name, and one with letters before it, are other names.
    ask(server, OTHERS[0], &format!("x{}", listed[0]), patience).unwrap();
    ask(server, OTHERS[0], &listed[0][1..], patience).unwrap();
}

#[track_caller]
fn check(home: &Home, words: &[&str], nxdomain: u64) -> Value {
    let mut command = home.program();
    command.env("TZ", "UTC").args(["scan", "--index", "names.idx", "--format", "jsonl"]).args(words);
    let ran = ran(&mut command);
    assert_eq!(ran.status, 1, "{}", ran.err);
    let rows: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 1, "{}", ran.out);
    let row = &rows[0];
    let number = |key: &str| row[key].as_u64().unwrap();
    assert_eq!((row["client"].as_str(), row["family"].as_str()), (Some("127.0.0.7"), Some("conficker-b")));
    assert_eq!((number("names"), number("out_of_window"), number("nxdomain")), (6, 0, nxdomain), "{row}");
    assert!(row["confidence"].as_f64().unwrap() > 0.999_999);
    rows[0].clone()
}

/// Writes to a file what goes over a port of loopback.
struct Capture {
    child: Child,
    file: PathBuf,
    server: SocketAddr,
}

impl Capture {
    /// Starts, and waits until packets are taken; none where the user may not capture.
    fn start(test: &str, file: &Path, server: SocketAddr) -> Option<Self> {
        let program = skip::needs(test, "tcpdump")?;
        let mut child = Command::new(program)
            .args(["-i", "lo", "-n", "-U", "--immediate-mode", "-s", "4096", "-B", "8192", "-Z", "root", "-w"])
            .arg(file)
            .args(["port", &server.port().to_string()])
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        while stderr.read_line(&mut said).is_ok_and(|count| count > 0) {
            if said.contains("listening on") {
                // What it says at its end is of no interest, but it must have somebody to say it to.
                std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
                return Some(Self { child, file: file.to_owned(), server });
            }
        }
        child.wait().unwrap();
        skip::skipped(test, &format!("may not capture: {}", said.trim()));
        None
    }

    /// Ends when all that was sent before stands in the file.
    fn end(mut self) {
        let last = b"\x04last\x07invalid";
        ask(self.server, Ipv4Addr::LOCALHOST, "last.invalid", Duration::from_secs(5)).unwrap();
        let begun = Instant::now();
        // In the question and in the answer.
        while std::fs::read(&self.file).unwrap().windows(last.len()).filter(|octets| octets == last).count() < 2 {
            assert!(begun.elapsed() < Duration::from_secs(20), "tcpdump does not write");
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap().success());
        self.child.wait().unwrap();
    }
}

/// Counts the answers in a capture that tell the infected machine that a listed name, or one below it, does not exist, as tshark reads them.
fn by_tshark(tshark: &Path, file: &Path, port: u16, listed: &[String]) -> usize {
    let read = Command::new(tshark)
        .arg("-r")
        .arg(file)
        .args(["-n", "-d", &format!("udp.port=={port},dns"), "-d", &format!("tcp.port=={port},dns")])
        .args(["-Y", "dns.flags.response == 1 && dns.flags.rcode == 3 && ip.dst == 127.0.0.7", "-T", "fields"])
        .args(["-e", "dns.qry.name"])
        .output()
        .unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let names = String::from_utf8(read.stdout).unwrap().to_lowercase();
    let is_listed = |name: &&str| listed.iter().any(|listed| name.strip_prefix("www.").unwrap_or(name) == listed);
    names.lines().filter(is_listed).count()
}

#[test]
fn unbound_its_log_and_a_capture_of_it() {
    let test = "unbound_its_log_and_a_capture_of_it";
    let home = Home::new();
    let listed = names_of_today(&home);
    let Some(server) = Unbound::start(test, &Orders { names: &ORDINARY[..1], logs: true, ..Orders::default() }) else {
        return;
    };
    let file = home.folder().join("lo.pcap");
    let port = server.address().port();
    let Some(capture) = Capture::start(test, &file, server.address()) else { return };
    play(server.address(), &listed);
    // Over TCP with EDNS, by another client than ours.
    if let Some(dig) = skip::needs(test, "dig") {
        let asked = Command::new(dig)
            .args(["-b", "127.0.0.7", "@127.0.0.1", "-p", &port.to_string(), "+tcp", "+noall", "+comments", &listed[5]])
            .output()
            .unwrap();
        assert!(String::from_utf8_lossy(&asked.stdout).contains("NXDOMAIN"));
        capture.end();
        let by_capture = check(&home, &["lo.pcap", "--port", &port.to_string()], 8);
        assert_eq!(by_capture["queries"], 8);
        if let Some(tshark) = skip::needs(test, "tshark") {
            assert_eq!(by_tshark(&tshark, &file, port, &listed[..6]), 8);
        }
        std::fs::copy(server.log(), home.folder().join("unbound.log")).unwrap();
        let by_log = check(&home, &["unbound.log"], 8);
        assert_eq!(by_log["queries"], 8);
        assert_eq!(by_log["days"], by_capture["days"]);
    }
}

#[test]
fn bind_and_its_query_log() {
    let home = Home::new();
    let listed = names_of_today(&home);
    let Some(server) = Bind::start("bind_and_its_query_log", &ORDINARY[..1]) else { return };
    play(server.address(), &listed);
    std::fs::copy(server.query_log(), home.folder().join("queries.log")).unwrap();
    // A query log tells no answers.
    let row = check(&home, &["queries.log"], 0);
    assert_eq!(row["queries"], 7);
}

#[test]
fn a_capture_of_knot_resolver_that_asks_bind() {
    let test = "a_capture_of_knot_resolver_that_asks_bind";
    let home = Home::new();
    let listed = names_of_today(&home);
    let Some(authority) = Bind::start(test, &ORDINARY[..1]) else { return };
    let Some(server) = KnotResolver::start(test, authority.address()) else { return };
    let Some(capture) = Capture::start(test, &home.folder().join("lo.pcap"), server.address()) else { return };
    play(server.address(), &listed);
    capture.end();
    let row = check(&home, &["lo.pcap", "--port", &server.address().port().to_string()], 7);
    assert_eq!(row["queries"], 7);
    // No policy of the resolver said that the names do not exist: it asked for each, in letter case of its own.
    let asked = std::fs::read_to_string(authority.query_log()).unwrap().to_lowercase();
    for name in &listed[..6] {
        assert!(asked.contains(&format!("query: {name} ")) || asked.contains(&format!("query: www.{name} ")), "{name}");
    }
}
