// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A sinkhole without sockets: the golden index of the tests, limits that are never met, and a spool that is soon full, so that events are formed and counted.

use std::sync::Arc;

use forestall_index::Index;
use forestall_model::Instant;
use forestall_sinkhole::config::{Addresses, Page};
use forestall_sinkhole::counters::Counters;
use forestall_sinkhole::dns::cookie::Secret;
use forestall_sinkhole::dns::data::{Data, string, wire};
use forestall_sinkhole::dns::rate::{Limits, Rates};
use forestall_sinkhole::dns::{Handler, Settings};
use forestall_sinkhole::http::Answers;
use forestall_sinkhole::metrics::Board;
use forestall_sinkhole::names::{Live, Names};
use forestall_sinkhole::talk::Tools;
use forestall_spool::{Options, Spool};

const GOLDEN: &[u8] = include_bytes!("../../crates/forestall-index/tests/it/golden/version-2.index");

/// What connections use, and what keeps it going.
pub struct Sinkhole {
    /// The tools; among them who answers queries.
    pub tools: Tools,
    _spool: Spool,
    _folder: tempfile::TempDir,
}

/// Makes one.
#[must_use]
pub fn sinkhole() -> Sinkhole {
    let folder = tempfile::tempdir().expect("there is room");
    let mut options = Options::new(folder.path().join("spool"), "fuzz".parse().expect("a sensor"));
    options.most_octets = 1 << 20;
    let (spool, _) = Spool::open(options).expect("the folder is there");
    let index = Index::read(GOLDEN, None).expect("it is the committed one");
    let names = Names::new(vec![index], Arc::from([]), true, |family, id| spool.campaign(family, id)).expect("few");
    let live = Arc::new(Live::new(names));
    let counters = Arc::new(Counters::default());
    let settings = Arc::new(Settings {
        data: Data {
            name_servers: ["ns1.sink.example", "ns2.sink.example"].iter().filter_map(|name| wire(name)).collect(),
            mailbox: wire("hostmaster.sink.example").expect("a name"),
            texts: string("a text").into_iter().collect(),
            negative_ttl: 300,
        },
        addresses: Addresses { v4: vec![[192, 0, 2, 80].into()], v6: vec![std::net::Ipv6Addr::LOCALHOST] },
        ttl: 300,
        udp_size: 1_232,
        nsid: b"fuzz".to_vec(),
        secret: Secret([7; 16]),
        rates: Rates::new(Limits { all: 0, alike: 0, failures: 0, slip: 0 }, [9; 16]),
    });
    let handler = Handler::new(settings, live.names(), spool.sender(), Arc::clone(&counters));
    let page =
        Page { who: "fuzz".to_owned(), appeal: "fuzz".to_owned(), crawlers: Vec::new(), researchers: Vec::new() };
    let tools = Tools {
        handler: Some(handler),
        turn: live.turn(),
        sender: spool.sender(),
        board: Arc::new(Board::new(vec![Arc::clone(&counters)], spool.watch(), Arc::clone(&live))),
        live,
        counters,
        answers: Answers::new(&page),
        page,
        tls: None,
        first_octets: true,
        of_proxy: false,
        now: Instant::from_seconds(1_711_965_600),
        reply: Vec::new(),
    };
    Sinkhole { tools, _spool: spool, _folder: folder }
}
