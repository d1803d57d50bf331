// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A delivery to a registry, for the tests of its papers: one list with everything that can stand in it.

use std::collections::BTreeMap;

use forestall_formats::envelope::{
    AnswerForm, Appeal, Asked, Counts, Envelope, Fees, FileEntry, HowToAnswer, Lead, Meaning, NamesADay, Purpose,
    Requester, Term, Threat, Vector, Verification,
};
use forestall_formats::heading::Heading;
use forestall_formats::list_id::ListId;
use forestall_formats::numbered::{self, Change, NumberedLine, NumberedList};
use forestall_model::line::{NameLine, NameList};
use forestall_model::marking::release;
use forestall_model::party::Road;
use forestall_model::{Action, Audience, Digest, Instant, Marking, NameClass, Pap, Released, Tlp, UtcDay};

pub(crate) fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn day(text: &str) -> UtcDay {
    text.parse().unwrap()
}

pub(crate) fn list_id() -> ListId {
    ListId::read("conficker-2009 be #12").unwrap()
}

/// Returns a line whose window is a day.
pub(crate) fn line(name: &str, on: &str, place: u32, change: Change) -> NumberedLine {
    NumberedLine {
        change,
        line: NameLine {
            name: name.parse().unwrap(),
            window: Some(day(on).window()),
            family: "conficker-c".parse().unwrap(),
            class: NameClass::Free,
            registrar_iana_id: None,
            created: None,
            requested_action: change.stands().then_some(Action::Reserve),
            evidence_ref: "conficker-2009#7".to_owned(),
            confidence: "verified",
            line_id: format!("conficker-c/{}/be/{place}", day(on).start().seconds()),
        },
    }
}

pub(crate) fn lines() -> Vec<NumberedLine> {
    let mut held = line("xn--bcher-kva.be", "2009-04-06", 1, Change::Kept);
    held.line.class = NameClass::RegisteredBenign;
    held.line.registrar_iana_id = Some(292);
    held.line.requested_action = None;
    held.line.evidence_ref = "=HYPERLINK(\"x\")".to_owned();
    let mut always = line("abcd.be", "2009-04-06", 2, Change::Withdrawn);
    always.line.window = None;
    vec![
        line("abcd.be", "2009-04-05", 0, Change::Added),
        line("efgh.be", "2009-04-05", 1, Change::Kept),
        line("ijkl.be", "2009-04-06", 0, Change::Added),
        held,
        always,
        line("old.be", "2009-03-01", 3, Change::Expired),
    ]
}

pub(crate) fn released(lines: Vec<NumberedLine>) -> Released<NumberedList> {
    let list = NameList { title: "Conficker".to_owned(), marking: Marking::DEFAULT, lines };
    release(list, Audience::Recipient, at("2009-03-20T10:00:00Z")).unwrap()
}

pub(crate) fn csv(list: &Released<NumberedList>) -> Vec<u8> {
    let mut out = Vec::new();
    numbered::write(list, &list_id(), &mut out).unwrap();
    out
}

pub(crate) fn heading() -> Heading {
    Heading::of(&envelope(), Digest::of(&csv(&released(lines()))))
}

pub(crate) fn envelope() -> Envelope {
    let csv = csv(&released(lines()));
    Envelope {
        list: list_id(),
        previous: Some(11),
        purpose: Purpose::Protect,
        title: "Conficker, the group's <work>".to_owned(),
        party: "dns-belgium".parse().unwrap(),
        party_name: "DNS Belgium".to_owned(),
        issued: at("2009-03-20T10:00:00Z"),
        tlp: Tlp::AmberStrict,
        pap: Pap::Green,
        embargo_until: Some(at("2009-06-01T00:00:00Z")),
        requester: Requester {
            organisation: "Conficker Working Group".to_owned(),
            person: "Ada Coordinator".to_owned(),
            phone: "+1 555 0100".to_owned(),
            mail: Some("ada@cwg.example".to_owned()),
            role: "coordinator".to_owned(),
            proof: "Ask your contact at ICANN, whose number you have: our key is RWQexample.".to_owned(),
        },
        threats: vec![Threat {
            family: "conficker-c".parse().unwrap(),
            campaign: "conficker-c".parse().unwrap(),
            parameters: BTreeMap::from([("sine".to_owned(), "x87".to_owned())]),
            algorithm: "Each day 50,000 names of 4 to 9 letters.\nEach machine tries 500 of them.".to_owned(),
            samples: vec!["md5:5e279ef7fcb58f841199e0ff55cdea8b".to_owned()],
            references: vec!["https://www.example.org/report".to_owned()],
            vectors: vec![Vector { day: Some(day("2009-04-01")), names: vec!["abcd.be".to_owned()] }],
            verification: Verification::Unverified,
            verification_note: "no list of the botnet's own is at hand".to_owned(),
            reproduce: "forestall predict conficker-c --on 2009-04-01 --tld be".to_owned(),
        }],
        legal_basis: "Your own terms, article 7; no court order.".to_owned(),
        counts: Counts {
            names: 4,
            added: 2,
            kept: 2,
            withdrawn: 1,
            expired: 1,
            registered: 1,
            not_registrable: 0,
            left_out: 3,
            first_day: Some(day("2009-04-05")),
            last_day: Some(day("2009-04-06")),
            names_a_day: NamesADay::of(vec![2, 2]),
        },
        asked: vec![Asked::of(Action::Reserve, 3)],
        fallback: Some(Meaning::of(Action::RegisterHold)),
        name_servers: Vec::new(),
        collisions: "leave it alone and tell us; nothing is asked about it.".to_owned(),
        lead: Lead {
            act_by: at("2009-04-03T10:00:00Z"),
            send_by: Some(at("2009-03-31T10:00:00Z")),
            road: Road::OwnPolicy,
            otherwise: "whoever registers one of them first can give orders to the machines that ask.".to_owned(),
        },
        term: Term { release_on: Some(day("2009-05-07")), cool_down_days: 30, renewed_by: None },
        fees: Fees { waiver_wanted: true, provision: Some("Article 4, fee for reserved names.".to_owned()) },
        appeal: Appeal {
            contact: "https://cwg.example/appeal".to_owned(),
            tell_holder_from: Some(at("2009-04-05T00:00:00Z")),
        },
        answer: HowToAnswer {
            forms: vec![AnswerForm::Xlsx, AnswerForm::Csv, AnswerForm::Mail, AnswerForm::Phone],
            address: "answers@cwg.example".to_owned(),
            by: at("2009-04-01T16:00:00Z"),
        },
        files: vec![FileEntry::of("conficker-2009.be.12.csv", "text/csv; charset=utf-8; header=present", &csv)],
    }
}

pub(crate) fn released_envelope(envelope: Envelope) -> Released<Envelope> {
    release(envelope, Audience::Recipient, at("2009-03-20T10:00:00Z")).unwrap()
}
