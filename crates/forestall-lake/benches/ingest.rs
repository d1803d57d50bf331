// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What it costs to bring events into the lake, and to read back the columns that a census needs, in CPU time of this process.
//!
//! `cargo bench -p forestall-lake --bench ingest -- [EVENTS]`, 4,000,000 where nothing is said: three quarters requests of machines, one quarter queries. The spool
//! is written by another process (this program again), so that its cost is not counted. Figures stand in `README.md` beside this file.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant as Clock};

use forestall_census::day::{DayReport, Held};
use forestall_lake::enrich::{Enrichment, NetworkForm, NetworkTable, Settings};
use forestall_lake::schema::{contact, dns};
use forestall_lake::{CONTACT_HITS, DNS_HITS, Lake, Origin, Shipping, Table, tally};
use forestall_model::{Instant, UtcDay};
use forestall_spool::dns::Campaigns;
use forestall_spool::{
    AnswerGiven, ContactHit, ContactKind, CookieSeen, DnsHit, Edns, Endpoint, Options, Spool, Transport, Verdict,
    Visitor,
};
use forestall_testkit::figures::tell;
use rustix::time::{ClockId, clock_gettime};

const EVENTS: u64 = 4_000_000;
/// 2026-11-20T00:00:00Z.
const DAY: i64 = 1_795_132_800_000_000;
const FOLDER: &str = "FORESTALL_BENCH_SPOOL";

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): the same events in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }
}

const AGENTS: [&[u8]; 6] = [
    b"Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1)",
    b"Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1)",
    b"Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.0; SLCC1; .NET CLR 2.0.50727)",
    b"Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.0)",
    b"Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)",
    b"Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.2)",
];

/// Writes the spool: machines by the million, 250 names a day, queries in mixed case as resolvers send them, every hundredth address IPv6.
fn fill(folder: PathBuf, events: u64) {
    let mut options = Options::new(folder, "bench".parse().unwrap());
    options.most_octets = u64::MAX;
    options.queue_octets = 512 << 20;
    let (spool, _) = Spool::open(options).unwrap();
    let campaign = spool.campaign("conficker", "conficker-b").unwrap();
    let mut campaigns = Campaigns::default();
    campaigns.push(campaign);
    let mut sender = spool.sender();
    let mut dice = Dice(7);
    let machines = (events / 12).max(1_000);
    let endpoint = |text: &str| text.parse::<std::net::SocketAddr>().unwrap().into();
    let (web, name_server): (Endpoint, Endpoint) = (endpoint("198.51.100.2:80"), endpoint("198.51.100.1:53"));
    let address = |number: u64| {
        let spread = u32::try_from(number.wrapping_mul(2_654_435_761) & 0xFFFF_FFFF).unwrap();
        if number.is_multiple_of(100) {
            IpAddr::V6((0x2001_0DB8_u128 << 96 | u128::from(spread) << 64 | 1).into())
        } else {
            IpAddr::V4(spread.into())
        }
    };
    let (mut query, mut name) = (String::new(), Vec::new());
    for number in 0..events {
        let at = Instant::from_micros(DAY + i64::try_from(number * 86_400_000_000 / events).unwrap());
        let machine = dice.below(machines);
        let port = u16::try_from(1_024 + dice.below(60_000)).unwrap();
        if number % 4 == 0 {
            name.clear();
            name.push(8);
            let mut letters = dice.below(250).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let case = dice.next();
            for place in 0..8 {
                let letter = b'a' + u8::try_from(letters % 26).unwrap();
                letters /= 26;
                name.push(if case >> place & 1 == 1 { letter.to_ascii_uppercase() } else { letter });
            }
            name.extend_from_slice(b"\x02ws\0");
            sender.dns(&DnsHit {
                at,
                resolver: Endpoint { address: address(machine % (machines / 20 + 1)), port },
                server: name_server,
                transport: Transport::Udp,
                qname: &name,
                listed_at: 0,
                qtype: if number % 12 == 0 { 28 } else { 1 },
                recursion_desired: false,
                checking_disabled: false,
                edns: Some(Edns {
                    udp_size: 1_232,
                    dnssec_ok: true,
                    nsid: false,
                    client_subnet: false,
                    cookie: CookieSeen::Client,
                }),
                answer: AnswerGiven::Records,
                campaigns,
            });
        } else {
            query.clear();
            std::fmt::Write::write_fmt(&mut query, format_args!("q={}&aq=7", dice.below(400))).unwrap();
            sender.contact(&ContactHit {
                at,
                source: Endpoint { address: address(machine), port },
                destination: web,
                kind: ContactKind::Http,
                cut: false,
                method: b"GET",
                path: b"/search",
                query: Some(query.as_bytes()),
                host: Some(b"198.51.100.2"),
                user_agent: Some(AGENTS[usize::try_from(machine % 6).unwrap()]),
                server_name: None,
                first_octets: b"",
                verdict: Verdict { visitor: Visitor::Bot, reason: b"conficker: search with q and aq" },
            });
        }
        if number % 200_000 == 0 {
            sender.flush();
            while spool.counts().acknowledged + 400_000 < number {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
    drop(sender);
    let counts = spool.close().unwrap();
    assert_eq!(counts.shed_dns + counts.shed_contacts, 0, "the queue was too small");
}

fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap(), u32::try_from(time.tv_nsec).unwrap())
}

/// Returns the most memory that this process had at a time, in MiB.
fn peak() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1_024
}

/// Runs something, prints what it cost, and returns that beside its result.
fn measured<T>(what: &str, id: &str, events: u64, run: impl FnOnce() -> T) -> (T, Duration) {
    let (started, before) = (Clock::now(), cpu());
    let result = run();
    let (took, used) = (started.elapsed(), cpu() - before);
    let each = used.as_secs_f64() * 1e9 / events as f64;
    tell(id, used.as_secs_f64(), "CPU s");
    tell(&format!("{id}-of-100-million"), each / 10.0, "CPU s");
    println!(
        "{what}\t{:.2} CPU s\t{:.2} s\t{each:.0} CPU ns an event\t{:.1} CPU s for 100 million\t{} MiB at most so far",
        used.as_secs_f64(),
        took.as_secs_f64(),
        each / 10.0,
        peak()
    );
    (result, used)
}

fn octets_below(folder: &Path) -> u64 {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let about = entry.metadata().unwrap();
            if about.is_dir() { octets_below(&entry.path()) } else { about.len() }
        })
        .sum()
}

fn read(lake: &Lake, table: &'static Table, columns: &[&'static str]) -> (u64, u64) {
    let (mut rows, mut sum) = (0, 0_u64);
    let who = if *table == CONTACT_HITS { Table::WHO_CONTACT } else { Table::WHO_DNS };
    let columns: Vec<&str> = columns.iter().copied().chain(who).collect();
    let mut scan = lake.scan(table, lake.all_files(table).unwrap(), &columns).unwrap();
    while let Some(batch) = scan.next().unwrap() {
        rows += batch.rows() as u64;
        sum = batch
            .longs(contact::TIME)
            .unwrap()
            .values
            .iter()
            .fold(sum, |sum, time| sum.wrapping_add(time.cast_unsigned()));
        sum = sum.wrapping_add(batch.who().unwrap().len() as u64);
    }
    (rows, sum)
}

fn main() {
    let events = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(EVENTS);
    if let Some(folder) = std::env::var_os(FOLDER) {
        return fill(folder.into(), events);
    }
    let folder =
        tempfile::tempdir_in(std::env::var_os("FORESTALL_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from))
            .unwrap();
    let (spool, store) = (folder.path().join("spool"), folder.path().join("lake"));
    let program = std::env::current_exe().unwrap();
    let status = Command::new(program).arg(events.to_string()).env(FOLDER, &spool).status().unwrap();
    assert!(status.success());
    println!("{events} events in {} MiB of spool", octets_below(&spool) >> 20);
    let lake = Lake::open(store.to_str().unwrap()).unwrap();
    let origin = |address: IpAddr| {
        let network = match address {
            IpAddr::V4(address) => u32::from(address.octets()[0]) * 16,
            IpAddr::V6(_) => 1,
        };
        Origin { asn: network + 1, country: Some(*b"DE"), left_out: None }
    };
    let shipping = Shipping { spool: &spool, lake: &lake, origin: &origin, left_out: "none", keep: false };
    let claim = shipping.claim().unwrap();
    let ((), shipping_used) = measured("ship", "ship", events, || {
        for named in shipping.waiting(&claim).unwrap() {
            shipping.ship(&claim, &named).unwrap();
        }
    });
    println!("lake: {} MiB", octets_below(&store) >> 20);
    let few = [contact::TIME, contact::ASN];
    let ((contacts, _), _) = measured("read time, network and address", "read-few", events, || {
        let (contacts, sum) = read(&lake, &CONTACT_HITS, &few);
        let (queries, other) = read(&lake, &DNS_HITS, &[dns::TIME, dns::ASN]);
        (contacts + queries, sum.wrapping_add(other))
    });
    assert_eq!(contacts, events);
    let many = [
        contact::TIME,
        contact::ASN,
        contact::COUNTRY,
        contact::VERDICT,
        contact::LEFT_OUT,
        contact::USER_AGENT,
        contact::Q,
        contact::SOURCE_PORT,
    ];
    measured("read what a census needs", "read", events, || {
        read(&lake, &CONTACT_HITS, &many);
        read(&lake, &DNS_HITS, &[dns::TIME, dns::ASN, dns::COUNTRY, dns::LEFT_OUT, dns::LISTED, dns::SPOOFABLE]);
    });
    let ((machines, _), counting_used) = measured("a full census of the day", "census", events, || {
        let totals = tally::of_day(&lake, day(), Some("conficker")).unwrap().totals.remove(0);
        let report = DayReport::of(&totals, &Held::default());
        (totals.machines.requests + totals.resolvers.queries, report.networks.len() as u64)
    });
    assert_eq!(machines, events);
    let all = (shipping_used + counting_used).as_secs_f64();
    tell("ship-and-census-of-100-million", all * 1e8 / events as f64, "CPU s");
    tell("memory", peak() as f64, "MiB");
    look_up();
    let checked = lake.check().unwrap();
    assert!(checked.is_good() && checked.rows == events);
}

fn day() -> UtcDay {
    UtcDay::holding(Instant::from_micros(DAY))
}

/// Looks addresses up in a table of half a million networks, about as many as the world routes.
fn look_up() {
    use std::fmt::Write as _;
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::new();
    for number in 0..500_000_u32 {
        let address = std::net::Ipv4Addr::from_bits(0x0B00_0000 + (number << 12));
        writeln!(text, "{address}/21 AS{} BE", 1 + number % 70_000).unwrap();
    }
    std::fs::write(folder.path().join("networks"), text).unwrap();
    let networks = vec![NetworkTable { file: "networks".into(), form: NetworkForm::Cidr }];
    let settings = Settings { networks, ..Settings::default() };
    let (known, _) = measured("read a table of 500,000 networks", "networks", 500_000, || {
        Enrichment::open(&settings, folder.path(), &|_| Ok(Vec::new())).unwrap()
    });
    let mut dice = Dice(3);
    let (sum, _) = measured("look 10,000,000 addresses up", "addresses", 10_000_000, || {
        let mut sum = 0_u64;
        for _ in 0..10_000_000 {
            let address = u32::try_from(dice.next() >> 32).unwrap();
            sum = sum.wrapping_add(u64::from(known.of(IpAddr::V4(address.into())).asn));
        }
        sum
    });
    assert!(sum > 0);
}
