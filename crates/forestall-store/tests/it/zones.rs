// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Policy zones, who takes them, and serials that outlive everything.

use forestall_model::{Audience, Digest, OwnerName, TsigAlgorithm};
use forestall_store::{Store, Zone, ZoneKey, ZoneSerial, ZoneSubscriber, ZoneTaken, ZoneTold};

use crate::support::{Home, at, id, note, on_both, opening, run};

on_both! {
    a_zone_comes_back_as_it_was_and_no_second_one_takes_its_place,
    of_two_who_allocate_a_serial_at_once_one_succeeds,
    serials_outlive_their_zone_and_the_old_ones_are_forgotten,
    subscribers_come_back_with_their_keys_and_what_they_took,
}

fn name(text: &str) -> OwnerName {
    text.parse().unwrap()
}

fn zone() -> Zone {
    Zone {
        name: name("a.rpz"),
        case: id("mine"),
        campaigns: vec!["conficker-a".parse().unwrap(), "conficker-b".parse().unwrap()],
        tld: Some("be".parse().unwrap()),
        policy: "sinkhole=198.51.100.7".to_owned(),
        ahead_days: 1,
        created: at(5),
    }
}

fn serial(number: u32, seconds: i64) -> ZoneSerial {
    ZoneSerial {
        serial: number,
        at: at(seconds),
        case_version: 2,
        event_seq: 0,
        generators: Digest::of(b"generators"),
        names: 7,
        digest: Digest::of(&number.to_be_bytes()),
        difference: (number > 100).then_some((3, 2)),
    }
}

/// Opens a store with another case before the zone's, so that numbers in the log and in the case differ.
async fn opened(home: &Home) -> Store {
    let store = home.open().await;
    run(&store, &id("other"), &opening(), 0).await;
    run(&store, &id("mine"), &opening(), 1).await;
    run(&store, &id("mine"), &note("a note"), 2).await;
    store
}

async fn a_zone_comes_back_as_it_was_and_no_second_one_takes_its_place(home: &Home) {
    let store = opened(home).await;
    assert!(store.create_zone(zone()).await.unwrap());
    let all = Zone { name: name("b.rpz"), campaigns: Vec::new(), tld: None, ..zone() };
    assert!(store.create_zone(all.clone()).await.unwrap());
    assert!(!store.create_zone(Zone { policy: "nodata".to_owned(), ..zone() }).await.unwrap());
    assert_eq!(store.zones().await.unwrap(), [zone(), all.clone()]);
    assert!(store.remove_zone(&name("a.rpz")).await.unwrap());
    assert!(!store.remove_zone(&name("a.rpz")).await.unwrap());
    assert_eq!(store.zones().await.unwrap(), [all]);
}

async fn of_two_who_allocate_a_serial_at_once_one_succeeds(home: &Home) {
    let store = opened(home).await;
    let a = name("a.rpz");
    assert!(!store.allocate_serial(&a, None, serial(100, 3)).await.unwrap(), "there is no such zone");
    store.create_zone(zone()).await.unwrap();
    let other = home.open().await;
    let (one, two) =
        tokio::join!(store.allocate_serial(&a, None, serial(100, 3)), other.allocate_serial(&a, None, serial(100, 4)));
    assert!(one.unwrap() ^ two.unwrap());
    assert!(!store.allocate_serial(&a, None, serial(101, 4)).await.unwrap());
    assert!(!store.allocate_serial(&a, Some(100), serial(100, 4)).await.unwrap(), "a serial never stands still");
    assert!(!store.allocate_serial(&a, Some(99), serial(101, 4)).await.unwrap());
    assert!(store.allocate_serial(&a, Some(100), serial(4_000_000_000, 5)).await.unwrap());
    let newest = other.serials(&a, 1).await.unwrap();
    assert_eq!(newest, [ZoneSerial { event_seq: 3, ..serial(4_000_000_000, 5) }], "the second event of the case");
    assert_eq!(store.serial(&a, 100).await.unwrap().unwrap().digest, serial(100, 3).digest);
    assert_eq!(store.serial(&a, 7).await.unwrap(), None);
}

async fn serials_outlive_their_zone_and_the_old_ones_are_forgotten(home: &Home) {
    let store = opened(home).await;
    let a = name("a.rpz");
    store.create_zone(zone()).await.unwrap();
    for (after, number) in [(None, 1), (Some(1), 2), (Some(2), 3)] {
        assert!(store.allocate_serial(&a, after, serial(number, i64::from(number) * 100)).await.unwrap());
    }
    store.remove_zone(&a).await.unwrap();
    let numbers =
        async || store.serials(&a, 9).await.unwrap().into_iter().map(|serial| serial.serial).collect::<Vec<_>>();
    assert_eq!(numbers().await, [3, 2, 1]);
    assert_eq!(store.forget_serials(at(200)).await.unwrap(), 1);
    assert_eq!(numbers().await, [3, 2]);
    assert_eq!(store.forget_serials(at(10_000)).await.unwrap(), 1);
    assert_eq!(numbers().await, [3], "the newest is kept, so that a zone made anew begins above it");
    store.create_zone(zone()).await.unwrap();
    assert!(!store.allocate_serial(&a, None, serial(2, 400)).await.unwrap());
    assert!(store.allocate_serial(&a, Some(3), serial(4, 400)).await.unwrap());
}

async fn subscribers_come_back_with_their_keys_and_what_they_took(home: &Home) {
    let store = opened(home).await;
    let key = |name: &str| {
        Some(ZoneKey { name: name.parse().unwrap(), algorithm: TsigAlgorithm::Sha384, secret: vec![0, 1, 255] })
    };
    let signed = ZoneSubscriber {
        id: "signed".to_owned(),
        party: Some("cert-xx".parse().unwrap()),
        audience: Audience::Client,
        key: key("taker.example"),
        addresses: Vec::new(),
        told: vec!["192.0.2.1:53".parse().unwrap(), "[2001:db8::1]:5353".parse().unwrap()],
        zones: vec![name("a.rpz"), name("b.rpz")],
        created: at(3),
    };
    let unsigned = ZoneSubscriber {
        id: "unsigned".to_owned(),
        party: None,
        key: None,
        addresses: vec!["192.0.2.0/28".parse().unwrap(), "2001:db8::9".parse().unwrap()],
        told: Vec::new(),
        zones: vec![name("a.rpz")],
        ..signed.clone()
    };
    assert!(store.add_subscriber(signed.clone()).await.unwrap());
    assert!(store.add_subscriber(unsigned.clone()).await.unwrap());
    assert!(!store.add_subscriber(ZoneSubscriber { key: key("other"), ..signed.clone() }).await.unwrap());
    let same_key = ZoneSubscriber { id: "third".to_owned(), ..signed.clone() };
    assert!(!store.add_subscriber(same_key).await.unwrap(), "a key tells who signs");
    assert_eq!(store.subscribers().await.unwrap(), [signed.clone(), unsigned.clone()]);
    assert!(!format!("{signed:?}").contains("255"), "a log line must not sign for anybody: {signed:?}");

    let taken = ZoneTaken {
        subscriber: "signed".to_owned(),
        zone: name("b.rpz"),
        at: at(9),
        from: Some(7),
        serial: 8,
        records: 12,
        whole: false,
        over_tls: Some(true),
    };
    store.note_zone_taken(taken.clone()).await.unwrap();
    let last = ZoneTaken { from: None, serial: 4_000_000_000, whole: true, over_tls: Some(false), ..taken };
    store.note_zone_taken(last.clone()).await.unwrap();
    store.note_zone_taken(ZoneTaken { subscriber: "nobody".to_owned(), ..last.clone() }).await.unwrap();
    assert_eq!(store.zones_taken().await.unwrap(), [last]);
    let told = |target: &str, serial: u32, failed: Option<&str>| ZoneTold {
        subscriber: "signed".to_owned(),
        zone: name("b.rpz"),
        target: target.parse().unwrap(),
        at: at(9),
        serial,
        failed: failed.map(str::to_owned),
    };
    let (first, second) = (told("192.0.2.53:53", 8, None), told("[2001:db8::53]:53", 8, Some("it did not answer")));
    store.note_zone_told(first.clone()).await.unwrap();
    store.note_zone_told(told("[2001:db8::53]:53", 7, None)).await.unwrap();
    store.note_zone_told(second.clone()).await.unwrap();
    store.note_zone_told(told("[2001:db8::53]:53", 7, None)).await.unwrap();
    store.note_zone_told(ZoneTold { subscriber: "nobody".to_owned(), ..first.clone() }).await.unwrap();
    assert_eq!(store.zones_told().await.unwrap(), [first, second], "an answer that comes late is not the last");
    store.remove_zone(&name("b.rpz")).await.unwrap();
    store.create_zone(Zone { name: name("b.rpz"), ..zone() }).await.unwrap();
    store.remove_zone(&name("b.rpz")).await.unwrap();
    assert_eq!(store.zones_taken().await.unwrap(), []);
    assert_eq!(store.zones_told().await.unwrap(), []);
    assert_eq!(store.subscribers().await.unwrap()[0].zones, [name("a.rpz")]);
    assert!(store.remove_subscriber("signed").await.unwrap());
    assert!(!store.remove_subscriber("signed").await.unwrap());
    assert_eq!(store.subscribers().await.unwrap(), [unsigned]);
}
