// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Programs of others that ask as fast as they can: `dnsperf` and `wrk`. No answer is lost, and every one is an event.

use std::process::Command;
use std::sync::{Mutex, PoisonError};

use forestall_spool::Transport;
use forestall_testkit::skip;

use crate::support::Sinkhole;

/// Returns the number after a word that a program printed.
fn number(text: &str, word: &str) -> u64 {
    let rest = text.split(word).nth(1).unwrap_or_else(|| panic!("no {word} in {text}"));
    let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("no number after {word} in {text}"))
}

/// One load at a time: together they would measure each other.
static LOAD: Mutex<()> = Mutex::new(());

fn asked_by_dnsperf(test: &str, transport: Transport) {
    let Some(dnsperf) = skip::needs(test, "dnsperf") else { return };
    let _alone = LOAD.lock().unwrap_or_else(PoisonError::into_inner);
    let sinkhole = Sinkhole::start();
    let queries = sinkhole.folder.path().join("queries");
    std::fs::write(&queries, "opentoday.ws A\nwww.opentoday.ws AAAA\nshared.info TXT\nbygone.ws A\nexample.com A\n")
        .unwrap();
    let port = sinkhole.address("dns").port().to_string();
    let mode = if transport == Transport::Tcp { "tcp" } else { "udp" };
    let output = Command::new(dnsperf)
        .args(["-s", "127.0.0.1", "-p", &port, "-m", mode, "-l", "2", "-q", "100", "-c", "8", "-t", "10", "-e", "-d"])
        .arg(&queries)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    let (sent, completed, lost) =
        (number(&text, "Queries sent:"), number(&text, "Queries completed:"), number(&text, "Queries lost:"));
    assert!(sent > 500 && (completed, lost) == (sent, 0), "{text}");
    // Three of five are answered, two are refused.
    assert!(text.contains("NOERROR") && text.contains("REFUSED") && !text.contains("SERVFAIL"), "{text}");
    let seen = sinkhole.stop();
    // A machine whose disk is slow for a moment leaves events out, and says of each that it did.
    let listed = completed / 5 * 4 + (completed % 5).min(4);
    assert_eq!(
        (seen.dns.len() as u64 + seen.shed, seen.dns.iter().all(|hit| hit.transport == transport)),
        (listed, true),
        "{text}"
    );
}

#[test]
fn dnsperf_loses_no_answer_over_udp() {
    asked_by_dnsperf("dnsperf_loses_no_answer_over_udp", Transport::Udp);
}

#[test]
fn dnsperf_loses_no_answer_over_tcp() {
    asked_by_dnsperf("dnsperf_loses_no_answer_over_tcp", Transport::Tcp);
}

#[test]
fn wrk_is_answered_on_kept_and_on_fresh_connections() {
    let test = "wrk_is_answered_on_kept_and_on_fresh_connections";
    let Some(wrk) = skip::needs(test, "wrk") else { return };
    let _alone = LOAD.lock().unwrap_or_else(PoisonError::into_inner);
    let sinkhole = Sinkhole::start();
    let url = format!("http://{}/search?q=3", sinkhole.address("http"));
    let mut answered = 0;
    for fields in [&[][..], &["-H", "Connection: close"]] {
        let output = Command::new(&wrk).args(["-t1", "-c16", "-d2s"]).args(fields).arg(&url).output().unwrap();
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        let requests =
            text.lines().find_map(|line| line.trim().split_once(" requests in ")).unwrap_or_else(|| panic!("{text}"));
        answered += requests.0.parse::<u64>().unwrap();
        assert!(!text.contains("Non-2xx") && !text.contains("Socket errors"), "{text}");
    }
    assert!(answered > 200, "{answered}");
    // wrk counts answers that it saw to their end; at its own end some are on their way.
    let seen = sinkhole.stop();
    let requests = seen.contacts.iter().filter(|hit| hit.method == "GET").count() as u64;
    let told = requests + seen.shed;
    assert!((answered..=answered + 64).contains(&told), "{requests} and {} left out, of {answered}", seen.shed);
}
