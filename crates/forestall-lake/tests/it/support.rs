// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Spools of events of which the counts are known, and what a lake holds.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;

use forestall_lake::{CONTACT_HITS, DNS_HITS, Lake, Origin, ShipError, Shipped, Shipping};
use forestall_model::Instant;
use forestall_spool::dns::Campaigns;
use forestall_spool::{
    AnswerGiven, ContactHit, ContactKind, CookieSeen, DnsHit, Edns, Endpoint, Options, Sender, Spool, Transport,
    Verdict, Visitor,
};

/// 2025-11-20T00:00:00Z, in microseconds.
pub(crate) const DAY: i64 = 1_763_596_800_000_000;
/// An hour, in microseconds.
pub(crate) const HOUR: i64 = 3_600_000_000;

pub(crate) fn endpoint(text: &str) -> Endpoint {
    text.parse::<std::net::SocketAddr>().unwrap().into()
}

/// Fills a spool and seals it. The campaigns are, by number: conficker-a, conficker-b of one family and bobax-1 of another.
pub(crate) fn filled(folder: &Path, sensor: &str, fill: impl FnOnce(&mut Sender)) {
    let mut options = Options::new(folder.to_owned(), sensor.parse().unwrap());
    options.queue_octets = 512 << 20;
    let (spool, _) = Spool::open(options).unwrap();
    let campaigns = [("conficker", "conficker-a"), ("conficker", "conficker-b"), ("bobax", "bobax-1")];
    for (number, (family, id)) in campaigns.into_iter().enumerate() {
        assert_eq!(usize::from(spool.campaign(family, id).unwrap()), number);
    }
    let mut sender = spool.sender();
    fill(&mut sender);
    drop(sender);
    let counts = spool.close().unwrap();
    assert_eq!(counts.shed_dns + counts.shed_contacts, 0);
}

/// A query at a time by a resolver of a number, for a name that the number chooses, explained by these campaigns.
pub(crate) fn dns<'a>(at: i64, number: u32, campaigns: &[u16], name: &'a [u8]) -> DnsHit<'a> {
    let mut all = Campaigns::default();
    campaigns.iter().for_each(|campaign| all.push(*campaign));
    DnsHit {
        at: Instant::from_micros(at),
        resolver: Endpoint { address: IpAddr::V4((0xC633_6400 + number).into()), port: 40_000 },
        server: endpoint("198.51.100.1:53"),
        transport: if number.is_multiple_of(3) { Transport::Tcp } else { Transport::Udp },
        qname: name,
        listed_at: 0,
        qtype: 1,
        recursion_desired: false,
        checking_disabled: number.is_multiple_of(2),
        edns: (number % 2 == 1).then_some(Edns {
            udp_size: 1_232,
            dnssec_ok: true,
            nsid: false,
            client_subnet: false,
            cookie: if number % 4 == 1 { CookieSeen::Valid } else { CookieSeen::None },
        }),
        answer: AnswerGiven::Records,
        campaigns: all,
    }
}

/// A request of a machine of a number: every tenth over IPv6.
pub(crate) fn contact<'a>(at: i64, number: u32, query: &'a [u8]) -> ContactHit<'a> {
    let address = if number % 10 == 9 {
        IpAddr::V6((0x2001_0DB8_0000_0000_0000_0000_0000_0000 + (u128::from(number) << 64) + 7).into())
    } else {
        IpAddr::V4((0xC000_0200 + number).into())
    };
    ContactHit {
        at: Instant::from_micros(at),
        source: Endpoint { address, port: 50_000 },
        destination: endpoint("198.51.100.2:80"),
        kind: ContactKind::Http,
        cut: false,
        method: b"GET",
        path: b"/search",
        query: Some(query),
        host: Some(b"198.51.100.2"),
        user_agent: Some(b"Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1)"),
        server_name: None,
        first_octets: b"",
        verdict: Verdict { visitor: Visitor::Bot, reason: b"conficker: search with q" },
    }
}

/// A mixed spool of so many segments: `events` of each kind over two days.
pub(crate) fn mixed(folder: &Path, sensor: &str, segments: u32, events: u32) {
    let each = events / segments;
    assert_eq!(each * segments, events);
    for segment in 0..segments {
        filled(folder, sensor, |sender| {
            (segment * each..(segment + 1) * each).for_each(|number| one_of_each(sender, number))
        });
    }
}

fn one_of_each(sender: &mut Sender, number: u32) {
    let at = DAY + i64::from(number % 40) * HOUR + i64::from(number);
    let campaigns: &[u16] = match number % 4 {
        0 => &[0, 1],
        1 => &[2],
        2 => &[1, 2],
        _ => &[],
    };
    sender.dns(&dns(at, number % 200, campaigns, b"\x08aBcdefgh\x02ws\0"));
    let query = format!("q={number}&aq=7");
    sender.contact(&contact(at, number % 200, query.as_bytes()));
}

/// What is known of addresses in tests: the network is the last octet, every seventh is left out.
pub(crate) fn origin(address: IpAddr) -> Origin {
    let last = match address {
        IpAddr::V4(address) => address.octets()[3],
        IpAddr::V6(_) => 250,
    };
    Origin { asn: 64_500 + u32::from(last % 5), country: Some(*b"DE"), left_out: (last % 7 == 0).then_some("crawler") }
}

pub(crate) fn lake(folder: &Path) -> Lake {
    Lake::open(folder.to_str().unwrap()).unwrap()
}

pub(crate) fn shipping<'a>(spool: &'a Path, lake: &'a Lake) -> Shipping<'a> {
    Shipping { spool, lake, origin: &origin, left_out: "crawlers of the test", keep: false }
}

/// Ships everything that waits.
pub(crate) fn ship(shipping: &Shipping<'_>) -> Result<Vec<Shipped>, ShipError> {
    let claim = shipping.claim()?;
    shipping.waiting(&claim)?.iter().map(|named| shipping.ship(&claim, named)).collect()
}

/// Returns the rows of both tables, by table, day and family.
pub(crate) fn rows(lake: &Lake) -> BTreeMap<(&'static str, String, String), u64> {
    let mut rows = BTreeMap::new();
    for table in [&DNS_HITS, &CONTACT_HITS] {
        for file in lake.all_files(table).unwrap() {
            let key = (table.name, file.part.day.to_string(), file.part.family.clone());
            *rows.entry(key).or_insert(0) += lake.footer(table, &file).unwrap().rows;
        }
    }
    rows
}

pub(crate) fn total(lake: &Lake) -> u64 {
    rows(lake).values().sum()
}

/// Returns all files below a folder with their octets, by path.
pub(crate) fn octets(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Copies a folder of files.
pub(crate) fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for (name, octets) in octets(from) {
        let path = to.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, octets).unwrap();
    }
}
