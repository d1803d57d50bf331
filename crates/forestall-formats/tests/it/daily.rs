// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The mail of a day, and notices to programs: what they say, and what they keep to themselves.

use std::collections::BTreeMap;

use forestall_formats::daily::{self, Daily, DailyCase, Waits};
use forestall_formats::notice::{self, Notice, NoticeKind};
use forestall_formats::wording::{Language, MailText};
use forestall_model::marking::release;
use forestall_model::{Audience, Instant, Marking, Pap, Tlp};

fn at() -> Instant {
    "2009-03-31T06:00:00Z".parse().unwrap()
}

fn marking(tlp: Tlp) -> Marking {
    Marking { tlp, pap: Pap::Green, embargo_until: None }
}

fn case(title: &str, tlp: Tlp, counts: &[(Waits, u64)]) -> DailyCase {
    DailyCase {
        title: title.to_owned(),
        link: Some(format!("https://hub.example/case/{}", title.to_lowercase())),
        marking: marking(tlp),
        counts: counts.iter().copied().collect(),
    }
}

fn written(cases: Vec<DailyCase>, unplaced: u64, language: &str) -> Option<MailText> {
    let daily = Daily {
        person: "Ada".to_owned(),
        at: at(),
        cases,
        unplaced: Some((unplaced, Some("https://hub.example/mails".to_owned()))),
        account: Some("https://hub.example/account".to_owned()),
        contact: "Ada Coordinator, +1 555 0100".to_owned(),
    };
    daily::write(&release(daily, Audience::Recipient, at()).unwrap(), Language::best(language)).unwrap()
}

#[test]
fn tells_each_case_in_one_line_and_a_closed_one_by_its_link() {
    let all: Vec<(Waits, u64)> = Waits::ALL.iter().map(|what| (*what, 1)).collect();
    let cases = || {
        vec![
            case("Open", Tlp::Green, &[(Waits::ListsNew, 1_200), (Waits::Alarms, 1)]),
            case("Closed", Tlp::Amber, &[(Waits::ListsOverdue, 7)]),
            case("Quiet", Tlp::Green, &[(Waits::Answers, 0)]),
            case("Full", Tlp::Clear, &all),
        ]
    };
    for tag in Language::all() {
        let mail = written(cases(), 2, tag).unwrap();
        assert!(mail.subject.contains("2009-03-31") && !mail.subject.contains("Open"), "{}", mail.subject);
        for text in
            ["Open: 1 ", "https://hub.example/case/closed", "https://hub.example/mails", "https://hub.example/account"]
        {
            assert!(mail.text.contains(text), "{tag}: {text:?} in\n{}", mail.text);
        }
        for text in ["Closed", "Quiet", "quiet"] {
            assert!(!mail.text.contains(text), "{tag}: {text:?} in\n{}", mail.text);
        }
        assert_eq!(Some(mail), written(cases(), 2, tag), "equal values give equal texts");
    }
    let english = written(cases(), 1, "en").unwrap().text;
    let unfolded = english.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(unfolded.contains("Open: 1 alarm; 1,200 new lists. https://hub.example/case/open"), "{english}");
    assert!(unfolded.contains("1 mail of which nobody could say what it answers"), "{english}");
}

#[test]
fn a_console_without_an_address_is_told_by_whom_to_ring() {
    for (tag, text) in
        [("en", "How to sign in says: Ada Coordinator"), ("de", "Wie man sich anmeldet, sagt: Ada Coordinator")]
    {
        let mut case = case("Open", Tlp::Green, &[(Waits::Alarms, 1)]);
        case.link = None;
        let daily = Daily {
            person: "Ada".to_owned(),
            at: at(),
            cases: vec![case],
            unplaced: Some((2, None)),
            account: None,
            contact: "Ada Coordinator, +1 555 0100".to_owned(),
        };
        let mail = daily::write(&release(daily, Audience::Recipient, at()).unwrap(), Language::best(tag)).unwrap();
        let unfolded = mail.unwrap().text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(unfolded.contains(text) && unfolded.ends_with("+1 555 0100"), "{tag}: {unfolded}");
        assert!(!unfolded.contains("http"), "{tag}: {unfolded}");
    }
    let linked = written(vec![case("Open", Tlp::Green, &[(Waits::Alarms, 1)])], 0, "en").unwrap();
    assert!(!linked.text.contains("555 0100"), "{}", linked.text);
}

#[test]
fn says_nothing_where_nothing_waits() {
    assert_eq!(written(vec![case("Quiet", Tlp::Green, &[(Waits::Answers, 0)])], 0, "en"), None);
    assert_eq!(written(Vec::new(), 0, "de"), None);
}

fn notice(tlp: Tlp, kind: NoticeKind) -> BTreeMap<String, serde_json::Value> {
    let notice = Notice {
        kind,
        at: at(),
        case: "mine".parse().unwrap(),
        title: "Mine".to_owned(),
        marking: marking(tlp),
        slice: Some("be".parse().unwrap()),
        number: 12,
        reminder: 0,
        names: Some(3),
        act_by: Some(at()),
        link: Some("https://hub.example/case/mine/slice/be".to_owned()),
    };
    let body = notice::write(&release(notice, Audience::Recipient, at()).unwrap()).unwrap();
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["type"], format!("forestall.{kind}"));
    serde_json::from_value(body["data"].clone()).unwrap()
}

#[test]
fn a_notice_above_green_leads_to_the_page_and_says_no_more() {
    let keys = |data: BTreeMap<String, serde_json::Value>| data.into_keys().collect::<Vec<_>>().join(" ");
    assert_eq!(keys(notice(Tlp::Green, NoticeKind::List)), "act_by case link list names slice title tlp version");
    assert_eq!(keys(notice(Tlp::Amber, NoticeKind::Reminder)), "case link list slice tlp version");
    assert_eq!(keys(notice(Tlp::Red, NoticeKind::Decision)), "case event link slice tlp version");
}
