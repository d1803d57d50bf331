// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is sent over EPP: batches with their approvals, the journal, and the switch, which all hold in whatever process they are asked.

use forestall_coord::epp::{Approval, Batch, Changed, Entry, Ground, Outcome, Record, Stop, Terms, transaction};
use forestall_model::epp::Operation;
use forestall_model::{Action, Digest};
use forestall_store::{EppBatch, EppRehearsed};

use crate::support::{Home, at, on_both};

on_both! {
    a_batch_and_its_approvals_come_back_as_they_were,
    a_dry_run_replaces_the_one_before,
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
    let of = |by: &str, second: i64| {
        let by = by.parse().unwrap();
        Approval { digest, count: 2, by, account: None, at: at(second) }
    };
    let (usual, strict) = (Terms::default(), Terms { lives: 86_400, signed_in: true });
    assert!(store.propose_epp(batch.clone(), "Cleo".parse().unwrap(), at(2), strict).await.unwrap());
    assert!(!store.propose_epp(batch.clone(), "Ada".parse().unwrap(), at(3), usual).await.unwrap(), "it is there");
    store.approve_epp(batch.clone(), of("Ada", 3), usual).await.unwrap();
    store.approve_epp(batch.clone(), of("Ben", 4), usual).await.unwrap();
    store.approve_epp(batch.clone(), of("Ada", 5), usual).await.unwrap();
    assert_eq!(store.epp_approvals(digest).await.unwrap(), [of("Ben", 4), of("Ada", 5)], "the last time counts");
    let signed_in = Approval { account: Some("p-1".parse().unwrap()), ..of("Ada", 6) };
    store.approve_epp(batch.clone(), signed_in.clone(), usual).await.unwrap();
    store.approve_epp(batch.clone(), of("Ada", 7), usual).await.unwrap();
    assert_eq!(
        store.epp_approvals(digest).await.unwrap(),
        [of("Ben", 4), signed_in],
        "a name that somebody says replaces nobody's who was signed in"
    );
    let (kept, text) = store.epp_batch(digest).await.unwrap().unwrap();
    assert_eq!(Batch::read(&text).unwrap(), batch);
    let expected = EppBatch {
        digest,
        account: "be".to_owned(),
        case: batch.case,
        tld: batch.tld,
        commands: 2,
        at: at(2),
        proposed_by: "Cleo".to_owned(),
        terms: strict,
    };
    assert_eq!(kept, expected);
    assert_eq!(store.epp_batches(10).await.unwrap(), [expected]);
    assert_eq!(store.epp_batches(0).await.unwrap(), []);
}

async fn a_dry_run_replaces_the_one_before(home: &Home) {
    let (store, digest) = (home.open().await, batch().digest());
    let changed =
        |after: &str| Changed { what: "statuses".to_owned(), before: "ok".to_owned(), after: after.to_owned() };
    let row = |position: u32, after: &str| EppRehearsed {
        position,
        at: at(3),
        words: "would be sent".to_owned(),
        changes: vec![changed(after)],
    };
    store.rehearse_epp(digest, vec![row(0, "clientHold"), row(1, "clientHold")]).await.unwrap();
    store.rehearse_epp(Digest([1; 32]), vec![row(0, "other")]).await.unwrap();
    store.rehearse_epp(digest, vec![row(1, "serverHold")]).await.unwrap();
    assert_eq!(store.epp_rehearsed(digest).await.unwrap(), [row(1, "serverHold")]);
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
    assert_eq!(store.epp_journal("be").await.unwrap(), [done.clone(), closed.clone()]);
    assert_eq!(store.epp_records(batch().digest()).await.unwrap(), [done.clone(), closed.clone()]);
    let of_be = |record: &Record| ("be".to_owned(), record.clone());
    assert_eq!(store.epp_newest(10).await.unwrap(), [of_be(&closed), of_be(&done)]);
    assert_eq!(store.epp_newest(1).await.unwrap(), [of_be(&closed)]);
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
