// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall verify-list`: lists as they are sent out are right, and everything that is changed in them is told.

use std::collections::BTreeMap;

use forestall_formats::envelope::{
    self, AnswerForm, Appeal, Asked, Counts, Envelope, Fees, FileEntry, HowToAnswer, Lead, NamesADay, Purpose,
    Requester, Term, Threat, Verification,
};
use forestall_formats::heading::Heading;
use forestall_formats::list_id::ListId;
use forestall_formats::numbered::{self, Change, NumberedLine};
use forestall_formats::received;
use forestall_formats::signature::SecretKey;
use forestall_formats::wording::Language;
use forestall_formats::workbook;
use forestall_model::line::{NameLine, NameList};
use forestall_model::marking::release;
use forestall_model::party::Road;
use forestall_model::{Action, Audience, Digest, Instant, Marking, NameClass, Pap, Tlp};

use crate::support::{Home, Ran};

/// Returns a home with the list of five days for one registry, as `publish` writes it.
fn published() -> (Home, String) {
    let home = Home::new();
    home.ok("case open mine --campaign conficker-b --from 2009-01-01 --until 2009-01-06");
    let list = home.ok("publish --case mine --as csv --horizon --tld ws");
    home.write("list.csv", &list);
    (home, list)
}

#[track_caller]
fn says(ran: &Ran, status: i32, texts: &[&str]) {
    assert_eq!(ran.status, status, "{}\n{}", ran.out, ran.err);
    for text in texts {
        assert!(ran.out.contains(text), "{text:?} is missing in\n{}", ran.out);
    }
}

#[test]
fn a_published_list_is_right() {
    let (home, list) = published();
    let lines = list.lines().count() - 1;
    let right = home.run("verify-list list.csv");
    let all = format!("{lines} of {lines} lines are as the algorithm makes them, by conficker-b");
    says(&right, 0, &[&all, "signature: none beside the file", "All that was checked is right."]);
    let json: serde_json::Value = serde_json::from_str(&home.ok("verify-list list.csv --format json")).unwrap();
    assert_eq!((&json["right"], &json["missing_count"]), (&true.into(), &0.into()));
}

#[test]
fn every_change_is_told_with_its_line() {
    let (home, list) = published();
    let rows: Vec<&str> = list.lines().collect();
    let check = |name: &str, changed: &[String], texts: &[&str]| {
        home.write(name, changed.join("\n") + "\n");
        says(&home.run(&format!("verify-list {name}")), 1, texts);
    };
    let own = |rows: &[&str]| -> Vec<String> { rows.iter().map(|row| (*row).to_owned()).collect() };
    let mut other = own(&rows);
    let name = rows[3].split(',').next().unwrap();
    other[3] = other[3].replace(name, "forged-name.ws");
    check("name.csv", &other, &[&format!("line 4: the algorithm makes {name} there, not forged-name.ws"), "NOT right"]);
    let mut window = own(&rows);
    window[3] = window[3].replace("T00:00:00Z,2009", "T00:00:01Z,2009");
    check("window.csv", &window, &["line 4: ", "is live from 2009-01-0", "T00:00:01Z until"]);
    let mut shorter = own(&rows);
    shorter.remove(3);
    check(
        "missing.csv",
        &shorter,
        &["WRONG: missing of the same lists: 1 name", &format!("  {name} (conficker-b, list of 2009-01-0")],
    );
    let mut twice = own(&rows);
    twice.push(rows[3].to_owned());
    check("twice.csv", &twice, &["stands there twice, with the same window"]);
    let mut far = own(&rows);
    far[3] = far[3].replace("/ws/", "/ws/9");
    check("place.csv", &far, &["line 4: the list of the algorithm has ", " names there and no place 9"]);
    let unknown = own(&rows).iter().map(|row| row.replace("conficker-b/", "no-such/")).collect::<Vec<_>>();
    check("unknown.csv", &unknown, &["line 2: the list of no-such cannot be computed"]);
    check(
        "broken.csv",
        &["name,valid_from".to_owned(), "a b.ws,".to_owned()],
        &["WRONG: the list cannot be read: line 2"],
    );
}

#[test]
fn lists_that_do_not_say_where_a_name_stands_are_searched() {
    let home = Home::new();
    let plain = home.ok("predict conficker-b --from 2009-01-01 --until 2009-01-06 --tld ws");
    home.write("plain.txt", &plain);
    says(&home.run("verify-list plain.txt --from 2009-01-01 --until 2009-01-06"), 0, &["by conficker-b"]);
    let short: String = plain.lines().skip(1).flat_map(|name| [name, "\n"]).collect();
    home.write("short.txt", &short);
    let ran = home.run("verify-list short.txt --from 2009-01-01 --until 2009-01-06");
    says(&ran, 1, &["WRONG: missing of the same lists: 1 name", plain.lines().next().unwrap()]);
    home.write("foreign.txt", format!("{plain}praat.ws\n"));
    let ran = home.run("verify-list foreign.txt --from 2009-01-01 --until 2009-01-06");
    says(&ran, 1, &["praat.ws: no algorithm that was tried makes praat.ws in the span"]);
    let table = home.ok("predict conficker-b --from 2009-01-01 --until 2009-01-06 --tld ws --format csv");
    home.write("table.csv", &table);
    says(&home.run("verify-list table.csv"), 0, &["All that was checked is right."]);
    home.write("wrong.csv", table.replace("2009-01-03T00:00:00Z,", "2009-01-03T01:00:00Z,"));
    says(&home.run("verify-list wrong.csv --from 2009-01-01 --until 2009-01-06"), 1, &["is live from 2009-01-0"]);
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// Writes the files of a delivery of the published list into the home, signed; returns the public key.
fn deliver(home: &Home, list: &str) -> String {
    let id = ListId::read("mine ws #1").unwrap();
    let read = received::read(list.as_bytes()).unwrap();
    let line = |line: &received::ReceivedLine| {
        let (window, id) = (line.window.unwrap(), line.id.clone().unwrap());
        NumberedLine {
            change: Change::Added,
            line: NameLine {
                name: line.name.clone(),
                window: Some(forestall_model::Window { from: window.from.unwrap(), until: window.until.unwrap() }),
                family: line.family.clone().unwrap(),
                class: NameClass::Unknown,
                registrar_iana_id: None,
                created: None,
                requested_action: Some(Action::Reserve),
                evidence_ref: String::new(),
                confidence: "verified",
                line_id: forestall_formats::line_id::write(&id.campaign, id.period, &id.tld, id.place),
            },
        }
    };
    let lines: Vec<NumberedLine> = read.lines.iter().map(line).collect();
    let names = read.lines.len() as u64;
    let list = NameList { title: "Mine".to_owned(), marking: Marking::DEFAULT, lines };
    let list = release(list, Audience::Recipient, at("2008-12-20T00:00:00Z")).unwrap();
    let mut csv = Vec::new();
    numbered::write(&list, &id, &mut csv).unwrap();
    let mut envelope = Envelope {
        list: id,
        previous: None,
        purpose: Purpose::Protect,
        title: "Mine".to_owned(),
        party: "registry-ws".parse().unwrap(),
        party_name: "Registry of .ws".to_owned(),
        issued: at("2008-12-20T00:00:00Z"),
        tlp: Tlp::AmberStrict,
        pap: Pap::Green,
        embargo_until: None,
        requester: Requester {
            organisation: "Group".to_owned(),
            person: "Ada".to_owned(),
            phone: "+1 555 0100".to_owned(),
            mail: None,
            role: "coordinator".to_owned(),
            proof: "ask".to_owned(),
        },
        threats: vec![Threat {
            family: "conficker-b".parse().unwrap(),
            campaign: "conficker-b".parse().unwrap(),
            parameters: BTreeMap::new(),
            algorithm: "250 names a day".to_owned(),
            samples: Vec::new(),
            references: Vec::new(),
            vectors: Vec::new(),
            verification: Verification::Verified,
            verification_note: "published names".to_owned(),
            reproduce: "forestall predict conficker-b".to_owned(),
        }],
        legal_basis: "none".to_owned(),
        counts: Counts {
            names,
            added: names,
            first_day: Some("2009-01-01".parse().unwrap()),
            last_day: Some("2009-01-05".parse().unwrap()),
            names_a_day: NamesADay::of(vec![1, 2, 3]),
            ..Counts::default()
        },
        asked: vec![Asked::of(Action::Reserve, names)],
        fallback: None,
        name_servers: Vec::new(),
        collisions: "leave them alone".to_owned(),
        lead: Lead {
            act_by: at("2008-12-31T00:00:00Z"),
            send_by: None,
            road: Road::OwnPolicy,
            otherwise: "harm".to_owned(),
        },
        term: Term { release_on: None, cool_down_days: 30, renewed_by: None },
        fees: Fees::default(),
        appeal: Appeal { contact: "ada@example.org".to_owned(), tell_holder_from: None },
        answer: HowToAnswer {
            forms: vec![AnswerForm::Csv],
            address: "ada@example.org".to_owned(),
            by: at("2008-12-30T00:00:00Z"),
        },
        files: Vec::new(),
    };
    let mut book = Vec::new();
    let heading = Heading::of(&envelope, Digest::of(&csv));
    workbook::write(&list, &heading, Language::best("en"), &mut book).unwrap();
    for (name, octets) in [("mine.ws.1.csv", csv), ("mine.ws.1.xlsx", book)] {
        envelope.files.push(FileEntry::of(name, "application/octet-stream", &octets));
        home.write(name, octets);
    }
    let key = SecretKey::from_seed(&[3; 32], *b"forestal");
    let released = release(envelope, Audience::Recipient, at("2008-12-20T00:00:00Z")).unwrap();
    let sealed = envelope::seal(&released, &key).unwrap();
    home.write("mine.ws.1.envelope.json", &sealed.document);
    home.write("mine.ws.1.envelope.json.minisig", &sealed.signature);
    key.public_key()
}

#[test]
fn an_envelope_is_checked_with_all_its_files() {
    let (home, list) = published();
    let key = deliver(&home, &list);
    let right = home.run(&format!("verify-list mine.ws.1.envelope.json --key {key}"));
    let texts = [
        "the envelope of list mine ws #1",
        "signature: right",
        "file mine.ws.1.csv: octets and SHA-256 are right",
        "file mine.ws.1.xlsx",
    ];
    says(&right, 0, &texts);
    home.write("key.pub", format!("untrusted comment: ours\n{key}\n"));
    says(&home.run("verify-list mine.ws.1.envelope.json --key key.pub"), 0, &["signature: right"]);
    says(&home.run("verify-list mine.ws.1.envelope.json"), 0, &["NOT CHECKED: give the public key with --key"]);
    let other = SecretKey::from_seed(&[4; 32], *b"forestal").public_key();
    says(&home.run(&format!("verify-list mine.ws.1.envelope.json --key {other}")), 1, &["signature: WRONG"]);
    says(&home.run(&format!("verify-list list.csv --key {key}")), 1, &["there is no signature"]);
    assert_eq!(home.run("verify-list list.csv --key nonsense").status, 2);
    let document = home.read("mine.ws.1.envelope.json");
    home.write("mine.ws.1.envelope.json", document.replace("Ada", "Eve"));
    says(&home.run(&format!("verify-list mine.ws.1.envelope.json --key {key}")), 1, &["signature: WRONG"]);
    home.write(
        "mine.ws.1.envelope.json",
        document.replacen("\"names\": ", "\"names\": 1", 1).replacen("\"added\": ", "\"added\": 1", 1),
    );
    says(&home.run("verify-list mine.ws.1.envelope.json"), 1, &["names; the envelope says 1"]);
    home.write("mine.ws.1.envelope.json", &document);
    let csv = home.read("mine.ws.1.csv");
    home.write("mine.ws.1.csv", csv.replacen("reserve", "suspend", 1));
    says(&home.run("verify-list mine.ws.1.envelope.json"), 1, &["mine.ws.1.csv has the SHA-256"]);
    std::fs::remove_file(home.folder().join("mine.ws.1.csv")).unwrap();
    says(&home.run("verify-list mine.ws.1.envelope.json"), 1, &["mine.ws.1.csv is missing"]);
    home.write("newer.json", document.replace("\"version\": 1", "\"version\": 9"));
    says(&home.run("verify-list newer.json"), 1, &["the envelope has version 9"]);
}
