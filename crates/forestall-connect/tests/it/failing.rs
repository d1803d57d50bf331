// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sweeps over DNS against servers that fail: a look that failed is unknown, and a dead server ends the sweep.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use forestall_connect::{SweepError, SweepOptions, sweep};
use forestall_model::{Pap, Sight};

use crate::scripted::{NXDOMAIN, SINK, answer, server};
use crate::zones::{at, list, ours, sights};

fn options(server: SocketAddr) -> SweepOptions {
    SweepOptions {
        per_second: None,
        timeout: Duration::from_millis(400),
        tries: 1,
        give_up_after: 5,
        ..SweepOptions::new(server, ours())
    }
}

#[tokio::test]
async fn a_server_that_never_answers_ends_the_sweep() {
    let (address, asked) = server(|_, _| None).await;
    let names: Vec<String> = (0..100).map(|i| format!("n{i}.be")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let error = sweep(&[list("be", &names)], &options(address), at(), |_| {}).await.unwrap_err();
    assert!(matches!(error, SweepError::ServerSilent { questions: 5, .. }), "{error}");
    assert!(error.to_string().contains("does not answer"), "{error}");
    assert!(asked.load(Ordering::Relaxed) < 40);
}

#[tokio::test]
async fn a_short_sweep_of_a_dead_server_ends_as_well() {
    let (address, _) = server(|_, _| None).await;
    let options = SweepOptions { give_up_after: 1_000, ..options(address) };
    let error = sweep(&[list("be", &["a.be"])], &options, at(), |_| {}).await.unwrap_err();
    assert!(matches!(error, SweepError::ServerSilent { .. }), "{error}");
}

#[tokio::test]
async fn a_server_that_dies_on_the_way_ends_the_sweep() {
    let (address, _) = server(|question, name| (!name.starts_with('z')).then(|| answer(question, NXDOMAIN, &[]))).await;
    let names: Vec<String> = (0..10).map(|i| format!("a{i}.be")).chain((0..30).map(|i| format!("z{i}.be"))).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let options = SweepOptions { concurrency: 1, ..options(address) };
    let error = sweep(&[list("be", &names)], &options, at(), |_| {}).await.unwrap_err();
    assert!(matches!(error, SweepError::ServerSilent { questions: 5, .. }), "{error}");
}

#[tokio::test]
async fn a_failed_question_is_unknown_and_not_absent() {
    let (address, _) = server(|question, name| match name {
        "servfail.be" => Some(answer(question, [0x84, 2], &[])),
        "silent.be" => None,
        "garbage.be" => Some(vec![1, 2, 3]),
        "empty.be" => Some(answer(question, [0x84, 0], &[])),
        "lame.be" => Some(answer(question, [0x80, 3], &[])),
        _ => Some(answer(question, NXDOMAIN, &[])),
    })
    .await;
    let names = ["servfail.be", "silent.be", "garbage.be", "empty.be", "lame.be", "absent.be"];
    let report = sweep(&[list("be", &names)], &options(address), at(), |_| {}).await.unwrap();
    let unknown = Sight::Unknown;
    assert_eq!(sights(&report.sweep.lists[0]), [unknown, unknown, unknown, unknown, unknown, Sight::Nxdomain]);
    assert_eq!(report.unknown.len(), 5, "{:?}", report.unknown);
}

#[tokio::test]
async fn without_knowing_of_a_wildcard_only_absence_counts() {
    // Names with long first labels are the random ones.
    let (address, _) = server(|question, name| match name {
        "be" => Some(answer(question, [0x84, 0], &[])),
        "ours.be" => Some(answer(question, [0x80, 0], &[(1, 2, SINK)])),
        "absent.be" => Some(answer(question, NXDOMAIN, &[])),
        _ => None,
    })
    .await;
    let report = sweep(&[list("be", &["ours.be", "absent.be"])], &options(address), at(), |_| {}).await.unwrap();
    assert_eq!(sights(&report.sweep.lists[0]), [Sight::Unknown, Sight::Nxdomain]);
    assert!(report.unknown[0].what.starts_with("nothing is known of a wildcard: "), "{:?}", report.unknown);
}

#[tokio::test]
async fn a_parent_that_delegates_every_name_proves_nothing() {
    let (address, _) = server(|question, name| {
        let server: &[u8] = if name == "other.be" { b"\x02ns\x05other\x00" } else { SINK };
        Some(answer(question, [0x80, 0], &[(1, 2, server)]))
    })
    .await;
    let report = sweep(&[list("be", &["ours.be", "other.be"])], &options(address), at(), |_| {}).await.unwrap();
    assert_eq!(sights(&report.sweep.lists[0]), [Sight::Wildcard, Sight::OtherNameServers]);
}

#[tokio::test]
async fn a_resolver_is_named_as_one_proves_nothing_and_is_asked_only_where_that_is_allowed() {
    // Answers as a resolver does; a question without the wish to resolve is refused.
    let resolve = |question: &[u8], name: &str| {
        let soa = b"\x00\x00\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00";
        Some(match name {
            _ if question[2] & 1 == 0 => answer(question, [0x80, 5], &[]),
            "be" => answer(question, [0x81, 0x80], &[(0, 6, soa)]),
            "ours.be" => answer(question, [0x81, 0x80], &[(0, 2, SINK)]),
            "other.be" => answer(question, [0x81, 0x80], &[(0, 2, b"\x02ns\x04evil\x04test\x00")]),
            _ => answer(question, [0x81, 0x83], &[]),
        })
    };
    let (address, _) = server(resolve).await;
    let lists = [list("be", &["ours.be", "other.be", "absent.be"])];
    let report = sweep(&lists, &options(address), at(), |_| {}).await.unwrap();
    assert_eq!(sights(&report.sweep.lists[0]), [Sight::Unknown, Sight::OtherNameServers, Sight::Nxdomain]);
    assert!(report.unknown[0].what.contains("ask a server of the top-level domain"), "{:?}", report.unknown);
    assert!(report.sweep.vantage.ends_with("an authority for 0 and a resolver for 1 of 1 top-level domains"));
    let amber = SweepOptions { pap: Pap::Amber, ..options(address) };
    let report = sweep(&lists, &amber, at(), |_| {}).await.unwrap();
    assert_eq!(sights(&report.sweep.lists[0]), [Sight::Unknown, Sight::Unknown, Sight::Unknown]);
}
