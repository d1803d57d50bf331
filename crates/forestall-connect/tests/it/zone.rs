// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sweeps over zone files.

use forestall_connect::{ZoneReport, ZoneSweepError, ZoneSweepOptions, zone_sweep};
use forestall_formats::zonefile::ZoneFault;
use forestall_model::{Method, Sight};

use crate::zones::{AG, BE, WS, at, list, lists, ours, sights};

fn read(zone: &str) -> Result<ZoneReport, ZoneSweepError> {
    let options = ZoneSweepOptions { vantage: "be.zone".to_owned(), name_servers: ours(), origin: None };
    zone_sweep(zone.as_bytes(), &lists(), &options, at(), |_| {})
}

#[test]
fn keeps_to_the_lists_of_its_own_top_level_domain() {
    let seen = read(BE).unwrap();
    let lists = &seen.report.sweep.lists;
    assert_eq!(lists.len(), 1);
    assert_eq!(lists[0].tld.as_str(), "be");
    let (absent, our, other, plain) =
        (Sight::Nxdomain, Sight::OurNameServers, Sight::OtherNameServers, Sight::NoDelegation);
    assert_eq!(sights(&lists[0]), [absent, our, other, other, plain, plain, absent, absent, our]);
    assert_eq!(seen.report.sweep.method, Method::Zone);
    assert_eq!(seen.report.sweep.vantage, "be.zone, serial 2009040100");
    assert!(seen.zone.ends_with_soa);
}

#[test]
fn knows_nothing_of_what_the_zone_hands_away() {
    let seen = read(AG).unwrap();
    assert_eq!(
        sights(&seen.report.sweep.lists[0]),
        [Sight::Unknown, Sight::OurNameServers, Sight::Nxdomain, Sight::Unknown]
    );
    assert_eq!(seen.report.unknown[0].what, "the zone hands com.ag to other servers");
    assert_eq!(seen.report.unknown[0].names, 2);
    assert!(!seen.zone.ends_with_soa);
}

#[test]
fn a_zone_below_the_top_level_knows_its_own_names_alone() {
    let zone = "com.ag. SOA a. b. 1 2 3 4 5\nx.com.ag. NS ns1.sink.test.\n";
    let seen = read(zone).unwrap();
    assert_eq!(
        sights(&seen.report.sweep.lists[0]),
        [Sight::OurNameServers, Sight::Unknown, Sight::Unknown, Sight::Nxdomain]
    );
    assert_eq!(seen.report.unknown[0].what, "it is outside the zone com.ag");
}

#[test]
fn wildcards_answer_below_the_closest_name_that_exists() {
    let seen = read(WS).unwrap();
    let (wild, our, other) = (Sight::Wildcard, Sight::OurNameServers, Sight::OtherNameServers);
    assert_eq!(sights(&seen.report.sweep.lists[0]), [wild, our, wild, other]);
    let zone = "ws. SOA a. b. 1 2 3 4 5\n*.ws. A 192.0.2.1\nx.com.ws. A 192.0.2.1\n*.org.ws. A 192.0.2.1\n";
    let options = ZoneSweepOptions { vantage: String::new(), name_servers: ours(), origin: None };
    let lists = [list("ws", &["a.net.ws", "a.com.ws", "a.org.ws", "a.ws"])];
    let seen = zone_sweep(zone.as_bytes(), &lists, &options, at(), |_| {}).unwrap();
    assert_eq!(sights(&seen.report.sweep.lists[0]), [wild, Sight::Nxdomain, wild, wild]);
}

#[test]
fn a_zone_of_other_names_is_refused() {
    let error = read("com. SOA a. b. 1 2 3 4 5\n").unwrap_err();
    assert_eq!(error.to_string(), "the file is the zone com; none of the lists has names of it");
}

#[test]
fn a_zone_cut_in_the_middle_is_refused() {
    let cut = &BE[..BE.find("other.be.").unwrap() + 20];
    let ZoneSweepError::Zone(error) = read(cut).unwrap_err() else { panic!("a cut zone was taken for another zone") };
    assert_eq!((error.line, error.fault), (8, ZoneFault::Cut));
}

#[test]
fn one_foreign_server_among_very_many_of_ours_is_not_overlooked() {
    let mut zone = "be. SOA a. b. 1 2 3 4 5\n".to_owned();
    for _ in 0..100 {
        zone += "ours.be. NS ns1.sink.test.\n";
    }
    zone += "ours.be. NS ns.elsewhere.test.\nours.be. NS ns1.sink.test.\n";
    let seen = read(&zone).unwrap();
    assert_eq!(sights(&seen.report.sweep.lists[0])[1], Sight::OtherNameServers);
}

#[test]
fn relative_names_stand_on_the_origin_that_was_given() {
    let zone = "@ SOA a b 1 2 3 4 5\nours NS ns1.sink.test.\n";
    assert!(matches!(read(zone), Err(ZoneSweepError::Zone(_))));
    let options =
        ZoneSweepOptions { vantage: String::new(), name_servers: ours(), origin: Some("be".parse().unwrap()) };
    let seen = zone_sweep(zone.as_bytes(), &lists(), &options, at(), |_| {}).unwrap();
    assert_eq!(sights(&seen.report.sweep.lists[0])[1], Sight::OurNameServers);
}

#[test]
fn reports_the_lines_read() {
    let mut zone = "be. SOA a. b. 1 2 3 4 5\n".to_owned();
    for i in 0..200_000 {
        zone += &format!("n{i}.be. NS ns.other.test.\n");
    }
    let options = ZoneSweepOptions { vantage: String::new(), name_servers: ours(), origin: None };
    let mut lines = Vec::new();
    zone_sweep(zone.as_bytes(), &lists(), &options, at(), |line| lines.push(line)).unwrap();
    assert_eq!(lines, [65_536, 131_072, 196_608, 200_001]);
}
