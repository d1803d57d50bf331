// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall lake`: a spool into the lake, and what its commands say and how they end.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant as Clock};

use forestall_model::Instant;
use forestall_spool::{ContactHit, ContactKind, Options, Spool, Verdict, Visitor, list};

use crate::support::Home;

/// Fills a spool with requests of bots at an instant, and seals it.
pub(crate) fn filled(spool: &Path, at: &str, contacts: u16) {
    let options = Options::new(spool.to_owned(), "sensor-1".parse().unwrap());
    let (spool, _) = Spool::open(options).unwrap();
    let at: Instant = at.parse().unwrap();
    let mut sender = spool.sender();
    for number in 0..contacts {
        let query = format!("q={number}");
        let address = SocketAddr::from(([192, 0, 2, 1], 1_024 + number));
        sender.contact(&ContactHit {
            at: at.plus_seconds(number.into()),
            source: address.into(),
            destination: SocketAddr::from(([198, 51, 100, 2], 80)).into(),
            kind: ContactKind::Http,
            cut: false,
            method: b"GET",
            path: b"/search",
            query: Some(query.as_bytes()),
            host: Some(b"198.51.100.2"),
            user_agent: None,
            server_name: None,
            first_octets: b"",
            verdict: Verdict { visitor: Visitor::Bot, reason: b"conficker: search with q" },
        });
    }
    drop(sender);
    spool.close().unwrap();
}

#[test]
fn ships_checks_and_does_what_is_due() {
    let home = Home::new();
    let spool = home.folder().join("spool");
    // The tests' clock says 2026-11-23.
    filled(&spool, "2026-11-20T12:00:00Z", 50);
    filled(&spool, "2026-11-01T12:00:00Z", 30);
    let names: Vec<String> = list(&spool)
        .unwrap()
        .iter()
        .map(|named| named.path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    let ran = home.run("lake ship --spool spool --lake lake");
    assert_eq!((ran.status, ran.out), (0, format!("{}\t0\t50\t0\n{}\t0\t30\t0\n", names[0], names[1])), "{}", ran.err);
    assert_eq!(ran.err, "pseudonyms took the place of addresses in 30 rows of 1 file\n");
    assert_eq!(list(&spool).unwrap(), []);
    let ran = home.run("lake check --lake lake");
    assert!(ran.status == 0 && ran.out.contains("events in, a machine connected\t80\nrows\t80\n"), "{}", ran.out);
    assert_eq!(home.run("lake keep --lake lake").err, "", "once is enough");
    home.write("lake.toml", "version = 1\n[retention]\nclear_days = 1\nrow_days = 1\n");
    let ran = home.run("lake keep --lake lake --config lake.toml");
    assert!(ran.status == 0 && ran.err.contains("deleted: 80 rows of 2 files; their counts stay"), "{}", ran.err);
    let ran = home.run("lake check --lake lake");
    assert!(ran.status == 0 && ran.out.contains("rows deleted in their time\t80"), "{}", ran.out);
}

#[test]
fn what_is_missing_or_cannot_be_is_said() {
    let home = Home::new();
    let spool = home.folder().join("spool");
    filled(&spool, "2026-11-20T12:00:00Z", 50);
    let segment = list(&spool).unwrap().remove(0).path;
    let mut octets = std::fs::read(&segment).unwrap();
    let middle = octets.len() / 2;
    octets[middle] ^= 1;
    std::fs::write(&segment, octets).unwrap();
    let ran = home.run("lake ship --spool spool --lake lake");
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.err.contains("is damaged and") && ran.err.contains("spool/damaged/sensor-1-"), "{}", ran.err);
    assert_eq!(home.run("lake check --lake lake").status, 0);
    let part = home.folder().join("lake/contact_hits/day=2026-11-20/family=conficker");
    let file = std::fs::read_dir(part).unwrap().next().unwrap().unwrap().path();
    std::fs::remove_file(file).unwrap();
    let ran = home.run("lake check --lake lake");
    assert!(ran.status == 1 && ran.out.contains("problem\tcontact_hits/day=2026-11-20/"), "{}", ran.out);
    for (line, status, word) in [
        ("lake ship --spool nowhere --lake lake", 3, "nowhere"),
        ("lake ship --spool spool --lake ftp://x/y", 2, "is no lake"),
        ("lake ship --spool spool --lake lake --config nowhere.toml", 3, "nowhere.toml"),
        ("lake ship --lake lake", 2, "--spool"),
    ] {
        let ran = home.run(line);
        assert_eq!(ran.status, status, "{line}: {}", ran.err);
        assert!(ran.err.contains(word), "{line}: {}", ran.err);
    }
    home.write("lake.toml", "version = 1\n[retention]\nclear_day = 1\n");
    let ran = home.run("lake keep --lake lake --config lake.toml");
    assert!(ran.status == 2 && ran.err.contains("clear_days"), "{}", ran.err);
}

#[test]
fn follows_a_spool_until_it_is_told_to_end() {
    let home = Home::new();
    let spool = home.folder().join("spool");
    filled(&spool, "2026-11-20T12:00:00Z", 5);
    let mut command = home.program();
    command.args(["lake", "ship", "--spool", "spool", "--lake", "lake", "--follow", "--now", "2026-11-23T12:00:00Z"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let empty = || {
        let started = Clock::now();
        while !list(&spool).unwrap().is_empty() {
            assert!(started.elapsed() < Duration::from_secs(60), "nothing is shipped");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    empty();
    filled(&spool, "2026-11-20T13:00:00Z", 7);
    empty();
    let kill = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(0));
    let ran = home.run("lake check --lake lake");
    assert!(ran.status == 0 && ran.out.contains("rows\t12\n"), "{}", ran.out);
}
