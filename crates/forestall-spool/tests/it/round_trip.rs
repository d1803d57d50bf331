// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What goes in comes out: every field of every event, over segments, restarts and numbers of campaigns.

use std::fs::{self, File};
use std::net::SocketAddr;

use forestall_model::Instant;
use forestall_spool::contact::{MOST_IN_PATH, MOST_IN_USER_AGENT};
use forestall_spool::dns::Campaigns;
use forestall_spool::{
    AnswerGiven, ContactHit, ContactKind, CookieSeen, DnsHit, Edns, Event, Reader, Spool, SpoolError, State, Transport,
    Verdict, Visitor, list,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::support::{contact, dns, opened, options, read};

/// Fields of a hit, from which the test makes one.
type Fields = (i64, SocketAddr, Vec<u8>, u16, u8, Option<(u16, u8)>, Vec<u16>);

fn dns_hits() -> impl Strategy<Value = Fields> {
    (
        any::<i64>(),
        any::<SocketAddr>(),
        vec(any::<u8>(), 0..=255),
        any::<u16>(),
        any::<u8>(),
        option::of((any::<u16>(), any::<u8>())),
        vec(any::<u16>(), 0..=12),
    )
}

fn odd(bits: u8, bit: u8) -> bool {
    bits >> bit & 1 == 1
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_field_comes_back(
        (at, address, qname, qtype, bits, edns, campaigns) in dns_hits(),
        texts in vec(vec(any::<u8>(), 0..1_600), 4),
        optional in vec(option::of(vec(any::<u8>(), 0..1_600)), 4),
    ) {
        let mut numbers = Campaigns::default();
        campaigns.iter().for_each(|number| numbers.push(*number));
        let answers = [AnswerGiven::Records, AnswerGiven::NoData, AnswerGiven::Closed, AnswerGiven::Slipped,
            AnswerGiven::Dropped, AnswerGiven::Failed];
        let cookies = [CookieSeen::None, CookieSeen::Client, CookieSeen::Valid, CookieSeen::Other];
        let hit = DnsHit {
            at: Instant::from_micros(at),
            resolver: address.into(),
            server: address.into(),
            transport: if odd(bits, 0) { Transport::Tcp } else { Transport::Udp },
            qname: &qname,
            listed_at: bits,
            qtype,
            recursion_desired: odd(bits, 1),
            checking_disabled: odd(bits, 2),
            edns: edns.map(|(udp_size, bits)| Edns {
                udp_size,
                dnssec_ok: odd(bits, 0),
                nsid: odd(bits, 1),
                client_subnet: odd(bits, 2),
                cookie: cookies[usize::from(bits) / 8 % 4],
            }),
            answer: answers[usize::from(bits) % 6],
            campaigns: numbers,
        };
        let visitors = [Visitor::Bot, Visitor::Scanner, Visitor::Crawler, Visitor::Researcher, Visitor::Browser, Visitor::Unknown];
        let kinds = [ContactKind::Http, ContactKind::Https, ContactKind::Tls, ContactKind::Tcp, ContactKind::NotHttp, ContactKind::NotTls];
        let contact = ContactHit {
            at: Instant::from_micros(at),
            source: address.into(),
            destination: address.into(),
            kind: kinds[usize::from(bits) % 6],
            cut: odd(bits, 3),
            method: &texts[0],
            path: &texts[1],
            first_octets: &texts[2],
            query: optional[0].as_deref(),
            host: optional[1].as_deref(),
            user_agent: optional[2].as_deref(),
            server_name: optional[3].as_deref(),
            verdict: Verdict { visitor: visitors[usize::from(bits) % 6], reason: &texts[3] },
        };
        let folder = tempfile::tempdir().unwrap();
        let spool = opened(folder.path());
        let mut sender = spool.sender();
        sender.dns(&hit);
        sender.contact(&contact);
        drop(sender);
        spool.close().unwrap();
        let named = list(folder.path()).unwrap();
        let mut reader = Reader::new(File::open(&named[0].path).unwrap()).unwrap();
        prop_assert_eq!(reader.next().unwrap(), Some(Event::Dns(hit)));
        prop_assert_eq!(reader.next().unwrap(), Some(Event::Contact(contact.bounded())));
        prop_assert_eq!(reader.next().unwrap(), None);
        prop_assert!(reader.end().unwrap().is_whole());
    }
}

#[test]
fn long_fields_are_cut_and_it_is_said() {
    let long = vec![b'a'; 5_000];
    let hit = ContactHit { path: &long, user_agent: Some(&long), ..contact(1) }.bounded();
    assert_eq!((hit.path.len(), hit.user_agent.unwrap().len(), hit.cut), (MOST_IN_PATH, MOST_IN_USER_AGENT, true));
    assert!(!contact(1).bounded().cut);
}

#[test]
fn segments_are_sealed_by_size_and_each_tells_its_campaigns() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path());
    options.segment_octets = 10_000;
    let (spool, recovered) = Spool::open(options).unwrap();
    assert_eq!(recovered, []);
    assert_eq!(spool.campaign("conficker", "conficker-a").unwrap(), 0);
    assert_eq!(spool.campaign("conficker", "conficker-b").unwrap(), 1);
    assert_eq!(spool.campaign("conficker", "conficker-a").unwrap(), 0);
    let mut sender = spool.sender();
    for turn in 0..5_000 {
        if turn % 5 == 4 {
            sender.contact(&contact(turn))
        } else {
            sender.dns(&dns(turn))
        }
        if turn % 500 == 499 {
            sender.flush();
            // The writer works by its own clock; what it sealed is asked for until it is there.
            let seen = spool.counts().segments;
            while spool.counts().segments == seen {
                spool.rotate();
                std::thread::sleep(std::time::Duration::from_millis(5));
                sender.dns(&dns(turn));
                sender.flush();
            }
        }
    }
    drop(sender);
    let counts = spool.close().unwrap();
    let read = read(folder.path());
    assert_eq!(read.dns + read.contacts, counts.offered_dns + counts.offered_contacts);
    assert_eq!((read.shed, counts.acknowledged), (0, read.dns + read.contacts));
    assert!(read.ends.len() >= 10, "{}", read.ends.len());
    assert!(read.ends.iter().all(forestall_spool::End::is_whole));
    assert!(read.times.is_sorted());
    for named in list(folder.path()).unwrap() {
        assert_eq!(named.state, State::Sealed);
        let mut reader = Reader::new(File::open(&named.path).unwrap()).unwrap();
        let Some(Event::Campaign(entry)) = reader.next().unwrap() else { panic!("a campaign comes first") };
        assert_eq!((entry.number, entry.family, entry.id), (0, &b"conficker"[..], &b"conficker-a"[..]));
    }
}

#[test]
fn no_number_is_given_twice_even_when_segments_were_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let mut seen = Vec::new();
    for turn in 0..4 {
        let spool = opened(folder.path());
        let mut sender = spool.sender();
        sender.dns(&dns(turn));
        drop(sender);
        spool.close().unwrap();
        for named in list(folder.path()).unwrap() {
            seen.push(named.sequence);
            fs::remove_file(named.path).unwrap();
        }
    }
    assert_eq!(seen.len(), 4);
    assert!(seen.windows(2).all(|pair| pair[0] < pair[1]), "{seen:?}");
}

#[test]
fn one_program_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let spool = opened(folder.path());
    let refused = Spool::open(options(folder.path())).unwrap_err();
    assert!(matches!(refused, SpoolError::InUse { .. }), "{refused}");
    spool.close().unwrap();
    opened(folder.path()).close().unwrap();
}

#[test]
fn a_campaign_alone_begins_no_segment() {
    let folder = tempfile::tempdir().unwrap();
    let spool = opened(folder.path());
    assert_eq!(spool.campaign("conficker", "conficker-a").unwrap(), 0);
    // The writer takes it several times sooner than that.
    std::thread::sleep(std::time::Duration::from_millis(500));
    spool.rotate();
    assert_eq!((spool.counts().segments, list(folder.path()).unwrap()), (0, vec![]));
    // It stands in the segment that has an event, though it was taken before.
    assert_eq!(spool.campaign("conficker", "conficker-b").unwrap(), 1);
    let mut sender = spool.sender();
    sender.dns(&dns(1));
    drop(sender);
    assert_eq!(spool.close().unwrap().segments, 1);
    let mut reader = Reader::new(File::open(&list(folder.path()).unwrap()[0].path).unwrap()).unwrap();
    for number in 0..2 {
        let Some(Event::Campaign(entry)) = reader.next().unwrap() else { panic!("campaigns come first") };
        assert_eq!(entry.number, number);
    }
    let unused = tempfile::tempdir().unwrap();
    let spool = opened(unused.path());
    spool.campaign("conficker", "conficker-a").unwrap();
    spool.close().unwrap();
    assert_eq!(list(unused.path()).unwrap(), []);
}

#[test]
fn others_cannot_read_a_spool() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("a").join("spool");
    let spool = opened(&folder);
    let mut sender = spool.sender();
    sender.dns(&dns(1));
    drop(sender);
    spool.close().unwrap();
    // At most that: who starts it may take more away.
    let beyond = |path: &std::path::Path, most: u32| fs::metadata(path).unwrap().permissions().mode() & 0o777 & !most;
    assert_eq!((beyond(&folder, 0o750), beyond(&parent.path().join("a"), 0o750)), (0, 0));
    let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 3, "a segment, the next number and the lock: {files:?}");
    assert!(files.iter().all(|file| beyond(file, 0o640) == 0), "{files:?}");
}

#[test]
fn an_address_of_version_4_has_one_form() {
    let endpoint = crate::support::endpoint;
    assert_eq!(endpoint("[::ffff:192.0.2.1]:80"), endpoint("192.0.2.1:80"));
    assert_ne!(endpoint("[2001:db8::1]:80"), endpoint("192.0.2.1:80"));
}
