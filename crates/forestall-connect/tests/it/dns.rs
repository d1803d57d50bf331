// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sweeps over DNS against NSD on the loopback interface.

use std::time::Duration;

use forestall_connect::{Progress, SweepError, SweepOptions, SweepReport, sweep, zone_sweep};
use forestall_model::{Method, Pap, Sight};
use forestall_testkit::nsd::Nsd;

use crate::zones::{AG, BE, VG, WS, at, list, lists, ours, sights};

fn start(test: &str) -> Option<Nsd> {
    // NSD wants one SOA a zone.
    let be: String = BE.lines().take(BE.lines().count() - 1).map(|line| format!("{line}\n")).collect();
    Nsd::start(test, &[("be", &be), ("ag", AG), ("ws", WS), ("vg", VG)])
}

fn options(server: &Nsd) -> SweepOptions {
    SweepOptions { per_second: None, ..SweepOptions::new(server.address(), ours()) }
}

async fn swept(server: &Nsd) -> SweepReport {
    sweep(&lists(), &options(server), at(), |_| {}).await.unwrap()
}

#[tokio::test]
async fn tells_registered_sinkholed_wildcarded_and_absent_names_apart() {
    let Some(server) = start("connect::dns::tells_registered_sinkholed_wildcarded_and_absent_names_apart") else {
        return;
    };
    let report = swept(&server).await;
    let [be, ag, ws, vg, cc] = &report.sweep.lists[..] else { panic!("{:?}", report.sweep.lists) };
    let (absent, our, other) = (Sight::Nxdomain, Sight::OurNameServers, Sight::OtherNameServers);
    let (plain, wild, unknown) = (Sight::NoDelegation, Sight::Wildcard, Sight::Unknown);
    assert_eq!(sights(be), [absent, our, other, other, plain, plain, absent, absent, our]);
    assert_eq!(sights(ag), [unknown, our, absent, unknown]);
    assert_eq!(sights(ws), [wild, our, wild, other]);
    assert_eq!(sights(vg), [wild, our, wild]);
    assert_eq!(sights(cc), [unknown, unknown]);

    assert_eq!(be.usual, Sight::Nxdomain);
    assert_eq!(be.differing[0].name_servers, ours());
    assert_eq!((be.period, be.generator_version, be.digest), (14_335, 3, lists()[0].digest));
    assert_eq!(cc.usual, Sight::Unknown);
    assert_eq!(cc.unknown.len(), 2);
    assert_eq!((report.sweep.method, report.sweep.at), (Method::Dns, at()));
    assert!(report.sweep.vantage.ends_with("an authority for 4 and a resolver for 0 of 5 top-level domains"));

    let reasons: Vec<_> = report.unknown.iter().map(|reason| (reason.what.as_str(), reason.names)).collect();
    assert_eq!(reasons, [("the server answers REFUSED", 2), ("the server refers to the zone com.ag", 2)]);
    assert_eq!(report.names, 21);
}

#[tokio::test]
async fn sees_over_dns_what_the_zone_file_shows() {
    let Some(server) = start("connect::dns::sees_over_dns_what_the_zone_file_shows") else {
        return;
    };
    let report = swept(&server).await;
    for (zone, seen) in [BE, AG, WS, VG].into_iter().zip(&report.sweep.lists) {
        let options =
            forestall_connect::ZoneSweepOptions { vantage: "a test".to_owned(), name_servers: ours(), origin: None };
        let offline = zone_sweep(zone.as_bytes(), &lists(), &options, at(), |_| {}).unwrap();
        assert_eq!(offline.report.sweep.lists, std::slice::from_ref(seen));
    }
}

#[tokio::test]
async fn reports_progress_and_skips_parents_that_are_not_served() {
    let Some(server) = start("connect::dns::reports_progress_and_skips_parents_that_are_not_served") else {
        return;
    };
    let mut seen: Vec<Progress> = Vec::new();
    sweep(&lists(), &options(&server), at(), |progress| seen.push(progress)).await.unwrap();
    let last = seen.last().unwrap();
    // 5 top-level domains, 2 random names for each of 6 parents, and 17 names of the 4 parents that are served.
    assert_eq!((last.done, last.total), (5 + 12 + 17, 5 + 12 + 17));
    assert!(seen.windows(2).all(|pair| pair[0].done + 1 == pair[1].done));
}

#[tokio::test]
async fn keeps_to_the_rate_it_was_given() {
    let Some(server) = start("connect::dns::keeps_to_the_rate_it_was_given") else {
        return;
    };
    let options = SweepOptions { per_second: Some(40), ..options(&server) };
    let begin = std::time::Instant::now();
    sweep(&[list("be", &["a.be", "b.be", "c.be", "d.be", "e.be", "f.be"])], &options, at(), |_| {}).await.unwrap();
    // One top-level domain, two random names, six names: eight gaps of 25 ms.
    assert!(begin.elapsed() >= Duration::from_millis(200), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn without_name_servers_of_its_own_nothing_is_ours() {
    let Some(server) = start("connect::dns::without_name_servers_of_its_own_nothing_is_ours") else {
        return;
    };
    let options = SweepOptions { name_servers: Vec::new(), ..options(&server) };
    let report = sweep(&[list("be", &["ours.be"])], &options, at(), |_| {}).await.unwrap();
    assert_eq!(report.sweep.lists[0].usual, Sight::OtherNameServers);
}

#[tokio::test]
async fn the_strictest_marking_asks_nobody() {
    let options = SweepOptions { pap: Pap::Red, ..SweepOptions::new(([127, 0, 0, 1], 9).into(), ours()) };
    let error = sweep(&[list("be", &["a.be"])], &options, at(), |_| {}).await.unwrap_err();
    assert_eq!(error, SweepError::Forbidden(Pap::Red));
}

#[tokio::test]
async fn a_sweep_of_nothing_is_empty_and_runs_as_a_task_of_its_own() {
    let options = SweepOptions::new(([127, 0, 0, 1], 9).into(), ours());
    let task = tokio::spawn(async move { sweep(&[], &options, at(), |_| {}).await });
    let report = task.await.unwrap().unwrap();
    assert_eq!((report.names, report.sweep.lists.len()), (0, 0));
}
