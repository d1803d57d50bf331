// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is sent over EPP: batches with their approvals, the journal, and the switch, which all hold in whatever process they are asked.

use forestall_coord::epp::{Approval, Batch, Entry, Ground, Outcome, Record, Stop, transaction};
use forestall_model::Action;
use forestall_model::epp::Operation;
use forestall_store::EppBatch;

use crate::support::{Home, at, on_both};

on_both! {
    a_batch_and_its_approvals_come_back_as_they_were,
    a_frame_goes_into_the_journal_once,
    what_came_of_a_frame_is_not_overwritten,
    no_frame_begins_while_the_switch_is_off_or_beyond_the_cap,
    what_was_told_is_not_told_again,
}

fn batch() -> Batch {
    let operation = Operation::Create { servers: Vec::new(), registrant: None, contacts: Vec::new(), years: 1 };
    let entry = |name: &str| Entry {
        name: name.parse().unwrap(),
        action: Action::RegisterHold,
        operation: operation.clone(),
        ground: Ground::Free,
        needed_until: Some(at(9)),
    };
    Batch {
        account: "be".to_owned(),
        case: "mine".parse().unwrap(),
        tld: "be".parse().unwrap(),
        planned: at(1),
        entries: vec![entry("abcd.be"), entry("efgh.be")],
    }
}

fn record(position: u32, sent: Option<forestall_model::Instant>) -> Record {
    let digest = batch().digest();
    let attempt = u32::from(sent.is_some());
    Record {
        id: transaction(digest, position, "create", attempt),
        batch: digest,
        position,
        attempt,
        name: batch().entries[position as usize % 2].name.clone(),
        command: "create".to_owned(),
        sent,
        ended: sent.is_none().then(|| at(5)),
        outcome: sent.is_none().then_some(Outcome::Skipped),
        code: None,
        theirs: None,
        text: String::new(),
        created: None,
    }
}

async fn a_batch_and_its_approvals_come_back_as_they_were(home: &Home) {
    let (store, batch) = (home.open().await, batch());
    let digest = batch.digest();
    assert_eq!(store.epp_batch(digest).await.unwrap(), None);
    let of = |by: &str, second: i64| Approval { digest, count: 2, by: by.parse().unwrap(), at: at(second) };
    store.approve_epp(batch.clone(), of("Ada", 2)).await.unwrap();
    store.approve_epp(batch.clone(), of("Ben", 3)).await.unwrap();
    store.approve_epp(batch.clone(), of("Ada", 4)).await.unwrap();
    assert_eq!(store.epp_approvals(digest).await.unwrap(), [of("Ben", 3), of("Ada", 4)], "the last time counts");
    let kept = store.epp_batch(digest).await.unwrap().unwrap();
    let text = batch.text();
    assert_eq!(Batch::read(&kept.text).unwrap(), batch);
    let expected = EppBatch { digest, account: "be".to_owned(), case: batch.case, commands: 2, text, at: at(2) };
    assert_eq!(kept, expected);
}

async fn a_frame_goes_into_the_journal_once(home: &Home) {
    let (store, other) = (home.open().await, home.open().await);
    let sent = record(0, Some(at(5)));
    assert!(store.begin_epp("be", &sent, 10).await.unwrap());
    assert!(!other.begin_epp("be", &sent, 10).await.unwrap(), "another process has the same attempt");
    assert!(!store.begin_epp("be", &record(1, None), 10).await.unwrap(), "nothing that was not sent");
    assert_eq!(other.epp_journal("be").await.unwrap(), std::slice::from_ref(&sent), "in doubt, for whoever comes next");
    let done = Record {
        ended: Some(at(6)),
        outcome: Some(Outcome::Done),
        code: Some(1000),
        theirs: Some("SRV-1".to_owned()),
        text: "done".to_owned(),
        created: Some(at(5)),
        ..sent
    };
    assert!(store.end_epp(&done).await.unwrap());
    let closed = record(1, None);
    store.close_epp("be", &closed).await.unwrap();
    assert_eq!(store.epp_journal("be").await.unwrap(), [done, closed]);
    assert_eq!(store.epp_journal("nl").await.unwrap(), []);
}

async fn what_came_of_a_frame_is_not_overwritten(home: &Home) {
    let (store, stale) = (home.open().await, home.open().await);
    let sent = record(0, Some(at(5)));
    let of = |outcome: Outcome, second: i64| Record { ended: Some(at(second)), outcome: Some(outcome), ..sent.clone() };
    assert!(!store.end_epp(&of(Outcome::Done, 6)).await.unwrap(), "nothing that did not begin");
    assert!(store.begin_epp("be", &sent, 10).await.unwrap());
    let in_doubt = Record { ended: Some(at(6)), code: Some(2400), ..sent.clone() };
    assert!(store.end_epp(&in_doubt).await.unwrap(), "an answer that leaves it in doubt");
    assert!(store.end_epp(&of(Outcome::Pending, 7)).await.unwrap());
    assert!(store.end_epp(&of(Outcome::Done, 8)).await.unwrap());
    for outcome in [Outcome::Refused, Outcome::Failed, Outcome::Pending] {
        assert!(!stale.end_epp(&of(outcome, 9)).await.unwrap(), "{outcome} came too late");
    }
    assert!(!stale.end_epp(&in_doubt).await.unwrap());
    assert_eq!(store.epp_journal("be").await.unwrap(), [of(Outcome::Done, 8)]);
}

async fn no_frame_begins_while_the_switch_is_off_or_beyond_the_cap(home: &Home) {
    let (store, other) = (home.open().await, home.open().await);
    let stop = Stop { by: "Ada".to_owned(), at: at(4), reason: "wrong list".to_owned() };
    other.stop_epp(stop.clone()).await.unwrap();
    other.stop_epp(Stop { by: "Ben".to_owned(), ..stop.clone() }).await.unwrap();
    assert_eq!(store.epp_stop().await.unwrap(), Some(stop), "the first reason stays");
    assert!(!store.begin_epp("be", &record(0, Some(at(5))), 10).await.unwrap());
    assert_eq!(store.epp_journal("be").await.unwrap(), []);
    other.go_epp().await.unwrap();
    assert_eq!(store.epp_stop().await.unwrap(), None);
    assert!(store.begin_epp("be", &record(0, Some(at(5))), 2).await.unwrap());
    assert!(other.begin_epp("be", &record(1, Some(at(6))), 2).await.unwrap());
    assert!(!store.begin_epp("be", &record(2, Some(at(7))), 2).await.unwrap(), "two a day");
    assert!(store.begin_epp("nl", &record(3, Some(at(7))), 2).await.unwrap(), "of another account");
    assert!(store.begin_epp("be", &record(4, Some(at(86_400))), 2).await.unwrap(), "of another day");
}

async fn what_was_told_is_not_told_again(home: &Home) {
    let (store, digest) = (home.open().await, batch().digest());
    let (sent, closed) = (record(0, Some(at(5))), record(1, None));
    assert!(store.begin_epp("be", &sent, 10).await.unwrap());
    store.close_epp("be", &closed).await.unwrap();
    assert_eq!(
        store.untold_epp(digest).await.unwrap(),
        std::slice::from_ref(&closed.id),
        "what is in doubt is not told"
    );
    store.tell_epp(vec![closed.id], at(6)).await.unwrap();
    let done = Record { ended: Some(at(7)), outcome: Some(Outcome::Done), ..sent };
    assert!(store.end_epp(&done).await.unwrap());
    assert_eq!(store.untold_epp(digest).await.unwrap(), [done.id]);
}
