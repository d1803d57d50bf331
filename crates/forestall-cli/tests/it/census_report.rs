// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall census report` and `networks`: from a spool to figures of which the truth is known, and to what a network gets.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use forestall_model::Instant;
use forestall_spool::dns::Campaigns;
use forestall_spool::{
    AnswerGiven, ContactHit, ContactKind, DnsHit, Options, Sender, Spool, Transport, Verdict, Visitor,
};
use serde_json::Value;

use crate::support::Home;

/// The day of most tests; the clock of the tests says 2026-11-23.
const DAY: &str = "2026-11-22";

const SETTINGS: &str = "
version = 1
[enrich]
contacts = ['contacts.csv']
[[enrich.networks]]
file = 'networks'
form = 'cidr'
[[enrich.leave-out]]
kind = 'crawler'
label = 'crawlers-2026'
addresses = ['66.249.64.0/19']
";

/// A home with tables of networks and contacts.
fn home() -> Home {
    let home = Home::new();
    home.write("lake.toml", SETTINGS);
    home.write("networks", "11.0.0.0/8 AS64500 BE\n12.0.0.0/8 AS64501 FR\n13.0.0.0/8 AS64502 NL\n");
    home.write(
        "contacts.csv",
        "of,name,contact\nAS64500,One,abuse@one.example\nFR,CERT,cert@cert.example\nAS64999,None,abuse@none.example\n",
    );
    home
}

fn contact(sender: &mut Sender, at: Instant, address: Ipv4Addr, agent: &str, visitor: Visitor) {
    let reason: &[u8] = if visitor == Visitor::Bot { b"conficker: search with q" } else { b"a reason" };
    sender.contact(&ContactHit {
        at,
        source: SocketAddr::from((address, 50_000)).into(),
        destination: SocketAddr::from(([198, 51, 100, 2], 80)).into(),
        kind: ContactKind::Http,
        cut: false,
        method: b"GET",
        path: b"/search",
        query: Some(b"q=7&aq=7"),
        host: Some(b"198.51.100.2"),
        user_agent: Some(agent.as_bytes()),
        server_name: None,
        first_octets: b"",
        verdict: Verdict { visitor, reason },
    });
}

/// Fills a spool with a day: so many machines in Belgium, each with a User-Agent of its own, of which every third moves once; as many in France, two behind each address; three in the Netherlands; crawlers; and
/// resolvers that ask for 200 names of conficker-b.
fn day(spool: &Path, day: &str, machines: u32) {
    let (spool, _) = Spool::open(Options::new(spool.to_owned(), "sensor-1".parse().unwrap())).unwrap();
    let campaign = spool.campaign("conficker-b", "conficker-b").unwrap();
    let start: Instant = format!("{day}T00:00:00Z").parse().unwrap();
    let mut sender = spool.sender();
    let agents = ["a", "b", "c", "d", "e", "f", "g", "h"];
    for number in 0..machines {
        for hour in [3, 9, 17] {
            let at = start.plus_seconds(i64::from(hour * 3_600 + number % 3_000));
            let moved = u32::from(number % 3 == 0 && hour == 17) << 16;
            let belgian = Ipv4Addr::from_bits(0x0B00_0000 + moved + number);
            contact(&mut sender, at, belgian, &format!("machine {number}"), Visitor::Bot);
            let french = Ipv4Addr::from_bits(0x0C00_0000 + number / 2);
            contact(
                &mut sender,
                at,
                french,
                agents[(number as usize * 7 + number as usize / 8) % agents.len()],
                Visitor::Bot,
            );
        }
    }
    for number in 0..3_u32 {
        contact(&mut sender, start.plus_seconds(7_200), Ipv4Addr::from_bits(0x0D00_0000 + number), "b", Visitor::Bot);
        contact(
            &mut sender,
            start.plus_seconds(7_200),
            Ipv4Addr::from_bits(0x42F9_4000 + number),
            "spider",
            Visitor::Bot,
        );
        contact(
            &mut sender,
            start.plus_seconds(7_200),
            Ipv4Addr::from_bits(0x0B00_FFF0 + number),
            "curl",
            Visitor::Scanner,
        );
    }
    let mut campaigns = Campaigns::default();
    campaigns.push(campaign);
    for number in 0..200_u32 {
        let name = format!("\x08name{number:04}\x02ws\0");
        sender.dns(&DnsHit {
            at: start.plus_seconds(i64::from(number)),
            resolver: SocketAddr::from((IpAddr::from([11, 9, 9, 9]), 40_000)).into(),
            server: SocketAddr::from(([198, 51, 100, 1], 53)).into(),
            transport: Transport::Udp,
            qname: name.as_bytes(),
            listed_at: 0,
            qtype: 1,
            recursion_desired: false,
            checking_disabled: false,
            edns: None,
            answer: AnswerGiven::Records,
            campaigns,
        });
    }
    drop(sender);
    spool.close().unwrap();
}

fn shipped(home: &Home) {
    let ran = home.run("lake ship --spool spool --lake lake --config lake.toml");
    assert_eq!(ran.status, 0, "{}", ran.err);
}

fn json(home: &Home, line: &str) -> Value {
    let ran = home.run(line);
    assert_eq!(ran.status, 0, "{line}: {}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

fn figure<'v>(report: &'v Value, name: &str) -> &'v Value {
    let machines = report["families"][0]["machines"].as_array().unwrap();
    machines.iter().find(|entry| entry["name"] == name).unwrap()
}

#[test]
fn tells_the_machines_that_there_are_with_all_that_belongs_to_a_figure() {
    let home = home();
    day(&home.folder().join("spool"), DAY, 300);
    shipped(&home);
    let all = json(&home, "census report --lake lake --format json");
    assert_eq!((all["day"].as_str(), all["tlp"].as_str()), (Some(DAY), Some("TLP:AMBER+STRICT")));
    let of = &all["families"][0];
    assert_eq!(of["family"], "conficker");
    let value = |name: &str| figure(&all, name)["figure"]["value"].as_f64();
    // 300 at home and 100 where they moved to, 150 shared by two, three.
    assert_eq!(value("addresses of the day"), Some(553.0));
    assert_eq!(value("addresses of the busiest hour"), Some(450.0));
    let machines = &figure(&all, "machines that were on")["figure"];
    let between = |key: &str| machines[key].as_f64().unwrap();
    assert!(between("low") < between("value") && between("value") < between("high"), "{machines}");
    assert!(
        between("value") > 400.0 && between("value") < 1_000.0,
        "603 machines, 250 of 250 names or 32 of them a round: {machines}"
    );
    assert_eq!(machines["definition"]["names"]["held"], 200);
    assert_eq!(machines["definition"]["without"], "bogons, crawlers (crawlers-2026)");
    assert!(
        machines["methods"].as_array().unwrap().len() >= 3 && !machines["assumptions"].as_array().unwrap().is_empty()
    );
    assert_eq!(of["left_out"]["crawler"]["requests"], 3);
    assert_eq!((of["resolvers"][0]["figure"]["value"].as_f64(), of["queries"].as_u64()), (Some(1.0), Some(200)));
    assert_eq!(of["networks"][0]["part"], "AS64500");
    assert_eq!(of["countries"].as_array().unwrap().len(), 3);
    let text = home.run("census report --lake lake").out;
    for piece in [
        "TLP:AMBER+STRICT",
        "addresses of the day: 553 (counted exactly)",
        "counts: distinct IPv4 addresses, conficker (conficker-b), on 2026-11-22; seen: machines that connected; 200 of 250 names held; left out: bogons, crawlers (crawlers-2026)",
        "machines that reached us: between",
        "q-sum: ",
        "no number of machines",
        "No resolver is a machine.",
        "crawler: 3 requests, 0 queries",
    ] {
        assert!(text.contains(piece), "{piece}: {text}");
    }
    let csv = home.run("census report --lake lake --format csv").out;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!((header[0].as_str(), header[7].as_str(), header.len()), ("day", "value", 16));
    assert!(reader.records().all(|record| record.unwrap().len() == 16));
    let nothing = home.run("census report --lake lake --day 2026-11-01");
    assert!(nothing.status == 0 && nothing.out.contains("holds nothing"), "{} {}", nothing.out, nothing.err);
    for (line, status, piece) in [
        ("census report --lake lake --since 2026-12-01", 2, "after"),
        ("census report --lake ftp://x", 2, "no lake"),
        ("census report", 2, "--lake"),
        ("census report --lake lake --config nowhere.toml", 3, "nowhere.toml"),
    ] {
        let ran = home.run(line);
        assert!(ran.status == status && ran.err.contains(piece), "{line}: {} {}", ran.status, ran.err);
    }
}

#[test]
fn what_the_operator_knows_of_names_comes_first() {
    let home = home();
    day(&home.folder().join("spool"), DAY, 60);
    shipped(&home);
    let names = "[[census.names]]\nfamily = 'conficker'\ncampaign = 'conficker-c'\nheld = 69\nsource = 'a test'\n";
    home.write("names.toml", format!("{SETTINGS}\n{names}"));
    let all = json(&home, "census report --lake lake --config names.toml --format json");
    let machines = &figure(&all, "machines that were on")["figure"];
    assert_eq!(
        (machines["definition"]["names"]["held"].as_u64(), machines["definition"]["names"]["listed"].as_u64()),
        (Some(69), Some(50_000))
    );
    let value = machines["value"].as_f64().unwrap();
    assert!(value > 150.0 && value < 350.0, "half of 123 machines are seen: {value}");
    for (change, piece) in [
        ("campaign = 'conficker-x'\nheld = 1", "no campaign conficker-x"),
        ("held = 9", "listed is missing"),
        ("campaign = 'conficker-c'\nheld = 60000", "more than the 50000"),
        ("campaign = 'conficker-c'\nheld = 1\nfrom = 'soon'", "from: "),
    ] {
        home.write("names.toml", format!("version = 1\n[[census.names]]\nfamily = 'conficker'\n{change}\n"));
        let ran = home.run("census report --lake lake --config names.toml");
        assert!(ran.status == 2 && ran.err.contains(piece), "{change}: {}", ran.err);
    }
}

#[test]
fn everybody_gets_totals_without_small_cells() {
    let home = home();
    day(&home.folder().join("spool"), DAY, 60);
    shipped(&home);
    let public = json(&home, "census report --lake lake --public --format json");
    let of = &public["families"][0];
    let cells: Vec<(&str, u64)> = of["addresses"]["cells"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| (cell["part"].as_str().unwrap(), cell["count"].as_u64().unwrap()))
        .collect();
    // Three in the Netherlands: France is hidden with them.
    assert_eq!(
        (of["addresses"]["total"].as_u64(), cells, of["addresses"]["hidden"].as_u64()),
        (Some(113), vec![("BE", 80)], Some(2))
    );
    for form in ["text", "json", "csv"] {
        let ran = home.run(&format!("census report --lake lake --public --format {form}"));
        assert_eq!(ran.status, 0, "{}", ran.err);
        for hidden in ["AS64", "NL", "FR", "11.0.", "lake"] {
            assert!(!ran.out.contains(hidden), "{form}: {hidden}: {}", ran.out);
        }
    }
}

#[test]
fn a_trend_over_days() {
    let home = home();
    for (date, machines) in [("2026-11-20", 80), ("2026-11-21", 70), ("2026-11-22", 60)] {
        day(&home.folder().join("spool"), date, machines);
    }
    shipped(&home);
    let all = json(&home, "census report --lake lake --since 2026-11-19 --format json");
    let trend = &all["families"][0]["trend"];
    let values: Vec<f64> =
        trend["addresses"].as_array().unwrap().iter().map(|figure| figure["value"].as_f64().unwrap()).collect();
    assert_eq!(values, [150.0, 132.0, 113.0]);
    assert!(trend["said"].as_str().unwrap().contains("3 days are too few"), "{trend}");
    let text = home.run("census report --lake lake --since 2026-11-20 --family conficker").out;
    assert!(text.contains("2026-11-20  150") && text.contains("3 days are too few"), "{text}");
}

#[test]
fn a_cert_sees_its_own_country_in_full_and_everybody_the_large_ones() {
    let home = home();
    day(&home.folder().join("spool"), DAY, 60);
    shipped(&home);
    let all = json(&home, "census countries --lake lake --format json");
    let of = &all["families"][0];
    let lines: Vec<(&str, u64)> = of["countries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["part"].as_str().unwrap(), line["addresses"].as_u64().unwrap()))
        .collect();
    assert_eq!((of["family"].as_str(), lines), (Some("conficker"), vec![("BE", 80), ("FR", 30), ("NL", 3)]));
    assert!(of["countries"][0].get("networks").is_none());
    let own = json(&home, "census countries --lake lake --country nl --since 2026-11-20 --format json");
    let lines = own["families"][0]["countries"].as_array().unwrap();
    assert_eq!((lines.len(), lines[0]["part"].as_str()), (1, Some("NL")));
    let networks = &lines[0]["networks"];
    assert_eq!(networks.as_array().unwrap().len(), 1);
    assert_eq!(
        (networks[0]["network"].as_str(), networks[0]["addresses"].as_u64(), networks[0]["requests"].as_u64()),
        (Some("AS64502"), Some(3), Some(3))
    );
    assert!(lines[0]["said"].as_str().unwrap().contains("days are too few"), "{lines:?}");
    let text = home.run("census countries --lake lake --country BE").out;
    assert!(text.contains("networks of BE") && text.contains("AS64500") && !text.contains("FR"), "{text}");
    let csv = home.run("census countries --lake lake --country BE --format csv").out;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let parts: Vec<String> = reader.records().map(|record| record.unwrap()[2].to_owned()).collect();
    assert_eq!(parts, ["BE", "BE", "AS64500 in BE"]);
    for form in ["text", "json", "csv"] {
        let ran = home.run(&format!("census countries --lake lake --public --format {form}"));
        assert!(ran.status == 0 && ran.out.contains("BE"), "{} {}", ran.out, ran.err);
        for hidden in ["AS64", "NL", "FR", "11.0.", "lake"] {
            assert!(!ran.out.contains(hidden), "{form}: {hidden}: {}", ran.out);
        }
    }
    for (line, status, piece) in [
        ("census countries --lake lake --public --country be", 2, "--country"),
        ("census countries --lake lake --country bel", 2, "two letters"),
        ("census countries --lake lake --since 2026-12-01", 2, "after"),
    ] {
        let ran = home.run(line);
        assert!(ran.status == status && ran.err.contains(piece), "{line}: {} {}", ran.status, ran.err);
    }
}

#[test]
fn weeks_have_distinct_addresses_and_no_machines() {
    let home = home();
    for (date, machines) in [("2026-11-01", 90), ("2026-11-02", 60), ("2026-11-22", 120)] {
        day(&home.folder().join("spool"), date, machines);
    }
    // Shipping takes the addresses of the first two days away: they are more than two weeks old.
    shipped(&home);
    let both = json(&home, "census distinct --lake lake --since 2026-11-01 --format json");
    let (of, addresses) = (&both[0], &both[0]["addresses"]);
    assert_eq!((of["days"].as_u64(), of["missing"].as_array().unwrap().len()), (Some(3), 19));
    // 120 at home and 40 where they moved to, 60 shared by two, three: the days before had nobody else.
    let value = addresses["value"].as_f64().unwrap();
    assert!((value - 223.0).abs() < 12.0 && addresses["low"].as_f64().unwrap() >= 223.0, "{both}");
    assert!(of["warning"].as_str().unwrap().contains("no number of machines"));
    let week = home.run("census distinct --lake lake --since 2026-11-16").out;
    assert!(week.contains("distinct IPv4 addresses: 223 (counted exactly)"), "{week}");
    assert!(week.contains("so that it only grows"), "{week}");
    // Without the key, days in clear and days without addresses cannot be put together.
    let ran = home.run("census distinct --lake lake --since 2026-11-01 --data elsewhere");
    assert!(ran.status == 3 && ran.err.contains("the key of the sketches"), "{} {}", ran.status, ran.err);
    let csv =
        home.run("census distinct --lake lake --since 2026-11-01 --day 2026-11-02 --format csv --data elsewhere").out;
    assert_eq!(csv.lines().count(), 3, "{csv}");
}

#[test]
fn a_network_gets_its_own_machines_and_the_record_says_so() {
    let home = home();
    day(&home.folder().join("spool"), DAY, 6);
    shipped(&home);
    let ran = home.run("census networks --lake lake --config lake.toml --asn 64500 --basis law --by ann -o own.csv");
    assert_eq!((ran.status, ran.out.as_str()), (0, ""), "{}", ran.err);
    let written = std::fs::read_to_string(home.folder().join("own.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(written.as_bytes());
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|column| column == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 8, "six at home, two where they moved to");
    for row in &rows {
        assert!(row[column("src_ip")].starts_with("11."), "{row:?}");
        assert_eq!(
            (&row[column("src_asn")], &row[column("src_geo")], &row[column("severity")]),
            ("64500", "BE", "critical")
        );
        assert!(row[column("tag")].starts_with("sinkhole;tlp:amber;requests-"), "{row:?}");
    }
    assert_eq!(&rows[0][column("http_url")], "/search?q=7&aq=7");
    let line = "census networks --lake lake --config lake.toml --country fr --as xarf --basis law --by ann";
    let ran = home.run(line);
    assert!(ran.status == 2 && ran.err.contains("who reports"), "{}", ran.err);
    let ran = home.run(&format!("{line} --publisher Team --publisher-mail team@cert.example"));
    assert_eq!(ran.status, 0, "{}", ran.err);
    let reports: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(reports.len(), 3);
    assert!(reports.iter().all(|report| report["source_identifier"].as_str().unwrap().starts_with("12.")));
    let ran = home.run("census networks --lake lake --config lake.toml --all --folder out --basis law --by ann");
    assert_eq!(ran.status, 0, "{}", ran.err);
    let mut files: Vec<String> = std::fs::read_dir(home.folder().join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, ["2026-11-22-AS64500.csv", "2026-11-22-FR.csv"]);
    let record = home.run("census disclosures --lake lake").out;
    let rows: Vec<&str> = record.lines().collect();
    // The clock of the test stands: the file of AS64500 that left twice at one instant is on record twice.
    assert_eq!(rows.len(), 1 + 4, "{record}");
    assert!(
        record.contains("One <abuse@one.example>")
            && record.contains("addresses of infected machines of AS64500 on 2026-11-22")
    );
    assert!(!record.contains("11.0."), "no address is in it");
    for (line, status, piece) in [
        ("census networks --lake lake --asn 64501 --basis law", 2, "--to"),
        ("census networks --lake lake --asn 64501 --to x", 2, "--basis"),
        ("census networks --lake lake --basis law --to x", 2, "--asn"),
        ("census networks --lake lake --asn 64501 --country fr --basis law --to x", 2, "--country"),
        ("census networks --lake lake --asn x --basis law --to x", 2, "AS number"),
        ("census networks --lake lake --asn 64501 --tlp TLP:RED --basis law --to x", 1, "may not go to"),
    ] {
        let ran = home.run(line);
        assert!(ran.status == status && ran.err.contains(piece), "{line}: {} {}", ran.status, ran.err);
    }
    assert_eq!(home.run("census disclosures --lake lake").out, record, "what did not leave is not on record");
}
