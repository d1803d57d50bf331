// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A zone in memory whose states a test plays, one serial after another.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use forestall_dns::transfer::{
    Apex, Asker, Contents, Ended, Grant, Key, Limits, Names, Refusal, Rule, Run, Server, Transfer, Transport, Zones,
};
use forestall_model::marking::release;
use forestall_model::{Audience, Instant, Marking, OwnerName, Released, TsigAlgorithm};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

/// The zone of the tests.
pub(crate) const ZONE: &str = "forestall.rpz";
/// The name of the key of the tests, and its secret, as text and as dig and servers take it.
pub(crate) const KEY: &str = "taker.example";
pub(crate) const SECRET: &[u8; 32] = b"0123456789abcdef0123456789abcdef";
pub(crate) const SECRET_TEXT: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

pub(crate) fn name(text: &str) -> OwnerName {
    text.parse().unwrap()
}

/// One state of the zone: names that are let through, names that are denied, and by which rules.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) through: Arc<Names>,
    pub(crate) denied: Arc<Names>,
}

/// Returns names in an arena; they are sorted here.
pub(crate) fn names<'a>(of: impl IntoIterator<Item = &'a str>) -> Arc<Names> {
    let mut sorted: Vec<&str> = of.into_iter().collect();
    sorted.sort_unstable();
    let mut names = Names::default();
    sorted.into_iter().for_each(|name| names.push(name).unwrap());
    Arc::new(names)
}

/// Returns names that count up from `from`, as a generator would make them.
pub(crate) fn many(from: usize, count: usize) -> Arc<Names> {
    let all: Vec<String> = (from..from + count).map(|i| format!("n{i:07}.example")).collect();
    names(all.iter().map(String::as_str))
}

/// The zone and who may have it: whoever signs by [`KEY`], and the addresses of `unsigned`.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) states: Mutex<BTreeMap<u32, State>>,
    pub(crate) rules: Arc<[Rule]>,
    pub(crate) algorithm: TsigAlgorithm,
    pub(crate) unsigned: bool,
    pub(crate) clock_is_off: i64,
    pub(crate) ended: Mutex<Vec<Ended>>,
}

impl Default for Played {
    fn default() -> Self {
        Self {
            states: Mutex::default(),
            rules: Arc::new([Rule::cname(&OwnerName::root())]),
            algorithm: TsigAlgorithm::Sha256,
            unsigned: false,
            clock_is_off: 0,
            ended: Mutex::default(),
        }
    }
}

pub(crate) fn apex() -> Apex {
    Apex::of(name(ZONE))
}

pub(crate) fn key() -> Key {
    Key::new(name(KEY), TsigAlgorithm::Sha256, SECRET.to_vec()).unwrap()
}

pub(crate) fn now() -> Instant {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    Instant::from_seconds(i64::try_from(since.as_secs()).unwrap())
}

impl Played {
    /// Makes a zone of one state with serial 1: the names of the resolvers' tests.
    pub(crate) fn small() -> Self {
        Self::default().then(1, &["eee.be", "ok.ddd.org"], &["aaa.be", "bbb.co.uk", "ccc.ws", "ddd.org"])
    }

    /// Adds a state.
    pub(crate) fn then(self, serial: u32, through: &[&str], denied: &[&str]) -> Self {
        self.play(serial, names(through.iter().copied()), names(denied.iter().copied()));
        self
    }

    pub(crate) fn play(&self, serial: u32, through: Arc<Names>, denied: Arc<Names>) {
        self.states.lock().unwrap().insert(serial, State { through, denied });
    }

    fn contents(&self, state: State) -> Contents {
        let through: Arc<[Rule]> = Arc::new([Rule::cname(&name("rpz-passthru"))]);
        let run = |names, rules| Run { names, rules };
        Contents { runs: vec![run(state.through, through), run(state.denied, Arc::clone(&self.rules))] }
    }
}

impl Zones for Played {
    fn now(&self) -> Instant {
        now().plus_seconds(self.clock_is_off)
    }

    async fn key(&self, asked: &OwnerName) -> Option<Key> {
        (asked.as_str() == KEY).then(|| Key::new(name(KEY), self.algorithm, SECRET.to_vec()).unwrap())
    }

    async fn grant(&self, asker: &Asker, zone: &OwnerName) -> Result<(Grant, Apex, u32), Refusal> {
        let may = asker.key.is_some() || self.unsigned;
        if zone.as_str() != ZONE || !may {
            return Err(Refusal::Refused);
        }
        let serial = *self.states.lock().unwrap().last_key_value().ok_or(Refusal::Failed)?.0;
        Ok((Grant { subscriber: "taker".to_owned(), zone: zone.clone() }, apex(), serial))
    }

    async fn transfer(&self, _: &Grant, since: Option<u32>) -> Result<Released<Transfer>, Refusal> {
        let states = self.states.lock().unwrap();
        let (serial, state) = states.last_key_value().map(|(serial, state)| (*serial, state.clone())).unwrap();
        let marking = Marking::PUBLIC;
        let transfer = match since.map(|since| (since, states.get(&since))) {
            Some((since, _)) if since == serial => Transfer::Nothing { serial, marking },
            Some((from, Some(before))) => {
                let (gone, come) = before.denied.difference(&state.denied);
                let (gone_through, come_through) = before.through.difference(&state.through);
                let contents =
                    |through, denied| self.contents(State { through: Arc::new(through), denied: Arc::new(denied) });
                let (removed, added) = (contents(gone_through, gone), contents(come_through, come));
                Transfer::Difference { from, to: serial, marking, removed, added }
            }
            _ => Transfer::Full { serial, marking, contents: self.contents(state) },
        };
        Ok(release(transfer, Audience::Public, now()).unwrap())
    }

    async fn ended(&self, _: &Grant, ended: Ended) {
        self.ended.lock().unwrap().push(ended);
    }
}

/// A server of a zone on free ports; ends when dropped.
#[derive(Debug)]
pub(crate) struct Serving {
    pub(crate) server: Arc<Server<Played>>,
    pub(crate) address: SocketAddr,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

/// Serves a zone over TCP and UDP on the same port.
pub(crate) async fn serve(played: Played, limits: Limits) -> Serving {
    let (tcp, udp) = loop {
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        // A port that is free for TCP is nearly always free for UDP.
        if let Ok(udp) = UdpSocket::bind(tcp.local_addr().unwrap()).await {
            break (tcp, udp);
        }
    };
    let address = tcp.local_addr().unwrap();
    let server = Server::new(played, limits);
    let plain = |stream: TcpStream| std::future::ready(Ok(stream));
    let over_tcp = Arc::clone(&server);
    let tasks = vec![
        tokio::spawn(async move { over_tcp.serve(tcp, Transport::Tcp, plain).await }),
        tokio::spawn(Arc::clone(&server).serve_udp(udp)),
    ];
    Serving { server, address, tasks }
}
