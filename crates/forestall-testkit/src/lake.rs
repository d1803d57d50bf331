// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A lake of a few machines and resolvers, written as the sinkhole and the shipper write one: a spool, sealed, shipped.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use forestall_lake::{Lake, Origin, Shipping};
use forestall_model::Instant;
use forestall_spool::dns::Campaigns;
use forestall_spool::{
    AnswerGiven, ContactHit, ContactKind, DnsHit, Endpoint, Options, Spool, Transport, Verdict, Visitor,
};

use crate::parsed;

/// A request of a machine that speaks as Conficker does.
#[derive(Clone, Debug)]
pub struct Request {
    /// When.
    pub at: Instant,
    /// From where.
    pub address: IpAddr,
    /// Its User-Agent.
    pub agent: &'static str,
    /// Its count q.
    pub q: u32,
}

/// A query of a resolver for a name of a campaign, which it gets.
#[derive(Clone, Debug)]
pub struct Query {
    /// When.
    pub at: Instant,
    /// Who asked.
    pub resolver: IpAddr,
    /// The family and the campaign.
    pub campaign: (&'static str, &'static str),
    /// The first label of the name, under `ws`.
    pub label: &'static str,
}

/// Ships requests and queries of one sensor into the lake of a folder. `origin` says what is known of addresses.
///
/// # Panics
///
/// Where a disk or the test is at fault.
pub fn ship(
    folder: &Path,
    sensor: &str,
    (requests, queries): (&[Request], &[Query]),
    origin: &dyn Fn(IpAddr) -> Origin,
) {
    let spool = tempfile::tempdir().expect("a folder for the spool");
    fill(spool.path(), sensor, requests, queries);
    let lake = Lake::open(folder.to_str().expect("a path that is text")).expect("a lake");
    let shipping = Shipping { spool: spool.path(), lake: &lake, origin, left_out: "crawlers of the test", keep: false };
    let claim = shipping.claim().expect("nobody else ships");
    let waiting = shipping.waiting(&claim).expect("sealed segments");
    assert!(!waiting.is_empty(), "nothing was sealed");
    for named in &waiting {
        shipping.ship(&claim, named).expect("the segment is shipped");
    }
}

fn fill(folder: &Path, sensor: &str, requests: &[Request], queries: &[Query]) {
    let (spool, _) = Spool::open(Options::new(folder.to_owned(), parsed(sensor))).expect("a spool");
    let mut sender = spool.sender();
    for query in queries {
        let (family, id) = query.campaign;
        let mut campaigns = Campaigns::default();
        campaigns.push(spool.campaign(family, id).expect("a campaign"));
        let length = u8::try_from(query.label.len()).expect("a label");
        let name = [&[length][..], query.label.as_bytes(), &b"\x02ws\0"[..]].concat();
        sender.dns(&DnsHit {
            at: query.at,
            resolver: Endpoint { address: query.resolver, port: 40_000 },
            server: endpoint(53),
            transport: Transport::Udp,
            qname: &name,
            listed_at: 0,
            qtype: 1,
            recursion_desired: false,
            checking_disabled: false,
            edns: None,
            answer: AnswerGiven::Records,
            campaigns,
        });
    }
    for request in requests {
        let text = format!("q={}&aq=7", request.q);
        sender.contact(&ContactHit {
            at: request.at,
            source: Endpoint { address: request.address, port: 50_000 },
            destination: endpoint(80),
            kind: ContactKind::Http,
            cut: false,
            method: b"GET",
            path: b"/search",
            query: Some(text.as_bytes()),
            host: Some(b"198.51.100.1"),
            user_agent: Some(request.agent.as_bytes()),
            server_name: None,
            first_octets: b"",
            verdict: Verdict { visitor: Visitor::Bot, reason: b"conficker: search with q" },
        });
    }
    drop(sender);
    let counts = spool.close().expect("the spool is sealed");
    assert_eq!(counts.shed_dns + counts.shed_contacts, 0, "a test's events all find a place");
}

fn endpoint(port: u16) -> Endpoint {
    SocketAddr::from((Ipv4Addr::new(198, 51, 100, 1), port)).into()
}
