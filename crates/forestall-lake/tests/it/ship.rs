// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Segments become files: every event once, whatever is done twice.

use std::fs;

use forestall_lake::{CONTACT_HITS, Checked, DNS_HITS, NO_DAY, ShipError, schema};
use forestall_spool::{State, list};

use crate::support::{DAY, HOUR, contact, copied, dns, filled, lake, mixed, octets, rows, ship, shipping, total};

#[test]
fn every_event_is_one_row_under_its_day_and_family() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, store) = (folder.path().join("spool"), folder.path().join("lake"));
    mixed(&spool, "sensor-1", 10, 4_000);
    let lake = lake(&store);
    let shipped = ship(&shipping(&spool, &lake)).unwrap();
    assert_eq!(shipped.len(), 10);
    assert_eq!(
        shipped.iter().map(|shipped| (shipped.dns, shipped.contacts)).fold((0, 0), |(a, b), (c, d)| (a + c, b + d)),
        (4_000, 4_000)
    );
    let found = rows(&lake);
    // Hours 0 to 23 of 40 are of the first day.
    let of = |table: &'static str, day: &str, family: &str| {
        found.get(&(table, day.to_owned(), family.to_owned())).copied().unwrap_or(0)
    };
    for family in ["conficker", "bobax", "several", "none"] {
        assert_eq!(of("dns_hits", "2025-11-20", family) + of("dns_hits", "2025-11-21", family), 1_000, "{family}");
        assert_eq!(of("dns_hits", "2025-11-20", family), 600, "{family}");
    }
    assert_eq!(
        (of("contact_hits", "2025-11-20", "conficker"), of("contact_hits", "2025-11-21", "conficker")),
        (2_400, 1_600)
    );
    assert_eq!(total(&lake), 8_000);
    let checked = lake.check().unwrap();
    let segments = shipped.len() as u64;
    assert_eq!(checked, Checked { segments, dns: 4_000, contacts: 4_000, rows: 8_000, ..Checked::default() });
    assert!(checked.is_good());
    assert_eq!(list(&spool).unwrap(), [], "what is in the lake is no longer in the spool");
}

#[test]
fn the_same_segment_gives_the_same_files_octet_for_octet() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    mixed(&one, "sensor-1", 5, 3_000);
    copied(&one, &other);
    let lakes = [folder.path().join("lake-1"), folder.path().join("lake-2")];
    for (spool, store) in [&one, &other].into_iter().zip(&lakes) {
        ship(&shipping(spool, &lake(store))).unwrap();
    }
    let [first, second] = lakes.map(|store| octets(&store));
    assert!(first.len() > 10);
    assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
    assert!(first == second, "the octets differ");
}

#[test]
fn a_second_attempt_changes_nothing_wherever_the_first_one_ended() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, copy, store) = (folder.path().join("spool"), folder.path().join("copy"), folder.path().join("lake"));
    mixed(&spool, "sensor-1", 5, 2_000);
    copied(&spool, &copy);
    let lake = lake(&store);
    let first = ship(&shipping(&spool, &lake)).unwrap();
    let before = octets(&store);
    // It ended before the segments were removed.
    copied(&copy, &spool);
    let again = ship(&shipping(&spool, &lake)).unwrap();
    assert!(again.iter().all(|shipped| shipped.again && shipped.files.is_empty()));
    assert_eq!(again.len(), first.len());
    assert!(octets(&store) == before);
    // It ended before the manifests were written, and some files were not.
    fs::remove_dir_all(store.join("manifests")).unwrap();
    let some = before.keys().filter(|name| name.ends_with(".parquet")).step_by(2);
    some.for_each(|name| fs::remove_file(store.join(name)).unwrap());
    let checked = lake.check().unwrap();
    assert!(checked.under_way > 0 && checked.segments == 0 && checked.is_good(), "{checked:?}");
    copied(&copy, &spool);
    ship(&shipping(&spool, &lake)).unwrap();
    assert!(octets(&store) == before);
}

#[test]
fn segments_are_kept_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, store) = (folder.path().join("spool"), folder.path().join("lake"));
    mixed(&spool, "sensor-1", 1, 500);
    let lake = lake(&store);
    let mut shipping = shipping(&spool, &lake);
    shipping.keep = true;
    ship(&shipping).unwrap();
    assert_eq!(list(&spool).unwrap(), []);
    assert_eq!(list(&spool.join("shipped")).unwrap().len(), 1);
}

#[test]
fn two_sensors_of_one_name_are_told_and_neither_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, other, store) = (folder.path().join("spool"), folder.path().join("other"), folder.path().join("lake"));
    // Both begin to count at one number.
    for spool in [&spool, &other] {
        fs::create_dir(spool).unwrap();
        fs::write(spool.join("next"), "7\n").unwrap();
    }
    filled(&spool, "sensor-1", |sender| sender.dns(&dns(DAY, 1, &[0], b"\x01a\x02ws\0")));
    filled(&other, "sensor-1", |sender| sender.dns(&dns(DAY, 2, &[0], b"\x01b\x02ws\0")));
    let named = list(&other).unwrap().remove(0);
    assert_eq!((list(&spool).unwrap()[0].sequence, named.sequence), (7, 7));
    let lake = lake(&store);
    ship(&shipping(&spool, &lake)).unwrap();
    let error = ship(&shipping(&other, &lake)).unwrap_err();
    assert!(matches!(&error, ShipError::Twice { sensor, .. } if sensor == "sensor-1"), "{error:?}");
    assert!(error.is_of_one() && named.path.exists());
    assert_eq!(total(&lake), 1);
}

#[test]
fn events_of_an_absurd_time_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, store) = (folder.path().join("spool"), folder.path().join("lake"));
    let times = [
        i64::MIN,
        -1,
        0,
        946_684_799_999_999,
        946_684_800_000_000,
        DAY,
        4_102_444_799_999_999,
        4_102_444_800_000_000,
        i64::MAX,
    ];
    filled(&spool, "sensor-1", |sender| {
        for (time, number) in times.into_iter().zip(0..) {
            sender.dns(&dns(time, number, &[0], b"\x01a\x02ws\0"));
            sender.contact(&contact(time, number, b"q=1"));
        }
    });
    let lake = lake(&store);
    ship(&shipping(&spool, &lake)).unwrap();
    let found = rows(&lake);
    for table in ["dns_hits", "contact_hits"] {
        let of = |day: &str| found.get(&(table, day.to_owned(), "conficker".to_owned())).copied();
        let days = ["1970-01-01", "2000-01-01", "2025-11-20", "2099-12-31"].map(of);
        assert_eq!(days, [Some(6), Some(1), Some(1), Some(1)], "{table}");
    }
    let files = lake.files(&CONTACT_HITS, NO_DAY, None).unwrap();
    let mut scan = lake.scan(&CONTACT_HITS, files, &[schema::contact::TIME]).unwrap();
    let batch = scan.next().unwrap().unwrap();
    let times = batch.longs(schema::contact::TIME).unwrap().values.to_vec();
    assert_eq!(times, [i64::MIN, -1, 0, 946_684_799_999_999, 4_102_444_800_000_000, i64::MAX]);
    assert!(lake.check().unwrap().is_good());
}

#[test]
fn a_clock_that_jumps_from_day_to_day_makes_a_bounded_number_of_files() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, store) = (folder.path().join("spool"), folder.path().join("lake"));
    filled(&spool, "sensor-1", |sender| {
        for number in 0..3_000_u32 {
            sender.dns(&dns(DAY + i64::from(number) * 24 * HOUR, number, &[0], b"\x01a\x02ws\0"));
        }
    });
    let lake = lake(&store);
    ship(&shipping(&spool, &lake)).unwrap();
    let files = lake.all_files(&DNS_HITS).unwrap();
    assert!(files.len() <= 1_025, "{}", files.len());
    assert_eq!(total(&lake), 3_000);
    assert!(lake.check().unwrap().is_good());
}

#[test]
fn a_spool_is_shipped_by_one_program_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, store) = (folder.path().join("spool"), folder.path().join("lake"));
    mixed(&spool, "sensor-1", 1, 10);
    let lake = lake(&store);
    let shipping = shipping(&spool, &lake);
    let claim = shipping.claim().unwrap();
    assert!(matches!(shipping.claim(), Err(ShipError::InUse { .. })));
    drop(claim);
    assert!(shipping.claim().is_ok());
}

#[test]
fn a_segment_that_is_written_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, store) = (folder.path().join("spool"), folder.path().join("lake"));
    mixed(&spool, "sensor-1", 1, 10);
    let sealed = list(&spool).unwrap().remove(0).path;
    fs::rename(&sealed, sealed.with_extension("open")).unwrap();
    let lake = lake(&store);
    assert_eq!(ship(&shipping(&spool, &lake)).unwrap(), []);
    assert_eq!(list(&spool).unwrap()[0].state, State::Open);
}
