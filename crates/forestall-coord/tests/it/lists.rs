// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Numbered lists: what is on them, and what is refused.

use forestall_coord::Refusal;
use forestall_coord::command::{Acknowledge, Command, Cut, Deliver, Read};
use forestall_coord::cut::{Asked, Entries, to_protect, to_release};
use forestall_coord::event::{ListDifference, Purpose, SentFile};
use forestall_model::party::Channel;
use forestall_model::{Action, AnswerResult, DayRange, Digest, Instant};
use forestall_testkit::{CaseScript, parsed};

use crate::world::{answer, campaign, day, exclude, horizon, occurrences, opened, size, tld};

fn cut(script: &CaseScript) -> Cut {
    Cut {
        tld: tld(0),
        purpose: Purpose::Protect,
        party: Some(parsed("registry-of-com")),
        basis: script.case().version,
        beside: 0,
        previous: None,
        days: horizon(),
        campaigns: vec![campaign(0)],
        action: Action::Reserve,
        fallback: None,
        legal_basis: None,
        override_by: None,
        digest: Digest::of(b"a list"),
        counts: ListDifference { names: 20, added: 20, ..ListDifference::default() },
        act_by: None,
    }
}

fn deliver(number: u32) -> Deliver {
    Deliver {
        tld: tld(0),
        number,
        channel: Channel::Mail,
        contact: 0,
        address: "abuse@registry.example".to_owned(),
        receipt: "250 2.0.0 Ok: queued as 4711".to_owned(),
        message_id: Some("mine.be.1.0af3@hub.example".to_owned()),
        reminder: 0,
        files: vec![SentFile { name: "list.csv".to_owned(), sha256: Digest::of(b"a file") }],
        taken: true,
    }
}

fn total(entries: &Entries) -> u32 {
    entries.values().map(forestall_model::evidence::Places::len).sum()
}

#[test]
fn a_list_holds_what_was_asked_and_is_still_open() {
    let mut script = opened();
    let asked = Asked { days: Some(horizon()), campaigns: vec![0] };
    let at = |script: &CaseScript, at: Instant| to_protect(&script.board(), &tld(0), &asked, at);
    // Six names a day, one of which cannot be registered, on four days.
    assert_eq!(total(&at(&script, script.clock.now())), 4 * (size(0, 0) - 1));
    assert_eq!(
        total(&to_protect(&script.board(), &tld(0), &Asked::default(), script.clock.now())),
        0,
        "nothing was asked"
    );
    script.must(&exclude(0, 0));
    let excluded = at(&script, script.clock.now());
    assert_eq!(total(&excluded), 4 * (size(0, 0) - 1) - 4 + unregistrable_of_the_excluded());
    // The guard window of a day reaches 24 hours beyond it.
    assert_eq!(at(&script, day(1).plus(1).start()).len(), 3);
    assert_eq!(at(&script, day(4).plus(1).start()).len(), 0);
}

/// The excluded name stands on the place that cannot be registered on one of the four days, at most.
fn unregistrable_of_the_excluded() -> u32 {
    let places = occurrences(0, 0).into_iter().filter(|occurrence| occurrence.campaign == campaign(0));
    u32::try_from(places.filter(|occurrence| occurrence.place == 4).count()).expect("a few places")
}

#[test]
fn what_a_list_asks_is_a_request() {
    let mut script = opened();
    let list = cut(&script);
    script.must(&Command::Cut(list));
    let slice = &script.case().slices[&tld(0)];
    assert_eq!(slice.request(0, day(2)).map(|request| request.action), Some(Action::Reserve));
    assert_eq!(slice.request(1, day(2)), None, "the other campaign was not asked for");
    assert_eq!(slice.cuts.last().map(|cut| (cut.number, cut.counts.names)), Some((1, 20)));
    let again = Asked::of(slice.cut(1).expect("list 1"));
    assert_eq!(total(&to_protect(&script.board(), &tld(0), &again, script.clock.now())), 20);
}

#[test]
fn a_list_that_was_computed_from_another_state_is_refused() {
    let mut script = opened();
    let stale = cut(&script);
    script.must(&exclude(0, 1));
    let refused = script.act(&Command::Cut(stale.clone())).expect_err("the state has moved");
    assert_eq!(refused, Refusal::CaseMoved { basis: stale.basis, version: stale.basis + 1 });
    let beside = Cut { beside: 1, ..stale };
    script.must(&Command::Cut(beside));
}

#[test]
fn lists_are_held_to_the_rules_of_requests() {
    let mut script = opened();
    let mut refuse = |change: &dyn Fn(&mut Cut), part: &str| {
        let mut list = cut(&script);
        change(&mut list);
        let refusal = script.act(&Command::Cut(list)).expect_err(part);
        assert!(refusal.to_string().contains(part), "{refusal}");
    };
    refuse(&|list| list.campaigns = vec![campaign(1)], "unverified");
    refuse(&|list| list.action = Action::Suspend, "legal basis");
    refuse(&|list| list.action = Action::Lock, "name by name");
    refuse(&|list| list.counts = ListDifference::default(), "at least one name");
    refuse(&|list| list.previous = Some(3), "compute it again");
    refuse(&|list| list.days = DayRange { from: day(0), until: day(9) }, "horizon");
    refuse(&|list| list.days = DayRange { from: day(0), until: day(0) }, "nothing was requested");
    refuse(
        &|list| {
            list.purpose = Purpose::Release;
            list.action = Action::Reserve;
        },
        "name by name",
    );
    assert!(script.case().slices[&tld(0)].cuts.is_empty());
}

#[test]
fn receipts_need_their_list_and_keep_addresses_outside() {
    let mut script = opened();
    let missing = script.act(&Command::Deliver(deliver(1))).expect_err("there is no list");
    assert_eq!(missing, Refusal::NoSuchList { tld: tld(0), number: 1 });
    let list = cut(&script);
    script.must(&Command::Cut(list));
    let event = script.must(&Command::Deliver(deliver(1))).clone();
    let text = String::from_utf8(event.canonical()).unwrap();
    assert!(!text.contains("registry.example") && !text.contains("4711"), "{text}");
    assert!(event.withheld.contains_key("address") && event.withheld.contains_key("receipt"));
    let nameless = Deliver { files: Vec::new(), ..deliver(1) };
    assert!(script.act(&Command::Deliver(nameless)).is_err(), "a list without a file was not handed over");
    script.must(&Command::Read(Read { tld: tld(0), number: 1, channel: Channel::Console }));
    let again = script.act(&Command::Read(Read { tld: tld(0), number: 1, channel: Channel::Mail })).expect_err("once");
    assert_eq!(again, Refusal::ReadBefore { tld: tld(0), number: 1 });
}

#[test]
fn the_next_list_is_compared_with_the_last_that_was_acknowledged() {
    let mut script = opened();
    let list = cut(&script);
    script.must(&Command::Cut(list));
    let second = Cut { days: DayRange { from: day(0), until: day(0) }, campaigns: Vec::new(), ..cut(&script) };
    script.must(&Command::Cut(second));
    let slice = &script.case().slices[&tld(0)];
    assert_eq!(slice.last_acknowledged(Purpose::Protect), None);
    script.must(&Command::Acknowledge(Acknowledge { tld: tld(0), list: Some(1) }));
    assert_eq!(script.case().slices[&tld(0)].last_acknowledged(Purpose::Protect).map(|cut| cut.number), Some(1));
    // An answer says that the last list came.
    script.must(&answer(0, Action::Reserve, AnswerResult::Error));
    assert_eq!(script.case().slices[&tld(0)].last_acknowledged(Purpose::Protect).map(|cut| cut.number), Some(2));
    let unknown = script.act(&Command::Acknowledge(Acknowledge { tld: tld(0), list: Some(9) }));
    assert_eq!(unknown.err(), Some(Refusal::NoSuchList { tld: tld(0), number: 9 }));
}

#[test]
fn only_what_a_registry_holds_is_handed_back_and_only_after_the_cool_down() {
    let mut script = opened();
    let list = cut(&script);
    script.must(&Command::Cut(list));
    let at =
        |script: &CaseScript, days: i32| total(&to_release(&script.board(), &tld(0), day(0).plus(days).start(), 30));
    assert_eq!(at(&script, 90), 0, "nobody says that it holds anything");
    script.must(&answer(0, Action::Reserve, AnswerResult::Done));
    // The guard window of the first day closes a day after it.
    assert_eq!(at(&script, 31), 0);
    assert!(at(&script, 32) > 0);
    let all = at(&script, 90);
    script.must(&answer(0, Action::Release, AnswerResult::Done));
    assert_eq!((all, at(&script, 90)), (4 * (size(0, 0) - 1 + size(1, 0) - 1), 0));
}

#[test]
fn a_word_of_the_registry_is_about_the_list_that_it_has() {
    let mut script = opened();
    let list = cut(&script);
    script.must(&Command::Cut(list));
    script.must(&Command::Deliver(deliver(1)));
    let second = Cut { days: DayRange { from: day(0), until: day(0) }, campaigns: Vec::new(), ..cut(&script) };
    script.must(&Command::Cut(second));
    let last =
        |script: &CaseScript| script.case().slices[&tld(0)].last_acknowledged(Purpose::Protect).map(|cut| cut.number);
    script.must(&answer(0, Action::Release, AnswerResult::Done));
    assert_eq!(last(&script), None, "what is handed back says nothing of a list to protect");
    script.must(&answer(0, Action::Reserve, AnswerResult::Error));
    assert_eq!(last(&script), Some(1), "list 2 was not handed over");
    script.must(&Command::Deliver(deliver(2)));
    script.must(&Command::Acknowledge(Acknowledge { tld: tld(0), list: None }));
    assert_eq!(last(&script), Some(2));
}
