// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Whether resolvers go on answering while a policy zone rolls over: BIND and Unbound take a day's difference, and then the same change as a whole
//! zone, and are asked all the while. What is printed, and figures: `README.md`.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints its figures and ends where it cannot"
)]

mod made;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant as Clock};

use forestall_dns::transfer::{
    Asker, Ended, Grant, Key, Limits, Names, Notification, Refusal, Server, Transfer, Transport, Zones, notify,
};
use forestall_model::marking::release;
use forestall_model::{Audience, Instant, Marking, OwnerName, Released};
use forestall_testkit::bind::Bind;
use forestall_testkit::figures::tell;
use forestall_testkit::question::ask;
use forestall_testkit::resolver::{Make, Resolver, Settings};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

use made::{DAY, ZONE, apex, arena, contents, names, now};

/// Names of the zone, unless the first argument says otherwise.
const NAMES: usize = 1_000_000;
/// How often a resolver is asked.
const EVERY: Duration = Duration::from_millis(2);
/// What counts as deaf: whoever asks has asked again by then.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a zone may take to arrive.
const ARRIVES: Duration = Duration::from_secs(600);
/// How long it is asked on after that.
const AFTER: Duration = Duration::from_secs(5);

/// The zone of two days, under serials: 1 the first day, 2 the second, 3 the first again, to which nothing leads but the whole zone.
struct Days {
    first: Arc<Names>,
    second: Arc<Names>,
    serial: AtomicU32,
}

impl Zones for Shared {
    fn now(&self) -> Instant {
        now()
    }

    async fn key(&self, _: &OwnerName) -> Option<Key> {
        None
    }

    async fn grant(&self, _: &Asker, zone: &OwnerName) -> Result<(Grant, forestall_dns::transfer::Apex, u32), Refusal> {
        let grant = Grant { subscriber: "bench".to_owned(), zone: zone.clone() };
        Ok((grant, apex(), self.0.serial.load(Ordering::SeqCst)))
    }

    async fn transfer(&self, _: &Grant, since: Option<u32>) -> Result<Released<Transfer>, Refusal> {
        let (marking, serial) = (Marking::PUBLIC, self.0.serial.load(Ordering::SeqCst));
        let whole = if serial == 2 { &self.0.second } else { &self.0.first };
        let transfer = match since {
            Some(since) if since == serial => Transfer::Nothing { serial, marking },
            Some(1) if serial == 2 => {
                let (gone, come) = self.0.first.difference(&self.0.second);
                let (removed, added) = (contents(Arc::new(gone)), contents(Arc::new(come)));
                Transfer::Difference { from: 1, to: 2, marking, removed, added }
            }
            _ => Transfer::Full { serial, marking, contents: contents(Arc::clone(whole)) },
        };
        Ok(release(transfer, Audience::Public, now()).unwrap())
    }

    async fn ended(&self, _: &Grant, _: Ended) {}
}

/// The days, for the server.
#[derive(Clone)]
struct Shared(Arc<Days>);

/// Serves the days, and returns where.
fn serve(days: &Shared) -> SocketAddr {
    let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let udp = std::net::UdpSocket::bind(tcp.local_addr().unwrap()).unwrap();
    tcp.set_nonblocking(true).unwrap();
    udp.set_nonblocking(true).unwrap();
    let (address, days) = (tcp.local_addr().unwrap(), days.clone());
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let server = Server::new(days, Limits::default());
            let tcp = TcpListener::from_std(tcp).unwrap();
            let udp = UdpSocket::from_std(udp).unwrap();
            let stay = |stream: TcpStream| std::future::ready(Ok(stream));
            tokio::join!(Arc::clone(&server).serve(tcp, Transport::Tcp, stay), server.serve_udp(udp));
        });
    });
    address
}

fn tell_of(resolver: SocketAddr, serial: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let apex = apex();
    let told = Notification {
        apex: &apex,
        serial,
        key: None,
        from: Some(Ipv4Addr::LOCALHOST.into()),
        tries: 5,
        patience: Duration::from_secs(2),
    };
    runtime.block_on(notify(resolver, &told, now)).unwrap();
}

/// Says whether a resolver answers that a name does not exist; none where it does not answer.
fn denies(resolver: SocketAddr, name: &str) -> Option<bool> {
    ask(resolver, Ipv4Addr::LOCALHOST, name, PATIENCE).ok().map(|code| code == 3)
}

/// Waits until a resolver denies a name, or does so no more.
fn wait(resolver: SocketAddr, name: &str, expected: bool) -> Duration {
    let begun = Clock::now();
    while denies(resolver, name) != Some(expected) {
        assert!(begun.elapsed() < ARRIVES, "{name} stays as it was");
        std::thread::sleep(Duration::from_millis(20));
    }
    begun.elapsed()
}

/// How long answers took, while somebody asked all the time.
#[derive(Default)]
struct Asked {
    took: Vec<Duration>,
    unanswered: usize,
    wrong: usize,
}

/// Asks a resolver for two names, one that it denies all the time and one that exists, while `change` runs and some seconds longer.
fn asked_during(
    resolver: SocketAddr,
    denied: &str,
    exists: &str,
    change: impl FnOnce() -> Duration,
) -> (Asked, Duration) {
    let (done, asked) = (AtomicBool::new(false), Mutex::new(Asked::default()));
    let took = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut asked = asked.lock().unwrap();
            let mut turn = 0_u32;
            while !done.load(Ordering::SeqCst) {
                turn += 1;
                let (name, expected) = if turn.is_multiple_of(2) { (denied, true) } else { (exists, false) };
                let begun = Clock::now();
                match denies(resolver, name) {
                    None => asked.unanswered += 1,
                    Some(found) => asked.wrong += usize::from(found != expected),
                }
                asked.took.push(begun.elapsed());
                std::thread::sleep(EVERY.saturating_sub(begun.elapsed()));
            }
        });
        let took = change();
        std::thread::sleep(AFTER);
        done.store(true, Ordering::SeqCst);
        took
    });
    (asked.into_inner().unwrap(), took)
}

fn main() {
    // `cargo test` runs benchmarks once, to see that they work; nobody reads the figures then.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let count = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(NAMES);
    let (first, second) = (names(0, count), names(DAY, count));
    let of =
        |all: &[String], other: &[String]| all.iter().find(|name| other.binary_search(name).is_err()).unwrap().clone();
    let (leaves, comes) = (of(&first, &second), of(&second, &first));
    let stays = first.iter().find(|name| second.binary_search(name).is_ok()).unwrap().clone();
    let days = Shared(Arc::new(Days { first: arena(&first), second: arena(&second), serial: AtomicU32::new(1) }));
    let primary = serve(&days);
    let test = "resolvers";
    let Some(outside) = Bind::start(test, &["beside.example", leaves.as_str(), comes.as_str()]) else { return };
    println!("{count} names, {DAY} of them leave and {DAY} come; a question each {} ms", EVERY.as_millis());
    for make in [Make::Bind, Make::Unbound] {
        days.0.serial.store(1, Ordering::SeqCst);
        let bind = format!(
            "zone \"{ZONE}\" {{ type secondary; file \"zone\"; primaries {{ 127.0.0.1 port {}; }}; allow-notify {{ 127.0.0.1; }}; }};\n",
            primary.port()
        );
        let unbound = format!(
            "rpz:\n  name: \"{ZONE}\"\n  primary: 127.0.0.1@{}\n  allow-notify: 127.0.0.1\n  zonefile: \"zone\"\n",
            primary.port()
        );
        let settings = Settings {
            text: if make == Make::Bind { &bind } else { &unbound },
            options: &format!("response-policy {{ zone \"{ZONE}\"; }} min-update-interval 0 qname-wait-recurse no;\n"),
            files: &[],
            is_root: false,
        };
        let settings = if make == Make::Bind { settings } else { Settings { options: "", ..settings } };
        let Some(resolver) = Resolver::start(test, make, outside.address(), &settings) else { continue };
        let address = resolver.address();
        println!("{}: the zone came in {:.1} s", make.program(), wait(address, &leaves, true).as_secs_f64());
        wait(address, "beside.example", false);
        for (what, id, serial, gone, new) in
            [("a day's difference", "difference", 2, &leaves, &comes), ("the whole zone", "whole", 3, &comes, &leaves)]
        {
            let (mut asked, took) = asked_during(address, &stays, "beside.example", || {
                days.0.serial.store(serial, Ordering::SeqCst);
                let begun = Clock::now();
                tell_of(address, serial);
                wait(address, new, true);
                wait(address, gone, false);
                begun.elapsed()
            });
            asked.took.sort_unstable();
            let at = |share: usize| asked.took[(asked.took.len() - 1) * share / 1_000].as_secs_f64() * 1e3;
            let id = |figure: &str| format!("{}-{id}-{figure}", make.program());
            tell(&id("unanswered"), asked.unanswered as f64, "questions");
            tell(&id("wrong"), asked.wrong as f64, "questions");
            tell(&id("slowest"), at(1_000), "ms");
            tell(&id("obeyed"), took.as_secs_f64(), "s");
            println!(
                "{}, {what}: obeyed after {:.1} s; {} questions, {} unanswered within {} s, {} answered wrongly; median {:.2} ms, \
                 99 % within {:.1} ms, 99.9 % within {:.1} ms, the slowest {:.1} ms",
                make.program(),
                took.as_secs_f64(),
                asked.took.len(),
                asked.unanswered,
                PATIENCE.as_secs(),
                asked.wrong,
                at(500),
                at(990),
                at(999),
                at(1_000)
            );
        }
    }
}
