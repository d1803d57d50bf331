// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What Zonemaster, by which registries check delegations, says of a name that leads to the sinkhole: from a root of the test's own, so that nothing leaves the loopback interface.
//!
//! Its tests of delegation, consistency, name servers, syntax and of the zone make sense for the sinkhole, and it must find nothing worse than a piece of information in any of them. What it says beside that is by
//! design, or of the test's own network; each such case stands in [`BY_DESIGN`] with its reason.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use forestall_testkit::nsd::Nsd;
use forestall_testkit::skip;

use crate::delegated::{places, port_53, soa};
use crate::support::{CONFIG, Sinkhole};

/// Its levels, and those of them that say that something is wrong.
const LEVELS: [&str; 6] = ["DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL"];
const WRONG: [&str; 4] = ["NOTICE", "WARNING", "ERROR", "CRITICAL"];

/// Test cases, or parts of their messages, whose findings are no fault of the sinkhole.
const BY_DESIGN: [(&str, &str); 10] = [
    ("ADDRESS01", "name servers of the test have addresses of the loopback interface"),
    ("ADDRESS02", "which have no reverse zone"),
    ("CONNECTIVITY03", "and no autonomous system"),
    ("CONNECTIVITY04", "nor a prefix of one"),
    ("DNSSEC07", "the sinkhole signs nothing, and the registry is asked for no DS"),
    ("NOT_SIGNED", "likewise"),
    ("NO_IPV6_NS", "name servers of the test have no IPv6"),
    ("SYNTAX06", "the domain of the mailbox is none of the test's"),
    ("ZONE02", "nobody transfers these zones: how often somebody would is read by nobody"),
    ("ZONE04", "likewise"),
];

/// The test cases that make sense for the sinkhole: each of them must have been run, and have found nothing wrong.
const SENSE: [&str; 27] = [
    "BASIC01",
    "BASIC02",
    "CONSISTENCY01",
    "CONSISTENCY02",
    "CONSISTENCY03",
    "CONSISTENCY04",
    "CONSISTENCY05",
    "CONSISTENCY06",
    "DELEGATION01",
    "DELEGATION02",
    "DELEGATION03",
    "DELEGATION04",
    "DELEGATION05",
    "DELEGATION06",
    "DELEGATION07",
    "NAMESERVER01",
    "NAMESERVER02",
    "NAMESERVER03",
    "NAMESERVER05",
    "NAMESERVER06",
    "NAMESERVER07",
    "NAMESERVER08",
    "NAMESERVER09",
    "SYNTAX07",
    "ZONE03",
    "ZONE05",
    "ZONE07",
];

/// A message: level, test case, and the whole line.
type Said = (String, String, String);

/// Has Zonemaster test a name from a file with the address of the root.
fn said(program: &std::path::Path, hints: &std::path::Path, name: &str) -> Vec<Said> {
    let mut command = Command::new(program);
    command.arg("--hints").arg(hints);
    let output = command
        .args(["--no-ipv6", "--level", "INFO", "--no-progress", "--raw", "--show-level", "--show-testcase", name])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let message = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let level = words.iter().position(|word| LEVELS.contains(word))?;
        Some((words[level].to_owned(), words.get(level + 1)?.to_uppercase(), line.to_owned()))
    };
    let said: Vec<Said> = text.lines().filter_map(message).collect();
    assert!(!said.is_empty(), "{text} {}", String::from_utf8_lossy(&output.stderr));
    said
}

#[test]
fn zonemaster_finds_nothing_wrong_with_a_name_that_leads_here() {
    let test = "zonemaster::zonemaster_finds_nothing_wrong_with_a_name_that_leads_here";
    let (Some(program), Some([root, tld, sink])) = (skip::needs(test, "zonemaster-cli"), places(test, 5)) else {
        return;
    };
    let [a, b, c, d] = sink.octets();
    let other = std::net::Ipv4Addr::new(a, b, c, d + 1);
    let root_zone = format!(
        "{}@ NS a.root-servers.example.\na.root-servers.example. A {root}\nws. NS ns.nic.ws.\nns.nic.ws. A {tld}\nexample. NS ns.nic.ws.\n",
        soa("a.root-servers.example.")
    );
    let delegated: String = ["opentoday", "not-listed"]
        .iter()
        .map(|name| format!("{name} NS ns1.sink.example.\n{name} NS ns2.sink.example.\n"))
        .collect();
    let ws = format!("{}@ NS ns.nic.ws.\nns.nic A {tld}\n{delegated}", soa("ns.nic.ws."));
    let example = format!(
        "{}@ NS ns.nic.ws.\nns1.sink A {sink}\nns2.sink A {other}\na.root-servers A {root}\n",
        soa("ns.nic.ws.")
    );
    let Some(_root) = Nsd::start_at(test, port_53(root), &[(".", &root_zone)]) else { return };
    let Some(_tld) = Nsd::start_at(test, port_53(tld), &[("ws", &ws), ("example", &example)]) else { return };
    let listen = format!("listen = [\"{sink}:53\", \"{other}:53\"]");
    let sinkhole = Sinkhole::with(&CONFIG.replacen("listen = [\"127.0.0.1:0\"]", &listen, 1), |_| {});
    let hints = sinkhole.folder.path().join("root.hints");
    std::fs::write(&hints, format!(". 3600 IN NS a.root-servers.example.\na.root-servers.example. 3600 IN A {root}\n"))
        .unwrap();
    let found = said(&program, &hints, "opentoday.ws");
    let is_by_design = |line: &str| BY_DESIGN.iter().any(|(what, _)| line.contains(what));
    let wrong: Vec<&str> = found
        .iter()
        .filter(|(level, _, line)| WRONG.contains(&level.as_str()) && !is_by_design(line))
        .map(|(_, _, line)| line.as_str())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let ran: BTreeSet<&str> = found.iter().map(|(_, case, _)| case.as_str()).collect();
    let missing: Vec<&&str> = SENSE.iter().filter(|case| !ran.contains(**case)).collect();
    assert!(missing.is_empty(), "{missing:?} said nothing of {ran:?}");
    // A delegation that was never ours is told as what it is: nobody answers for it.
    let refused = said(&program, &hints, "not-listed.ws");
    assert!(refused.iter().any(|(level, ..)| level == "CRITICAL" || level == "ERROR"), "{refused:?}");
    sinkhole.stop();
}
