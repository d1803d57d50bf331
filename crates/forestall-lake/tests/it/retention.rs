// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Addresses give way to pseudonyms and rows to counts, in time, once, and wherever a run ended.

use std::collections::BTreeSet;
use std::path::Path;

use forestall_census::{Sketch, Source};
use forestall_lake::schema::{AGGREGATES, contact};
use forestall_lake::{CONTACT_HITS, DNS_HITS, Kept, Keys, Lake, Policy, Table, Who};
use forestall_model::UtcDay;

use crate::support::{self, DAY, HOUR, copied, filled, lake, octets, ship, shipping, total};

fn day(text: &str) -> UtcDay {
    text.parse().unwrap()
}

/// 40 machines of one network on each of two days of one month and one of the next, each with three requests, and 10 resolvers.
fn lake_of_days(folder: &Path) -> Lake {
    let (spool, store) = (folder.join("spool"), folder.join("lake"));
    filled(&spool, "sensor-1", |sender| {
        // 2025-11-20, 2025-11-29, 2025-12-01.
        for days in [0, 9, 11] {
            for number in 0..40 {
                for hour in [1, 2, 2] {
                    let at = DAY + (24 * days + hour) * HOUR;
                    sender.contact(&support::contact(at, number, b"q=3"));
                    sender.dns(&support::dns(at, number % 10, &[0], b"\x08abcdefgh\x02ws\0"));
                }
            }
        }
    });
    let lake = lake(&store);
    ship(&shipping(&spool, &lake)).unwrap();
    lake
}

fn keep(lake: &Lake, keys: &mut Keys, today: &str) -> Kept {
    lake.keep(&Policy::default(), keys, day(today), None).unwrap()
}

fn whos(lake: &Lake, table: &'static Table, of: &str) -> BTreeSet<Who> {
    let names = if *table == CONTACT_HITS { Table::WHO_CONTACT } else { Table::WHO_DNS };
    let mut scan = lake.scan(table, lake.files(table, day(of), None).unwrap(), &names).unwrap();
    let mut whos = BTreeSet::new();
    while let Some(batch) = scan.next().unwrap() {
        whos.extend(batch.who().unwrap());
    }
    whos
}

fn is_pseudonym(who: &Who) -> bool {
    matches!(who, Who::Pseudonym(_))
}

#[test]
fn from_addresses_to_pseudonyms_to_counts() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake_of_days(folder.path());
    let path = folder.path().join("keys.toml");
    let mut keys = Keys::open(&path).unwrap();
    let clear = whos(&lake, &CONTACT_HITS, "2025-11-20");
    assert!(clear.len() == 40 && !clear.iter().any(is_pseudonym));

    // The 14th day after: all in clear. The store took everything today, by its clock, so days are as old as they say.
    assert_eq!(keep(&lake, &mut keys, "2025-12-04"), Kept::default());
    assert_eq!(whos(&lake, &CONTACT_HITS, "2025-11-20"), clear);

    // The 15th.
    let kept = keep(&lake, &mut keys, "2025-12-05");
    assert_eq!((kept.pseudonyms, kept.pseudonym_rows, kept.deleted), (2, 240, 0));
    assert_eq!(keep(&lake, &mut keys, "2025-12-05"), Kept::default(), "once is enough");
    let first = whos(&lake, &CONTACT_HITS, "2025-11-20");
    assert!(first.len() == 40 && first.iter().all(is_pseudonym));
    assert!(!whos(&lake, &CONTACT_HITS, "2025-11-29").iter().any(is_pseudonym));
    assert!(lake.check().unwrap().is_good());

    // A later day of the same month: the same machines, the same pseudonyms, also where the keys were read anew. Another month: none of them.
    let mut keys = Keys::open(&path).unwrap();
    keep(&lake, &mut keys, "2025-12-16");
    assert_eq!(whos(&lake, &CONTACT_HITS, "2025-11-29"), first);
    let other = whos(&lake, &CONTACT_HITS, "2025-12-01");
    assert!(other.iter().all(is_pseudonym) && other.is_disjoint(&first) && other.len() == 40);
    assert_eq!(whos(&lake, &DNS_HITS, "2025-11-29").len(), 10);

    // The key of November has done its work 14 and 7 days after its end.
    assert_eq!(keys.months().collect::<Vec<_>>(), ["2025-11", "2025-12"]);
    assert_eq!(keep(&lake, &mut keys, "2025-12-21").months, Vec::<String>::new());
    assert_eq!(keep(&lake, &mut keys, "2025-12-22").months, ["2025-11"]);
    assert!(!std::fs::read_to_string(&path).unwrap().contains("2025-11"));

    // Rows go on the 91st day, and what is counted stays.
    assert_eq!(keep(&lake, &mut keys, "2026-02-18").deleted, 0);
    let kept = keep(&lake, &mut keys, "2026-02-19");
    assert_eq!((kept.deleted, kept.deleted_rows), (2, 240));
    assert_eq!(lake.files(&CONTACT_HITS, day("2025-11-20"), None).unwrap().len(), 0);
    let checked = lake.check().unwrap();
    assert!(checked.is_good() && checked.deleted == 240 && checked.rows == 480, "{checked:?}");

    // Counts go in their time.
    let kept = keep(&lake, &mut keys, "2030-11-21");
    assert_eq!((kept.deleted, kept.forgotten), (4, 2));
    assert_eq!(lake.days(&AGGREGATES).unwrap().len(), 2);
    assert_eq!(total(&lake), 0);
}

#[test]
fn what_is_overdue_is_told_and_left() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake_of_days(folder.path());
    let overdue = |today: &str| {
        lake.overdue(&Policy::default(), day(today)).unwrap().map(|found| (found.files, found.earliest.to_string()))
    };
    assert_eq!(overdue("2025-12-04"), None);
    // One file of each table, for the first day; then for all three.
    assert_eq!(overdue("2025-12-05"), Some((2, "2025-11-20".to_owned())));
    assert_eq!(overdue("2025-12-16"), Some((6, "2025-11-20".to_owned())));
    assert!(!whos(&lake, &CONTACT_HITS, "2025-11-20").iter().any(is_pseudonym), "nothing was done");
    let mut keys = Keys::open(&folder.path().join("keys.toml")).unwrap();
    keep(&lake, &mut keys, "2025-12-05");
    assert_eq!((overdue("2025-12-05"), overdue("2025-12-14")), (None, Some((2, "2025-11-29".to_owned()))));
}

#[test]
fn counts_say_what_the_rows_said_and_their_sketches_merge() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake_of_days(folder.path());
    let mut keys = Keys::open(&folder.path().join("keys.toml")).unwrap();
    keep(&lake, &mut keys, "2026-03-30");
    let names: Vec<&str> = AGGREGATES.columns.iter().map(|column| column.name).collect();
    let (mut events, mut of_hour, mut rows) = (0, 0, 0);
    let mut merged: Option<Sketch> = None;
    let mut expected: Option<Sketch> = None;
    for of in lake.days(&AGGREGATES).unwrap() {
        let mut scan = lake.scan(&AGGREGATES, lake.files(&AGGREGATES, of, None).unwrap(), &names).unwrap();
        while let Some(batch) = scan.next().unwrap() {
            for row in 0..batch.rows() {
                let count = batch.longs("events").unwrap().values[row];
                if batch.texts("of").unwrap().get(row) != Some(b"contact_hits") {
                    continue;
                }
                rows += 1;
                events += count;
                let hour = batch.numbers("hour").unwrap().values[row];
                of_hour += if hour == 2 { count } else { 0 };
                assert!(batch.numbers("asn").unwrap().get(row).is_some_and(|asn| (64_500..64_505).contains(&asn)));
                let sketch = Sketch::from_octets(batch.texts("sketch").unwrap().get(row).unwrap()).unwrap();
                let sources = batch.longs("sources").unwrap().values[row];
                assert!(
                    sources > 0
                        && (0.7..1.4).contains(&(sketch.count().value() / f64::from(u32::try_from(sources).unwrap())))
                );
                match &mut merged {
                    None => merged = Some(sketch),
                    Some(merged) => merged.merge(&sketch).unwrap(),
                }
            }
        }
    }
    assert_eq!((events, of_hour), (360, 240));
    assert!(rows > 12, "{rows}");
    // Merged over hours, networks and months they are the sketch of all machines.
    let key = keys.sketch();
    let sketch = expected.get_or_insert(Sketch::new(forestall_lake::aggregate::PRECISION, &key).unwrap());
    for number in 0..40 {
        let address = support::contact(DAY, number, b"").source.address;
        sketch.insert(&key, Source::of(address));
    }
    assert_eq!(merged, expected);
}

#[test]
fn what_goes_with_an_address_goes_with_it_and_the_rest_stays() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake_of_days(folder.path());
    let columns =
        [contact::TIME, contact::Q, contact::ASN, contact::USER_AGENT, contact::SOURCE_PORT, contact::IP_VERSION];
    let read = |lake: &Lake| {
        let mut scan =
            lake.scan(&CONTACT_HITS, lake.files(&CONTACT_HITS, day("2025-11-20"), None).unwrap(), &columns).unwrap();
        let batch = scan.next().unwrap().unwrap();
        let numbers =
            |name: &str| (0..batch.rows()).map(|row| batch.numbers(name).unwrap().get(row)).collect::<Vec<_>>();
        let agents =
            (0..batch.rows()).map(|row| batch.texts(contact::USER_AGENT).unwrap().get(row).map(<[u8]>::to_vec));
        let times = batch.longs(contact::TIME).unwrap().values.to_vec();
        let same = (
            times,
            numbers(contact::Q),
            numbers(contact::ASN),
            agents.collect::<Vec<_>>(),
            numbers(contact::IP_VERSION),
        );
        (same, numbers(contact::SOURCE_PORT))
    };
    let (before, ports) = read(&lake);
    assert!(ports.iter().all(Option::is_some));
    let mut keys = Keys::open(&folder.path().join("keys.toml")).unwrap();
    keep(&lake, &mut keys, "2025-12-05");
    let (after, ports) = read(&lake);
    assert!(after == before && ports.iter().all(Option::is_none));
    // No file of the lake holds the key or an address: 192.0.2.1 as it stands in a column.
    let text = std::fs::read_to_string(folder.path().join("keys.toml")).unwrap();
    let secrets: Vec<&str> = text.split('"').filter(|word| word.len() >= 32).collect();
    assert_eq!(secrets.len(), 2);
    for octets in octets(&folder.path().join("lake")).values() {
        let text = String::from_utf8_lossy(octets);
        assert!(secrets.iter().all(|secret| !text.contains(secret)));
    }
    assert!(!format!("{keys:?}").contains(secrets[0]) && !format!("{keys:?}").contains(secrets[1]));
}

#[test]
fn a_run_that_ended_anywhere_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let lake_1 = lake_of_days(folder.path());
    let store = folder.path().join("lake");
    let mut keys = Keys::open(&folder.path().join("keys.toml")).unwrap();
    let before = folder.path().join("before");
    copied(&store, &before);
    keep(&lake_1, &mut keys, "2025-12-05");
    let after = octets(&store);
    // As it is where the run ended after each number of files: some written anew, no note.
    let changed: Vec<&String> = after.keys().filter(|name| octets(&before).get(*name) != after.get(*name)).collect();
    for done in 0..changed.len() {
        let again = folder.path().join(format!("again-{done}"));
        copied(&before, &again);
        for name in changed.iter().filter(|name| name.ends_with(".parquet")).take(done) {
            let path = again.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &after[*name]).unwrap();
        }
        let lake_2 = lake(&again);
        keep(&lake_2, &mut keys, "2025-12-05");
        assert!(lake_2.check().unwrap().is_good());
        let now = octets(&again);
        let same = |name: &&String| !name.starts_with("retention/");
        assert_eq!(now.keys().filter(same).collect::<Vec<_>>(), after.keys().filter(same).collect::<Vec<_>>());
        assert!(after.keys().filter(same).all(|name| now[name] == after[name]), "{done}");
    }
}

#[test]
fn a_segment_that_comes_late_is_not_in_clear_a_day_longer() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake_of_days(folder.path());
    let mut keys = Keys::open(&folder.path().join("keys.toml")).unwrap();
    keep(&lake, &mut keys, "2025-12-05");
    let first = whos(&lake, &CONTACT_HITS, "2025-11-20");
    let late = folder.path().join("late");
    filled(&late, "sensor-2", |sender| sender.contact(&support::contact(DAY, 3, b"q=3")));
    ship(&shipping(&late, &lake)).unwrap();
    assert_eq!(keep(&lake, &mut keys, "2025-12-06").pseudonyms, 1);
    assert_eq!(whos(&lake, &CONTACT_HITS, "2025-11-20"), first, "it is the machine that was there before");
    // Later than the key: the machine is another one from then on, and the new key is gone at once.
    keep(&lake, &mut keys, "2025-12-30");
    filled(&late, "sensor-3", |sender| sender.contact(&support::contact(DAY, 3, b"q=3")));
    ship(&shipping(&late, &lake)).unwrap();
    let kept = keep(&lake, &mut keys, "2025-12-30");
    assert_eq!((kept.pseudonyms, kept.months), (1, vec!["2025-11".to_owned()]));
    assert_eq!(whos(&lake, &CONTACT_HITS, "2025-11-20").len(), 41);
}

#[test]
fn a_day_is_summed_up_before_its_addresses_go() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake_of_days(folder.path());
    let mut keys = Keys::open(&folder.path().join("keys.toml")).unwrap();
    let mut asked = Vec::new();
    let mut summarise = |lake: &Lake, of: UtcDay| {
        let machines = whos(lake, &CONTACT_HITS, &of.to_string());
        assert!(!machines.iter().any(is_pseudonym));
        asked.push(of);
        Ok(Some(format!("{} machines", machines.len()).into_bytes()))
    };
    lake.keep(&Policy::default(), &mut keys, day("2025-12-14"), Some(&mut summarise)).unwrap();
    assert_eq!(asked, [day("2025-11-20"), day("2025-11-29")]);
    assert_eq!(lake.totals(day("2025-11-20")).unwrap(), [&b"40 machines"[..]]);
    assert!(lake.totals(day("2025-12-01")).unwrap().is_empty());
    let mut fails =
        |_: &Lake, _: UtcDay| -> Result<Option<Vec<u8>>, Box<dyn std::error::Error + Send + Sync>> { Err("no".into()) };
    let error = lake.keep(&Policy::default(), &mut keys, day("2025-12-16"), Some(&mut fails)).unwrap_err();
    assert!(error.to_string().contains("2025-12-01"), "{error}");
    assert!(!whos(&lake, &CONTACT_HITS, "2025-12-01").iter().any(is_pseudonym), "nothing goes that is not summed up");
}

#[test]
fn keys_are_for_one_pair_of_eyes() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.toml");
    drop(Keys::open(&path).unwrap());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(Keys::open(&path).unwrap_err().to_string().contains("0600"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let good = std::fs::read_to_string(&path).unwrap();
    for wrong in
        ["", "version = 2", &good.replace("sketch = \"", "sketch = \"0"), &good.replace("version = 1", "version = 7")]
    {
        std::fs::write(&path, wrong).unwrap();
        let error = Keys::open(&path).unwrap_err().to_string();
        let secret = good.split('"').nth(1).unwrap();
        assert!(!error.contains(secret), "{error}");
    }
}
