// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The command line, and an end in order.

use std::process::{Command, Output};

use forestall_testkit::reference::{agrees, metrics_table};
use forestall_testkit::skip;
use nix::sys::signal::Signal;
use nix::unistd::Uid;

use crate::support::{CONFIG, Sinkhole, command, query, rcode, write_index};

fn run(arguments: &[&str], folder: &std::path::Path) -> (Option<i32>, String) {
    let program = env!("CARGO_BIN_EXE_forestall-sinkhole");
    let output: Output = Command::new(program).current_dir(folder).args(arguments).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn usage_and_environment_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    write_index(&folder.path().join("names.index"), &[]);
    std::fs::write(folder.path().join("good.toml"), CONFIG).unwrap();
    std::fs::write(folder.path().join("bad.toml"), "[dns]\nlisten = 5\n").unwrap();
    std::fs::write(folder.path().join("not.index"), "nothing").unwrap();
    let check = |arguments: &[&str], status, text: &str| {
        let (found, said) = run(arguments, folder.path());
        assert!(found == Some(status) && said.contains(text), "{arguments:?}: {found:?} {said}");
    };
    check(&[], 2, "--index");
    check(&["--index", "names.index"], 2, "there is nothing to listen on");
    check(&["--index", "names.index", "--config", "bad.toml"], 2, "bad.toml: TOML parse error at line 2");
    check(&["--index", "names.index", "--config", "none.toml"], 3, "none.toml could not be read");
    std::fs::write(folder.path().join("octets.toml"), b"\xFF\xFE").unwrap();
    check(&["--index", "names.index", "--config", "octets.toml"], 2, "octets.toml could not be read");
    check(&["--index", "names.index", "--dns", "127.0.0.1:0"], 2, "dns.name_servers");
    check(&["--index", "names.index", "--config", "good.toml", "--check-config"], 0, "are good: 5 names");
    check(
        &["--index", "not.index", "--config", "good.toml", "--check-config"],
        3,
        "not.index cannot be used: it is no index",
    );
    check(&["--index", "none.index", "--http", "127.0.0.1:0"], 3, "none.index cannot be opened");
}

#[test]
fn two_sinkholes_do_not_share_a_spool() {
    let sinkhole = Sinkhole::start();
    let output = command(sinkhole.folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("another program uses the spool"));
}

#[test]
fn a_signal_seals_the_segment() {
    let sinkhole = Sinkhole::start();
    for _ in 0..20 {
        sinkhole.udp(&query("opentoday.ws", 1)).unwrap();
    }
    let spool = sinkhole.folder.path().join("spool");
    // At SIGHUP it goes on in another.
    sinkhole.signal(Signal::SIGHUP);
    while !forestall_spool::list(&spool).unwrap().iter().any(|named| named.state == forestall_spool::State::Sealed) {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    sinkhole.udp(&query("opentoday.ws", 1)).unwrap();
    assert_eq!(sinkhole.stop().dns.len(), 21);
}

#[test]
fn a_kill_loses_nothing_that_was_forced_to_the_disk() {
    let sinkhole = Sinkhole::start();
    for _ in 0..200 {
        sinkhole.udp(&query("opentoday.ws", 1)).unwrap();
    }
    while sinkhole.metric("forestall_sinkhole_events_acknowledged_total") < 200 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    sinkhole.signal(Signal::SIGKILL);
    let spool = sinkhole.folder.path().join("spool");
    // The system gives the lock back when the program is gone.
    let recovered = loop {
        let options = forestall_spool::Options::new(spool.clone(), "test-1".parse().unwrap());
        if let Ok((opened, recovered)) = forestall_spool::Spool::open(options) {
            opened.close().unwrap();
            break recovered;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    };
    assert_eq!(recovered.iter().map(|segment| segment.events).sum::<u64>(), 200);
    assert_eq!(crate::support::seen(&spool).dns.len(), 200);
}

#[test]
fn its_metrics_are_those_of_the_reference() {
    let sinkhole = Sinkhole::start();
    let text = String::from_utf8(sinkhole.exchange("metrics", b"GET /metrics HTTP/1.0\r\n\r\n")).unwrap();
    agrees("metrics.md", "sinkhole", &metrics_table(&text));
}

#[test]
fn whoever_starts_it_as_root_leaves_root() {
    let test = "usage::whoever_starts_it_as_root_leaves_root";
    if !Uid::effective().is_root() {
        return skip::skipped(test, "needs to be started as root");
    }
    let config = format!("{CONFIG}\n[user]\nuser = 65534\ngroup = 65533\n");
    let theirs = |folder: &std::path::Path| std::os::unix::fs::chown(folder, Some(65_534), Some(65_533)).unwrap();
    let sinkhole = Sinkhole::with(&config, theirs);
    let threads = std::fs::read_dir(format!("/proc/{}/task", sinkhole.process())).unwrap();
    let statuses: Vec<String> =
        threads.map(|thread| std::fs::read_to_string(thread.unwrap().path().join("status")).unwrap()).collect();
    assert!(statuses.len() > 2, "{} threads", statuses.len());
    for status in &statuses {
        let of = |key: &str| -> Vec<&str> {
            status.lines().find_map(|line| line.strip_prefix(key)).unwrap().split_whitespace().collect()
        };
        assert_eq!((of("Uid:"), of("Gid:"), of("Groups:")), (vec!["65534"; 4], vec!["65533"; 4], vec!["65533"]));
        for capabilities in ["CapPrm:", "CapEff:", "CapAmb:"] {
            assert_eq!(of(capabilities), ["0000000000000000"], "{capabilities}");
        }
    }
    assert_eq!(rcode(&sinkhole.udp(&query("opentoday.ws", 1)).unwrap()), 0);
    assert_eq!(sinkhole.stop().dns.len(), 1);
}
