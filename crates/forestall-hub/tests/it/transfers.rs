// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Policy zones that leave a hub: serials that follow the windows and what people ruled, over a scripted clock, to dig and BIND.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant as Clock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use forestall_coord::event::CaseKind;
use forestall_dga::Catalogue;
use forestall_formats::Form;
use forestall_formats::feed::{Policy, Settings};
use forestall_hub::desk::{Act, Desk, NewSubscriber, NewZone, OpenCase, Publish, PublishSpan, TakeTold};
use forestall_hub::transfers::{Identity, Listening, TransferSettings, Transfers};
use forestall_model::{
    AddressRange, Audience, CaseId, DayRange, Instant, Marking, NameClass, OwnerName, Pap, Tlp, TsigAlgorithm, UtcDay,
};
use forestall_testkit::bind::Bind;
use forestall_testkit::resolver::{Make, Resolver, Settings as Orders};
use forestall_testkit::{answer, parsed, pem, skip};

const ZONE: &str = "forestall.rpz";
const KEY: &str = "taker.example";
const CERTIFICATE: &[u8] = include_bytes!("../../../forestall-connect/tests/it/certificates/good.der");
const OTHER_CERTIFICATE: &[u8] = include_bytes!("../../../forestall-connect/tests/it/certificates/expired.der");
const SECRET: &[u8] = include_bytes!("../../../forestall-connect/tests/it/certificates/key.der");
const AUTHORITY: &[u8] = include_bytes!("../../../forestall-connect/tests/it/certificates/authority.der");

/// A desk with a case of Conficker B over ten days of April 2009, and the time.
struct Bench {
    desk: Desk,
    case: CaseId,
    time: Arc<AtomicI64>,
    folder: tempfile::TempDir,
}

impl Bench {
    async fn open(tlp: Tlp) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let desk = crate::place::desk(folder.path(), Catalogue::built_in()).await.unwrap();
        let bench = Self { desk, case: parsed("trial"), time: Arc::new(AtomicI64::new(0)), folder };
        bench.at("2009-04-03T00:00:00Z");
        let ask = OpenCase {
            id: bench.case.clone(),
            title: "Trial of April".to_owned(),
            kind: CaseKind::Live,
            campaigns: vec!["conficker-b".parse().unwrap()],
            horizon: DayRange { from: parsed("2009-04-01"), until: parsed("2009-04-11") },
            board_day: None,
            marking: Marking { tlp, pap: Pap::Green, embargo_until: None },
            name_servers: Vec::new(),
            guard_override: None,
            four_eyes: false,
            ahead: None,
        };
        bench.desk.open_case(&bench.act(), ask).await.unwrap();
        bench
    }

    fn now(&self) -> Instant {
        Instant::from_micros(self.time.load(Ordering::Relaxed))
    }

    fn at(&self, text: &str) {
        self.time.store(parsed::<Instant>(text).micros(), Ordering::Relaxed);
    }

    fn act(&self) -> Act {
        Act::new(parsed("Ada Coordinator"), self.now())
    }

    fn transfers(&self) -> Transfers {
        let time = Arc::clone(&self.time);
        Transfers::new(self.desk.clone(), Arc::new(move || Instant::from_micros(time.load(Ordering::Relaxed))))
    }

    /// Returns a zone of the whole case.
    fn new_zone(&self, name: &str) -> NewZone {
        NewZone {
            name: parsed(name),
            case: self.case.clone(),
            campaigns: Vec::new(),
            tld: None,
            policy: Policy::NxDomain,
            ahead_days: 1,
            with_unverified: false,
        }
    }

    async fn zone(&self, policy: &str) {
        let new = NewZone { policy: parsed(policy), ..self.new_zone(ZONE) };
        self.desk.add_zone(new, self.now()).await.unwrap();
    }

    /// Adds a subscriber and returns the secret of the key.
    async fn subscriber(&self, id: &str, audience: Audience) -> String {
        self.subscriber_of(id, audience, ZONE).await
    }

    async fn subscriber_of(&self, id: &str, audience: Audience, zone: &str) -> String {
        let new = NewSubscriber {
            id: parsed(id),
            party: None,
            audience,
            key: Some((parsed(&format!("{id}.example")), TsigAlgorithm::Sha256)),
            addresses: Vec::new(),
            told: Vec::new(),
            zones: vec![parsed(zone)],
        };
        STANDARD.encode(self.desk.add_subscriber(new, self.now()).await.unwrap().key.unwrap().secret)
    }

    async fn unsigned(&self, address: AddressRange, told: Vec<SocketAddr>) {
        let new = NewSubscriber {
            id: parsed("unsigned"),
            party: None,
            audience: Audience::Community,
            key: None,
            addresses: vec![address],
            told,
            zones: vec![zone()],
        };
        self.desk.add_subscriber(new, self.now()).await.unwrap();
    }

    /// Returns the records of the form `rpz` of a day.
    async fn file_of(&self, day: &str, policy: &str, serial: u32) -> BTreeSet<String> {
        let settings = Settings {
            policy: parsed::<Policy>(policy),
            zone: Some(parsed(ZONE)),
            serial: Some(serial),
            ..Settings::default()
        };
        let span = PublishSpan::Day(parsed::<UtcDay>(day));
        let (audience, now) = (Audience::Recipient, parsed::<UtcDay>(day).start());
        let ask = Publish { form: Form::Rpz, tld: None, span, audience, now, most: None, settings };
        let file = self.desk.file(&self.case).await.unwrap();
        let mut out = Vec::new();
        self.desk.publish(&file, &ask, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        text.lines()
            .filter(|line| !line.starts_with([';', '$']))
            .map(|line| {
                let (owner, rest) = line.split_once(' ').unwrap();
                let owner = if owner == "@" { format!("{ZONE}.") } else { format!("{owner}.{ZONE}.") };
                format!("{owner} {rest}")
            })
            .collect()
    }

    fn write(&self, name: &str, octets: impl AsRef<[u8]>) -> std::path::PathBuf {
        let place = self.folder.path().join(name);
        std::fs::write(&place, octets).unwrap();
        place
    }
}

fn zone() -> OwnerName {
    parsed(ZONE)
}

const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Serves on a free port until the value is dropped.
struct Serving(SocketAddr, tokio::task::JoinHandle<()>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.1.abort();
    }
}

async fn serve(transfers: &Transfers) -> Serving {
    let settings = TransferSettings { listen: vec![LOOPBACK], ..TransferSettings::default() };
    let listening = Listening::bind(transfers.clone(), settings).await.unwrap();
    Serving(listening.addresses()[0], tokio::spawn(listening.serve()))
}

/// Asks by dig and returns the records, without signatures, as `owner type data`.
async fn dig(serving: &Serving, key: Option<(&str, &str)>, question: &str) -> Vec<String> {
    dig_of(serving, ZONE, key, question).await
}

async fn dig_of(serving: &Serving, zone: &str, key: Option<(&str, &str)>, question: &str) -> Vec<String> {
    let mut command = Command::new("dig");
    command.args(["@127.0.0.1", "-p", &serving.0.port().to_string(), "+noidnout", "+tries=1", zone]);
    command.args(question.split(' '));
    if let Some((name, secret)) = key {
        command.args(["-y", &format!("hmac-sha256:{name}:{secret}")]);
    }
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with(';') && !line.is_empty());
    lines
        .map(|line| line.split_ascii_whitespace().collect::<Vec<_>>())
        .filter(|words| words[3] != "TSIG")
        .map(|words| format!("{} {}", words[0], words[3..].join(" ")))
        .collect()
}

fn set(records: Vec<String>) -> BTreeSet<String> {
    records.into_iter().collect()
}

/// Returns what leaves and what comes by the answer to IXFR, without the SOAs.
fn difference(records: &[String]) -> (BTreeSet<String>, BTreeSet<String>) {
    let soas: Vec<usize> = (0..records.len()).filter(|index| records[*index].contains(" SOA ")).collect();
    assert_eq!(soas.len(), 4, "{records:?}");
    assert_eq!(soas[..2], [0, 1]);
    let part = |from: usize, until: usize| records[from + 1..until].iter().cloned().collect();
    (part(soas[1], soas[2]), part(soas[2], soas[3]))
}

#[tokio::test(flavor = "multi_thread")]
async fn serials_follow_the_days_and_the_case_and_lead_from_one_to_the_other() {
    let test = "serials_follow_the_days_and_the_case_and_lead_from_one_to_the_other";
    if skip::needs(test, "dig").is_none() {
        return;
    }
    let policy = "sinkhole=198.51.100.7,2001:db8::7";
    let bench = Bench::open(Tlp::Clear).await;
    bench.zone(policy).await;
    let secret = bench.subscriber("taker", Audience::Community).await;
    let key = Some((KEY, secret.as_str()));
    let transfers = bench.transfers();
    assert_eq!(transfers.renew().await.unwrap(), 1);
    assert_eq!(transfers.renew().await.unwrap(), 0, "nothing has changed");
    let serving = serve(&transfers).await;

    // At midnight, with one day ahead, the zone is what the file of the day is.
    let third = set(dig(&serving, key, "AXFR +onesoa").await);
    assert_eq!(third, bench.file_of("2009-04-03", policy, 2_009_040_300).await);
    assert_eq!(third.len(), 2 + 250 * 4 * 3, "three lists, each name and its wildcard with two addresses");

    // As the day goes on, the list comes in that opens at its end; at midnight the first one leaves.
    bench.at("2009-04-03T12:00:00Z");
    wait_until(async || transfers.renew().await.unwrap() == 1 || serial(&bench).await == 2_009_040_301).await;
    let (gone, come) = difference(&dig(&serving, key, "IXFR=2009040300").await);
    assert_eq!((gone.len(), come.len()), (0, 1_000));
    bench.at("2009-04-04T00:00:00Z");
    wait_until(async || transfers.renew().await.unwrap() == 1 || serial(&bench).await == 2_009_040_400).await;
    let fourth = set(dig(&serving, key, "AXFR +onesoa").await);
    assert_eq!(fourth, bench.file_of("2009-04-04", policy, 2_009_040_400).await);
    let (gone, come) = difference(&dig(&serving, key, "IXFR=2009040300").await);
    let (before, after) = (of_names(&third), of_names(&fourth));
    assert_eq!(gone, before.difference(&after).cloned().collect());
    assert_eq!(come, after.difference(&before).cloned().collect());
    assert_eq!((gone.len(), come.len()), (1_000, 1_000));

    // Somebody's shop is let through from the moment on in which that is on record.
    let shop = fourth.iter().find_map(|line| line.strip_prefix("*.")?.split_once(&format!(".{ZONE}.")));
    let shop = shop.unwrap().0.to_owned();
    let class = NameClass::RegisteredBenign;
    bench.desk.exclude(&bench.case, &bench.act(), parsed(&shop), class, "a shop".to_owned()).await.unwrap();
    wait_until(async || transfers.renew().await.unwrap() == 1 || serial(&bench).await == 2_009_040_401).await;
    let (gone, come) = difference(&dig(&serving, key, "IXFR=2009040400").await);
    assert_eq!(gone.len(), 4, "{gone:?}");
    let passes = [format!("*.{shop}.{ZONE}. CNAME rpz-passthru."), format!("{shop}.{ZONE}. CNAME rpz-passthru.")];
    assert_eq!(come, passes.into());

    // Another program takes over: the serial is the same, and old ones are bases of differences still.
    drop(serving);
    let anew = bench.transfers();
    let serving = serve(&anew).await;
    wait_until(async || !dig(&serving, key, "SOA").await.is_empty()).await;
    assert_eq!(serial(&bench).await, 2_009_040_401);
    let (gone, come) = difference(&dig(&serving, key, "IXFR=2009040300").await);
    let last = of_names(&set(dig(&serving, key, "AXFR").await));
    assert_eq!(gone, before.difference(&last).cloned().collect());
    assert_eq!(come, last.difference(&before).cloned().collect());
    assert_eq!(dig(&serving, key, "IXFR=2009040401").await.len(), 1);
    let unknown = dig(&serving, key, "IXFR=2008010100").await;
    assert_eq!(set(unknown), set(dig(&serving, key, "AXFR").await), "a serial that nobody knows is no base");
    let taken = bench.desk.store().zones_taken().await.unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!((taken[0].serial, taken[0].whole, taken[0].subscriber.as_str()), (2_009_040_401, true, "taker"));
}

fn of_names(records: &BTreeSet<String>) -> BTreeSet<String> {
    records.iter().filter(|line| !line.contains(" SOA ")).cloned().collect()
}

async fn serial(bench: &Bench) -> u32 {
    bench.desk.store().serials(&zone(), 1).await.unwrap().first().map_or(0, |serial| serial.serial)
}

async fn wait_until(what: impl AsyncFn() -> bool) {
    let begun = Clock::now();
    while !what().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never came to be so");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zone_goes_to_whom_its_marking_lets_it_and_to_nobody_else() {
    let test = "a_zone_goes_to_whom_its_marking_lets_it_and_to_nobody_else";
    if skip::needs(test, "dig").is_none() {
        return;
    }
    let bench = Bench::open(Tlp::Green).await;
    bench.zone("nxdomain").await;
    let near = bench.subscriber("near", Audience::Community).await;
    let far = bench.subscriber("far", Audience::Public).await;
    let transfers = bench.transfers();
    transfers.renew().await.unwrap();
    let serving = serve(&transfers).await;
    let (near, far) = (Some(("near.example", near.as_str())), Some(("far.example", far.as_str())));
    assert_eq!(dig(&serving, near, "AXFR +onesoa").await.len(), 2 + 250 * 2 * 3);
    for question in ["AXFR", "SOA", "IXFR=1"] {
        assert!(dig(&serving, far, question).await.is_empty(), "{question}");
        assert!(dig(&serving, None, question).await.is_empty(), "{question}");
    }
    bench.unsigned("192.0.2.0/24".parse().unwrap(), Vec::new()).await;
    transfers.renew().await.unwrap();
    assert!(dig(&serving, None, "AXFR").await.is_empty());
    bench.desk.remove_subscriber(&parsed("unsigned")).await.unwrap();
    bench.unsigned("127.0.0.0/8".parse().unwrap(), Vec::new()).await;
    transfers.renew().await.unwrap();
    assert_eq!(dig(&serving, None, "AXFR +onesoa").await.len(), 2 + 250 * 2 * 3);
    bench.desk.remove_zone(&zone()).await.unwrap();
    transfers.renew().await.unwrap();
    assert!(dig(&serving, near, "AXFR").await.is_empty());
    // Made anew, it goes on from its last serial, and holds something else under another policy.
    bench.zone("nodata").await;
    transfers.renew().await.unwrap();
    assert_eq!(serial(&bench).await, 2_009_040_301);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_opens_the_zones_of_its_subscriber_while_it_is_one() {
    const OTHER: &str = "other.rpz";
    let test = "a_key_opens_the_zones_of_its_subscriber_while_it_is_one";
    if skip::needs(test, "dig").is_none() {
        return;
    }
    let bench = Bench::open(Tlp::Clear).await;
    bench.zone("nxdomain").await;
    bench.desk.add_zone(bench.new_zone(OTHER), bench.now()).await.unwrap();
    let near = bench.subscriber("near", Audience::Recipient).await;
    let far = bench.subscriber_of("far", Audience::Recipient, OTHER).await;
    let transfers = bench.transfers();
    transfers.renew().await.unwrap();
    let serving = serve(&transfers).await;
    let (near, far) = (Some(("near.example", near.as_str())), Some(("far.example", far.as_str())));
    let all = 2 + 250 * 2 * 3;
    assert_eq!(dig(&serving, near, "AXFR +onesoa").await.len(), all);
    assert_eq!(dig_of(&serving, OTHER, far, "AXFR +onesoa").await.len(), all);
    for question in ["AXFR", "SOA", "IXFR=1"] {
        assert!(dig_of(&serving, OTHER, near, question).await.is_empty(), "{question}");
        assert!(dig(&serving, far, question).await.is_empty(), "{question}");
    }
    // A key that was stolen is worth nothing once its subscriber was removed.
    bench.desk.remove_subscriber(&parsed("near")).await.unwrap();
    transfers.renew().await.unwrap();
    assert!(dig(&serving, near, "AXFR").await.is_empty());
    assert_eq!(dig_of(&serving, OTHER, far, "AXFR +onesoa").await.len(), all);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_marking_that_becomes_stricter_holds_under_the_same_serial() {
    let test = "a_marking_that_becomes_stricter_holds_under_the_same_serial";
    if skip::needs(test, "dig").is_none() {
        return;
    }
    let bench = Bench::open(Tlp::Clear).await;
    bench.zone("nxdomain").await;
    let far = bench.subscriber("far", Audience::Public).await;
    let transfers = bench.transfers();
    transfers.renew().await.unwrap();
    let serving = serve(&transfers).await;
    let far = Some(("far.example", far.as_str()));
    assert_eq!(dig(&serving, far, "AXFR +onesoa").await.len(), 2 + 250 * 2 * 3);
    let octets = Arc::new(b"seen.example\n".to_vec());
    let take = TakeTold { form: None, octets, tlp: Some(Tlp::Green), raise: true, known_only: false };
    bench.desk.take_told(&bench.case, &bench.act(), &take).await.unwrap();
    wait_until(async || {
        transfers.renew().await.unwrap();
        dig(&serving, far, "AXFR").await.is_empty()
    })
    .await;
    assert_eq!(serial(&bench).await, 2_009_040_300);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_have_a_zone_is_not_told_of_its_serials() {
    let bench = Bench::open(Tlp::Green).await;
    bench.zone("nxdomain").await;
    let [near, far] = [(); 2].map(|()| std::net::UdpSocket::bind(LOOPBACK).unwrap());
    for (id, audience, socket) in [("near", Audience::Community, &near), ("far", Audience::Public, &far)] {
        let new = NewSubscriber {
            id: parsed(id),
            party: None,
            audience,
            key: None,
            addresses: vec![parsed("127.0.0.1")],
            told: vec![socket.local_addr().unwrap()],
            zones: vec![zone()],
        };
        bench.desk.add_subscriber(new, bench.now()).await.unwrap();
    }
    let settings = TransferSettings { listen: vec![LOOPBACK], ..TransferSettings::default() };
    let listening = Listening::bind(bench.transfers(), settings).await.unwrap();
    let _serving = Serving(LOOPBACK, tokio::spawn(listening.serve()));
    let has_heard = |socket: &std::net::UdpSocket| {
        socket.set_nonblocking(true).unwrap();
        socket.recv(&mut [0; 512]).is_ok()
    };
    // The one who may have it is told again and again, since nobody answers; the other could be told as often by then.
    for _ in 0..2 {
        wait_until(async || has_heard(&near)).await;
    }
    assert!(!has_heard(&far));
}

#[tokio::test(flavor = "multi_thread")]
async fn bind_takes_a_zone_over_tls_and_what_follows_when_it_is_told() {
    let test = "bind_takes_a_zone_over_tls_and_what_follows_when_it_is_told";
    let bench = Bench::open(Tlp::Clear).await;
    bench.zone("nxdomain").await;
    let [certificate, key] = pem::Identity { certificate: CERTIFICATE, key: SECRET }.texts();
    let (certificate, key) = (bench.write("hub.crt", certificate), bench.write("hub.key", key));
    let [authority, _] = pem::Identity { certificate: AUTHORITY, key: SECRET }.texts();
    let authority = bench.write("authority.crt", authority);
    let identity = Identity::read(&certificate, &key).unwrap();
    let day: UtcDay = parsed("2009-04-03");
    let file = bench.desk.file(&bench.case).await.unwrap();
    let ask = forestall_hub::desk::FeedAsk {
        tld: None,
        span: day.window(),
        audience: Audience::Recipient,
        now: bench.now(),
        most: None,
    };
    let feed = bench.desk.feed(&file, &ask).unwrap();
    // The first leaves with the day, the last comes with the next.
    let leaves = feed.object().entries.iter().find(|entry| entry.window.until == day.plus(1).start()).unwrap();
    let stays = feed.object().entries.iter().find(|entry| entry.window.until > day.plus(2).start()).unwrap();
    let (leaves, stays) = (leaves.name.to_owned(), stays.name.to_owned());
    let below = format!("www.{leaves}");
    let Some(outside) = Bind::start(test, &[leaves.as_str(), stays.as_str(), below.as_str(), "beside.example"]) else {
        return;
    };

    // A port for BIND is known when it runs, and it wants to know ours before.
    let transfers = bench.transfers();
    let settings = TransferSettings { listen_tls: Some((vec![LOOPBACK], identity)), ..TransferSettings::default() };
    let listening = Listening::bind(transfers.clone(), settings).await.unwrap();
    let port = listening.tls_addresses()[0].port();
    let secret = bench.subscriber("first", Audience::Community).await;
    let text = format!(
        "key \"first.example\" {{ algorithm hmac-sha256; secret \"{secret}\"; }};\n\
         tls hub {{ ca-file \"{}\"; remote-hostname \"localhost\"; }};\n\
         zone \"{ZONE}\" {{ type secondary; file \"zone\"; primaries {{ 127.0.0.1 port {port} key \"first.example\" tls hub; }}; \
         allow-notify {{ 127.0.0.1; }}; }};\n",
        authority.display()
    );
    let options = format!("response-policy {{ zone \"{ZONE}\"; }} min-update-interval 0 qname-wait-recurse no;\n");
    let serving = Serving(LOOPBACK, tokio::spawn(listening.serve()));
    wait_until(async || serial(&bench).await > 0).await;
    let orders = Orders { text: &text, options: &options, files: &[], is_root: false };
    let Some(resolver) = Resolver::start(test, Make::Bind, outside.address(), &orders) else { return };
    let says = async |name: &str| match answer::ipv4(resolver.address(), name) {
        Ok(answer) if answer.code == 3 => "NXDOMAIN".to_owned(),
        Ok(answer) => answer.records.join(","),
        Err(error) => error.to_string(),
    };
    wait_until(async || says(&leaves).await == "NXDOMAIN").await;
    for (name, expected) in
        [(below.as_str(), "NXDOMAIN"), (stays.as_str(), "NXDOMAIN"), ("beside.example", "A 192.0.2.1")]
    {
        assert_eq!(says(name).await, expected, "{name}");
    }
    // Somebody who is told: the same BIND, by its port.
    bench.unsigned("127.0.0.1".parse().unwrap(), vec![resolver.address()]).await;
    transfers.renew().await.unwrap();
    bench.at("2009-04-04T00:00:00Z");
    wait_until(async || says(&leaves).await == "A 192.0.2.1").await;
    assert_eq!((says(&below).await, says(&stays).await), ("A 192.0.2.1".to_owned(), "NXDOMAIN".to_owned()));
    let counts = transfers.counts().unwrap();
    assert_eq!((counts.full, counts.differences, counts.cut), (1, 1, 0), "{}", resolver.said());
    drop(serving);
}

#[tokio::test]
async fn zones_and_subscribers_that_make_no_sense_are_refused() {
    let bench = Bench::open(Tlp::Clear).await;
    let new = |name: &str| bench.new_zone(name);
    let refused = async |zone: NewZone, expected: &str| {
        let error = bench.desk.add_zone(zone, bench.now()).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    refused(NewZone { case: parsed("other"), ..new("a.rpz") }, "no case other").await;
    refused(NewZone { campaigns: vec![parsed("conficker-a")], ..new("a.rpz") }, "does not watch conficker-a").await;
    refused(NewZone { tld: Some(parsed("xn--p1ai")), ..new("a.rpz") }, "no slice").await;
    refused(NewZone { ahead_days: 40, ..new("a.rpz") }, "31 are the most").await;
    refused(new(&["a".repeat(60), "b".repeat(60)].join(".")), "100 letters").await;
    refused(new("."), "name of a zone").await;
    bench.desk.add_zone(new("a.rpz"), bench.now()).await.unwrap();
    refused(new("a.rpz"), "already").await;

    let taker = |id: &str| NewSubscriber {
        id: parsed(id),
        party: None,
        audience: Audience::Public,
        key: Some((parsed(KEY), TsigAlgorithm::Sha512)),
        addresses: Vec::new(),
        told: Vec::new(),
        zones: vec![parsed("a.rpz")],
    };
    let refused = async |subscriber: NewSubscriber, expected: &str| {
        let error = bench.desk.add_subscriber(subscriber, bench.now()).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    refused(NewSubscriber { zones: vec![parsed("b.rpz")], ..taker("one") }, "no zone b.rpz").await;
    refused(NewSubscriber { zones: Vec::new(), ..taker("one") }, "at least one").await;
    refused(NewSubscriber { key: None, ..taker("one") }, "address alone").await;
    refused(NewSubscriber { party: Some(parsed("nobody")), ..taker("one") }, "no party nobody").await;
    let kept = bench.desk.add_subscriber(taker("one"), bench.now()).await.unwrap();
    let key = kept.key.clone().unwrap();
    assert_eq!(key.secret.len(), 64);
    assert!(!format!("{kept:?}").contains(&format!("{:?}", &key.secret[..4]).replace(['[', ']'], "")), "{kept:?}");
    refused(taker("two"), "this name of a key").await;
    refused(taker("one"), "already").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_is_shown_without_a_restart_at_each_address() {
    let bench = Bench::open(Tlp::Clear).await;
    bench.zone("nxdomain").await;
    let texts = |certificate| pem::Identity { certificate, key: SECRET }.texts();
    let [[first, key], [second, _]] = [texts(CERTIFICATE), texts(OTHER_CERTIFICATE)];
    let (certificate, key) = (bench.write("hub.crt", &first), bench.write("hub.key", key));
    let identity = Identity::read(&certificate, &key).unwrap();
    let settings = TransferSettings {
        listen_tls: Some((vec![LOOPBACK, LOOPBACK], identity.clone())),
        ..TransferSettings::default()
    };
    let listening = Listening::bind(bench.transfers(), settings).await.unwrap();
    let addresses = listening.tls_addresses().to_vec();
    assert_eq!(addresses.len(), 2);
    let _serving = Serving(LOOPBACK, tokio::spawn(listening.serve()));
    let shows = async |expected: &[u8]| {
        for address in &addresses {
            assert_eq!(shown_at(*address).await, expected, "{address}");
        }
    };
    shows(CERTIFICATE).await;
    assert!(!identity.renew().unwrap(), "nothing has changed");
    // Between the two steps of a renewal the files do not belong together, or one is not there: what was shown is shown.
    bench.write("hub.crt", "half a certifi");
    assert!(identity.renew().is_err());
    assert!(!identity.renew().unwrap(), "it is said once");
    std::fs::remove_file(&certificate).unwrap();
    assert!(identity.renew().is_err());
    shows(CERTIFICATE).await;
    bench.write("hub.crt", &second);
    assert!(identity.renew().unwrap());
    shows(OTHER_CERTIFICATE).await;
}

/// Returns the certificate that a server shows.
async fn shown_at(address: SocketAddr) -> Vec<u8> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"dot".to_vec()];
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let stream = connector.connect("localhost".try_into().unwrap(), stream).await.unwrap();
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

/// Takes whatever is shown: it is looked at by the test.
#[derive(Debug)]
struct AnyCertificate;

impl rustls::client::danger::ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &[rustls::pki_types::CertificateDer<'_>],
        _: &rustls::pki_types::ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        rustls::crypto::ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
