// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The list of legitimate names that will be hit: exact bytes, its parts for registrars and hosts, and what hostile texts do in it.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use forestall_formats::flood::{
    FloodForm, HitLine, HitList, Interval, RegistrarWord, by_host, by_name, by_registrar, figure, only, write,
};
use forestall_model::marking::release;
use forestall_model::{Audience, Instant, Marking, Released, Window};

pub(crate) fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// A line of Conficker B on a day of March 2009, with the machines and contacts of its two published readings.
pub(crate) fn line(name: &str, day: u32, registrar: Option<&str>, hosts: &[&str]) -> HitLine {
    let instant = |day: u32| at(&format!("2009-03-{day:02}T00:00:00Z"));
    HitLine {
        day: format!("2009-03-{day:02}").parse().unwrap(),
        name: name.parse().unwrap(),
        campaign: "conficker-b".parse().unwrap(),
        family: "conficker".parse().unwrap(),
        confidence: "verified",
        window: Window { from: instant(day), until: instant(day + 1) },
        guard: Window { from: instant(day - 1), until: instant(day + 2) },
        holder: "excluded",
        registrar: registrar.map(|key| RegistrarWord {
            key: key.to_owned(),
            name: Some(format!("Registrar {key}")),
            mail: None,
        }),
        hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
        drawn: Interval { low: 0.666_4, high: 1.0 },
        contacts_of_one: Interval { low: 1.0, high: 1.536 },
        population: Some((3_000_000, 6_700_000)),
        machines: Some(Interval { low: 1_999_225.3, high: 6_700_000.0 }),
        contacts: Some(Interval { low: 3_000_000.0, high: 10_291_200.0 }),
        contacts_a_day: Some(Interval { low: 3_000_000.0, high: 10_291_200.0 }),
        assumptions: vec![
            "3000000 to 6700000 infected machines: a count of 2009".to_owned(),
            "a machine asks for the whole list: a paper".to_owned(),
        ],
        short: false,
    }
}

pub(crate) fn unknown(mut line: HitLine) -> HitLine {
    (line.population, line.machines, line.contacts, line.contacts_a_day) = (None, None, None, None);
    line.holder = "undecided";
    line.confidence = "unverified";
    line
}

pub(crate) fn released(lines: Vec<HitLine>) -> Released<HitList> {
    let list = HitList { title: "Conficker 2009".to_owned(), marking: Marking::DEFAULT, lines };
    release(list, Audience::Recipient, at("2009-03-02T12:00:00Z")).unwrap()
}

fn three() -> Released<HitList> {
    released(vec![
        line("praat.org", 8, Some("292"), &["xs4all.nl"]),
        HitLine {
            contacts_a_day: Some(Interval { low: 1_500_000.0, high: 5_145_600.0 }),
            ..line("wnsux.com", 13, Some("292"), &["example.net", "xs4all.nl"])
        },
        unknown(line("xn--mller-kva.com", 14, None, &[])),
    ])
}

fn written(list: &Released<HitList>, form: FloodForm) -> String {
    let mut out = Vec::new();
    assert_eq!(write(list, form, &mut out).unwrap(), list.object().lines.len() as u64);
    String::from_utf8(out).unwrap()
}

#[test]
fn for_people() {
    insta::assert_snapshot!(written(&three(), FloodForm::Text));
}

#[test]
fn as_csv() {
    insta::assert_snapshot!(written(&three(), FloodForm::Csv));
}

#[test]
fn as_jsonl() {
    let text = written(&three(), FloodForm::Jsonl);
    let rows: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[1]["machines"]["high"], 6_700_000.0);
    assert_eq!(rows[1]["registrar"], "Registrar 292 (292)");
    assert_eq!(rows[2]["machines"], serde_json::Value::Null);
    assert_eq!(rows[2]["name_unicode"], "müller.com");
    assert_eq!(rows[0]["tlp"], "TLP:AMBER+STRICT");
}

#[test]
fn each_registrar_and_each_host_gets_its_own() {
    let names = |list: &Released<HitList>| -> Vec<String> {
        list.object().lines.iter().map(|line| line.name.to_string()).collect()
    };
    let list = three();
    let registrars: Vec<_> =
        by_registrar(&list).into_iter().map(|(r, part)| (r.map(|r| r.key), names(&part))).collect();
    assert_eq!(
        registrars,
        [
            (None, vec!["xn--mller-kva.com".to_owned()]),
            (Some("292".to_owned()), vec!["praat.org".to_owned(), "wnsux.com".to_owned()])
        ]
    );
    let hosts: Vec<_> = by_host(&list).into_iter().map(|(host, part)| (host, names(&part))).collect();
    assert_eq!(
        hosts,
        [
            (None, vec!["xn--mller-kva.com".to_owned()]),
            (Some("example.net".to_owned()), vec!["wnsux.com".to_owned()]),
            (Some("xs4all.nl".to_owned()), vec!["praat.org".to_owned(), "wnsux.com".to_owned()]),
        ]
    );
    assert_eq!(by_name(&list).len(), 3);
    let legitimate = only(&list, |line| line.holder == "excluded");
    assert_eq!((names(&legitimate).len(), legitimate.marking()), (2, list.marking()));
}

#[test]
fn hostile_texts_break_no_row_and_are_no_formula() {
    let mut hit = line("praat.org", 8, Some("=cmd|' /C calc'!A0"), &["+49\r\nns.example"]);
    hit.registrar.as_mut().unwrap().name = None;
    let list = released(vec![hit]);
    let text = written(&list, FloodForm::Csv);
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<::csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    assert_eq!((rows.len(), &rows[0][10], &rows[0][11]), (1, "'=cmd|' /C calc'!A0", "'+49\r\nns.example"));
    let text = written(&list, FloodForm::Text);
    assert_eq!(text.lines().filter(|line| line.contains("ns.example")).count(), 1);
    assert!(text.contains("hosts +49  ns.example"), "{text}");
}

#[test]
fn figures_claim_two_digits_and_are_rounded_outwards() {
    let check = |low: f64, high: f64, expected: &str| assert_eq!(figure(Interval { low, high }, ","), expected);
    check(1_999_225.3, 6_700_000.0, "1,900,000 to 6,700,000");
    check(0.0, 0.2, "0 to 1");
    check(99.2, 100.4, "99 to 110");
    check(300.000_000_000_1, 300.0, "300");
    check(12.0, 12.0, "12");
}
