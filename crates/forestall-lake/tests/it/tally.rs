// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! From a spool to the numbers of a day, of which the truth is known: who is counted, who is not, and what is left when the addresses are gone.

use std::net::IpAddr;
use std::path::Path;

use forestall_census::day::{Counts, DayReport, Entry, Held, Machines, Totals};
use forestall_lake::disclosures::Disclosure;
use forestall_lake::enrich::{AddressList, Enrichment, LeftOut, NetworkForm, NetworkTable, Of, Prefix, Settings};
use forestall_lake::tally::{self, from_octets, to_octets};
use forestall_lake::{Keys, Lake, Origin, Policy, Shipping};
use forestall_model::{Instant, UtcDay};
use forestall_spool::{ContactHit, Endpoint, Sender, Verdict, Visitor};

use crate::support::{self, DAY, HOUR, filled, lake, ship};

fn day() -> UtcDay {
    "2025-11-20".parse().unwrap()
}

/// A request of a machine at an address, an hour of the day, with a User-Agent.
fn request<'a>(address: &str, hour: i64, agent: &'a str, query: &'a [u8]) -> ContactHit<'a> {
    let source = Endpoint { address: address.parse().unwrap(), port: 50_000 };
    ContactHit { source, user_agent: Some(agent.as_bytes()), ..support::contact(DAY + hour * HOUR + 7, 1, query) }
}

fn speaking_as<'a>(visitor: Visitor, reason: &'a [u8], hit: &ContactHit<'a>) -> ContactHit<'a> {
    ContactHit { verdict: Verdict { visitor, reason }, ..hit.clone() }
}

/// Four machines of Conficker at three addresses of two networks, one at an IPv6 address, and one of another family at an address of one of them.
fn machines(sender: &mut Sender) {
    for hour in [3, 4, 9] {
        sender.contact(&request("11.0.0.1", hour, "one", b"q=1&aq=7"));
        sender.contact(&request("11.0.0.1", hour, "two", b"q=40&aq=7"));
        sender.contact(&request("11.0.0.1", hour, "two", b"q=41&aq=7"));
    }
    sender.contact(&request("11.0.0.2", 4, "one", b"q=0"));
    sender.contact(&request("12.0.0.9", 20, "three", b"q=9"));
    sender.contact(&request("2a00::1", 20, "three", b"q=9"));
    sender.contact(&request("2a00::2", 21, "three", b"q=9"));
    sender.contact(&speaking_as(Visitor::Bot, b"bobax: hello", &request("11.0.0.2", 5, "four", b"")));
}

/// Who is none: by the lists, by the range, by how they speak, and on another day.
fn others(sender: &mut Sender) {
    for address in ["66.249.64.7", "127.0.0.1", "11.0.0.250", "192.168.7.7", "2001:db8::7"] {
        sender.contact(&request(address, 4, "crawler", b"q=77"));
    }
    for visitor in [Visitor::Scanner, Visitor::Crawler, Visitor::Researcher, Visitor::Browser, Visitor::Unknown] {
        sender.contact(&speaking_as(visitor, b"a reason", &request("11.0.0.99", 4, "curl", b"")));
    }
    sender.contact(&request("11.0.0.77", 26, "tomorrow", b"q=1"));
}

fn queries(sender: &mut Sender) {
    // The resolvers of the numbers 0 to 9 ask for two names of conficker-a and one that is in the list of conficker-b and of bobax.
    for number in 0..10 {
        sender.dns(&support::dns(DAY + HOUR, number, &[0], b"\x08abcdefgh\x02ws\0"));
        sender.dns(&support::dns(DAY + 2 * HOUR, number, &[0], b"\x03wWw\x08aBCdefgi\x02ws\0"));
        sender.dns(&support::dns(DAY + 3 * HOUR, number, &[1, 2], b"\x08abcdefgj\x02ws\0"));
    }
    let mut closed = support::dns(DAY + HOUR, 1, &[0], b"\x08abcdefgk\x02ws\0");
    closed.answer = forestall_spool::AnswerGiven::Closed;
    sender.dns(&closed);
}

fn enrichment(folder: &Path) -> Enrichment {
    std::fs::write(folder.join("networks"), "11.0.0.0/8 AS64500 BE\n12.0.0.0/8 AS64501 FR\n2a00::/16 AS64500 BE\n")
        .unwrap();
    std::fs::write(folder.join("crawlers"), "66.249.64.0/19\n").unwrap();
    let list = |kind, label: &str, file: Option<&str>, addresses: &[&str]| AddressList {
        kind,
        label: label.to_owned(),
        file: file.map(Into::into),
        addresses: addresses.iter().map(|text| (*text).to_owned()).collect(),
    };
    let settings = Settings {
        networks: vec![NetworkTable { file: "networks".into(), form: NetworkForm::Cidr }],
        leave_out: vec![
            list(LeftOut::Crawler, "crawlers-2026", Some("crawlers"), &[]),
            list(LeftOut::Own, "office", None, &["11.0.0.250", "198.51.101.0/24"]),
        ],
        ..Settings::default()
    };
    Enrichment::open(&settings, folder, &|_| Ok(Vec::new())).unwrap()
}

/// Ships what `fill` says into a lake. Resolvers of the tests have addresses that nobody can have, so that those are told by the lists alone.
fn shipped(folder: &Path, fill: impl FnOnce(&mut Sender)) -> Lake {
    let (spool, store) = (folder.join("spool"), folder.join("lake"));
    filled(&spool, "sensor-1", fill);
    let lake = lake(&store);
    let known = enrichment(folder);
    let origin = |address: IpAddr| {
        let is_resolver = "198.51.100.0/24".parse::<Prefix>().unwrap().contains(address);
        if is_resolver { Origin::default() } else { Origin::from(known.of(address)) }
    };
    let left_out = known.rules().to_owned();
    let shipping = Shipping { spool: &spool, lake: &lake, origin: &origin, left_out: &left_out, keep: false };
    ship(&shipping).unwrap();
    lake
}

fn of_family(lake: &Lake, family: &str) -> Totals {
    let mut found = tally::of_day(lake, day(), Some(family)).unwrap();
    assert_eq!(found.totals.len(), 1, "{family}");
    found.totals.remove(0)
}

#[test]
fn counts_the_machines_that_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let lake = shipped(folder.path(), |sender| {
        machines(sender);
        others(sender);
        queries(sender);
    });
    let found = tally::of_day(&lake, day(), None).unwrap();
    let names: Vec<&str> = found.totals.iter().map(|totals| totals.family.as_str()).collect();
    assert_eq!(names, ["bobax", "conficker"]);
    let conficker = of_family(&lake, "conficker");
    assert_eq!(conficker.without, "bogons, crawlers (crawlers-2026), own hosts (office)");
    let of = &conficker.machines;
    assert_eq!((of.requests, of.v4.day, of.v4.hours[4], of.v4.busiest(), of.v6.day), (13, 3, 2, 2, 1));
    let pairs = of.pairs.as_ref().unwrap();
    assert_eq!((pairs.day, pairs.busiest(), of.shown.addresses(), of.shown.pairs()), (4, 3, 3, 4));
    assert_eq!(of.behind.unwrap().machines, 3, "two behind the one address, one behind the other");
    let parts: Vec<(String, u64, u64)> =
        of.parts.iter().map(|part| (part.part.to_string(), part.v4, part.v6)).collect();
    let expected = [("AS64500", 2, 1), ("AS64501", 1, 0), ("BE", 2, 1), ("FR", 1, 0)];
    assert_eq!(parts, expected.map(|(part, v4, v6)| (part.to_owned(), v4, v6)));
    let left: Vec<(&str, u64)> = conficker.left_out.iter().map(|(why, left)| (why.as_str(), left.requests)).collect();
    assert_eq!(left, [("bogon", 3), ("crawler", 1), ("own", 1)]);
    assert_eq!(conficker.shared, [("bobax".to_owned(), 1)].into());
    let resolvers = &conficker.resolvers;
    assert_eq!((resolvers.queries, resolvers.v4.day, resolvers.names), (31, 10, 3));
    let names: Vec<(&str, u64)> = resolvers.names_of.iter().map(|(id, names)| (id.as_str(), *names)).collect();
    assert_eq!(names, [("conficker-a", 2), ("conficker-b", 1)]);
    let bobax = of_family(&lake, "bobax");
    assert_eq!((bobax.machines.v4.day, bobax.resolvers.queries, bobax.resolvers.names), (1, 10, 1));
    assert!(found.notes.iter().any(|note| note.contains("visitors that seem to be: scanner")), "{:?}", found.notes);
    let tomorrow = tally::of_day(&lake, day().plus(1), None).unwrap();
    assert_eq!(tomorrow.totals[0].machines.v4.day, 1);
    assert!(tally::of_day(&lake, day().plus(9), None).unwrap().totals.is_empty());
}

#[test]
fn who_is_left_out_is_in_no_count() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let alone = shipped(one.path(), |sender| {
        machines(sender);
        queries(sender);
    });
    let among = shipped(other.path(), |sender| {
        others(sender);
        machines(sender);
        others(sender);
        queries(sender);
        // A resolver of our own, which looks whether our own names answer.
        for _ in 0..50 {
            let mut own = support::dns(DAY + HOUR, 1, &[0], b"\x08zzzzzzzz\x02ws\0");
            own.resolver.address = "198.51.101.9".parse().unwrap();
            sender.dns(&own);
        }
    });
    let (alone, among) = (of_family(&alone, "conficker"), of_family(&among, "conficker"));
    assert_eq!(alone.machines, among.machines);
    assert_eq!(alone.resolvers, among.resolvers);
    assert_eq!(among.left_out["own"].queries, 50);
    assert!(alone.left_out.is_empty());
    let (one, other) = (DayReport::of(&alone, &Held::default()), DayReport::of(&among, &Held::default()));
    assert_eq!((one.machines, one.resolvers, one.networks), (other.machines, other.resolvers, other.networks));
}

#[test]
fn queries_of_resolvers_are_in_no_figure_of_machines() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let alone = of_family(&shipped(one.path(), queries), "conficker");
    assert_eq!(alone.machines, Machines { pairs: Some(Counts::default()), ..Machines::default() });
    let report = DayReport::of(&alone, &Held::default());
    assert!(report.machines.iter().all(|entry| matches!(entry, Entry::NotGiven { .. })));
    assert_eq!(report.resolvers.iter().filter(|entry| entry.figure().is_some()).count(), 2);
    let both = shipped(other.path(), |sender| {
        machines(sender);
        queries(sender);
    });
    let both = of_family(&both, "conficker");
    assert_eq!(both.resolvers, alone.resolvers);
    assert_eq!(both.machines.v4.day, 3);
}

#[test]
fn the_numbers_stay_when_the_addresses_are_gone() {
    let folder = tempfile::tempdir().unwrap();
    let lake = shipped(folder.path(), |sender| {
        machines(sender);
        others(sender);
        queries(sender);
    });
    let before = tally::of_day(&lake, day(), None).unwrap();
    let mut keys = Keys::open(&folder.path().join("keys.toml")).unwrap();
    let today = "2026-01-20".parse().unwrap();
    let key = keys.sketch();
    let mut summarise = |lake: &Lake, day| tally::summarise(lake, day, &key).map_err(Into::into);
    let kept = lake.keep(&Policy::default(), &mut keys, today, Some(&mut summarise)).unwrap();
    assert!(kept.pseudonym_rows > 0, "{kept:?}");
    let after = tally::of_day(&lake, day(), None).unwrap();
    assert_eq!(after.totals, before.totals);
    for octets in lake.totals(day()).unwrap() {
        let text = String::from_utf8(octets.to_vec()).unwrap();
        assert!(!text.contains("11.0.0.") && !text.contains("184549377"), "no address is in it: {text}");
    }
    // Nothing of a day whose addresses gave way before anybody counted is made up.
    let blind = tempfile::tempdir().unwrap();
    let lake = shipped(blind.path(), machines);
    let mut keys = Keys::open(&blind.path().join("keys.toml")).unwrap();
    lake.keep(&Policy::default(), &mut keys, today, None).unwrap();
    let found = tally::of_day(&lake, day(), None).unwrap();
    assert!(found.totals.iter().all(|totals| totals.machines.v4.day == 0));
    assert!(found.notes.iter().any(|note| note.contains("pseudonyms in the place of addresses")), "{:?}", found.notes);
}

#[test]
fn a_network_gets_its_own_addresses_alone() {
    let folder = tempfile::tempdir().unwrap();
    let lake = shipped(folder.path(), |sender| {
        machines(sender);
        others(sender);
        queries(sender);
    });
    let told = |of: &str, family: Option<&str>| -> Vec<(String, String, u64)> {
        let found = tally::machines(&lake, day(), &of.parse::<Of>().unwrap(), family).unwrap();
        let one = |machine: &tally::Contacted| (machine.address.to_string(), machine.family.clone(), machine.requests);
        found.machines.iter().map(one).collect()
    };
    let expected = |rows: &[(&str, &str, u64)]| -> Vec<(String, String, u64)> {
        rows.iter()
            .map(|(address, family, requests)| ((*address).to_owned(), (*family).to_owned(), *requests))
            .collect()
    };
    let belgian = [
        ("11.0.0.1", "conficker", 9),
        ("11.0.0.2", "bobax", 1),
        ("11.0.0.2", "conficker", 1),
        ("2a00::1", "conficker", 1),
        ("2a00::2", "conficker", 1),
    ];
    assert_eq!(told("AS64500", None), expected(&belgian));
    assert_eq!(told("BE", None), expected(&belgian));
    assert_eq!(told("AS64500", Some("bobax")), expected(&[("11.0.0.2", "bobax", 1)]));
    assert_eq!(told("12.0.0.0/8", None), expected(&[("12.0.0.9", "conficker", 1)]));
    assert_eq!(told("AS64999", None), expected(&[]));
    let found = tally::machines(&lake, day(), &"AS64500".parse().unwrap(), None).unwrap();
    let first = &found.machines[0];
    assert_eq!(first.first, Instant::from_micros(DAY + 3 * HOUR + 7));
    assert_eq!(first.last, Instant::from_micros(DAY + 9 * HOUR + 7));
    assert_eq!(
        (first.port, first.destination.as_str(), first.destination_port),
        (Some(50_000), "198.51.100.2", Some(80))
    );
    assert_eq!(
        (first.kind.as_str(), first.path.as_str(), first.query.as_deref()),
        ("http", "/search", Some("q=1&aq=7"))
    );
    assert_eq!(found.machines[2].also, ["bobax"]);
    assert!(first.also.is_empty());
}

#[test]
fn every_disclosure_is_on_record() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(&folder.path().join("lake"));
    assert!(lake.disclosures().unwrap().is_empty());
    for (number, who) in [(1, "One <abuse@one.example>"), (2, "Two <abuse@two.example>")] {
        let mut record = Disclosure::of(Instant::from_seconds(1_763_600_000 + number), b"octets", 7);
        record.who = who.to_owned();
        record.purpose = "notification".to_owned();
        lake.record(&record).unwrap();
        lake.record(&record).unwrap();
    }
    let records = lake.disclosures().unwrap();
    let who: Vec<&str> = records.iter().map(|record| record.who.as_str()).collect();
    let expected = [["Two <abuse@two.example>"; 2], ["One <abuse@one.example>"; 2]].concat();
    assert_eq!(who, expected, "the newest first; what left twice is there twice, in the same microsecond too");
    assert_eq!((records[0].count, records[0].digest.len()), (7, 64));
    let path = folder.path().join("lake/disclosures/odd.json");
    for text in ["", "{}", "[1,2]", "{\"version\":9}"] {
        std::fs::write(&path, text).unwrap();
        assert!(lake.disclosures().unwrap_err().to_string().contains("odd.json"), "{text}");
    }
}

#[test]
fn numbers_that_nobody_wrote_are_refused() {
    let totals = vec![Totals::empty(day(), "conficker", "nobody")];
    let written = to_octets(&totals).unwrap();
    assert_eq!(from_octets(&written).unwrap(), totals);
    let text = String::from_utf8(written).unwrap();
    for (from, to) in [
        ("\"forestall\":\"totals\"", "\"forestall\":\"total\""),
        ("\"version\":2", "\"version\":3"),
        ("\"version\":2", "\"version\":0"),
        ("\"families\":[{\"version\":2", "\"families\":[{\"version\":3"),
        ("\"files\":[]", "\"files\":7"),
        ("\"families\"", "\"family\""),
        ("2025-11-20", "2025-11-31"),
        ("\"requests\":0", "\"requests\":-1"),
        ("\"sampled\":0", "\"sampled\":0,\"more\":1"),
    ] {
        let broken = text.replacen(from, to, 1);
        assert_ne!(broken, text, "{from}");
        assert!(from_octets(broken.as_bytes()).is_err(), "{to}");
    }
    for length in 0..text.len() {
        assert!(from_octets(&text.as_bytes()[..length]).is_err());
    }
}
