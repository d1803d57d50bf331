// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Parties from tables and documents, and the sheet for the day without a network.

use forestall_formats::parties::{self, PartiesError};
use forestall_formats::party_sheet::{self, PartySheet};
use forestall_model::marking::release;
use forestall_model::{Audience, Party};
use proptest::prelude::*;

const TABLE: &str = "id,kind,name,tlds,road,own_days,utc_offset,working_days,holidays,contact,role,mail,phone,second,day_and_night,tested\n\
    dns-be,registry,DNS Belgium,be,own-policy,2,'+01:00,mon-fri,2026-12-25 2026-11-11,Desk,abuse desk,abuse@dns.example,'+32 2 555 01 00,a fax,yes,2026-11-01\n\
    dns-be,,,,,,,,,Night shift,,night@dns.example,,,no,\n\
    cert-xx,cert,CERT XX,,,,,,,,,,,,,\n";

fn parties(text: &str) -> Vec<Party> {
    parties::read(text).unwrap().into_iter().map(|listed| listed.party).collect()
}

#[test]
fn a_row_is_a_contact() {
    let listed = parties::read(TABLE).unwrap();
    assert_eq!(listed.iter().map(|listed| listed.place.as_str()).collect::<Vec<_>>(), ["line 2", "line 4"]);
    let registry = &listed[0].party;
    assert_eq!((registry.name.as_str(), registry.contacts.len()), ("DNS Belgium", 2));
    let terms = registry.terms.as_ref().unwrap();
    assert_eq!(terms.own_days.unwrap().to_string(), "2 working days");
    assert_eq!((terms.offset.to_string(), terms.holidays.len()), ("+01:00".to_owned(), 2));
    assert!(terms.holidays[0] < terms.holidays[1]);
    let contact = &registry.contacts[0];
    assert_eq!((contact.phone.as_deref(), contact.day_and_night), (Some("+32 2 555 01 00"), true));
    assert!(listed[1].party.terms.is_none() && listed[1].party.contacts.is_empty());
}

#[test]
fn a_table_is_written_and_read_back() {
    let before = parties(TABLE);
    let mut text = Vec::new();
    parties::write_csv(&before, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains(",'+32 2 555 01 00,"), "a spreadsheet would reckon with it: {text}");
    assert_eq!(parties(&text), before);
    let mut json = Vec::new();
    parties::write_json(before.clone(), &mut json).unwrap();
    assert_eq!(parties(std::str::from_utf8(&json).unwrap()), before);
}

#[test]
fn reads_documents() {
    let toml = "# ours\nversion = 1\n\n[[parties]]\nid = \"x\"\nkind = \"observer\"\nname = \"X\"\n";
    assert_eq!(parties(toml)[0].name, "X");
    let json = "{\"version\": 1, \"parties\": [{\"id\": \"x\", \"kind\": \"observer\", \"name\": \"X\"}]}";
    assert_eq!(parties(json), parties(toml));
}

#[track_caller]
fn refuses(text: &str, expected: &[&str]) {
    let error = parties::read(text).unwrap_err().to_string();
    for expected in expected {
        assert!(error.contains(expected), "expected {expected:?} in {error}");
    }
}

#[test]
fn a_fault_names_its_place() {
    refuses("id,kind,name,phon\nx,cert,X,1\n", &["line 1, column 4", "did you mean \"phone\"?"]);
    refuses(
        "id,kind,name\nx,registrie,X\n,cert,X\ny,cert,\n",
        &["line 2, column 2 (kind)", "line 3, column 1 (id)", "line 4, column 3 (name)"],
    );
    refuses(
        "id,kind,name,contact,mail\nx,cert,X,A,a@b.c\nx,cert,Y,B,b@b.c\n",
        &["line 3, column 3 (name)", "another value than in line 2"],
    );
    refuses("id,kind,name,contact\nx,cert,X,A\nx,,,\n", &["line 3", "a further contact"]);
    refuses("id,kind,name,mail\nx,cert,X,a@b.c\n", &["the name of the person"]);
    refuses("id,kind,name,contact,day_and_night\nx,cert,X,A,maybe\n", &["\"maybe\" is neither yes nor no"]);
    refuses("id,kind,name,utc_offset\nx,registry,X,5\n", &["line 2, column 4 (utc_offset)"]);
    refuses("{\"version\": 2}", &["version 2"]);
    refuses("{\"version\": 1, \"parties\": [{\"id\": \"x\"", &["line 1"]);
    refuses(
        "version = 1\n[[parties]]\nid = \"x\"\nkind = \"cert\"\nname = \"X\"\nmial = \"x\"\n",
        &["unknown field `mial`", "6"],
    );
    let twice = "{\"id\": \"x\", \"kind\": \"observer\", \"name\": \"X\"}";
    refuses(
        &format!("{{\"version\": 1, \"parties\": [{twice}, {twice}]}}"),
        &["party 2: the party x stands at party 1 already"],
    );
    assert!(matches!(parties::read(""), Err(PartiesError::Table(_))));
}

fn sheet(parties: Vec<Party>) -> PartySheet {
    PartySheet { parties, made: "2026-11-26T15:04:05Z".parse().unwrap() }
}

#[test]
fn the_sheet_says_all_that_somebody_needs_without_a_network() {
    let sheet =
        release(sheet(parties(TABLE)), Audience::Organisation, "2026-11-26T15:04:05Z".parse().unwrap()).unwrap();
    let mut text = Vec::new();
    party_sheet::write_text(&sheet, &mut text).unwrap();
    insta::assert_snapshot!("party_sheet_text", String::from_utf8(text).unwrap());
    let mut html = Vec::new();
    party_sheet::write_html(&sheet, &mut html).unwrap();
    insta::assert_snapshot!("party_sheet_html", String::from_utf8(html).unwrap());
}

#[test]
fn the_sheet_stays_within_the_organisation() {
    for audience in [Audience::Client, Audience::Community, Audience::Public] {
        assert!(release(sheet(Vec::new()), audience, "2026-11-26T15:04:05Z".parse().unwrap()).is_err());
    }
}

#[test]
fn nothing_of_a_contact_is_taken_for_html() {
    let mut hostile = parties(TABLE);
    hostile[0].name = "<script>alert(1)</script>".to_owned();
    hostile[0].contacts[0].role = "\"><img src=x>".to_owned();
    let sheet = release(sheet(hostile), Audience::Recipient, "2026-11-26T15:04:05Z".parse().unwrap()).unwrap();
    let mut html = Vec::new();
    party_sheet::write_html(&sheet, &mut html).unwrap();
    let html = String::from_utf8(html).unwrap();
    assert!(!html.contains("<script>") && !html.contains("<img"), "{html}");
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "[\\PC\n,\"'={}\\[\\]]{0,300}") {
        let _ = parties::read(&text);
        let _ = parties::read(&format!("{TABLE}{text}"));
        let _ = parties::read(&format!("version = 1\n{text}"));
    }
}
