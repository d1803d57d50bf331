// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Events that come when the numbers of their day were made and its addresses are gone: they are in the figures, once, whatever is broken off and tried again. And what several days have together.

use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use forestall_census::day::{DayReport, Held, Totals};
use forestall_lake::tally::{self, Stored, TallyError};
use forestall_lake::{CONTACT_HITS, Kept, Keys, Lake, Origin, Policy, Shipping};
use forestall_model::UtcDay;
use forestall_spool::{ContactHit, Endpoint, Sender};

use crate::support::{self, DAY, HOUR, filled, lake, ship};

/// A day on which the addresses of the tests' day have to go.
const LATER: &str = "2025-12-10";

fn day() -> UtcDay {
    "2025-11-20".parse().unwrap()
}

fn today() -> UtcDay {
    LATER.parse().unwrap()
}

/// A request of each of these machines, in their order over an hour, each with a User-Agent of its own.
fn machines(sender: &mut Sender, days_later: i64, hour: i64, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let source = Endpoint { address: IpAddr::V4((0x0B00_0000 + number).into()), port: 50_000 };
        let agent = format!("machine {number}");
        let at = DAY + days_later * 24 * HOUR + hour * HOUR + i64::from(number) * 1_000;
        let hit = support::contact(at, 1, b"q=1&aq=7");
        sender.contact(&ContactHit { source, user_agent: Some(agent.as_bytes()), ..hit });
    }
}

fn resolvers(sender: &mut Sender, count: u32) {
    for number in 0..count {
        sender.dns(&support::dns(DAY + HOUR, number, &[0], b"\x08abcdefgh\x02ws\0"));
    }
}

/// Ships what `fill` says into the lake of a folder.
fn shipped(folder: &Path, fill: impl FnOnce(&mut Sender)) -> Lake {
    let spool = folder.join("spool");
    filled(&spool, "sensor-1", fill);
    let lake = lake(&folder.join("lake"));
    let origin = |_| Origin { asn: 64_500, country: Some(*b"BE"), left_out: None };
    ship(&Shipping { spool: &spool, lake: &lake, origin: &origin, left_out: "nobody", keep: false }).unwrap();
    lake
}

/// Keys of which that of the sketches is always the same: of intervals of 90 % one in ten misses the truth under any key, and these hold it.
fn keys(folder: &Path) -> Keys {
    let path = folder.join("keys.toml");
    if !path.exists() {
        std::fs::write(&path, "version = 1\nsketch = \"000102030405060708090a0b0c0d0e0f\"\n[months]\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    Keys::open(&path).unwrap()
}

fn keep(lake: &Lake, keys: &mut Keys, on: UtcDay) -> Kept {
    let key = keys.sketch();
    let mut summarise = |lake: &Lake, day| tally::summarise(lake, day, &key).map_err(Into::into);
    lake.keep(&Policy::default(), keys, on, Some(&mut summarise)).unwrap()
}

fn conficker(lake: &Lake, on: UtcDay) -> (Totals, Vec<String>) {
    let mut found = tally::of_day(lake, on, Some("conficker")).unwrap();
    assert_eq!(found.totals.len(), 1, "{:?}", found.notes);
    (found.totals.remove(0), found.notes)
}

fn figure(totals: &Totals, name: &str) -> forestall_census::Estimate {
    let report = DayReport::of(totals, &Held::default());
    let given = report.figure(name).unwrap_or_else(|| panic!("{name}: {:?}", report.machines));
    given.estimate().clone()
}

#[test]
fn late_events_are_in_the_figures_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut keys = keys(folder.path());
    let lake = shipped(folder.path(), |sender| {
        machines(sender, 0, 3, 0..4_000);
        resolvers(sender, 40);
    });
    let (exact, _) = conficker(&lake, day());
    assert!(keep(&lake, &mut keys, today()).pseudonym_rows > 0);
    // 2,000 machines, of which 1,500 were there before, and 60 resolvers, of which 40 were.
    shipped(folder.path(), |sender| {
        machines(sender, 0, 3, 2_500..3_000);
        machines(sender, 0, 9, 3_000..4_500);
        resolvers(sender, 60);
    });
    let (before, notes) = conficker(&lake, day());
    assert_eq!(before, exact, "until retention is run");
    assert!(notes.iter().any(|note| note.starts_with("2060 events came after")), "{notes:?}");
    keep(&lake, &mut keys, today());
    let (after, notes) = conficker(&lake, day());
    assert_eq!((after.machines.requests, after.resolvers.queries), (6_000, 100));
    assert!(notes.is_empty(), "{notes:?}");
    let addresses = figure(&after, "addresses of the day");
    assert!(addresses.holds(4_500.0) && (addresses.value() - 4_500.0).abs() < 200.0, "{addresses}");
    assert!(addresses.low() >= 4_000.0 && addresses.high() <= 6_000.0, "{addresses}");
    let busiest = figure(&after, "addresses of the busiest hour");
    assert!(busiest.low() >= 4_000.0 && busiest.high() <= 4_500.0 && busiest.holds(4_000.0), "{busiest}");
    let resolvers = figure(&after, "resolvers of the day (IPv4)");
    assert!(resolvers.holds(60.0) && (resolvers.value() - 60.0).abs() < 3.0, "{resolvers}");
    let report = DayReport::of(&after, &Held::default());
    assert!(report.notes.iter().any(|note| note.starts_with("2060 of 6100 events came after")), "{:?}", report.notes);
    let country = report.countries.iter().find(|line| line.part.to_string() == "BE").unwrap();
    assert_eq!(country.between.unwrap().addresses, (4_000, 6_000));
    assert!((4_300..4_700).contains(&country.addresses), "{country:?}");
    let bounds = report.bounds.unwrap();
    assert!(bounds.low <= 4_000.0 && bounds.high >= 4_500.0, "{bounds:?}");
    // Again, and when the rows are gone.
    assert_eq!(keep(&lake, &mut keys, today()), Kept::default());
    assert_eq!(conficker(&lake, day()).0, after);
    assert!(keep(&lake, &mut keys, "2026-03-20".parse().unwrap()).deleted > 0);
    assert_eq!(conficker(&lake, day()).0, after);
    assert_eq!(lake.totals(day()).unwrap().len(), 2);
}

#[test]
fn what_was_broken_off_is_in_the_figures_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut keys = keys(folder.path());
    let lake = shipped(folder.path(), |sender| machines(sender, 0, 3, 0..300));
    // The numbers are there, and no address has gone yet.
    let octets = tally::summarise(&lake, day(), &keys.sketch()).unwrap().unwrap();
    lake.put(&format!("totals/day={}/000000.totals", day()), octets).unwrap();
    assert!(tally::summarise(&lake, day(), &keys.sketch()).unwrap().is_none(), "they are there already");
    assert_eq!(conficker(&lake, day()).0.machines.v4.day, 300);
    // Meanwhile a segment came.
    shipped(folder.path(), |sender| machines(sender, 0, 5, 200..400));
    keep(&lake, &mut keys, today());
    let stored: Vec<Stored> =
        lake.totals(day()).unwrap().iter().map(|octets| Stored::from_octets(octets).unwrap()).collect();
    let requests: Vec<u64> = stored.iter().map(|stored| stored.totals[0].machines.requests).collect();
    assert_eq!(requests, [300, 200]);
    let (all, notes) = conficker(&lake, day());
    assert_eq!(all.machines.requests, 500);
    let addresses = figure(&all, "addresses of the day");
    assert!(addresses.holds(400.0) && (addresses.value() - 400.0).abs() < 12.0, "{addresses}");
    assert!(notes.is_empty(), "{notes:?}");
    // The same numbers twice, as two programs would make them, are there once.
    let twice = stored[1].to_octets().unwrap();
    lake.put(&format!("totals/day={}/000007.totals", day()), twice).unwrap();
    assert_eq!(conficker(&lake, day()).0, all);
}

#[test]
fn figures_of_machines_are_of_days_that_came_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut keys = keys(folder.path());
    let lake = shipped(folder.path(), |sender| {
        machines(sender, 0, 3, 0..1_000);
        machines(sender, 0, 9, 0..1_000);
    });
    let holding =
        forestall_census::names::Holding { listed: 250, ours: 250, others: 0, asked: None, rounds: 1, stops: false };
    let reading = forestall_census::day::Reading { holding, source: "a test".to_owned() };
    let held = Held { readings: vec![reading], ..Held::default() };
    let machines_on =
        |lake: &Lake| DayReport::of(&conficker(lake, day()).0, &held).figure("machines that were on").cloned();
    let exact = machines_on(&lake).unwrap();
    keep(&lake, &mut keys, today());
    shipped(folder.path(), |sender| machines(sender, 0, 5, 950..1_050));
    keep(&lake, &mut keys, today());
    let few = machines_on(&lake).unwrap();
    assert!(few.estimate().holds(1_050.0) && few.estimate().high() > exact.estimate().high(), "{few}");
    assert!(few.estimate().assumptions().iter().any(|assumes| assumes.contains("came late")), "{few}");
    shipped(folder.path(), |sender| machines(sender, 0, 6, 900..1_200));
    keep(&lake, &mut keys, today());
    assert!(machines_on(&lake).is_none());
    let report = DayReport::of(&conficker(&lake, day()).0, &held);
    let why = serde_json::to_string(&report.machines).unwrap();
    assert!(why.contains("17 % of the requests came after the others had lost their addresses"), "{why}");
}

#[test]
fn numbers_of_the_first_version_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut keys = keys(folder.path());
    let lake = shipped(folder.path(), |sender| machines(sender, 0, 3, 0..300));
    // As the first version wrote them: no files, no sketches.
    let mut stored = Stored::from_octets(&tally::summarise(&lake, day(), &keys.sketch()).unwrap().unwrap()).unwrap();
    stored.totals[0].machines.sketches = None;
    stored.totals[0].resolvers.sketches = None;
    let text = String::from_utf8(stored.to_octets().unwrap()).unwrap();
    let files = serde_json::to_string(&stored.files).unwrap();
    let first = text.replace("\"version\":2", "\"version\":1").replace(&format!("\"files\":{files},"), "");
    assert!(!first.contains("files") && !first.contains("sketches"), "{first}");
    lake.put(&format!("totals/day={}/000000.totals", day()), first.into_bytes()).unwrap();
    assert_eq!(conficker(&lake, day()).0.machines.requests, 300);
    // They are of the files that were there: none of them is counted again.
    keep(&lake, &mut keys, today());
    assert_eq!(lake.totals(day()).unwrap().len(), 1);
    assert_eq!(conficker(&lake, day()).0.machines.requests, 300);
}

#[test]
fn several_days_together() {
    let folder = tempfile::tempdir().unwrap();
    let mut keys = keys(folder.path());
    let lake = shipped(folder.path(), |sender| {
        machines(sender, 0, 3, 0..3_000);
        machines(sender, 1, 3, 1_000..4_000);
    });
    let span = (day(), day().plus(3));
    let distinct = |lake: &Lake, key: Option<&forestall_census::SketchKey>| {
        tally::distinct(lake, span, None, key).map(|mut all| {
            assert_eq!(all.len(), 1);
            all.remove(0)
        })
    };
    let exact = distinct(&lake, None).unwrap();
    assert_eq!(exact.addresses.to_string(), "4,000 (counted exactly)");
    assert_eq!((exact.days, exact.missing.len()), (2, 2));
    assert!(exact.to_string().ends_with("so that it only grows"), "{exact}");
    assert!(serde_json::to_string(&exact).unwrap().contains("no number of machines"));
    keep(&lake, &mut keys, today());
    let sketched = distinct(&lake, None).unwrap();
    assert!(sketched.addresses.holds(4_000.0) && sketched.addresses.error() > 1.0, "{sketched}");
    assert!((sketched.addresses.value() - 4_000.0).abs() < 200.0, "{sketched}");
    // A day in clear comes to it: who has no key cannot put it there.
    shipped(folder.path(), |sender| machines(sender, 2, 3, 3_500..5_000));
    assert_eq!(lake.files(&CONTACT_HITS, day().plus(2), None).unwrap().len(), 1);
    let refused = distinct(&lake, None).unwrap_err();
    assert!(matches!(refused, TallyError::NotTogether(_)) && refused.to_string().contains("2025-11-22"), "{refused}");
    let other = Keys::open(&folder.path().join("other.toml")).unwrap().sketch();
    assert!(distinct(&lake, Some(&other)).unwrap_err().to_string().contains("key is not the one"));
    let both = distinct(&lake, Some(&keys.sketch())).unwrap();
    assert!(both.addresses.holds(5_000.0) && (both.addresses.value() - 5_000.0).abs() < 250.0, "{both}");
    assert_eq!((both.days, both.missing.len()), (3, 1));
    assert!(tally::distinct(&lake, span, Some("bobax"), None).unwrap_or_default().is_empty());
}

#[test]
fn a_day_that_is_over_is_counted_once_for_whoever_reads() {
    let folder = tempfile::tempdir().unwrap();
    let lake = shipped(folder.path(), |sender| {
        machines(sender, 0, 3, 0..300);
        machines(sender, 1, 3, 0..200);
        resolvers(sender, 40);
    });
    let exact = tally::of_day(&lake, day(), None).unwrap();
    assert!(tally::count_ahead(&lake, day().plus(1)).unwrap().is_empty(), "its last segments may still come");
    assert_eq!(tally::count_ahead(&lake, day().plus(2)).unwrap(), [day()]);
    assert_eq!(tally::of_day(&lake, day(), None).unwrap(), exact);
    // It is read and not counted: with rows that nobody can read any more it is the same.
    let file = lake.files(&CONTACT_HITS, day(), None).unwrap().remove(0);
    let path = folder.path().join("lake").join(&file.path);
    let whole = std::fs::read(&path).unwrap();
    let about = std::fs::metadata(&path).unwrap();
    let written = |octets: &[u8]| {
        std::fs::write(&path, octets).unwrap();
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(about.modified().unwrap()).unwrap();
    };
    written(&vec![0; whole.len()]);
    assert_eq!(tally::of_day(&lake, day(), None).unwrap(), exact);
    written(&whole);
    assert!(tally::count_ahead(&lake, day().plus(2)).unwrap().is_empty(), "nothing has changed");
    // Another segment comes: the rows are counted, and once more for those who read.
    shipped(folder.path(), |sender| machines(sender, 0, 4, 250..350));
    let more = tally::of_day(&lake, day(), None).unwrap();
    assert_eq!(more.totals[0].machines.v4.day, 350);
    assert_eq!(tally::count_ahead(&lake, day().plus(3)).unwrap(), [day(), day().plus(1)]);
    assert_eq!(tally::of_day(&lake, day(), None).unwrap(), more);
    // What somebody else put there is counted again.
    std::fs::write(folder.path().join(format!("lake/counted/day={}.totals", day())), "{}").unwrap();
    assert_eq!(tally::of_day(&lake, day(), None).unwrap(), more);
    // When the addresses go, numbers that are kept for good take their place.
    keep(&lake, &mut keys(folder.path()), today());
    assert!(tally::count_ahead(&lake, today()).unwrap().is_empty());
    assert_eq!(std::fs::read_dir(folder.path().join("lake/counted")).map_or(0, Iterator::count), 0);
    assert_eq!(conficker(&lake, day()).0.machines.v4.day, 350);
}
