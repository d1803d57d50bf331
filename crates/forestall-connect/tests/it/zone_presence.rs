// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Presence by copies of zones, plain and compressed, whole and cut.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use forestall_connect::{
    Looked, WantedNames, ZonePresenceError, ZonePresenceOptions, ZonePresenceReport, zone_presence, zone_sweep,
};
use forestall_model::directory::Directory;
use forestall_model::{Method, Sight};
use forestall_testkit::nsd::Nsd;
use proptest::prelude::*;

use crate::presence::{collected, names, options as dns_options, told};
use crate::zones::{AG, BE, VG, WS, at, list, ours, sights};

const ASKED: [&str; 16] = [
    "absent.be",
    "ours.be",
    "half.be",
    "other.be",
    "held.be",
    "below.be",
    "ours.ag",
    "absent.ag",
    "x.com.ag",
    "com.ag",
    "absent.ws",
    "ours.ws",
    "other.ws",
    "absent.vg",
    "ours.vg",
    "a.ours.be",
];

fn wanted(texts: &[&str]) -> WantedNames {
    let mut wanted = WantedNames::new();
    for name in names(texts) {
        wanted.insert(&name).unwrap();
    }
    wanted
}

fn options() -> ZonePresenceOptions<'static> {
    ZonePresenceOptions { vantage: "a.zone".to_owned(), origin: None, whole: false, directory: Directory::built_in() }
}

fn read(
    zone: impl Read,
    wanted: &WantedNames,
    options: &ZonePresenceOptions<'_>,
) -> Result<(BTreeMap<String, Looked>, ZonePresenceReport), ZonePresenceError> {
    let mut seen = BTreeMap::new();
    let sink = |name: forestall_model::DomainName, looked| assert!(seen.insert(name.to_string(), looked).is_none());
    let report = zone_presence(zone, wanted, options, at(), |_| {}, sink)?;
    Ok((seen, report))
}

fn lines(seen: &BTreeMap<String, Looked>) -> Vec<String> {
    seen.iter().map(|(name, looked)| format!("{name}: {}", told(looked))).collect()
}

fn packed(text: &str) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    out.write_all(text.as_bytes()).unwrap();
    out.finish().unwrap()
}

#[test]
fn tells_delegated_held_and_absent_names_apart() {
    let (seen, report) = read(BE.as_bytes(), &wanted(&ASKED), &options()).unwrap();
    assert_eq!(
        lines(&seen),
        [
            "a.ours.be: ? it lies below a registrable name; expected ours.be",
            "absent.be: absent",
            "below.be: no-delegation",
            "half.be: delegated ns.elsewhere.test ns1.sink.test",
            "held.be: no-delegation",
            "other.be: delegated ns.other.be",
            "ours.be: delegated ns1.sink.test ns2.sink.test",
        ]
    );
    assert_eq!((report.told, report.failed, report.outside), (6, 1, 9));
    let sourced = seen["other.be"].presence.as_ref().unwrap();
    assert_eq!((sourced.method, sourced.source.as_str()), (Method::Zone, "a.zone, serial 2009040100"));
    assert_eq!(sourced.at, at());
    let hosts = |name: &str| seen[name].presence.as_ref().unwrap().fact.hosts.clone();
    assert_eq!(hosts("other.be"), ["ns.other.be".parse().unwrap()]);
    assert_eq!(hosts("below.be"), ["glue.below.be".parse().unwrap()]);
    assert!(hosts("ours.be").is_empty());
}

#[tokio::test]
async fn shows_what_the_servers_of_the_zone_show() {
    let test = "connect::zone_presence::shows_what_the_servers_of_the_zone_show";
    let be: String = BE.lines().take(BE.lines().count() - 1).map(|line| format!("{line}\n")).collect();
    let Some(server) = Nsd::start(test, &[("be", &be), ("ag", AG), ("ws", WS), ("vg", VG)]) else { return };
    let (by_dns, _) = collected(&names(&ASKED), &dns_options(server.address())).await;
    let mut by_zone = BTreeMap::new();
    for zone in [BE, AG, WS, VG] {
        let (seen, _) =
            read(zone.as_bytes(), &wanted(&ASKED), &ZonePresenceOptions { whole: true, ..options() }).unwrap();
        by_zone.extend(seen);
    }
    assert_eq!(by_dns.len(), by_zone.len());
    for ((name, dns), zone) in by_dns.iter().zip(by_zone.values()) {
        match (&dns.presence, &zone.presence) {
            (Ok(dns), Ok(zone)) => {
                assert_eq!(
                    (dns.fact.existence, &dns.fact.name_servers),
                    (zone.fact.existence, &zone.fact.name_servers),
                    "{name}"
                );
            }
            (Err(_), Err(_)) => {}
            _ => panic!("{name}: {} by DNS, {} by the zone", told(dns), told(zone)),
        }
    }
}

#[test]
fn absence_from_a_file_that_may_be_cut_is_unknown() {
    let open: String = BE.lines().take(BE.lines().count() - 1).map(|line| format!("{line}\n")).collect();
    let (seen, _) = read(open.as_bytes(), &wanted(&["absent.be", "ours.be"]), &options()).unwrap();
    let cut =
        "absent.be: ? it is not in the file, which does not end with its SOA record and may be cut before the name";
    assert_eq!(lines(&seen), [cut, "ours.be: delegated ns1.sink.test ns2.sink.test"]);
    let vouched = ZonePresenceOptions { whole: true, ..options() };
    let (seen, _) = read(open.as_bytes(), &wanted(&["absent.be"]), &vouched).unwrap();
    assert_eq!(lines(&seen), ["absent.be: absent"]);
}

#[test]
fn compressed_files_say_the_same_and_cut_ones_nothing() {
    let plain = read(BE.as_bytes(), &wanted(&ASKED), &options()).unwrap();
    let (head, tail) = BE.split_at(BE.len() / 2);
    assert_eq!(read(&packed(BE)[..], &wanted(&ASKED), &options()).unwrap(), plain);
    let members = [packed(head), packed(tail)].concat();
    assert_eq!(read(&members[..], &wanted(&ASKED), &options()).unwrap(), plain);

    let whole = packed(BE);
    let mut told = 0;
    for cut in 0..whole.len() {
        let mut sink = |_, _| told += 1;
        let result = zone_presence(&whole[..cut], &wanted(&ASKED), &options(), at(), |_| {}, &mut sink);
        let error = result.unwrap_err().to_string();
        assert!(error.starts_with("line "), "cut at {cut}: {error}");
    }
    let mut damaged = whole.clone();
    let crc = damaged.len() - 8;
    damaged[crc] ^= 1;
    let error = read(&damaged[..], &wanted(&ASKED), &options()).unwrap_err().to_string();
    assert!(error.contains("the file cannot be read"), "{error}");
    let trailing = [whole, b"more".to_vec()].concat();
    read(&trailing[..], &wanted(&ASKED), &options()).unwrap_err();
    let plain_cut =
        zone_presence(&BE.as_bytes()[..BE.len() - 3], &wanted(&ASKED), &options(), at(), |_| {}, |_, _| told += 1);
    assert!(plain_cut.unwrap_err().to_string().contains("the file is cut"));
    assert_eq!(told, 0);
}

#[test]
fn keeps_a_few_of_very_many_servers_and_hosts() {
    use std::fmt::Write as _;
    let mut zone = "be. 1 IN SOA a. b. 1 2 3 4 5\n".to_owned();
    for i in 0..1_000 {
        writeln!(zone, "many.be. 1 IN NS ns{i}.test.\nh{i}.many.be. 1 IN A 192.0.2.1\nh{i}.many.be. 1 IN A 192.0.2.2")
            .unwrap();
    }
    zone += "be. 1 IN SOA a. b. 1 2 3 4 5\n";
    let (seen, _) = read(zone.as_bytes(), &wanted(&["many.be"]), &options()).unwrap();
    let fact = &seen["many.be"].presence.as_ref().unwrap().fact;
    assert_eq!((fact.name_servers.len(), fact.hosts.len()), (32, 8));
}

#[test]
fn a_zone_below_the_top_level_knows_its_own_names_alone() {
    let zone = AG.replace("ag.", "com.ag.").replace("com.com.ag.", "sub.com.ag.");
    let zone = format!("{zone}{}\n", zone.lines().next().unwrap());
    let (seen, report) =
        read(zone.as_bytes(), &wanted(&["ours.com.ag", "x.com.ag", "ours.ag", "com.ag"]), &options()).unwrap();
    assert_eq!(
        lines(&seen),
        [
            "com.ag: ? it is a public suffix; expected a name that can be registered",
            "ours.com.ag: delegated ns1.sink.test",
            "x.com.ag: absent",
        ]
    );
    assert_eq!(report.outside, 1);
}

#[test]
fn a_name_that_is_asked_for_again_is_told_once_and_a_zone_may_begin_without_its_soa() {
    let asked = wanted(&["ours.be", "absent.be", "ours.be", "ours.ag"]);
    let (first, rest) = BE.split_once('\n').unwrap();
    let late = format!("{rest}{first}\n");
    let (seen, report) = read(late.as_bytes(), &asked, &options()).unwrap();
    assert_eq!((report.told, report.failed, report.outside), (2, 0, 1));
    assert_eq!(read(BE.as_bytes(), &asked, &options()).unwrap().0, seen);
}

/// Names of a small space below `ag`, so that they meet.
const BELOW: &str = "[ab]{1,2}([.]com|[.]a)?[.]ag";

proptest! {
    /// The zone sweep does the same in the plainest way, name by name over a hash map.
    #[test]
    fn sees_what_a_sweep_over_the_zone_sees(
        asked in proptest::collection::btree_set(BELOW, 1..60),
        registered in proptest::collection::vec((BELOW, "(NS ns1[.]sink[.]test[.]|NS ns[.]x[.]|A 192[.]0[.]2[.]1)"), 0..60),
        wildcard in prop::sample::select(vec!["", "*.ag. 1 IN A 192.0.2.1\n", "*.com.ag. 1 IN NS ns.x.\n"]),
        soa_first in any::<bool>(),
    ) {
        let soa = "ag. 1 IN SOA a. b. 1 2 3 4 5\n";
        let mut zone = if soa_first { soa.to_owned() } else { String::new() };
        for (name, data) in &registered {
            zone += &format!("{name}. 1 IN {data}\n");
        }
        zone += &format!("{wildcard}{soa}{soa}");
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        let sweep_options =
            forestall_connect::ZoneSweepOptions { vantage: "a.zone".to_owned(), name_servers: ours(), origin: None };
        let swept = zone_sweep(zone.as_bytes(), &[list("ag", &asked)], &sweep_options, at(), |_| {}).unwrap();
        let (seen, _) = read(zone.as_bytes(), &wanted(&asked), &options()).unwrap();
        for (name, sight) in asked.iter().zip(sights(&swept.report.sweep.lists[0])) {
            let told = told(&seen[*name]);
            let expected = match sight {
                Sight::Nxdomain => told == "absent",
                Sight::Wildcard => told == "wildcard",
                Sight::NoDelegation => told == "no-delegation",
                Sight::OurNameServers => told == "delegated ns1.sink.test",
                Sight::OtherNameServers => told.starts_with("delegated ns.x"),
                _ => told.starts_with("? "),
            };
            // A name below another that can be registered is refused before the zone is looked at.
            prop_assert!(expected || told.starts_with("? it lies below"), "{}: {} and {:?}\n{}", name, told, sight, zone);
        }
    }
}
