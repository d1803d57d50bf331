// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Infected machines as networks and CERTs get them: exact columns, harmless text, and the schemas of X-ARF by its own library.

use std::io;

use forestall_formats::feed::Publisher;
use forestall_formats::infected::{Infected, InfectedReport};
use forestall_formats::{shadowserver_http, xarf_infected};
use forestall_model::marking::{Audience, Released, Tlp, release};
use forestall_model::{Instant, Marking};

use crate::python;

fn machine(address: &str, agent: &str) -> Infected {
    let at = |text: &str| text.parse().unwrap();
    Infected {
        address: address.parse().unwrap(),
        port: Some(50_123),
        family: "conficker".to_owned(),
        first_seen: at("2026-11-22T03:04:05.678901Z"),
        last_seen: at("2026-11-22T17:00:00Z"),
        count: 8,
        asn: 64_500,
        country: "BE".to_owned(),
        destination: "198.51.100.2".to_owned(),
        destination_port: Some(80),
        application: "http".to_owned(),
        url: "/search?q=7&aq=7".to_owned(),
        host: "198.51.100.2".to_owned(),
        agent: agent.to_owned(),
        also: Vec::new(),
    }
}

fn machines() -> Vec<Infected> {
    let shared = Infected { also: vec!["bobax".to_owned()], ..machine("11.0.0.2", "=HYPERLINK(\"x\")\r\nSet: \"y\"") };
    let bare = Infected {
        port: None,
        asn: 0,
        country: String::new(),
        destination_port: None,
        application: "tls".to_owned(),
        url: String::new(),
        host: String::new(),
        agent: String::new(),
        ..machine("2001:db8::7", "")
    };
    vec![machine("11.0.0.1", "Mozilla/4.0"), shared, bare]
}

fn released(machines: Vec<Infected>) -> Released<InfectedReport> {
    let marking = Marking { tlp: Tlp::Amber, ..Marking::DEFAULT };
    release(InfectedReport { marking, machines }, Audience::Organisation, Instant::from_seconds(0)).unwrap()
}

fn publisher() -> Publisher {
    Publisher { name: "Team".to_owned(), mail: "team@cert.example".to_owned() }
}

#[test]
fn a_row_holds_what_was_seen_and_nothing_else() {
    let mut out = Vec::new();
    assert_eq!(shadowserver_http::write(&released(machines()), &mut out).unwrap(), 3);
    let mut reader = csv::Reader::from_reader(out.as_slice());
    let header = reader.headers().unwrap().clone();
    assert!(header.iter().eq(shadowserver_http::COLUMNS));
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let filled = |row: &csv::StringRecord| -> Vec<(String, String)> {
        let pairs = header.iter().zip(row).filter(|(_, field)| !field.is_empty());
        pairs.map(|(column, field)| (column.to_owned(), field.to_owned())).collect()
    };
    let expected = [
        ("timestamp", "2026-11-22 03:04:05"),
        ("protocol", "tcp"),
        ("src_ip", "11.0.0.1"),
        ("src_port", "50123"),
        ("src_asn", "64500"),
        ("src_geo", "BE"),
        ("severity", "critical"),
        ("dst_ip", "198.51.100.2"),
        ("dst_port", "80"),
        ("infection", "conficker"),
        ("family", "conficker"),
        ("tag", "sinkhole;tlp:amber;requests-8"),
        ("application", "http"),
        ("event_id", "1"),
        ("http_url", "/search?q=7&aq=7"),
        ("http_host", "198.51.100.2"),
        ("http_agent", "Mozilla/4.0"),
    ];
    assert_eq!(filled(&rows[0]), expected.map(|(column, field)| (column.to_owned(), field.to_owned())));
    let field = |row: usize, column: &str| &rows[row][header.iter().position(|name| name == column).unwrap()];
    assert_eq!(field(1, "http_agent"), "'=HYPERLINK(\"x\")  Set: \"y\"");
    assert_eq!(field(1, "tag"), "sinkhole;tlp:amber;requests-8;also-bobax");
    assert_eq!((field(2, "src_ip"), field(2, "src_asn"), field(2, "src_port")), ("2001:db8::7", "", ""));
    assert!(String::from_utf8(out).unwrap().lines().all(|line| line.starts_with('"') && line.ends_with('"')));
}

#[test]
fn a_report_says_who_reports_and_is_known_again() {
    let written = |machines| {
        let mut out = Vec::new();
        xarf_infected::write(&released(machines), &publisher(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert_eq!(written(machines()), written(machines()), "the same machines are the same reports");
    let ids: Vec<String> = written(machines())
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["report_id"].to_string())
        .collect();
    assert!(ids[0] != ids[1] && ids[1] != ids[2]);
    for (name, mail) in [("", "team@cert.example"), ("Team", ""), ("Team", "nobody")] {
        let publisher = Publisher { name: name.to_owned(), mail: mail.to_owned() };
        let error = xarf_infected::write(&released(machines()), &publisher, &mut io::sink()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{name} {mail}");
    }
}

#[test]
fn the_library_of_x_arf_takes_every_report_of_a_machine() {
    let test = "infected::the_library_of_x_arf_takes_every_report_of_a_machine";
    let program = r#"
import json, sys, xarf
for line in sys.stdin:
    result = xarf.parse(line)
    assert not result.errors and not result.warnings, (result.errors, result.warnings)
    print(type(result.report).__name__, result.report.source_identifier, result.report.malware_family)
    broken = json.loads(line)
    del broken["compromise_evidence"]
    assert xarf.parse(broken).errors, "the library checks"
"#;
    let mut out = Vec::new();
    xarf_infected::write(&released(machines()), &publisher(), &mut out).unwrap();
    // The library has no program of its own.
    let Some(said) = python::run(test, "email_validator", program, &String::from_utf8(out).unwrap()) else { return };
    assert_eq!(
        said,
        "BotnetReport 11.0.0.1 conficker\nBotnetReport 11.0.0.2 conficker\nBotnetReport 2001:db8::7 conficker\n"
    );
}
