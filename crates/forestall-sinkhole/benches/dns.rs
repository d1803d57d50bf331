// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! CPU of the server for each query over UDP on loopback, in alternation with a bare echo: `cargo bench -p forestall-sinkhole [-- NAMES [QUERIES]]`.
//!
//! Everything but the sending thread counts for the server: its thread, and that of the spool. The spool, limits of rates and counters are on; the limits are so
//! high that they are never met, since all queries come from one address.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant as Clock};

use forestall_index::build::DEFAULT_MEMORY;
use forestall_index::{Builder, Index, IndexCampaign};
use forestall_model::{Instant, Margin, WindowSet};
use forestall_sinkhole::config::Addresses;
use forestall_sinkhole::counters::{Count, Counters};
use forestall_sinkhole::dns::cookie::Secret;
use forestall_sinkhole::dns::data::{Data, wire};
use forestall_sinkhole::dns::rate::{Limits, Rates};
use forestall_sinkhole::dns::{Handler, Settings, udp};
use forestall_sinkhole::names::{Live, Names};
use forestall_spool::{Options, Spool};
use rustix::time::{ClockId, clock_gettime};

/// Turns of each; the median counts.
const TURNS: usize = 5;
/// How many queries are on their way at a time.
const OUTSTANDING: [usize; 2] = [200, 1];

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1).filter(|word| !word.starts_with("--"));
    let names: u32 = words.next().map_or(Ok(1_000_000), |text| text.parse())?;
    let queries: usize = words.next().map_or(Ok(200_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("bench.index");
    build(names, &path)?;
    let start = Clock::now();
    let before = resident();
    let index = Index::read(File::open(&path)?, Some(path.metadata()?.len()))?;
    let mib = path.metadata()?.len() >> 20;
    println!("{names} names, {mib} MiB of index, read in {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    let (spool, _) = Spool::open(Options::new(folder.path().join("spool"), "bench".parse()?))?;
    let live = Live::new(Names::new(vec![index], Arc::from([]), false, |family, id| spool.campaign(family, id))?);
    println!("memory above the index: {} MiB", (resident() - before).saturating_sub(mib));
    for outstanding in OUTSTANDING {
        let (mut echoes, mut sinks) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            echoes.push(measured(outstanding, names, queries, echo)?);
            sinks.push(measured(outstanding, names, queries, |socket, stop| {
                let counters = Arc::new(Counters::default());
                let mut handler = Handler::new(settings(), live.names(), spool.sender(), Arc::clone(&counters));
                udp::serve(socket, &mut handler, &live, stop)?;
                assert!(counters.get(Count::Records) > 0 && counters.get(Count::Dropped) == 0, "all are answered");
                Ok(())
            })?);
        }
        let (echo, sink) = (median(echoes), median(sinks));
        println!(
            "{outstanding} outstanding: echo {echo:.2} us, sinkhole {sink:.2} us of CPU a query, {:.2} times",
            sink / echo
        );
    }
    let counts = spool.close()?;
    println!(
        "spool: {} offered, {} left out, {} on the disk",
        counts.offered_dns, counts.shed_dns, counts.acknowledged
    );
    Ok(())
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn name(number: u32) -> String {
    // Ten letters that look like those of a generator.
    let mut state = u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let letter = |_| {
        state = state.rotate_left(11).wrapping_mul(0xD134_2543_DE82_EF95);
        char::from(b'a' + u8::try_from(state >> 40 & 0xFF).unwrap_or(0) % 26)
    };
    let label: String = (0..10).map(letter).collect();
    format!("{label}.{}", ["ws", "com", "net", "info", "biz"][number as usize % 5])
}

fn build(names: u32, path: &std::path::Path) -> Result<(), Box<dyn Error>> {
    let scratch = tempfile::tempfile()?;
    let mut builder = Builder::new(scratch, DEFAULT_MEMORY);
    let campaign = IndexCampaign {
        family: "bench".parse()?,
        id: "bench-a".parse()?,
        margin: Margin::CLOCK,
        computed: None,
        unverified: false,
    };
    let handle = builder.campaign(campaign)?;
    let today = forestall_sinkhole::clock::now().day();
    // Ten days, of which three are open.
    let references: Vec<_> = (0..10)
        .map(|day| builder.reference(handle, &WindowSet::Spans(vec![today.plus(day % 3 - 1).window()])))
        .collect::<Result<_, _>>()?;
    for number in 0..names {
        builder.add(name(number).as_bytes(), references[number as usize % 10])?;
    }
    builder.finish(Instant::from_seconds(0), None, 2, BufWriter::new(File::create(path)?))?;
    Ok(())
}

fn settings() -> Arc<Settings> {
    let most = 1_000_000;
    Arc::new(Settings {
        data: Data {
            name_servers: wire("ns1.sink.example").into_iter().collect(),
            mailbox: wire("hostmaster.sink.example").unwrap_or_default(),
            texts: Vec::new(),
            negative_ttl: 300,
        },
        addresses: Addresses { v4: vec![[192, 0, 2, 80].into()], v6: Vec::new() },
        ttl: 300,
        udp_size: 1_232,
        nsid: b"bench".to_vec(),
        secret: Secret([7; 16]),
        rates: Rates::new(Limits { all: most, alike: most, failures: most, slip: 2 }, [9; 16]),
    })
}

fn echo(socket: &UdpSocket, stop: &AtomicBool) -> std::io::Result<()> {
    let mut buffer = [0; 1_536];
    while !stop.load(Ordering::Relaxed) {
        if let Ok((length, from)) = socket.recv_from(&mut buffer) {
            socket.send_to(&buffer[..length], from)?;
        }
    }
    Ok(())
}

/// Returns microseconds of the server's CPU for each query.
fn measured(
    outstanding: usize,
    names: u32,
    queries: usize,
    serve: impl FnOnce(&UdpSocket, &AtomicBool) -> std::io::Result<()> + Send,
) -> Result<f64, Box<dyn Error>> {
    let socket = udp::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let server = socket.local_addr()?;
    let stop = AtomicBool::new(false);
    let messages: Vec<Vec<u8>> =
        (0..4_096u32).map(|turn| message(&name(turn.wrapping_mul(0x9E37_79B1) % names))).collect();
    std::thread::scope(|scope| {
        let (socket, stop) = (&socket, &stop);
        let serving = scope.spawn(move || serve(socket, stop));
        let ours = UdpSocket::bind("127.0.0.1:0")?;
        ours.connect(server)?;
        ours.set_read_timeout(Some(Duration::from_millis(500)))?;
        let mut buffer = [0; 1_536];
        let (process, thread) = (cpu(ClockId::ProcessCPUTime), cpu(ClockId::ThreadCPUTime));
        let (mut sent, mut got) = (0, 0);
        while got < queries {
            while sent < queries && sent < got + outstanding {
                ours.send(&messages[sent % messages.len()])?;
                sent += 1;
            }
            if ours.recv(&mut buffer).is_ok() { got += 1 } else { got = sent }
        }
        let all = cpu(ClockId::ProcessCPUTime) - process;
        let sender = cpu(ClockId::ThreadCPUTime) - thread;
        stop.store(true, Ordering::Relaxed);
        serving.join().map_err(|_| "the server panicked")??;
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        Ok((all - sender) * 1e6 / queries as f64)
    })
}

fn message(name: &str) -> Vec<u8> {
    let mut message = vec![0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1];
    message.extend(wire(name).unwrap_or_default());
    message.extend([0, 1, 0, 1]);
    message.extend([0, 0, 41, 4, 208, 0, 0, 0x80, 0, 0, 0]);
    message
}

fn cpu(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    #[expect(clippy::cast_precision_loss, reason = "seconds of a benchmark")]
    let seconds = time.tv_sec as f64 + time.tv_nsec as f64 / 1e9;
    seconds
}

/// MiB of memory that the process has.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    (text.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4_096) >> 20
}
