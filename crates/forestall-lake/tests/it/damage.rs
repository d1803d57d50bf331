// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Damaged segments: what is whole is shipped, what is lost is counted and told, and the segment is put aside.

use std::fs;
use std::path::Path;
use std::time::Duration;

use forestall_lake::{Cause, Loss, ShipError, Shipped};
use forestall_spool::{Options, Spool, list};

use crate::support::{DAY, dns, filled, lake, ship, shipping, total};

fn all_losses(lake: &forestall_lake::Lake) -> Vec<Loss> {
    let days = lake.days(&forestall_lake::LOSSES).unwrap();
    days.into_iter().flat_map(|day| lake.losses(day).unwrap()).collect()
}

/// Ships a segment of 100 events that `damage` altered.
fn damaged(folder: &Path, damage: impl FnOnce(&mut Vec<u8>)) -> (Shipped, forestall_lake::Lake) {
    let (spool, store) = (folder.join("spool"), folder.join("lake"));
    filled(&spool, "sensor-1", |sender| {
        (0..100).for_each(|number| sender.dns(&dns(DAY, number, &[0], b"\x08abcdefgh\x02ws\0")));
    });
    let segment = list(&spool).unwrap().remove(0).path;
    let mut octets = fs::read(&segment).unwrap();
    damage(&mut octets);
    fs::write(&segment, octets).unwrap();
    let lake = lake(&store);
    let shipped = ship(&shipping(&spool, &lake)).unwrap().remove(0);
    assert_eq!(list(&spool).unwrap(), []);
    (shipped, lake)
}

#[test]
fn an_altered_octet_costs_what_stands_after_it_and_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let (shipped, lake) = damaged(folder.path(), |octets| {
        let middle = octets.len() / 2;
        octets[middle] ^= 1;
    });
    assert!((30..70).contains(&shipped.dns), "{}", shipped.dns);
    let loss = &shipped.losses[0];
    assert_eq!((loss.cause, loss.lost), (Cause::Damage, Some(100 - shipped.dns)));
    assert_eq!(all_losses(&lake), shipped.losses);
    let aside = shipped.damaged.clone().unwrap();
    assert!(aside.exists() && aside.parent().unwrap().ends_with("spool/damaged"));
    let checked = lake.check().unwrap();
    assert!(checked.is_good() && checked.missing == 100 - shipped.dns && checked.rows == shipped.dns, "{checked:?}");
}

#[test]
fn a_cut_segment_says_at_least_that_something_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let (shipped, lake) = damaged(folder.path(), |octets| octets.truncate(octets.len() - 300));
    assert!((90..100).contains(&shipped.dns), "{}", shipped.dns);
    assert_eq!((shipped.losses[0].lost, shipped.losses[0].cause), (None, Cause::Damage));
    assert!(shipped.damaged.is_some() && total(&lake) == shipped.dns);
}

#[test]
fn a_file_that_is_no_segment_is_put_aside_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (shipped, lake) = damaged(folder.path(), |octets| octets[3] ^= 1);
    assert_eq!((shipped.dns, total(&lake)), (0, 0));
    let loss = &shipped.losses[0];
    assert!(loss.octets.is_some_and(|octets| octets > 4_000) && loss.lost.is_none(), "{loss:?}");
    assert!(shipped.damaged.unwrap().exists());
}

#[test]
fn a_segment_of_a_later_version_stays_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, store) = (folder.path().join("spool"), folder.path().join("lake"));
    filled(&spool, "sensor-1", |sender| sender.dns(&dns(DAY, 1, &[0], b"\x01a\x02ws\0")));
    let segment = list(&spool).unwrap().remove(0).path;
    let mut octets = fs::read(&segment).unwrap();
    octets[16] = 9;
    fs::write(&segment, octets).unwrap();
    let error = ship(&shipping(&spool, &lake(&store))).unwrap_err();
    assert!(matches!(error, ShipError::Version { .. }) && error.is_of_one() && segment.exists());
}

#[test]
fn a_segment_under_the_name_of_another_stays_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, store) = (folder.path().join("spool"), folder.path().join("lake"));
    filled(&spool, "sensor-1", |sender| sender.dns(&dns(DAY, 1, &[0], b"\x01a\x02ws\0")));
    let segment = list(&spool).unwrap().remove(0).path;
    let other = spool.join(format!("sensor-2-{:020}.spool", 7));
    fs::rename(&segment, &other).unwrap();
    let error = ship(&shipping(&spool, &lake(&store))).unwrap_err();
    assert!(matches!(&error, ShipError::Name { sensor, .. } if sensor == "sensor-1"), "{error:?}");
    assert!(other.exists());
}

#[test]
fn what_a_sensor_left_out_stands_in_the_lake() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, store) = (folder.path().join("spool"), folder.path().join("lake"));
    let mut options = Options::new(spool.clone(), "sensor-1".parse().unwrap());
    options.queue_octets = 20_000;
    options.sync_every = Duration::from_millis(50);
    let (open, _) = Spool::open(options).unwrap();
    open.campaign("conficker", "conficker-a").unwrap();
    let mut sender = open.sender();
    (0..200_000).for_each(|number| sender.dns(&dns(DAY, number % 200, &[0], b"\x08abcdefgh\x02ws\0")));
    drop(sender);
    let counts = open.close().unwrap();
    assert!(counts.shed_dns > 0, "the queue is small beside what was offered");
    let lake = lake(&store);
    ship(&shipping(&spool, &lake)).unwrap();
    let losses = all_losses(&lake);
    assert!(losses.iter().all(|loss| loss.cause == Cause::Shed && loss.kind.as_deref() == Some("dns")));
    assert_eq!(losses.iter().map(|loss| loss.lost.unwrap()).sum::<u64>(), counts.shed_dns);
    assert_eq!(total(&lake) + counts.shed_dns, counts.offered_dns);
    assert_eq!(lake.check().unwrap().missing, counts.shed_dns);
}
