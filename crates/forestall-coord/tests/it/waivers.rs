// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Requests for a waiver: sending one starts its clock, an answer stops it, and one that is late is an alarm.

use forestall_coord::alarms::{AlarmKind, alarms};
use forestall_coord::command::{AnswerFiling, Command, File};
use forestall_coord::{Board, Refusal};
use forestall_model::party::Road;
use forestall_model::{Instant, Tld};
use forestall_testkit::{CaseScript, parsed};

use crate::world::{counts, opened, tld};

fn file(road: Road) -> Command {
    Command::File(File { road, tlds: vec![tld(0)], reference: Some(" ERSR 1 ".to_owned()) })
}

fn due(script: &CaseScript) -> Vec<(Tld, Instant)> {
    let counts = counts();
    let board = Board::new(script.case(), &counts);
    let found = alarms(&board, script.clock.now());
    found.into_iter().filter(|alarm| alarm.kind == AlarmKind::WaiverDue).map(|alarm| (alarm.tld, alarm.due)).collect()
}

/// By the calendar: 2009-03-12 was a Thursday, so three business days after it end with Tuesday the 17th.
#[test]
fn the_clocks_are_three_business_days_and_fifteen_days() {
    for (sent, road, expected) in [
        ("2009-03-12T09:00:00Z", Road::Ersr, "2009-03-18T00:00:00Z"),
        ("2009-03-14T09:00:00Z", Road::Ersr, "2009-03-19T00:00:00Z"),
        ("2009-03-12T09:00:00Z", Road::RegistrarWaiver, "2009-03-28T00:00:00Z"),
    ] {
        assert_eq!(forestall_coord::filing::due(road, parsed(sent)), parsed(expected), "{sent} {road}");
    }
}

#[test]
fn a_request_is_an_alarm_until_it_is_answered() {
    let mut script = opened();
    let sent = script.clock.now();
    script.must(&file(Road::Ersr));
    let filing = script.case().filings[0].clone();
    assert_eq!((filing.number, filing.sent, filing.reference.as_deref()), (1, sent, Some("ERSR 1")));
    assert_eq!(script.case().open_filings(&tld(0)).count(), 1);
    assert_eq!(due(&script), [], "there is time");
    script.clock.set(filing.due.plus_seconds(-12 * 3_600));
    assert_eq!(due(&script), [(tld(0), filing.due)]);
    let answer = Command::AnswerFiling(AnswerFiling { filing: 1, granted: false, text: "no incident".to_owned() });
    script.must(&answer);
    assert_eq!(due(&script), []);
    assert_eq!(script.case().open_filings(&tld(0)).count(), 0);
    assert_eq!(script.act(&answer).err(), Some(Refusal::FilingAnswered { filing: 1 }));
}

#[test]
fn what_cannot_be_requested_of_icann_is_refused() {
    let mut script = opened();
    assert_eq!(script.act(&file(Road::CourtOrder)).err(), Some(Refusal::NoRequestToIcann { road: Road::CourtOrder }));
    let none = File { road: Road::Ersr, tlds: Vec::new(), reference: None };
    assert_eq!(script.act(&Command::File(none)).err(), Some(Refusal::Empty("at least one top-level domain")));
    let unknown = AnswerFiling { filing: 7, granted: true, text: "yes".to_owned() };
    assert_eq!(script.act(&Command::AnswerFiling(unknown)).err(), Some(Refusal::NoSuchFiling { filing: 7 }));
}
