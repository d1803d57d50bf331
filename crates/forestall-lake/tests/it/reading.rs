// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What was written is read again, column by column.

use forestall_lake::schema::{contact, dns};
use forestall_lake::{CONTACT_HITS, DNS_HITS, ReadError, Table, Who};

use crate::support::{self, DAY, HOUR, filled, lake, mixed, ship, shipping};

#[test]
fn rows_hold_what_the_events_said() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, store) = (folder.path().join("spool"), folder.path().join("lake"));
    filled(&spool, "sensor-1", |sender| {
        sender.dns(&support::dns(DAY, 1, &[0, 1], b"\x03wWw\x08aBcdefgh\x02wS\0"));
        let mut below = support::dns(DAY + HOUR, 7, &[1, 2], b"\x03www\x08abcdefgh\x02ws\0");
        below.listed_at = 4;
        sender.dns(&below);
        sender.contact(&support::contact(DAY, 9, b"q=4294967295&aq=7"));
        let mut odd = support::contact(DAY, 10, b"q=5");
        odd.verdict.visitor = forestall_spool::Visitor::Scanner;
        odd.user_agent = Some(b"\xff\x00agent");
        sender.contact(&odd);
    });
    let lake = lake(&store);
    ship(&shipping(&spool, &lake)).unwrap();
    let day = lake.days(&DNS_HITS).unwrap()[0];
    let mut columns =
        vec![dns::TIME, dns::QNAME, dns::LISTED, dns::CAMPAIGNS, dns::FAMILIES, dns::SPOOFABLE, dns::TRANSPORT];
    columns.extend(["qname_asked", "edns_size", dns::ASN, dns::COUNTRY, dns::LEFT_OUT, dns::SENSOR, dns::SEQUENCE]);
    columns.extend(Table::WHO_DNS);
    let files = lake.files(&DNS_HITS, day, Some("conficker")).unwrap();
    assert_eq!(files.len(), 1);
    let mut scan = lake.scan(&DNS_HITS, files, &columns).unwrap();
    let batch = scan.next().unwrap().unwrap();
    let text = |name: &str| batch.texts(name).unwrap().get(0).map(|octets| String::from_utf8(octets.to_vec()).unwrap());
    assert_eq!(batch.rows(), 1);
    assert_eq!(batch.longs(dns::TIME).unwrap().values, [DAY]);
    assert_eq!(text(dns::QNAME).as_deref(), Some("www.abcdefgh.ws"));
    assert_eq!(text("qname_asked").as_deref(), Some("wWw.aBcdefgh.wS"));
    assert_eq!(text(dns::CAMPAIGNS).as_deref(), Some("conficker-a conficker-b"));
    assert_eq!(text(dns::FAMILIES).as_deref(), Some("conficker"));
    assert_eq!(
        (text(dns::TRANSPORT).as_deref(), batch.flags(dns::SPOOFABLE).unwrap()),
        (Some("udp"), &[false][..]),
        "its cookie is ours"
    );
    assert_eq!(batch.numbers("edns_size").unwrap().get(0), Some(1_232));
    assert_eq!(batch.who().unwrap(), [Who::V4(0xC633_6401)]);
    assert_eq!((batch.numbers(dns::ASN).unwrap().get(0), text(dns::COUNTRY).as_deref()), (Some(64_501), Some("DE")));
    assert_eq!((text(dns::LEFT_OUT), text(dns::SENSOR).as_deref()), (None, Some("sensor-1")));
    assert!(!batch.pseudonyms() && batch.file().part.family == "conficker");
    assert!(scan.next().unwrap().is_none());

    let several = lake.files(&DNS_HITS, day, Some("several")).unwrap();
    let mut scan = lake.scan(&DNS_HITS, several, &columns).unwrap();
    let batch = scan.next().unwrap().unwrap();
    let text = |name: &str| batch.texts(name).unwrap().get(0).map(|octets| String::from_utf8(octets.to_vec()).unwrap());
    assert_eq!(text(dns::LISTED).as_deref(), Some("abcdefgh.ws"));
    assert_eq!(text(dns::FAMILIES).as_deref(), Some("conficker bobax"));
    assert_eq!((text("qname_asked"), text(dns::LEFT_OUT).as_deref()), (None, Some("crawler")));
    assert_eq!(batch.flags(dns::SPOOFABLE).unwrap(), [true]);

    let columns = [contact::Q, contact::USER_AGENT, contact::VERDICT, contact::SERVER_NAME, contact::SOURCE_PORT];
    let columns: Vec<&str> = columns.into_iter().chain(Table::WHO_CONTACT).collect();
    let mut scan = lake.scan(&CONTACT_HITS, lake.files(&CONTACT_HITS, day, None).unwrap(), &columns).unwrap();
    let (bot, other) = (scan.next().unwrap().unwrap(), scan.next().unwrap().unwrap());
    let mut address = [0; 16];
    address[..4].copy_from_slice(&[0x20, 0x01, 0x0D, 0xB8]);
    (address[7], address[15]) = (9, 7);
    assert_eq!(bot.who().unwrap(), [Who::V6(address)]);
    assert_eq!(bot.numbers(contact::Q).unwrap().get(0), Some(u32::MAX));
    assert_eq!(bot.numbers(contact::SOURCE_PORT).unwrap().get(0), Some(50_000));
    assert_eq!((other.file().part.family.as_str(), other.numbers(contact::Q).unwrap().get(0)), ("none", None));
    assert_eq!(other.texts(contact::USER_AGENT).unwrap().get(0), Some(&b"\\xff\\x00agent"[..]));
    assert_eq!(other.texts(contact::SERVER_NAME).unwrap().get(0), None);
    assert!(matches!(other.texts(contact::HOST), Err(ReadError::Column { .. })), "it was not asked for");
    assert!(matches!(lake.scan(&CONTACT_HITS, Vec::new(), &["no_such"]), Err(ReadError::Column { .. })));
    let file = &lake.files(&CONTACT_HITS, day, Some("conficker")).unwrap()[0];
    assert_eq!(lake.footer(&CONTACT_HITS, file).unwrap().left_out.as_deref(), Some("crawlers of the test"));
    assert!(lake.footer(&DNS_HITS, file).is_err(), "it is of another table");
}

#[test]
fn more_rows_than_a_row_group_come_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, store) = (folder.path().join("spool"), folder.path().join("lake"));
    filled(&spool, "sensor-1", |sender| {
        for number in 0..300_000_u32 {
            sender.contact(&support::contact(DAY + i64::from(number), number % 200, b"q=1"));
        }
    });
    let lake = lake(&store);
    ship(&shipping(&spool, &lake)).unwrap();
    let day = lake.days(&CONTACT_HITS).unwrap()[0];
    let files = lake.files(&CONTACT_HITS, day, Some("conficker")).unwrap();
    let mut scan = lake.scan(&CONTACT_HITS, files, &[contact::TIME]).unwrap();
    let (mut batches, mut times) = (0, Vec::new());
    while let Some(batch) = scan.next().unwrap() {
        batches += 1;
        times.extend_from_slice(batch.longs(contact::TIME).unwrap().values);
    }
    assert!(batches >= 3, "{batches}");
    assert!(times.into_iter().eq((0..300_000).map(|number| DAY + number)));
}

#[test]
fn texts_that_hardly_come_again_are_read_as_they_were_written() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, store) = (folder.path().join("spool"), folder.path().join("lake"));
    // User-Agents that no dictionary holds, and names in letters of their own that take more than a page. Some rows have none.
    let agent = |number: u32| (!number.is_multiple_of(7)).then(|| format!("agent {number} {number:0300}"));
    let name = |number: u32| {
        let mut name = b"\x3c".to_vec();
        let letter = |place: u32| if number >> (place % 16) & 1 == 1 { b'A' } else { b'a' };
        name.extend((0..60).map(letter));
        name.extend_from_slice(b"\x02ws\0");
        name
    };
    filled(&spool, "sensor-1", |sender| {
        for number in 0..30_000_u32 {
            let at = DAY + i64::from(number);
            let agent = agent(number);
            let mut hit = support::contact(at, number % 200, b"q=1");
            hit.user_agent = agent.as_deref().map(str::as_bytes);
            sender.contact(&hit);
            sender.dns(&support::dns(at, number % 200, &[0], &name(number)));
        }
    });
    let lake = lake(&store);
    ship(&shipping(&spool, &lake)).unwrap();
    let day = lake.days(&CONTACT_HITS).unwrap()[0];
    let files = lake.files(&CONTACT_HITS, day, Some("conficker")).unwrap();
    let batch = lake.scan(&CONTACT_HITS, files, &[contact::USER_AGENT]).unwrap().next().unwrap().unwrap();
    let texts = batch.texts(contact::USER_AGENT).unwrap();
    assert_eq!(batch.rows(), 30_000);
    assert!((0..30_000).all(|number| texts.get(number as usize) == agent(number).as_deref().map(str::as_bytes)));
    let files = lake.files(&DNS_HITS, day, Some("conficker")).unwrap();
    let batch = lake.scan(&DNS_HITS, files, &["qname_asked", dns::QNAME]).unwrap().next().unwrap().unwrap();
    let (asked, lower) = (batch.texts("qname_asked").unwrap(), batch.texts(dns::QNAME).unwrap());
    for number in 0..30_000_u32 {
        let expected = [&name(number)[1..61], b".ws"].concat();
        let has_capitals = !number.is_multiple_of(65_536);
        assert_eq!(asked.get(number as usize), has_capitals.then_some(&expected[..]), "{number}");
        assert_eq!(lower.get(number as usize), Some(&expected.to_ascii_lowercase()[..]));
    }
}

#[test]
fn files_of_others_in_the_folders_are_passed_over_or_told() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, store) = (folder.path().join("spool"), folder.path().join("lake"));
    mixed(&spool, "sensor-1", 1, 40);
    let lake = lake(&store);
    ship(&shipping(&spool, &lake)).unwrap();
    let part = store.join("dns_hits/day=2025-11-20/family=bobax");
    std::fs::write(part.join("_SUCCESS"), "").unwrap();
    std::fs::write(part.join("notes.txt"), "x").unwrap();
    std::fs::create_dir_all(store.join("dns_hits/day=tomorrow")).unwrap();
    assert!(lake.check().unwrap().is_good());
    std::fs::write(part.join("other.parquet"), "PAR1PAR1").unwrap();
    let checked = lake.check().unwrap();
    assert!(!checked.is_good() && checked.problems[0].contains("other.parquet"), "{checked:?}");
}
