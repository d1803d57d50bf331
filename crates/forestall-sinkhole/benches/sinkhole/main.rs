// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the sinkhole costs: `cargo bench -p forestall-sinkhole [-- NAMES [QUERIES [ZONES]]]`.
//!
//! The program itself runs, with its spool, limits of rates and counters, beside a bare echo and, where they are installed, NSD and Knot DNS with so many
//! ZONES; all on one thread. Each answers on loopback in turn, and what counts is the CPU time that the system charges to its processes. What is printed,
//! and figures: `README.md`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod http;
mod index;
mod load;
mod peers;
mod server;

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::net::UdpSocket;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant as Clock};

use forestall_spool::{Event, Reader, list};
use forestall_testkit::figures::tell;

use crate::load::Load;
use crate::server::sinkhole;

/// Turns of each; the least, the median and the greatest are told.
const TURNS: usize = 7;
/// How many queries are on their way at a time.
const OUTSTANDING: [usize; 2] = [200, 1];
/// How often it is started, and its index replaced.
const STARTS: usize = 7;
/// Requests of one turn.
const REQUESTS: usize = 4_000;

type Done<T> = Result<T, Box<dyn Error>>;

fn main() -> Done<()> {
    let mut words = std::env::args().skip(1).filter(|word| !word.starts_with("--"));
    let first = words.next();
    if first.as_deref() == Some(server::ECHO) {
        return server::echo();
    }
    let names: u32 = first.map_or(Ok(1_000_000), |text| text.parse())?;
    let queries: usize = words.next().map_or(Ok(200_000), |text| text.parse())?;
    let zones: u32 = words.next().map_or(Ok(20_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("names.index");
    index::build(&path, names, None)?;
    let octets = path.metadata()?.len();
    println!("{names} names, {:.1} MiB of index", mib(octets));
    starts(folder.path())?;
    let served = dns(folder.path(), names, queries, zones, octets)?;
    let replaced = replacing(folder.path(), names)?;
    let visited = web(folder.path())?;
    spooled(folder.path(), served + replaced, visited)
}

/// How long it takes from the start of the program until it says that it listens.
fn starts(folder: &Path) -> Done<()> {
    let (mut walls, mut cpus) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let start = Clock::now();
        let server = sinkhole(folder)?;
        walls.push(start.elapsed().as_secs_f64() * 1e3);
        cpus.push(server.cpu() * 1e3);
        server.end()?;
    }
    walls.iter().for_each(|figure| tell("start", *figure, "ms"));
    cpus.iter().for_each(|figure| tell("start-cpu", *figure, "ms"));
    println!("start: {} ms until it listens, {} ms of CPU", spread(&mut walls), spread(&mut cpus));
    Ok(())
}

/// CPU for each query, in alternation with the others. Returns how many queries the sinkhole answered.
fn dns(folder: &Path, names: u32, queries: usize, zones: u32, octets: u64) -> Done<u64> {
    let mut servers =
        vec![(server::started_echo()?, Load::new(names, false)), (sinkhole(folder)?, Load::new(names, true))];
    println!("memory at the start: {}", servers[1].0.memory(octets));
    for peer in peers::start(folder, zones)? {
        servers.push((peer, Load::new(zones, true)));
    }
    let mut answered = 0;
    for outstanding in OUTSTANDING {
        let mut figures = vec![Vec::new(); servers.len()];
        for _ in 0..TURNS {
            for ((server, load), figures) in servers.iter().zip(&mut figures) {
                let before = server.cpu();
                let lost = load.run(server.address("dns"), outstanding, queries)?;
                figures.push((server.cpu() - before) * 1e6 / lossy(queries));
                if lost > 0 {
                    println!("{}: {lost} answers did not come", server.name);
                }
            }
            answered += queries as u64;
        }
        let echoes = figures[0].clone();
        for ((server, _), mut figures) in servers.iter().zip(figures) {
            let mut times: Vec<f64> = figures.iter().zip(&echoes).map(|(figure, echo)| figure / echo).collect();
            let whose = if server.name == "sinkhole" { String::new() } else { format!("@{}", server.name) };
            figures.iter().for_each(|figure| tell(&format!("query-{outstanding}{whose}"), *figure, "us"));
            times.iter().for_each(|times| tell(&format!("times-echo-{outstanding}{whose}"), *times, "times"));
            println!(
                "{outstanding} outstanding, {}: {} us of CPU a query, {} times the echo",
                server.name,
                spread(&mut figures),
                spread(&mut times)
            );
        }
    }
    println!("memory after {answered} queries: {}", servers[1].0.memory(octets));
    tell("memory", mib(servers[1].0.own_memory(octets)), "MiB");
    for (server, _) in servers {
        server.end()?;
    }
    Ok(answered)
}

/// From the rename of a new index to its first right answer, while another asks without a pause. Returns how many queries were events.
fn replacing(folder: &Path, names: u32) -> Done<u64> {
    let server = sinkhole(folder)?;
    let address = server.address("dns");
    let (done, mut times, mut events) = (AtomicBool::new(false), Vec::new(), 0);
    let asked = std::thread::scope(|scope| -> Done<u64> {
        let asks = scope.spawn(|| {
            let load = Load::new(names, true);
            let (mut asked, mut lost) = (0, 0);
            while !done.load(Ordering::Relaxed) {
                lost += load.run(address, 50, 2_000).map_err(|error| error.to_string())?;
                asked += 2_000;
            }
            Ok::<_, String>((asked, lost))
        });
        let worked = (|| -> Done<()> {
            let socket = UdpSocket::bind("127.0.0.1:0")?;
            socket.connect(address)?;
            socket.set_read_timeout(Some(Duration::from_secs(1)))?;
            for turn in 0..STARTS {
                let name = format!("fresh{turn}.org");
                let beside = folder.join("beside.index");
                index::build(&beside, names, Some(&name))?;
                let message = load::message(&name);
                let mut answer = [0; 512];
                let start = Clock::now();
                fs::rename(&beside, folder.join("names.index"))?;
                loop {
                    socket.send(&message)?;
                    let length = socket.recv(&mut answer)?;
                    if length > 12 && answer[3] & 0xF == 0 {
                        break;
                    }
                    std::thread::sleep(Duration::from_micros(500));
                }
                times.push(start.elapsed().as_secs_f64() * 1e3);
                events += 1;
            }
            Ok(())
        })();
        done.store(true, Ordering::Relaxed);
        let (asked, lost) = asks.join().map_err(|_| "the asking thread panicked")??;
        worked?;
        times.iter().for_each(|time| tell("new-index", *time, "ms"));
        tell("new-index-missed", lossy(lost), "answers");
        println!(
            "another index: {} ms from its rename to its first right answer; {lost} of {asked} answers to others did not come",
            spread(&mut times)
        );
        Ok(asked)
    })?;
    server.end()?;
    Ok(asked + events)
}

/// CPU for each request. Returns how many there were.
fn web(folder: &Path) -> Done<u64> {
    let server = sinkhole(folder)?;
    let mut requests = 0;
    for kept in [false, true] {
        let mut figures = Vec::new();
        for _ in 0..TURNS {
            let before = server.cpu();
            http::run(server.address("http"), REQUESTS, kept)?;
            // What is left of ended connections is charged as well.
            std::thread::sleep(Duration::from_millis(300));
            figures.push((server.cpu() - before) * 1e6 / lossy(REQUESTS));
            requests += REQUESTS as u64;
        }
        let (word, id) = if kept { ("a kept", "http-kept") } else { ("a fresh", "http-fresh") };
        figures.iter().for_each(|figure| tell(id, *figure, "us"));
        println!("HTTP on {word} connection: {} us of CPU a request", spread(&mut figures));
    }
    server.end()?;
    Ok(requests)
}

/// Counts what is on the disk.
fn spooled(folder: &Path, dns: u64, contacts: u64) -> Done<()> {
    let (mut kept, mut shed) = ([0_u64; 2], 0);
    for named in list(&folder.join("spool"))? {
        let mut reader = Reader::new(fs::File::open(&named.path)?)?;
        while let Some(event) = reader.next()? {
            match event {
                Event::Dns(_) => kept[0] += 1,
                Event::Contact(_) => kept[1] += 1,
                Event::Shed(left) => shed += left.shed,
                Event::Campaign(_) => {}
            }
        }
    }
    let unseen = |expected: u64, kept: u64| lossy(usize::try_from(expected.abs_diff(kept)).unwrap_or(usize::MAX));
    tell("spool-unaccounted", unseen(dns + contacts, kept[0] + kept[1] + shed), "events");
    tell("spool-left-out", unseen(shed, 0), "events");
    println!("spool: {} of {dns} queries, {} of {contacts} requests, {shed} told to be left out", kept[0], kept[1]);
    Ok(())
}

/// Returns the least, the median and the greatest.
fn spread(figures: &mut [f64]) -> String {
    figures.sort_by(f64::total_cmp);
    let mut text = String::new();
    let (least, median, most) = (figures[0], figures[figures.len() / 2], figures[figures.len() - 1]);
    let _ = write!(text, "{least:.2} / {median:.2} / {most:.2}");
    text
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn mib(octets: u64) -> f64 {
    octets as f64 / f64::from(1 << 20)
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn lossy(number: usize) -> f64 {
    number as f64
}
