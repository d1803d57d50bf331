// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The forms in which a case's names leave: exact bytes, and readers that are not ours.

use std::io::Write;
use std::process::{Command, Stdio};

use forestall_formats::{Form, answers, plain};
use forestall_model::line::{NameLine, NameList};
use forestall_model::marking::release;
use forestall_model::{Action, Audience, Instant, Marking, NameClass, Released, Tlp, UtcDay, Window};

fn line(name: &str, place: u32) -> NameLine {
    let day: UtcDay = "2009-04-01".parse().unwrap();
    NameLine {
        name: name.parse().unwrap(),
        window: Some(day.window()),
        family: "conficker-c".parse().unwrap(),
        class: NameClass::Free,
        registrar_iana_id: None,
        created: None,
        requested_action: Some(Action::Reserve),
        evidence_ref: String::new(),
        confidence: "unverified",
        line_id: format!("conficker-c/14335/{place}"),
    }
}

fn lines() -> Vec<NameLine> {
    let always = Window { from: Instant::from_micros(i64::MIN), until: Instant::from_micros(i64::MAX) };
    vec![
        line("abcd.be", 0),
        NameLine {
            window: None,
            class: NameClass::RegisteredBenign,
            registrar_iana_id: Some(292),
            created: Some("2001-02-03T04:05:06Z".parse().unwrap()),
            requested_action: None,
            evidence_ref: "=HYPERLINK(\"x\"), \"quoted\"".to_owned(),
            confidence: "verified",
            ..line("xn--bcher-kva.example", 1)
        },
        NameLine { window: Some(always), ..line("abcd.be", 2) },
    ]
}

fn released(lines: Vec<NameLine>) -> Released<NameList<Vec<NameLine>>> {
    let list = NameList { title: "Conficker".to_owned(), marking: Marking::DEFAULT, lines };
    release(list, Audience::Organisation, Instant::from_seconds(0)).unwrap()
}

fn written(form: Form) -> String {
    let mut out = Vec::new();
    let rows = form.write(released(lines()), &mut out).unwrap();
    assert_eq!(rows, if form == Form::Plain { 2 } else { 3 });
    String::from_utf8(out).unwrap()
}

#[test]
fn plain_holds_each_name_once_and_nothing_else() {
    assert_eq!(written(Form::Plain), "abcd.be\nxn--bcher-kva.example\n");
    let names = plain::read(written(Form::Plain).as_bytes()).unwrap();
    assert_eq!(names.len(), 2);
    assert!(!Form::Plain.about().shows_confidence);
}

#[test]
fn csv_has_every_column_and_no_formula() {
    assert_eq!(
        written(Form::Csv),
        "name,name_unicode,tld,valid_from,valid_until,family,class,registrar_iana_id,created,requested_action,evidence_ref,confidence,line_id,tlp,pap\n\
         abcd.be,abcd.be,be,2009-04-01T00:00:00Z,2009-04-02T00:00:00Z,conficker-c,free,,,reserve,,unverified,conficker-c/14335/0,TLP:AMBER+STRICT,PAP:GREEN\n\
         xn--bcher-kva.example,bücher.example,example,,,conficker-c,registered-benign,292,2001-02-03T04:05:06Z,,\
         \"'=HYPERLINK(\"\"x\"\"), \"\"quoted\"\"\",verified,conficker-c/14335/1,TLP:AMBER+STRICT,PAP:GREEN\n\
         abcd.be,abcd.be,be,,,conficker-c,free,,,reserve,,unverified,conficker-c/14335/2,TLP:AMBER+STRICT,PAP:GREEN\n"
    );
    let mut empty = Vec::new();
    assert_eq!(Form::Csv.write(released(Vec::new()), &mut empty).unwrap(), 0);
    assert!(empty.starts_with(b"name,"), "an empty list has its header");
}

#[test]
fn jsonl_has_the_keys_of_the_csv_in_its_order() {
    let text = written(Form::Jsonl);
    assert_eq!(
        text.lines().next().unwrap(),
        "{\"name\":\"abcd.be\",\"name_unicode\":\"abcd.be\",\"tld\":\"be\",\"valid_from\":\"2009-04-01T00:00:00Z\",\
         \"valid_until\":\"2009-04-02T00:00:00Z\",\"family\":\"conficker-c\",\"class\":\"free\",\"registrar_iana_id\":null,\
         \"created\":null,\"requested_action\":\"reserve\",\"evidence_ref\":\"\",\"confidence\":\"unverified\",\
         \"line_id\":\"conficker-c/14335/0\",\"tlp\":\"TLP:AMBER+STRICT\",\"pap\":\"PAP:GREEN\"}"
    );
    for line in text.lines() {
        let mut expected: Vec<&str> = forestall_formats::csv::COLUMNS.to_vec();
        expected.sort_unstable();
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, expected);
    }
}

#[test]
fn a_csv_comes_back_as_the_answer_with_one_column_added() {
    let sent = written(Form::Csv);
    let answered: String = sent
        .lines()
        .enumerate()
        .map(|(i, line)| format!("{line},{}\n", if i == 0 { "result" } else { "done" }))
        .collect();
    let answers = answers::read(answered.as_bytes()).unwrap();
    let ids: Vec<_> = answers.iter().map(|answer| answer.line_id.as_deref().unwrap()).collect();
    assert_eq!(ids, ["conficker-c/14335/0", "conficker-c/14335/1", "conficker-c/14335/2"]);
}

#[test]
fn a_list_shows_the_label_in_force_when_it_was_released() {
    let list = NameList {
        title: String::new(),
        marking: Marking { embargo_until: Some(Instant::from_seconds(10)), ..Marking::DEFAULT },
        lines: lines(),
    };
    let mut out = Vec::new();
    let public = release(list, Audience::Public, Instant::from_seconds(10)).unwrap();
    assert_eq!(public.marking().tlp, Tlp::Clear);
    Form::Csv.write(public, &mut out).unwrap();
    assert!(String::from_utf8(out).unwrap().lines().skip(1).all(|line| line.ends_with(",TLP:CLEAR,PAP:GREEN")));
}

#[test]
fn python_reads_csv_and_jsonl_alike() {
    let program = r#"
import csv, io, json, sys
text = sys.stdin.buffer.read().decode("utf-8")
table, objects = text.split("\f")
rows = list(csv.DictReader(io.StringIO(table, newline="")))
lines = [json.loads(line) for line in objects.splitlines()]
assert len(rows) == len(lines) == 3, (rows, lines)
for row, line in zip(rows, lines):
    assert list(row) == list(line), (row, line)
    for key in row:
        value = "" if line[key] is None else str(line[key])
        shown = row[key][1:] if row[key].startswith("'=") else row[key]
        assert shown == value, (key, row[key], line[key])
print("agreed", rows[1]["name_unicode"])
"#;
    let child = Command::new("python3")
        .args(["-X", "utf8", "-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        // Written past the test harness, which keeps what `eprintln!` writes for itself.
        writeln!(std::io::stderr(), "skipped: lists::python_reads_csv_and_jsonl_alike needs python3").unwrap();
        return;
    };
    let mut input = child.stdin.take().unwrap();
    write!(input, "{}\x0C{}", written(Form::Csv), written(Form::Jsonl)).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), "agreed bücher.example");
}
