// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Events, spools and what is read back.

use std::fs::File;
use std::path::Path;

use forestall_model::Instant;
use forestall_spool::dns::Campaigns;
use forestall_spool::{
    AnswerGiven, ContactHit, ContactKind, DnsHit, End, Endpoint, Event, Options, Reader, Spool, Transport, Verdict,
    Visitor, list,
};

pub(crate) fn endpoint(text: &str) -> Endpoint {
    text.parse::<std::net::SocketAddr>().unwrap().into()
}

pub(crate) fn options(folder: &Path) -> Options {
    Options::new(folder.to_owned(), "sensor-1".parse().unwrap())
}

pub(crate) fn opened(folder: &Path) -> Spool {
    Spool::open(options(folder)).unwrap().0
}

/// The event number `number`: its time is the number, so that each can be told from the others.
pub(crate) fn dns(number: i64) -> DnsHit<'static> {
    let mut campaigns = Campaigns::default();
    campaigns.push(0);
    DnsHit {
        at: Instant::from_micros(number),
        resolver: endpoint("192.0.2.53:40000"),
        server: endpoint("198.51.100.1:53"),
        transport: Transport::Udp,
        qname: b"\x08abcdefgh\x02ws\0",
        listed_at: 0,
        qtype: 1,
        recursion_desired: false,
        checking_disabled: false,
        edns: None,
        answer: AnswerGiven::Records,
        campaigns,
    }
}

pub(crate) fn contact(number: i64) -> ContactHit<'static> {
    ContactHit {
        at: Instant::from_micros(number),
        source: endpoint("[2001:db8::7]:50123"),
        destination: endpoint("198.51.100.2:80"),
        kind: ContactKind::Http,
        cut: false,
        method: b"GET",
        path: b"/search",
        query: Some(b"q=17&aq=7"),
        host: Some(b"198.51.100.2"),
        user_agent: Some(b"Mozilla/4.0"),
        server_name: None,
        first_octets: b"",
        verdict: Verdict { visitor: Visitor::Bot, reason: b"conficker: request" },
    }
}

/// What was read of a folder: times of events in order, and how each segment ended.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) times: Vec<i64>,
    pub(crate) dns: u64,
    pub(crate) contacts: u64,
    pub(crate) shed: u64,
    pub(crate) offered_while_shedding: u64,
    pub(crate) ends: Vec<End>,
    pub(crate) sequences: Vec<u64>,
}

pub(crate) fn read(folder: &Path) -> Read {
    let mut read = Read::default();
    for named in list(folder).unwrap() {
        let mut reader = Reader::new(File::open(&named.path).unwrap()).unwrap();
        assert_eq!((reader.sequence(), reader.sensor()), (named.sequence, &named.sensor));
        read.sequences.push(named.sequence);
        while let Some(event) = reader.next().unwrap() {
            match event {
                Event::Dns(hit) => {
                    read.dns += 1;
                    read.times.push(hit.at.micros());
                }
                Event::Contact(hit) => {
                    read.contacts += 1;
                    read.times.push(hit.at.micros());
                }
                Event::Shed(shed) => {
                    read.shed += shed.shed;
                    read.offered_while_shedding += shed.offered;
                }
                Event::Campaign(_) => {}
            }
        }
        read.ends.push(reader.end().unwrap().clone());
    }
    read
}
