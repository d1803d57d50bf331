// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Each rule by an example.

use forestall_coord::epp::{Approval, Ground, Intent, Outcome, Record, Refused, Seen, Step, Stop, Wanted};
use forestall_model::epp::{Change, Guarded, Object, Operation, Side, Status};
use forestall_model::money::Money;
use forestall_model::{Action, Instant};
use forestall_testkit::parsed;

use super::{NOON, Scene, approvals, at, batch, entry, object, set, sinkhole, take_away};

fn sent(step: Step) -> Box<Intent> {
    match step {
        Step::Send(intent) => intent,
        other => panic!("expected a frame, and came {other:?}"),
    }
}

fn noted(step: Step) -> Box<Record> {
    match step {
        Step::Note(record) => record,
        other => panic!("expected a note, and came {other:?}"),
    }
}

/// Sends the next frame and has it answered.
fn answered(scene: &mut Scene, outcome: Outcome) -> Record {
    let intent = sent(scene.next());
    let created = matches!(intent.operation, Operation::Create { .. }).then_some(scene.now);
    let record = Record { ended: Some(scene.now), outcome: Some(outcome), created, ..intent.record };
    scene.journal.put(record.clone());
    scene.later(1);
    record
}

/// A scene in which a command of ours created `abcd.be` at noon, and then the batch is another.
fn owned(operation: Operation) -> Scene {
    let mut scene = Scene::of(sinkhole());
    scene.see("abcd.be", Seen::Free);
    answered(&mut scene, Outcome::Done);
    let journal = scene.journal;
    let mut scene = Scene::of(batch(vec![entry("abcd.be", Action::RegisterSinkhole, operation, Ground::Own)]));
    scene.journal = journal;
    scene.later(10);
    scene
}

fn ours() -> Seen {
    Seen::Exists(object(at(NOON)))
}

/// A scene in which `abcd.be` is to point to the sinkhole, under an order.
fn redirected() -> Scene {
    let change = Change {
        add_servers: vec!["ns1.sink.example".to_owned()],
        remove_servers: vec!["ns.bad.example".to_owned()],
        remove_ds: true,
        ..Change::default()
    };
    let redirect = entry("abcd.be", Action::RedirectNs, Operation::Update(change), Ground::Order(7));
    Scene::of(batch(vec![redirect]))
}

#[test]
fn a_name_is_looked_at_before_each_frame() {
    let mut scene = Scene::of(sinkhole());
    assert_eq!(scene.next(), Step::Look(0));
    scene.see("efgh.be", Seen::Free);
    assert_eq!(scene.next(), Step::Look(0), "a look at another name");
    scene.see("abcd.be", Seen::Free);
    scene.later(31);
    assert_eq!(scene.next(), Step::Look(0), "an old look");
    scene.see("abcd.be", Seen::Free);
    scene.later(5);
    let first = answered(&mut scene, Outcome::Done);
    assert_eq!(scene.next(), Step::Look(1), "the look was before the creation");
    scene.see("abcd.be", Seen::Exists(object(first.created.unwrap())));
    let second = answered(&mut scene, Outcome::Done);
    assert_ne!(first.id, second.id);
    assert!(first.id.len() <= 64 && first.id.starts_with("FSB-"));
    assert_eq!(scene.next(), Step::Done);
}

#[test]
fn accounts_tell_people_apart_and_may_be_asked_for() {
    let mut scene = Scene::of(sinkhole());
    let with = |scene: &mut Scene, accounts: [Option<&str>; 2]| {
        for (approval, account) in scene.approvals.iter_mut().zip(accounts) {
            approval.account = account.map(parsed);
        }
    };
    let is_refused = |scene: &Scene| matches!(scene.next(), Step::Refused(Refused::NotApproved { .. }));
    with(&mut scene, [Some("p-1"), Some("p-1")]);
    assert!(is_refused(&scene), "one account under two names is one person");
    with(&mut scene, [Some("p-1"), None]);
    assert!(!is_refused(&scene), "who names themselves counts unless it is said otherwise");
    scene.rules.approvals.signed_in = true;
    let Step::Refused(refused) = scene.next() else { panic!("one of them proved nothing") };
    assert!(refused.to_string().contains("two different people with accounts of their own"), "{refused}");
    with(&mut scene, [Some("p-1"), Some("p-2")]);
    assert!(!is_refused(&scene));
    // A third person makes a pair with one of two who are the same.
    with(&mut scene, [Some("p-1"), Some("p-1")]);
    let third = Approval { by: parsed("Eve"), account: Some(parsed("p-3")), ..scene.approvals[0].clone() };
    scene.approvals.push(third);
    assert!(!is_refused(&scene));
}

#[test]
fn two_different_people_approve_this_very_text() {
    let mut scene = Scene::of(sinkhole());
    scene.see("abcd.be", Seen::Free);
    sent(scene.next());
    let whole = scene.approvals.clone();
    for people in [&[][..], &["Ada"], &["Ada", "Ada"], &["Ada", " ada "], &["Ada Coordinator", "ada  COORDINATOR"]] {
        scene.approvals = approvals(&scene.batch, people);
        assert!(matches!(scene.next(), Step::Refused(Refused::NotApproved { count: 2, .. })), "{people:?}");
    }
    scene.approvals.clone_from(&whole);
    scene.approvals[1].count = 1;
    assert!(matches!(scene.next(), Step::Refused(Refused::NotApproved { .. })), "of another count");
    scene.approvals = approvals(&batch(scene.batch.entries[..1].to_vec()), &["Ada", "Ben"]);
    assert!(matches!(scene.next(), Step::Refused(Refused::NotApproved { .. })), "of another batch");
    scene.approvals = whole;
    scene.later(8 * 86_400);
    assert!(matches!(scene.next(), Step::Refused(Refused::NotApproved { days: 7, .. })), "long ago");
}

#[test]
fn the_switch_and_the_cap_stop_everything() {
    let mut scene = Scene::of(sinkhole());
    scene.see("abcd.be", Seen::Free);
    scene.stopped = Some(Stop { by: "Ada".to_owned(), at: scene.now, reason: "wrong list".to_owned() });
    let Step::Refused(refused) = scene.next() else { panic!() };
    assert!(refused.to_string().contains("Ada stopped it at 2009-04-01T12:00:00Z: wrong list"), "{refused}");
    scene.stopped = None;
    scene.rules.per_day = 1;
    answered(&mut scene, Outcome::Done);
    scene.see("abcd.be", ours());
    assert!(matches!(scene.next(), Step::Refused(Refused::DailyCap { sent: 1, most: 1, .. })));
    scene.later(43_200);
    scene.see("abcd.be", ours());
    sent(scene.next());
}

#[test]
fn a_name_is_created_only_where_it_is_free_and_asked_for() {
    for (seen, word) in [
        (Seen::Exists(Object { sponsor: "other".to_owned(), ..object(at(NOON)) }), "\"other\" sponsors it"),
        (Seen::Exists(object(at(NOON))), "sponsors it"),
        (Seen::Unavailable(Some("reserved".to_owned())), "reserved"),
        (Seen::Unavailable(None), "no reason given"),
    ] {
        let mut scene = Scene::of(sinkhole());
        scene.see("abcd.be", seen);
        let record = noted(scene.next());
        assert_eq!((record.outcome, record.sent, record.attempt), (Some(Outcome::Refused), None, 0));
        assert!(record.text.contains(word), "{}", record.text);
        scene.journal.put(*record);
        let after = noted(scene.next());
        assert_eq!(after.outcome, Some(Outcome::Skipped), "what follows is not done either");
        scene.journal.put(*after);
        assert_eq!(scene.next(), Step::Done);
    }
    for wanted in [None, Some(Wanted { action: Some(Action::Reserve), ..Wanted::default() }), Some(Wanted::default())] {
        let mut scene = Scene::of(sinkhole());
        scene.wanted = wanted.into_iter().map(|wanted| (parsed("abcd.be"), wanted)).collect();
        scene.see("abcd.be", Seen::Free);
        assert_eq!(noted(scene.next()).outcome, Some(Outcome::Skipped));
    }
}

#[test]
fn no_price_is_agreed_to_above_the_limit_or_unseen() {
    let money = |text: &str| text.parse::<Money>().unwrap();
    let mut scene = Scene::of(sinkhole());
    scene.rules.most_price = Some(money("10.00 EUR"));
    for (price, sends) in [("10.00 EUR", true), ("10.01 EUR", false), ("1.00 USD", false)] {
        scene.see("abcd.be", Seen::Free);
        scene.look.as_mut().unwrap().price = Some(money(price));
        match scene.next() {
            Step::Send(intent) => assert!(sends && intent.price == Some(money(price)), "{price}"),
            Step::Note(record) => assert!(!sends && record.outcome == Some(Outcome::Refused), "{price}"),
            other => panic!("{other:?}"),
        }
    }
    scene.see("abcd.be", Seen::Free);
    assert_eq!(noted(scene.next()).outcome, Some(Outcome::Refused), "an unknown price");
}

#[test]
fn the_price_of_a_creation_is_agreed_to_for_nothing_else() {
    let mut scene = owned(Operation::Renew { expires: parsed("2010-04-01"), years: 2 });
    scene.rules.most_price = Some("10.00 EUR".parse().unwrap());
    scene.see("abcd.be", ours());
    scene.look.as_mut().unwrap().price = Some("10.00 EUR".parse().unwrap());
    assert_eq!(sent(scene.next()).price, None);
}

#[test]
fn only_the_object_that_we_created_is_changed_as_ours() {
    let mut scene = owned(set(Guarded::Hold));
    scene.see("abcd.be", ours());
    sent(scene.next());
    for (what, seen) in [
        ("gone", Seen::Free),
        ("registered anew", Seen::Exists(object(at("2009-04-01T12:00:05Z")))),
        ("of another sponsor", Seen::Exists(Object { sponsor: "other".to_owned(), ..object(at(NOON)) })),
        ("of another creator", Seen::Exists(Object { creator: Some("other".to_owned()), ..object(at(NOON)) })),
        ("without a date", Seen::Exists(Object { created: None, ..object(at(NOON)) })),
    ] {
        scene.see("abcd.be", seen);
        assert_eq!(noted(scene.next()).outcome, Some(Outcome::Refused), "{what}");
    }
    let mut scene = Scene::of(scene.batch);
    scene.see("abcd.be", ours());
    assert_eq!(noted(scene.next()).text, "no command of ours created it");
}

#[test]
fn what_others_hold_is_changed_under_a_standing_order_only() {
    let ordered = || {
        let mut scene = Scene::of(batch(vec![entry("abcd.be", Action::Suspend, set(Guarded::Hold), Ground::Order(7))]));
        scene.see("abcd.be", ours());
        scene
    };
    sent(ordered().next());
    for wanted in [
        None,
        Some(Wanted { action: Some(Action::Suspend), order: Some(8), needed_until: None }),
        Some(Wanted { action: Some(Action::Suspend), order: None, needed_until: None }),
        Some(Wanted { action: Some(Action::Lock), order: Some(7), needed_until: None }),
    ] {
        let mut scene = ordered();
        scene.wanted = wanted.into_iter().map(|wanted| (parsed("abcd.be"), wanted)).collect();
        assert_eq!(noted(scene.next()).outcome, Some(Outcome::Skipped));
    }
    let mut scene = ordered();
    scene.see("abcd.be", Seen::Exists(Object { sponsor: "other".to_owned(), ..object(at(NOON)) }));
    assert!(noted(scene.next()).text.contains("only a sponsor may change it"));
    scene.rules.side = Side::Server;
    sent(scene.next());
}

#[test]
fn name_servers_that_changed_since_the_plan_are_left_alone() {
    let mut scene = redirected();
    let at_servers = |servers: &[&str], signed: bool| {
        let servers = servers.iter().map(|server| (*server).to_owned()).collect();
        Seen::Exists(Object { servers, signed, ..object(at(NOON)) })
    };
    scene.see("abcd.be", at_servers(&["ns.bad.example"], true));
    sent(scene.next());
    scene.see("abcd.be", at_servers(&["ns1.sink.example"], false));
    assert_eq!(noted(scene.next()).outcome, Some(Outcome::Held), "it is so already");
    for servers in [&["ns.new.example"][..], &["ns.bad.example", "ns.new.example"], &[]] {
        scene.see("abcd.be", at_servers(servers, true));
        let record = noted(scene.next());
        assert_eq!(record.outcome, Some(Outcome::Refused));
        assert!(record.text.contains("changed since the plan"), "{}", record.text);
    }
}

#[test]
fn of_an_update_only_what_is_not_so_yet_is_sent() {
    let status = |guards| Status { side: Side::Client, guards };
    let (hold, transfer) = (status(Guarded::Hold), status(Guarded::Transfer));
    let with = |statuses: &[Status]| {
        let statuses = statuses.iter().map(Status::to_string).collect();
        Seen::Exists(Object { statuses, ..object(at(NOON)) })
    };
    let set = |statuses: &[Status]| Change { add_statuses: statuses.to_vec(), ..Change::default() };
    let mut scene = owned(Operation::Update(set(&[hold, transfer])));
    for (there, sends) in [(vec![], vec![hold, transfer]), (vec![hold], vec![transfer]), (vec![transfer], vec![hold])] {
        scene.see("abcd.be", with(&there));
        assert_eq!(sent(scene.next()).operation, Operation::Update(set(&sends)));
    }
    scene.see("abcd.be", with(&[hold, transfer]));
    assert_eq!(noted(scene.next()).outcome, Some(Outcome::Held));
    // After an answer that never came it is done only where all of it is so.
    scene.see("abcd.be", with(&[hold]));
    let intent = sent(scene.next());
    scene.journal.put(intent.record);
    scene.later(70);
    scene.see("abcd.be", with(&[hold]));
    assert_eq!(noted(scene.next()).outcome, Some(Outcome::Failed));
    scene.see("abcd.be", with(&[hold, transfer]));
    assert_eq!(noted(scene.next()).outcome, Some(Outcome::Done));
    // What is to be taken away, and is gone already.
    let take = |statuses: &[Status]| Change { remove_statuses: statuses.to_vec(), ..Change::default() };
    let mut scene = owned(Operation::Update(take(&[hold, transfer])));
    scene.now = at("2009-06-01T00:00:00Z");
    scene.approvals.iter_mut().for_each(|approval| approval.at = scene.now);
    scene.see("abcd.be", with(&[transfer]));
    assert_eq!(sent(scene.next()).operation, Operation::Update(take(&[transfer])));
}

#[test]
fn keys_that_are_left_go_where_the_name_servers_are_as_wanted() {
    let mut scene = redirected();
    scene.see("abcd.be", Seen::Exists(Object { signed: true, ..object(at(NOON)) }));
    let keys_only = Change { remove_ds: true, ..Change::default() };
    assert_eq!(sent(scene.next()).operation, Operation::Update(keys_only));
    let servers = ["ns1.sink.example", "ns.new.example"].map(str::to_owned).into();
    scene.see("abcd.be", Seen::Exists(Object { signed: true, servers, ..object(at(NOON)) }));
    assert_eq!(noted(scene.next()).outcome, Some(Outcome::Refused), "somebody else added one");
}

/// A registry may refuse the whole of an update that removes keys where there are none.
#[test]
fn of_a_name_without_keys_none_are_removed() {
    let mut scene = redirected();
    let servers = ["ns.bad.example".to_owned()].into();
    scene.see("abcd.be", Seen::Exists(Object { servers, ..object(at(NOON)) }));
    let servers_only = Change {
        add_servers: vec!["ns1.sink.example".to_owned()],
        remove_servers: vec!["ns.bad.example".to_owned()],
        ..Change::default()
    };
    assert_eq!(sent(scene.next()).operation, Operation::Update(servers_only));
}

#[test]
fn a_status_that_forbids_it_is_told_and_nothing_sent() {
    for status in ["serverUpdateProhibited", "clientUpdateProhibited", "pendingDelete"] {
        let mut scene = owned(set(Guarded::Hold));
        let statuses = [status.to_owned()].into();
        scene.see("abcd.be", Seen::Exists(Object { statuses, ..object(at(NOON)) }));
        let record = noted(scene.next());
        assert_eq!(record.outcome, Some(Outcome::Refused));
        assert!(record.text.contains(status), "{}", record.text);
    }
}

#[test]
fn nothing_is_let_go_before_window_and_cool_down_are_over() {
    let over = at("2009-06-01T00:00:00Z");
    for operation in [Operation::Delete {}, take_away(Guarded::Delete)] {
        let mut scene = owned(operation.clone());
        let held = || match operation {
            Operation::Delete {} => ours(),
            _ => {
                let statuses = ["clientDeleteProhibited".to_owned()].into();
                Seen::Exists(Object { statuses, ..object(at(NOON)) })
            }
        };
        let rule_of = |scene: &mut Scene, now: Instant| {
            scene.now = now;
            scene.approvals.iter_mut().for_each(|approval| approval.at = now);
            scene.see("abcd.be", held());
            scene.next()
        };
        let early = noted(rule_of(&mut scene, over.plus_seconds(-1)));
        assert_eq!(early.outcome, Some(Outcome::Skipped));
        assert_eq!(early.text, "it is needed until 2009-05-02T00:00:00Z, and kept until 2009-06-01T00:00:00Z");
        sent(rule_of(&mut scene, over));
        // The case moved on, and needs the name again.
        scene.wanted.get_mut("abcd.be").unwrap().needed_until = Some(at("2009-06-01T00:00:00Z"));
        assert_eq!(noted(rule_of(&mut scene, over)).outcome, Some(Outcome::Skipped));
        scene.wanted.get_mut("abcd.be").unwrap().needed_until = None;
        assert_eq!(noted(rule_of(&mut scene, over)).outcome, Some(Outcome::Skipped));
        scene.wanted.clear();
        sent(rule_of(&mut scene, over));
    }
}

#[test]
fn a_renewal_names_the_day_that_it_renews() {
    let mut scene = owned(Operation::Renew { expires: parsed("2010-04-01"), years: 1 });
    scene.see("abcd.be", ours());
    sent(scene.next());
    let ends = |day: &str| Seen::Exists(Object { expires: Some(at(day)), ..object(at(NOON)) });
    scene.see("abcd.be", ends("2011-04-01T12:00:00Z"));
    assert_eq!(noted(scene.next()).outcome, Some(Outcome::Held));
    scene.see("abcd.be", ends("2009-04-01T12:00:00Z"));
    assert_eq!(noted(scene.next()).outcome, Some(Outcome::Refused));
    scene.wanted.clear();
    scene.see("abcd.be", ours());
    assert_eq!(noted(scene.next()).outcome, Some(Outcome::Skipped), "nobody needs it any more");
}

#[test]
fn what_is_in_doubt_is_asked_for_before_it_is_repeated() {
    let mut scene = Scene::of(sinkhole());
    scene.see("abcd.be", Seen::Free);
    let intent = sent(scene.next());
    scene.journal.put(intent.record.clone());
    scene.later(10);
    assert_eq!(scene.next(), Step::Wait(at("2009-04-01T12:01:00Z")), "what is on its way must arrive first");
    scene.later(60);
    assert_eq!(scene.next(), Step::Look(0));
    // It was done.
    scene.see("abcd.be", ours());
    let done = noted(scene.next());
    assert_eq!((done.outcome, &done.id, done.created), (Some(Outcome::Done), &intent.record.id, Some(at(NOON))));
    // It was not.
    scene.see("abcd.be", Seen::Free);
    let failed = noted(scene.next());
    assert_eq!((failed.outcome, &failed.id), (Some(Outcome::Failed), &intent.record.id));
    scene.journal.put(*failed);
    scene.later(1);
    scene.see("abcd.be", Seen::Free);
    let again = sent(scene.next());
    assert_eq!(again.record.attempt, 2);
    assert_ne!(again.record.id, intent.record.id);
    // Somebody else was faster.
    scene.journal.put(again.record);
    scene.later(70);
    scene.see("abcd.be", Seen::Exists(Object { sponsor: "other".to_owned(), ..object(scene.now) }));
    assert_eq!(noted(scene.next()).outcome, Some(Outcome::Refused));
}

/// What is created under the same sponsor days later, when a run asks again at last, is a customer's.
#[test]
fn an_object_that_was_created_long_after_a_frame_is_not_the_one_of_the_frame() {
    let mut scene = Scene::of(sinkhole());
    scene.see("abcd.be", Seen::Free);
    let intent = sent(scene.next());
    scene.journal.put(intent.record.clone());
    scene.later(2 * 86_400);
    scene.see("abcd.be", Seen::Exists(object(scene.now)));
    let overtaken = noted(scene.next());
    assert_eq!((overtaken.outcome, &overtaken.id), (Some(Outcome::Refused), &intent.record.id));
    assert!(overtaken.text.contains("not by this command"), "{}", overtaken.text);
    // However late the look is, the object of the frame is still known by its date.
    scene.see("abcd.be", ours());
    assert_eq!(noted(scene.next()).outcome, Some(Outcome::Done));
    // A server that failed ends the attempt at its answer: what it did, it did until then.
    let answered = scene.now.plus_seconds(-86_400);
    scene.journal.put(Record { ended: Some(answered), code: Some(2400), ..intent.record });
    scene.see("abcd.be", Seen::Exists(object(answered)));
    assert_eq!(noted(scene.next()).outcome, Some(Outcome::Done));
    scene.see("abcd.be", Seen::Exists(object(scene.now)));
    assert_eq!(noted(scene.next()).outcome, Some(Outcome::Refused));
}

/// A refusal to tell is no sign that a name is gone.
#[test]
fn a_deletion_in_doubt_is_not_done_because_the_registry_does_not_tell() {
    let mut scene = owned(Operation::Delete {});
    scene.now = at("2009-06-01T00:00:00Z");
    scene.approvals.iter_mut().for_each(|approval| approval.at = scene.now);
    scene.see("abcd.be", ours());
    let intent = sent(scene.next());
    scene.journal.put(intent.record.clone());
    scene.later(70);
    scene.see("abcd.be", Seen::Unavailable(Some("not yours to ask".to_owned())));
    let untold = noted(scene.next());
    assert_eq!((untold.outcome, &untold.id), (Some(Outcome::Refused), &intent.record.id));
    assert_eq!(untold.text, "no answer came: the registry does not tell of it");
    scene.see("abcd.be", Seen::Free);
    assert_eq!(noted(scene.next()).outcome, Some(Outcome::Done));
}

#[test]
fn a_command_that_fails_is_given_up_at_last() {
    let mut scene = Scene::of(sinkhole());
    for attempt in 1..=3 {
        scene.later(1);
        scene.see("abcd.be", Seen::Free);
        assert_eq!(answered(&mut scene, Outcome::Failed).attempt, attempt);
    }
    assert!(noted(scene.next()).text.contains("sent 3 times"));
}

#[test]
fn what_is_pending_holds_up_its_own_name_only() {
    let action = Action::RegisterHold;
    let other = entry("efgh.be", action, super::create(), Ground::Free);
    let mut scene = Scene::of(batch([sinkhole().entries, vec![other]].concat()));
    scene.see("abcd.be", Seen::Free);
    answered(&mut scene, Outcome::Pending);
    assert_eq!(scene.next(), Step::Look(2));
    scene.see("efgh.be", Seen::Free);
    answered(&mut scene, Outcome::Done);
    assert_eq!(scene.next(), Step::Done);
}
