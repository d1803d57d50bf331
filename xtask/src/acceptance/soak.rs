// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sinkhole and hub for an hour under mixed load: queries right and wrong, visitors, a new index each minute; readers of pages and of the API, and an
//! event every other second. Their memory is read every ten seconds and may not grow.
//!
//! Memory is what is theirs alone (`RssAnon`). It grows where the median of the last quarter of the time is above that of the second quarter; the first
//! quarter, in which caches fill, does not count.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

use super::Ground;
use super::process::{Running, day, output};
use super::report::Report;
use super::web::{Reader, ask};

/// Minutes where nothing else is asked for.
pub(super) const MINUTES: u32 = 60;
/// How often memory is read.
const EVERY: Duration = Duration::from_secs(10);
/// What memory may grow by in an hour, in MiB. Shorter runs are held to the same growth in all.
const SINKHOLE_GROWTH: f64 = 4.0;
const HUB_GROWTH: f64 = 24.0;
/// Readings below which nothing can be said.
const FEWEST: usize = 8;

/// Pages and objects that readers open.
const ADDRESSES: [&str; 8] = [
    "/",
    "/case/soak",
    "/case/soak/gaps",
    "/case/soak/slice/com",
    "/case/soak/log",
    "/api/v1/cases",
    "/api/v1/cases/soak",
    "/api/v1/cases/soak/gaps",
];
/// Addresses from which queries come, since rates are limited for each.
const SOURCES: u8 = 32;

/// What visitors send to the sinkhole: a bot, a browser, a scanner, something that is no request, a head that never ends.
const VISITS: [&[u8]; 5] = [
    b"GET /search?q=17&aq=7 HTTP/1.0\r\nUser-Agent: Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1)\r\nHost: 192.0.2.80\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: example.ws\r\nUser-Agent: Mozilla/5.0 Firefox/125.0\r\nConnection: close\r\n\r\n",
    b"GET /.env HTTP/1.1\r\nHost: 192.0.2.80\r\nUser-Agent: zgrab/0.x\r\nConnection: close\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 no request \xff\xfe\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

const CONFIG: &str = r#"sensor = "soak"
[dns]
listen = ["127.0.0.1:0"]
name_servers = ["ns1.sink.example", "ns2.sink.example"]
mailbox = "hostmaster@sink.example"
addresses = ["192.0.2.80"]
[http]
listen = ["127.0.0.1:0"]
appeal = "sinkhole@cert.example"
[connections]
seconds_idle = 3
[metrics]
listen = "127.0.0.1:0"
"#;

/// What was done, counted while it goes on.
#[derive(Debug, Default)]
struct Done {
    stop: AtomicBool,
    queries: AtomicU64,
    answers: AtomicU64,
    visits: AtomicU64,
    indexes: AtomicU64,
    pages: AtomicU64,
    /// Pages that did not come as they should.
    faulty: AtomicU64,
    events: AtomicU64,
}

impl Done {
    /// Does something again and again with a pause between, until it is told to stop.
    fn each(&self, pause: Duration, mut step: impl FnMut(u64)) {
        let mut turn = 0;
        while !self.stop.load(Ordering::Relaxed) {
            step(turn);
            turn += 1;
            // In short naps, so that a long pause does not hold up the end.
            let begun = Instant::now();
            while begun.elapsed() < pause && !self.stop.load(Ordering::Relaxed) {
                std::thread::sleep(pause.min(Duration::from_millis(200)));
            }
        }
    }
}

fn add(counter: &AtomicU64, number: u64) {
    counter.fetch_add(number, Ordering::Relaxed);
}

fn count(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

/// Makes the trial.
pub(super) fn run(ground: &Ground<'_>, report: &mut Report) -> anyhow::Result<()> {
    let folder = &ground.folder;
    let data = folder.join("data");
    let forestall = |arguments: &[&str]| output(ground.programs.forestall(&data).args(arguments), &[0]);
    let (from, until) = (day(0)?, day(30)?);
    forestall(&[
        "case",
        "open",
        "soak",
        "--campaign",
        "conficker-a",
        "--campaign",
        "conficker-b",
        "--campaign",
        "conficker-c",
        "--from",
        &from,
        "--until",
        &until,
    ])?;
    let index = folder.join("names.index");
    let build = [
        "index",
        "build",
        "--family",
        "conficker-a",
        "--family",
        "conficker-b",
        "--from",
        &from,
        "--until",
        &until,
        "-o",
    ];
    output(ground.programs.forestall(&data).args(build).arg(&index), &[0])?;
    let names = forestall(&["predict", "conficker-b", "--on", &from])?;
    let names: Vec<&str> = names.lines().collect();
    ensure!(names.len() > 100, "conficker-b has {} names today", names.len());

    let (mut sinkhole, places) = sinkhole(ground)?;
    let (mut hub, reader) = hub(ground, &data)?;
    let done = Done::default();
    let mut samples = Vec::new();
    let over = std::thread::scope(|scope| -> anyhow::Result<()> {
        scope.spawn(|| queries(&done, places.dns, &names));
        scope.spawn(|| visits(&done, places.http));
        scope.spawn(|| done.each(Duration::from_secs(60), |_| add(&done.indexes, u64::from(replace(&index).is_ok()))));
        for number in 0..3_u64 {
            let (done, reader) = (&done, reader.clone());
            scope.spawn(move || readers(done, &reader, number));
        }
        scope.spawn(|| {
            done.each(Duration::from_secs(2), |turn| {
                let note = format!("An event of the soak, number {turn}");
                add(&done.events, u64::from(forestall(&["case", "note", "soak", &note]).is_ok()));
            });
        });
        let watched = watch(ground.minutes, &mut sinkhole, &mut hub, &mut samples);
        done.stop.store(true, Ordering::Relaxed);
        watched
    });
    keep(&samples, folder)?;
    over?;

    let facts = [
        ("queries", &done.queries),
        ("answers", &done.answers),
        ("visits", &done.visits),
        ("new indexes", &done.indexes),
        ("pages and objects", &done.pages),
        ("events recorded", &done.events),
    ];
    let facts: Vec<String> = facts.iter().map(|(what, counter)| format!("{} {what}", count(counter))).collect();
    report.fact(&format!("{} minutes: {}", ground.minutes, facts.join(", ")));
    report.hold(
        count(&done.answers) > count(&done.queries) / 4,
        "queries were answered all the time, but those beyond a limit and those that are none",
    );
    report.hold(count(&done.faulty) == 0, &format!("every page came with status 200, {} did not", count(&done.faulty)));
    report.hold(
        count(&done.events) > 0 && count(&done.indexes) > 0,
        "events were recorded and indexes replaced meanwhile",
    );
    for (what, most, pick) in [
        ("sinkhole", SINKHOLE_GROWTH, Sample::of_sinkhole as fn(&Sample) -> f64),
        ("hub", HUB_GROWTH, Sample::of_hub as fn(&Sample) -> f64),
    ] {
        let memory: Vec<f64> = samples.iter().map(pick).collect();
        judge(what, &memory, EVERY.as_secs_f64() / 3_600.0, most, report);
    }
    for (what, running) in [("sinkhole", sinkhole), ("hub", hub)] {
        let status = running.end()?;
        report.hold(status.success(), &format!("the {what} ends cleanly when it is told to: {status}"));
    }
    let lake = folder.join("lake").display().to_string();
    let spool = folder.join("spool").display().to_string();
    forestall(&["lake", "ship", "--spool", &spool, "--lake", &lake])?;
    report.hold(true, "what the sinkhole wrote was shipped to a lake");
    Ok(())
}

/// Where the sinkhole listens.
#[derive(Debug)]
struct Places {
    dns: SocketAddr,
    http: SocketAddr,
}

impl Places {
    /// Reads what the sinkhole says of itself; `None` until it has said all.
    fn read(said: &str) -> Option<Self> {
        let place = |word: &str| {
            said.lines()
                .find_map(|line| line.strip_prefix("listening\t")?.strip_prefix(word)?.strip_prefix('\t')?.parse().ok())
        };
        Some(Self { dns: place("dns")?, http: place("http")? })
    }
}

fn sinkhole(ground: &Ground<'_>) -> anyhow::Result<(Running, Places)> {
    let folder = &ground.folder;
    std::fs::write(folder.join("sinkhole.toml"), CONFIG)?;
    let mut command = Command::new(&ground.programs.sinkhole);
    command.current_dir(folder).args(["--index", "names.index", "--config", "sinkhole.toml", "--spool", "spool"]);
    let mut running = Running::start(&mut command, folder, "sinkhole")?;
    let said = folder.join("sinkhole.out");
    let places = running.until(|| Places::read(&std::fs::read_to_string(&said).ok()?))?;
    Ok((running, places))
}

fn hub(ground: &Ground<'_>, data: &Path) -> anyhow::Result<(Running, Reader)> {
    let server = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    // Programs may ask as often as they can: what is watched is memory.
    let settings = ground.folder.join("hub.toml");
    std::fs::write(&settings, "version = 1\n[api]\nburst = 1000000000\nper_second = 1000000\n")?;
    let mut command = ground.programs.forestall(data);
    command.args(["serve", "--listen", &server.to_string(), "--config"]).arg(&settings);
    let mut running = Running::start(&mut command, &ground.folder, "hub")?;
    let said = ground.folder.join("hub.out");
    let link = running.until(|| std::fs::read_to_string(&said).ok().filter(|said| said.contains("token=")))?;
    let reader = Reader::sign_in(server, &link)?;
    for address in ADDRESSES {
        let status = reader.open(address)?;
        ensure!(status == 200, "{address} has status {status} before the load");
    }
    Ok((running, reader))
}

/// Asks for listed names in odd letter case and below, for others, for odd types, and sends what is no query: some 450 a second.
fn queries(done: &Done, server: SocketAddr, names: &[&str]) {
    let sockets: Vec<UdpSocket> = (1..=SOURCES)
        .filter_map(|source| {
            let socket = UdpSocket::bind((IpAddr::V4(Ipv4Addr::new(127, 1, source, 1)), 0)).ok()?;
            socket.connect(server).ok()?;
            socket.set_nonblocking(true).ok()?;
            Some(socket)
        })
        .collect();
    let mut buffer = [0; 1_536];
    done.each(Duration::from_millis(2), |turn| {
        let Ok(place) = usize::try_from(turn) else { return };
        let Some(socket) = sockets.get(place % sockets.len().max(1)) else { return };
        let message = message(place, names[place % names.len()]);
        add(&done.queries, u64::from(socket.send(&message).is_ok()));
        while socket.recv(&mut buffer).is_ok() {
            add(&done.answers, 1);
        }
    });
}

/// Returns one of many kinds of query, by the number of the turn.
fn message(turn: usize, name: &str) -> Vec<u8> {
    let name: String = match turn % 10 {
        0..=4 => name
            .chars()
            .enumerate()
            .map(|(at, c)| if (at + turn).is_multiple_of(3) { c.to_ascii_uppercase() } else { c })
            .collect(),
        5 => format!("www.{name}"),
        6 => format!("n{turn}.example.org"),
        7 => format!("{}.{name}", "x".repeat(60)),
        _ => name.to_owned(),
    };
    let mut message = vec![0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        message.push(u8::try_from(label.len()).unwrap_or(0));
        message.extend_from_slice(label.as_bytes());
    }
    let kind = [1, 28, 16, 2, 6, 255, 15, 257_u16][turn / 10 % 8];
    message.push(0);
    message.extend_from_slice(&kind.to_be_bytes());
    message.extend_from_slice(&[0, 1]);
    match turn % 10 {
        // Cut short; a name that points at itself; no question at all.
        8 => message.truncate(12 + turn % 12),
        9 if turn % 20 == 19 => message[12..14].copy_from_slice(&[0xC0, 0x0C]),
        9 => message[5] = 0,
        _ => {}
    }
    message
}

/// Visits the web server some 40 times a second.
fn visits(done: &Done, server: SocketAddr) {
    done.each(Duration::from_millis(25), |turn| {
        let request = VISITS[usize::try_from(turn).unwrap_or(0) % VISITS.len()];
        if request.ends_with(b"\r\n\r\n") {
            add(&done.visits, u64::from(ask(server, request).is_ok()));
        } else if let Ok(mut stream) = TcpStream::connect(server) {
            // Says no more, and is gone.
            std::io::Write::write_all(&mut stream, request).ok();
            add(&done.visits, 1);
        }
    });
}

/// Puts the same index in its own place, as a new one comes.
fn replace(index: &Path) -> std::io::Result<()> {
    let beside = index.with_extension("new");
    std::fs::copy(index, &beside)?;
    std::fs::rename(&beside, index)
}

/// Opens some ten pages a second.
fn readers(done: &Done, reader: &Reader, number: u64) {
    done.each(Duration::from_millis(100), |turn| {
        let address = ADDRESSES[usize::try_from(turn * 3 + number).unwrap_or(0) % ADDRESSES.len()];
        let came = matches!(reader.open(address), Ok(200));
        add(if came { &done.pages } else { &done.faulty }, 1);
    });
}

/// Memory at a moment, in MiB.
#[derive(Clone, Copy, Debug)]
struct Sample {
    seconds: u64,
    sinkhole: f64,
    hub: f64,
}

impl Sample {
    fn of_sinkhole(&self) -> f64 {
        self.sinkhole
    }

    fn of_hub(&self) -> f64 {
        self.hub
    }
}

/// Reads memory until the time is over; an error where one of both is gone.
fn watch(minutes: u32, sinkhole: &mut Running, hub: &mut Running, samples: &mut Vec<Sample>) -> anyhow::Result<()> {
    let (begun, lasts) = (Instant::now(), Duration::from_secs(u64::from(minutes) * 60));
    while begun.elapsed() < lasts {
        std::thread::sleep(EVERY.min(lasts));
        if !sinkhole.is_alive() || !hub.is_alive() {
            bail!("{} ended under load", if sinkhole.is_alive() { "the hub" } else { "the sinkhole" });
        }
        let read = |running: &Running| running.memory().context("/proc does not tell memory");
        samples.push(Sample { seconds: begun.elapsed().as_secs(), sinkhole: read(sinkhole)?, hub: read(hub)? });
    }
    Ok(())
}

/// Writes all readings beside the report.
fn keep(samples: &[Sample], folder: &Path) -> anyhow::Result<()> {
    let mut text = "seconds\tsinkhole, MiB\thub, MiB\n".to_owned();
    for Sample { seconds, sinkhole, hub } in samples {
        let _ = writeln!(text, "{seconds}\t{sinkhole:.2}\t{hub:.2}");
    }
    let path = folder.with_file_name("soak.tsv");
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Judges whether memory is flat; readings are so many hours apart.
fn judge(what: &str, memory: &[f64], apart: f64, most: f64, report: &mut Report) {
    let Some(growth) = growth(memory) else {
        return report.hold(
            false,
            &format!("the {what}'s memory was read {} times, at least {FEWEST} are needed", memory.len()),
        );
    };
    let hours = apart * half(memory.len());
    // A short run says little of an hour: it is held to the growth alone.
    let hours = hours.max(0.5);
    let (first, last) = (memory[0], memory[memory.len() - 1]);
    let peak = memory.iter().copied().fold(0.0, f64::max);
    report.hold(
        growth / hours <= most,
        &format!("the {what}'s memory is flat: {:.2} MiB an hour, at most {most}; {first:.1} MiB at first, {last:.1} at last, {peak:.1} at most", growth / hours),
    );
}

#[expect(clippy::cast_precision_loss, reason = "some hundred readings")]
fn half(readings: usize) -> f64 {
    readings as f64 / 2.0
}

/// Returns how much the median of the last quarter is above that of the second.
fn growth(memory: &[f64]) -> Option<f64> {
    let quarter = memory.len() / 4;
    let median = |part: &[f64]| {
        let mut part = part.to_vec();
        part.sort_by(f64::total_cmp);
        part[part.len() / 2]
    };
    (memory.len() >= FEWEST).then(|| median(&memory[memory.len() - quarter..]) - median(&memory[quarter..2 * quarter]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(memory: &[f64]) -> bool {
        let mut report = Report::new("soak", "a test");
        judge("hub", memory, 10.0 / 3_600.0, 4.0, &mut report);
        report.holds()
    }

    #[test]
    fn memory_that_grows_is_found_and_a_start_that_fills_caches_is_not() {
        let hour = |at: fn(f64) -> f64| (0..360).map(|turn| at(f64::from(turn) / 360.0)).collect::<Vec<_>>();
        assert!(judged(&hour(|_| 50.0)));
        assert!(judged(&hour(|at| 50.0 + 3.0 * at)));
        assert!(!judged(&hour(|at| 50.0 + 5.0 * at)));
        assert!(judged(&hour(|at| if at < 0.2 { 100.0 * at } else { 20.0 })));
        assert!(judged(&hour(|at| if (at * 360.0) % 40.0 < 1.0 { 90.0 } else { 50.0 })));
        assert!(!judged(&[1.0; FEWEST - 1]));
    }

    #[test]
    fn a_short_run_is_held_to_its_growth() {
        assert!(judged(&[10.0, 10.0, 10.0, 10.0, 10.5, 11.0, 11.0, 11.5]));
        assert!(!judged(&[10.0, 10.0, 10.0, 10.0, 11.0, 12.0, 13.0, 13.0]));
    }

    #[test]
    fn reads_where_the_sinkhole_listens() {
        let said = "listening\tdns\t127.0.0.1:5353\nlistening\thttp\t127.0.0.1:8080\nlistening\tmetrics\t127.0.0.1:9\n";
        let places = Places::read(said).unwrap();
        assert_eq!((places.dns.port(), places.http.port()), (5_353, 8_080));
        assert!(Places::read("listening\tdns\t127.0.0.1:5353\n").is_none());
    }

    #[test]
    fn queries_are_of_every_kind() {
        let name = "abcdef.ws";
        let kinds: std::collections::BTreeSet<Vec<u8>> = (0..80).map(|turn| message(turn, name)).collect();
        assert!(kinds.len() > 60, "{}", kinds.len());
        assert_eq!(&message(0, name)[12..], b"\x06AbcDef\x02ws\0\0\x01\0\x01");
        assert_eq!(message(8, name).len(), 20);
        assert_eq!(message(9, name)[5], 0);
        assert_eq!(&message(19, name)[12..14], b"\xC0\x0C");
    }
}
