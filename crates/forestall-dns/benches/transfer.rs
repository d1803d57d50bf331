// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How fast zones leave over loopback: a whole zone of a million names, and the difference of a day's roll-over.
//!
//! The one who takes them reads and throws away, and counts records. Time on the clock is that of both sides together; the time of the
//! server's thread alone is read from the system.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints its figures and ends where it cannot"
)]

mod made;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use forestall_dns::transfer::{
    Apex, Asker, Ended, Grant, Key, Limits, Messages, Names, Refusal, Server, Transfer, Transport, Zones,
};
use forestall_model::marking::release;
use forestall_model::{Audience, Instant, Marking, OwnerName, Released, TsigAlgorithm};
use forestall_testkit::figures::tell;
use made::{DAY, ZONE, apex, arena, contents, names, now};
use rustix::time::{ClockId, clock_gettime};
use tokio::net::{TcpListener, TcpStream as Stream};

/// Names of the zone.
const NAMES: usize = 1_000_000;
const RUNS: usize = 5;

fn key() -> Key {
    Key::new("bench".parse().unwrap(), TsigAlgorithm::Sha256, vec![7; 32]).unwrap()
}

fn cpu(of: ClockId) -> Duration {
    let time = clock_gettime(of);
    Duration::new(u64::try_from(time.tv_sec).unwrap(), u32::try_from(time.tv_nsec).unwrap())
}

/// The zone on two days.
struct TwoDays {
    before: Arc<Names>,
    after: Arc<Names>,
}

impl Zones for TwoDays {
    fn now(&self) -> Instant {
        now()
    }

    async fn key(&self, _: &OwnerName) -> Option<Key> {
        Some(key())
    }

    async fn grant(&self, _: &Asker, zone: &OwnerName) -> Result<(Grant, Apex, u32), Refusal> {
        Ok((Grant { subscriber: "bench".to_owned(), zone: zone.clone() }, apex(), 2))
    }

    async fn transfer(&self, _: &Grant, since: Option<u32>) -> Result<Released<Transfer>, Refusal> {
        let marking = Marking::PUBLIC;
        let transfer = match since {
            None => Transfer::Full { serial: 2, marking, contents: contents(Arc::clone(&self.after)) },
            Some(from) => {
                let (gone, come) = self.before.difference(&self.after);
                let (removed, added) = (contents(Arc::new(gone)), contents(Arc::new(come)));
                Transfer::Difference { from, to: 2, marking, removed, added }
            }
        };
        Ok(release(transfer, Audience::Public, now()).unwrap())
    }

    async fn ended(&self, _: &Grant, _: Ended) {}
}

/// Asks for the zone, or for what came since serial 1, and returns records and octets.
fn take(address: SocketAddr, is_difference: bool) -> (u64, u64) {
    let mut message = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, u8::from(is_difference), 0, 0];
    for label in ZONE.split('.') {
        message.push(u8::try_from(label.len()).unwrap());
        message.extend_from_slice(label.as_bytes());
    }
    message.extend_from_slice(&[0, 0, if is_difference { 251 } else { 252 }, 0, 1]);
    if is_difference {
        message.extend_from_slice(&[0xC0, 12, 0, 6, 0, 1, 0, 0, 0, 0, 0, 22, 0, 0, 0, 0, 0, 1]);
        message.extend_from_slice(&[0; 16]);
    }
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(&u16::try_from(message.len()).unwrap().to_be_bytes()).unwrap();
    stream.write_all(&message).unwrap();
    let expected = if is_difference { 4 * DAY as u64 + 4 } else { 2 * NAMES as u64 + 3 };
    let (mut records, mut octets) = (0, 0);
    let mut stream = std::io::BufReader::with_capacity(1 << 18, stream);
    let mut buffer = vec![0; 1 << 16];
    while records < expected {
        let mut length = [0; 2];
        stream.read_exact(&mut length).unwrap();
        let length = usize::from(u16::from_be_bytes(length));
        stream.read_exact(&mut buffer[..length]).unwrap();
        records += u64::from(u16::from_be_bytes([buffer[6], buffer[7]]));
        octets += length as u64 + 2;
    }
    (records, octets)
}

/// Measures transfers over loopback, from one thread that serves to another that takes.
fn over_loopback(what: &str, id: &str, address: SocketAddr, is_difference: bool) {
    let mut best: Option<(Duration, Duration)> = None;
    let mut size = (0, 0);
    for _ in 0..RUNS {
        let (clock, process, thread) = (Clock::now(), cpu(ClockId::ProcessCPUTime), cpu(ClockId::ThreadCPUTime));
        size = take(address, is_difference);
        let taker = cpu(ClockId::ThreadCPUTime) - thread;
        let took = (clock.elapsed(), cpu(ClockId::ProcessCPUTime) - process - taker);
        tell(&format!("{id}-rate"), size.0 as f64 / took.0.as_secs_f64(), "records/s");
        tell(&format!("{id}-server"), took.1.as_secs_f64(), "CPU s");
        best = Some(best.map_or(took, |best| best.min(took)));
    }
    let (clock, server) = best.unwrap();
    let (records, octets) = size;
    println!(
        "{what}: {records} records, {octets} octets, {:.3} s on the clock, {:.3} s of the server's CPU: {:.0} records/s",
        clock.as_secs_f64(),
        server.as_secs_f64(),
        records as f64 / clock.as_secs_f64()
    );
}

/// Measures how fast messages are written, without a network.
fn written(what: &str, id: &str, names: &Arc<Names>, key: Option<&Key>) {
    let mut best = Duration::MAX;
    let mut records = 0_u64;
    for _ in 0..RUNS {
        let transfer = Transfer::Full { serial: 2, marking: Marking::PUBLIC, contents: contents(Arc::clone(names)) };
        let released = release(transfer, Audience::Public, now()).unwrap();
        let begun = cpu(ClockId::ThreadCPUTime);
        let mut messages = Messages::unasked(apex(), key, released);
        let (mut out, at) = (Vec::new(), now());
        records = 0;
        while messages.next(at, &mut out) {
            records += u64::from(u16::from_be_bytes([out[6], out[7]]));
        }
        let took = cpu(ClockId::ThreadCPUTime) - begun;
        tell(id, took.as_secs_f64(), "CPU s");
        best = best.min(took);
    }
    println!(
        "{what}: {records} records, {:.3} s of CPU: {:.0} records/s",
        best.as_secs_f64(),
        records as f64 / best.as_secs_f64()
    );
}

fn main() {
    // `cargo test` runs benchmarks once, to see that they work; nobody reads the figures then.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let (before, after) = (arena(&names(0, NAMES)), arena(&names(DAY, NAMES)));
    written("AXFR, written", "written", &after, None);
    written("AXFR, written and signed", "written-signed", &after, Some(&key()));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let server = Server::new(TwoDays { before, after }, Limits::default());
            let listener = TcpListener::from_std(listener).unwrap();
            server.serve(listener, Transport::Tcp, |stream: Stream| std::future::ready(Ok(stream))).await;
        });
    });
    over_loopback("AXFR over loopback", "axfr", address, false);
    over_loopback("IXFR of a day over loopback", "ixfr", address, true);
}
