// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A registry that refuses: what it is asked in place of it, when a list says so, and by what right.

use forestall_coord::command::{Acknowledge, Answer, Command, Cut, Override, Request};
use forestall_coord::cut::{Asked, Asking, asked_otherwise, to_protect};
use forestall_coord::event::{AnswerScope, ListDifference, PlaceSet, Purpose};
use forestall_coord::fallback::{DueFallback, fallback_due};
use forestall_coord::roll::{DueList, lists_due};
use forestall_coord::{Board, Refusal};
use forestall_model::party::{Rhythm, Terms};
use forestall_model::{Action, AnswerResult, DayRange, Digest, Instant, Tld};
use forestall_testkit::counts::{daily, days};
use forestall_testkit::{CaseScript, campaigns, parsed};

const NAMES: u32 = 5;

fn be() -> Tld {
    parsed("be")
}

fn weekly(_: &Tld) -> Terms {
    Terms { rhythm: Rhythm::Weekly, ..Terms::default() }
}

/// Ten days of a campaign; its registry has its lists on Mondays. 15 December 2008 is one.
fn script(campaign: &str) -> CaseScript {
    let horizon = days("2009-01-01", "2009-01-11");
    let mut script = CaseScript::opened_ahead(
        horizon,
        60,
        vec![campaigns::campaign(campaign)],
        vec![daily(campaign, horizon, &[(be(), NAMES)])],
    );
    script.clock.set(parsed("2008-12-15T09:00:00Z"));
    script
}

/// A list that asks for these days.
fn list(script: &CaseScript, days: DayRange, action: Action, fallback: Option<Action>) -> Cut {
    let slice = &script.case().slices[&be()];
    Cut {
        tld: be(),
        purpose: Purpose::Protect,
        party: None,
        basis: script.case().version,
        beside: 0,
        previous: slice.last_acknowledged(Purpose::Protect).map(|cut| cut.number),
        days,
        campaigns: Vec::new(),
        action,
        fallback,
        legal_basis: None,
        override_by: None,
        digest: Digest::of(b"a list"),
        counts: ListDifference { names: 10, added: 10, ..ListDifference::default() },
        act_by: None,
    }
}

fn asks_all(script: &mut CaseScript, action: Action, fallback: Option<Action>) {
    let cut = list(script, days("2009-01-01", "2009-01-11"), action, fallback);
    script.must(&Command::Cut(cut));
    let number = script.case().slices[&be()].cuts.last().expect("it was cut").number;
    script.must(&Command::Acknowledge(Acknowledge { tld: be(), list: Some(number) }));
}

fn answers(script: &mut CaseScript, scope: AnswerScope, action: Action, result: AnswerResult) {
    script.must(&Command::Answer(Answer { tld: be(), scope, action, result, attested: None }));
}

fn all() -> AnswerScope {
    AnswerScope::Days { days: days("2009-01-01", "2009-01-11"), campaigns: Vec::new() }
}

/// The first two names of a day.
fn two_names(day: &str) -> AnswerScope {
    let period = parsed::<forestall_model::UtcDay>(day).start().seconds();
    AnswerScope::Places(vec![PlaceSet { campaign: parsed("checked"), period, places: [0, 1].into_iter().collect() }])
}

fn due(script: &CaseScript, at: &str) -> Vec<DueList> {
    lists_due(&script.board(), &weekly, parsed(at))
}

fn asked(board: &Board<'_>, at: Instant) -> Vec<Option<Action>> {
    let cells = board.slice(&be()).iter();
    cells.flat_map(|cell| board.name_views(&be(), cell.campaign, cell.period, at)).map(|view| view.asked).collect()
}

#[test]
fn what_was_refused_is_asked_for_otherwise_at_once_and_once() {
    let mut script = script("checked");
    asks_all(&mut script, Action::Reserve, Some(Action::Monitor));
    assert_eq!(due(&script, "2008-12-16T00:00:00Z"), [], "nothing is due before the registry answers");
    script.clock.set(parsed("2008-12-16T10:00:00Z"));
    let before = script.case().clone();
    answers(&mut script, two_names("2009-01-03"), Action::Reserve, AnswerResult::Refused);
    let refused_by = script.case().version;

    // Tuesday: its rhythm has no list, and only what it refused is in this one.
    let now: Instant = parsed("2008-12-17T00:00:00Z");
    let found = due(&script, "2008-12-17T00:00:00Z");
    let fallback = DueFallback { tld: be(), action: Action::Monitor, names: 2, refused_by };
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].days.is_empty(), found[0].fallback.as_ref()), (true, Some(&fallback)));
    let board = script.board();
    let monitored = asked(&board, now).iter().filter(|action| **action == Some(Action::Monitor)).count();
    let reserved = asked(&board, now).iter().filter(|action| **action == Some(Action::Reserve)).count();
    assert_eq!((monitored, reserved), (2, 48));

    // Both names stand in the list before as well, and are told apart by what is asked of them.
    let nothing = Asked::default();
    let earlier = Board::new(&before, board.counts);
    let asking = |board| Asking { board, asked: &nothing, action: Action::Monitor, at: now };
    let (old, new) = (to_protect(&earlier, &be(), &nothing, now), to_protect(&board, &be(), &nothing, now));
    let differs = asked_otherwise(&be(), (&asking(&earlier), &old), (&asking(&board), &new));
    assert_eq!(old, new);
    assert_eq!(differs.values().map(|places| places.iter().collect::<Vec<_>>()).collect::<Vec<_>>(), [vec![0, 1]]);

    script.clock.set(now);
    let none = DayRange { from: parsed("2009-01-01"), until: parsed("2009-01-01") };
    let cut = list(&script, none, Action::Monitor, None);
    script.must(&Command::Cut(cut));
    assert_eq!(due(&script, "2008-12-18T00:00:00Z"), [], "it was said once");
    // The next days are asked for as the first were.
    assert_eq!(script.case().slices[&be()].last_asking().map(|cut| cut.number), Some(1));
    // The registry does as it is asked, and refuses the fallback of another: neither brings a further list.
    answers(&mut script, two_names("2009-01-03"), Action::Monitor, AnswerResult::Done);
    answers(&mut script, two_names("2009-01-04"), Action::Monitor, AnswerResult::Refused);
    assert_eq!(fallback_due(&script.board(), &be(), parsed("2008-12-18T00:00:00Z")), None);
}

#[test]
fn a_refusal_without_a_fallback_or_of_something_else_brings_no_list() {
    let mut plain = script("checked");
    asks_all(&mut plain, Action::Reserve, None);
    plain.clock.set(parsed("2008-12-16T10:00:00Z"));
    answers(&mut plain, all(), Action::Reserve, AnswerResult::Refused);
    assert_eq!(due(&plain, "2008-12-17T00:00:00Z"), []);

    let mut other = script("checked");
    asks_all(&mut other, Action::Reserve, Some(Action::Monitor));
    other.clock.set(parsed("2008-12-16T10:00:00Z"));
    answers(&mut other, all(), Action::RegisterHold, AnswerResult::Refused);
    answers(&mut other, two_names("2009-01-03"), Action::Reserve, AnswerResult::Error);
    assert_eq!(due(&other, "2008-12-17T00:00:00Z"), [], "to fail is not to refuse");
    // Who is asked again after a refusal is asked for the action again.
    answers(&mut other, all(), Action::Reserve, AnswerResult::Refused);
    other.clock.set(parsed("2008-12-16T11:00:00Z"));
    asks_all(&mut other, Action::Reserve, Some(Action::Monitor));
    assert_eq!(due(&other, "2008-12-17T00:00:00Z"), []);
    assert!(
        asked(&other.board(), parsed("2008-12-17T00:00:00Z")).iter().all(|action| *action == Some(Action::Reserve))
    );
}

#[test]
fn what_has_closed_needs_no_fallback() {
    let mut script = script("checked");
    asks_all(&mut script, Action::Reserve, Some(Action::Monitor));
    script.clock.set(parsed("2009-01-09T12:00:00Z"));
    answers(&mut script, all(), Action::Reserve, AnswerResult::Refused);
    let found = fallback_due(&script.board(), &be(), parsed("2009-01-09T12:00:00Z")).map(|due| due.names);
    // With 24 hours of margin, the windows of 8, 9 and 10 January have not closed.
    assert_eq!(found, Some(3 * NAMES));
    assert_eq!(fallback_due(&script.board(), &be(), parsed("2009-01-12T00:00:00Z")), None);
}

#[test]
fn a_list_for_the_refused_asks_for_nothing_that_was_not_asked_by_right() {
    let mut script = script("checked");
    asks_all(&mut script, Action::Reserve, Some(Action::Monitor));
    script.clock.set(parsed("2008-12-16T10:00:00Z"));
    answers(&mut script, all(), Action::Reserve, AnswerResult::Refused);
    let none = DayRange { from: parsed("2009-01-01"), until: parsed("2009-01-01") };
    let refused =
        script.act(&Command::Cut(list(&script, none, Action::RegisterSinkhole, None))).expect_err("it is refused");
    assert_eq!(refused, Refusal::NotRequested { tld: be() });

    // The fallback takes the same right as the action when it is asked.
    let request = |action, fallback, legal_basis: Option<&str>| {
        Command::Request(Request {
            tld: be(),
            days: days("2009-01-01", "2009-01-11"),
            campaigns: Vec::new(),
            action,
            fallback,
            legal_basis: legal_basis.map(str::to_owned),
            override_by: None::<Override>,
        })
    };
    let refused = script.act(&request(Action::Reserve, Some(Action::Suspend), None)).expect_err("it is refused");
    assert_eq!(refused, Refusal::NeedsLegalBasis { action: Action::Suspend });
    script.must(&request(Action::Reserve, Some(Action::Suspend), Some("order 5 of the court of X")));
    answers(&mut script, all(), Action::Reserve, AnswerResult::Refused);
    let refused = script.act(&Command::Cut(list(&script, none, Action::Suspend, None))).expect_err("it is refused");
    assert_eq!(refused, Refusal::NeedsLegalBasis { action: Action::Suspend }, "nor does the list leave without it");
}
