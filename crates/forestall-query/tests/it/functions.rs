// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Our functions, held against the crates that they stand for.

use std::net::IpAddr;

use forestall_census::{Addresses, Protocol, Sketch, Source};
use forestall_lake::{Keys, Lake, Policy};

use crate::support::{QUERIES, rows, run, world};

fn index() -> Vec<&'static str> {
    vec!["--index", world().index.to_str().unwrap()]
}

#[test]
fn predicted_by_name_window_and_margin() {
    let check = |name: &str, time: &str, expected: &str| {
        let found = rows(&format!("select predicted('{name}', {time})"), &index());
        assert_eq!(found, [expected], "{name} {time}");
    };
    check("qx0zk.ws", "timestamp '2025-11-20 12:00:00'", "conficker-a");
    check("WWW.QX0ZK.WS.", "'2025-11-20T12:00:00Z'", "conficker-a");
    check("qx0zk.ws", "date '2025-11-20'", "conficker-a");
    // The margin of an hour on each side, half-open.
    check("qx0zk.ws", "'2025-11-19T23:00:00Z'", "conficker-a");
    check("qx0zk.ws", "'2025-11-19T22:59:59Z'", "");
    check("qx0zk.ws", "'2025-11-21T00:59:59Z'", "conficker-a");
    check("qx0zk.ws", "'2025-11-21T01:00:00Z'", "");
    check("qx1zk.ws", "'2025-11-21T12:00:00Z'", "bobax-1");
    check("both.example.com", "'2025-11-20T12:00:00Z'", "bobax-1 conficker-a");
    check("both.example.com", "'2025-11-21T12:00:00Z'", "bobax-1");
    check("held.example.com", "'2025-11-20T12:00:00Z'", "");
    check("other.example.com", "'2025-11-20T12:00:00Z'", "");
    check("", "'2025-11-20T12:00:00Z'", "");
    assert_eq!(rows("select predicted(null, now()), predicted('qx0zk.ws', null)", &index()), [","]);
    // A time in another zone is the same time.
    check("qx0zk.ws", "'2025-11-21T01:30:00+01:00'", "conficker-a");
}

#[test]
fn predicted_as_the_sinkhole_noted_it() {
    // Even names are predicted on the first day alone, plus an hour; odd ones on both.
    let sql = "select count(*), count(predicted(qname, time)), count(*) filter (where predicted(qname, time) <> campaigns) from dns_hits";
    let late = rows("select count(*) from dns_hits where family = 'conficker' and time >= '2025-11-21T01:00:00Z'", &[]);
    let late: u32 = late[0].parse().unwrap();
    assert!(late > 0);
    assert_eq!(rows(sql, &index()), [format!("{},{},0", 2 * QUERIES, 2 * QUERIES - late)]);
}

#[test]
fn listed_at_whatever_time() {
    let found = rows(
        "select listed('WWW.Qx0zk.ws.'), listed('held.example.com'), listed('example.com'), listed(null)",
        &index(),
    );
    assert_eq!(found, ["qx0zk.ws,held.example.com,,"]);
    assert_eq!(rows("select count(distinct listed(qname)) from dns_hits", &index()), ["50"]);
}

#[test]
fn names_without_an_index_and_with_a_wrong_one() {
    let lake = world().lake.to_str().unwrap();
    let ran = run(&["select predicted(qname, time) from dns_hits", "--lake", lake]);
    assert_eq!(ran.status, 3);
    assert!(ran.err.contains("need a prediction index: give --index FILE"), "{}", ran.err);
    let cut = world().folder.join("cut.idx");
    let octets = std::fs::read(&world().index).unwrap();
    std::fs::write(&cut, &octets[..octets.len() - 1]).unwrap();
    for (file, why) in
        [(cut.to_str().unwrap(), "it is cut"), ("/nowhere/a.idx", "cannot be opened"), (lake, "not used")]
    {
        let ran = run(&["select 1", "--lake", lake, "--index", file]);
        assert_eq!(ran.status, 3, "{file}");
        assert!(ran.err.contains(file) && ran.err.contains(why), "{}", ran.err);
    }
}

#[test]
fn registrable_names() {
    let sql =
        "select registrable('a.B.example.co.uk.'), registrable('co.uk'), registrable('github.io'), registrable(null)";
    assert_eq!(rows(sql, &[]), ["example.co.uk,,,"]);
    assert_eq!(rows("select count(distinct registrable(qname)) from dns_hits", &[]), ["50"]);
}

/// All sources of the requests, as the census counts them.
fn sources() -> Vec<Source> {
    let texts = rows(
        "select distinct coalesce(cast(source_v4 as varchar), encode(arrow_cast(source_v6, 'Binary'), 'hex')) from contact_hits order by 1",
        &[],
    );
    let source = |text: &String| match text.parse::<u32>() {
        Ok(number) if text.len() <= 10 => Source::V4(number),
        _ => Source::of(IpAddr::V6(u128::from_str_radix(text, 16).unwrap().into())),
    };
    texts.iter().map(source).collect()
}

fn octets(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
}

#[test]
fn exact_sets_are_those_of_the_census() {
    let expected: Addresses = sources().into_iter().collect();
    assert!(expected.count(Protocol::V4) > 100 && expected.count(Protocol::V6) > 20);
    let found = rows("select address_set(source_v4), address_set(source_v6) from contact_hits", &[]);
    let (v4, v6) = found[0].split_once(',').unwrap();
    let mut both = Addresses::from_octets(&octets(v4)).unwrap();
    both.merge(&Addresses::from_octets(&octets(v6)).unwrap());
    assert_eq!(both, expected);
    // Merged over sensors, counted by version.
    let sql = "with sets as (select sensor, address_set(source_v4) as four, address_set(source_v6) as six from contact_hits group by sensor) \
               select address_count(address_set_merge(four), 4), address_count(address_set_merge(six), 6), address_count(address_set_merge(four), 6) from sets";
    assert_eq!(rows(sql, &[]), [format!("{},{},0", expected.count(Protocol::V4), expected.count(Protocol::V6))]);
    let sql = "select count(distinct source_v4), count(distinct source_v6) from contact_hits";
    assert_eq!(rows(sql, &[]), [format!("{},{}", expected.count(Protocol::V4), expected.count(Protocol::V6))]);
}

#[test]
fn sketches_are_those_of_the_census_under_the_key_of_the_lake() {
    let keys = world().folder.join("sketch-keys.toml");
    let key = Keys::open(&keys).unwrap().sketch();
    let mut expected = Sketch::new(forestall_lake::aggregate::PRECISION, &key).unwrap();
    sources()
        .into_iter()
        .filter(|source| matches!(source, Source::V4(_)))
        .for_each(|source| expected.insert(&key, source));
    let keyed = ["--keys", keys.to_str().unwrap()];
    let found = rows("select sketch_addresses(source_v4) from contact_hits", &keyed);
    assert_eq!(Sketch::from_octets(&octets(&found[0])).unwrap(), expected);
    let count = expected.count().value().to_string();
    assert_eq!(rows("select approx_addresses(source_v4) from contact_hits", &keyed), std::slice::from_ref(&count));
    let sql = "select sketch_count(sketch_merge(part)) from (select sketch_addresses(source_v4) as part from contact_hits group by sensor, day)";
    assert_eq!(rows(sql, &keyed), [count]);
    // Under the open key the registers are others, and they do not merge with these.
    let open = rows("select sketch_addresses(source_v4) from contact_hits", &[]);
    assert_ne!(open, found);
    let lake = world().lake.to_str().unwrap();
    let sql = format!(
        "select sketch_merge(s) from (select decode('{}', 'hex') as s union all select decode('{}', 'hex'))",
        open[0], found[0]
    );
    let ran = run(&[&sql, "--lake", lake]);
    assert_eq!(ran.status, 3);
    assert!(ran.err.contains("unlike keys do not merge"), "{}", ran.err);
    let ran = run(&["select sketch_count(decode('00', 'hex'))", "--lake", lake]);
    assert!(ran.status != 0 && ran.err.contains("these octets are no set of a census"), "{}", ran.err);
}

#[test]
fn sketches_of_the_lake_merge_to_the_day() {
    // A lake of its own, in which rows gave way to counts.
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("lake");
    copied(&world().lake, &store);
    let lake = Lake::open(store.to_str().unwrap()).unwrap();
    let keys_file = folder.path().join("keys.toml");
    let mut keys = Keys::open(&keys_file).unwrap();
    lake.keep(&Policy::default(), &mut keys, "2026-02-20".parse().unwrap(), None).unwrap();
    drop(lake);
    let asked = |sql: &str, more: &[&str]| {
        let ran = run(&[&[sql, "--lake", store.to_str().unwrap(), "--format", "csv"], more].concat());
        assert_eq!(ran.status, 0, "{}", ran.err);
        ran.out.lines().nth(1).unwrap().to_owned()
    };
    assert_eq!(asked("select count(*) from contact_hits", &[]), "0");
    let sql = "select sketch_count(sketch_merge(sketch)) from aggregates where of = 'contact_hits' and ip_version = 4";
    let merged: f64 = asked(sql, &[]).parse().unwrap();
    let mut expected = Sketch::new(forestall_lake::aggregate::PRECISION, &keys.sketch()).unwrap();
    sources()
        .into_iter()
        .filter(|source| matches!(source, Source::V4(_)))
        .for_each(|source| expected.insert(&keys.sketch(), source));
    assert_eq!(merged.to_bits(), expected.count().value().to_bits());
}

fn copied(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copied(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn wrong_arguments_are_told_before_anything_runs() {
    let lake = world().lake.to_str().unwrap();
    for (sql, why) in [
        ("select predicted(qname) from dns_hits", "predicted takes a name and a time"),
        ("select predicted(qname, qtype) from dns_hits", "expected a time"),
        ("select predicted(time, time) from dns_hits", "expected a text"),
        ("select registrable(qtype) from dns_hits", "expected a text"),
        ("select approx_addresses(time) from dns_hits", "expected an address"),
        ("select sketch_merge(qname) from dns_hits", "expected octets"),
        ("select address_count(address_set(resolver_v4), 'x') from dns_hits", "expected 4 or 6"),
    ] {
        let ran = run(&[sql, "--lake", lake]);
        assert_eq!(ran.status, 2, "{sql}: {}", ran.err);
        assert!(ran.err.contains(why), "{sql}: {}", ran.err);
    }
    let ran = run(&["select address_count(address_set(resolver_v4), 5) from dns_hits", "--lake", lake]);
    assert!(ran.status == 3 && ran.err.contains("there is no IP version 5"), "{}", ran.err);
    let ran = run(&["select approx_addresses(qname) from dns_hits", "--lake", lake]);
    assert!(ran.status == 3 && ran.err.contains("is no address"), "{}", ran.err);
}
