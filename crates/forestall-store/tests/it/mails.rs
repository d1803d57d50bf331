// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Mails that came in, letters that went out, receipts of notices, and who wants one mail a day.

use forestall_model::{Actor, Digest, PersonId};
use forestall_store::{KeptMail, MailPlace, MailRoom, MailState, MailTaken, MailWay, NoticeReceipt, SentLetter, Store};

use crate::support::{Home, at, on_both};

on_both! {
    a_mail_is_kept_once_and_comes_back_as_it_was,
    where_there_is_no_room_nothing_is_kept,
    of_two_people_one_decides,
    who_dies_while_recording_leaves_the_mail_to_another,
    the_octets_of_decided_mails_are_forgotten_and_not_that_they_came,
    a_letter_leads_to_its_list,
    the_last_receipt_of_a_notice_counts,
    somebody_wants_one_mail_a_day_or_none,
}

const ROOM: MailRoom = MailRoom { mails: 3, octets: 1_000 };

fn place() -> MailPlace {
    MailPlace { case: "mine".parse().unwrap(), tld: "be".parse().unwrap(), number: 2 }
}

fn mail(text: &str, place: Option<MailPlace>) -> KeptMail {
    KeptMail {
        id: Digest::of(text.as_bytes()),
        state: if place.is_some() { MailState::Proposed } else { MailState::Unplaced },
        way: MailWay::Mailbox,
        came: at(1),
        changed: at(1),
        reason: if place.is_some() { String::new() } else { "it names no list".to_owned() },
        place,
        decided_by: None,
        size: text.len() as u64,
    }
}

fn ada() -> Actor {
    "Ada".parse().unwrap()
}

async fn keep(store: &Store, text: &str, place: Option<MailPlace>) -> MailTaken {
    store.keep_mail(mail(text, place), text.as_bytes().to_vec(), ROOM).await.unwrap()
}

async fn a_mail_is_kept_once_and_comes_back_as_it_was(home: &Home) {
    let store = home.open().await;
    assert_eq!(keep(&store, "all done", Some(place())).await, MailTaken::New);
    assert_eq!(keep(&store, "all done", None).await, MailTaken::Known);
    assert_eq!(keep(&store, "who are you", None).await, MailTaken::New);
    let (kept, octets) = store.mail(Digest::of(b"all done")).await.unwrap().unwrap();
    assert_eq!((kept, octets), (mail("all done", Some(place())), Some(b"all done".to_vec())));
    assert_eq!(store.mail(Digest::of(b"another")).await.unwrap(), None);
    assert_eq!(store.open_mails(Some(&place().case), 9).await.unwrap(), [mail("all done", Some(place()))]);
    assert_eq!(store.open_mails(None, 9).await.unwrap(), [mail("who are you", None)]);
    assert_eq!(store.open_mails(Some(&"other".parse().unwrap()), 9).await.unwrap(), []);
    assert!(store.place_mail(Digest::of(b"who are you"), place(), at(2)).await.unwrap());
    assert_eq!(store.count_open_mails(None).await.unwrap(), 0);
    assert_eq!(store.count_open_mails(Some(&place().case)).await.unwrap(), 2);
}

async fn where_there_is_no_room_nothing_is_kept(home: &Home) {
    let store = home.open().await;
    assert_eq!(keep(&store, &"x".repeat(998), None).await, MailTaken::New);
    assert_eq!(keep(&store, "abc", None).await, MailTaken::NoRoom, "1,001 octets");
    assert_eq!(keep(&store, "ab", None).await, MailTaken::New);
    assert_eq!(keep(&store, "", None).await, MailTaken::New);
    assert_eq!(
        store.keep_mail(mail("z", None), Vec::new(), MailRoom { octets: 9_000, ..ROOM }).await.unwrap(),
        MailTaken::NoRoom
    );
    assert_eq!(keep(&store, "ab", None).await, MailTaken::Known, "what is known is known although all is full");
    let turn = (&[MailState::Unplaced][..], MailState::Refused);
    assert!(store.turn_mail(Digest::of(b"ab"), turn, &ada(), at(0), at(3)).await.unwrap());
    assert_eq!(keep(&store, "cd", None).await, MailTaken::New, "what was decided takes no room");
}

async fn of_two_people_one_decides(home: &Home) {
    let store = home.open().await;
    keep(&store, "all done", Some(place())).await;
    let id = Digest::of(b"all done");
    let open = &[MailState::Proposed, MailState::Unplaced][..];
    assert!(store.turn_mail(id, (open, MailState::Recording), &ada(), at(0), at(5)).await.unwrap());
    let bob: Actor = "Bob".parse().unwrap();
    assert!(!store.turn_mail(id, (open, MailState::Refused), &bob, at(4), at(6)).await.unwrap());
    assert!(!store.place_mail(id, place(), at(6)).await.unwrap());
    let recording = &[MailState::Recording][..];
    assert!(store.turn_mail(id, (recording, MailState::Confirmed), &ada(), at(0), at(7)).await.unwrap());
    let (kept, _) = store.mail(id).await.unwrap().unwrap();
    assert_eq!((kept.state, kept.decided_by, kept.changed), (MailState::Confirmed, Some(ada()), at(7)));
    assert_eq!(store.count_open_mails(Some(&place().case)).await.unwrap(), 0);
}

async fn who_dies_while_recording_leaves_the_mail_to_another(home: &Home) {
    let store = home.open().await;
    keep(&store, "all done", Some(place())).await;
    let (id, open) = (Digest::of(b"all done"), &[MailState::Proposed][..]);
    assert!(store.turn_mail(id, (open, MailState::Recording), &ada(), at(0), at(5)).await.unwrap());
    store.close().await;
    let store = home.open().await;
    assert!(!store.turn_mail(id, (open, MailState::Recording), &ada(), at(4), at(9)).await.unwrap());
    assert!(store.turn_mail(id, (open, MailState::Recording), &ada(), at(5), at(10)).await.unwrap());
}

async fn the_octets_of_decided_mails_are_forgotten_and_not_that_they_came(home: &Home) {
    let store = home.open().await;
    keep(&store, "done", Some(place())).await;
    keep(&store, "open", Some(place())).await;
    let turn = (&[MailState::Proposed][..], MailState::Refused);
    store.turn_mail(Digest::of(b"done"), turn, &ada(), at(0), at(5)).await.unwrap();
    assert_eq!(store.forget_mails(at(5)).await.unwrap(), 0);
    assert_eq!(store.forget_mails(at(6)).await.unwrap(), 1);
    assert_eq!(store.mail(Digest::of(b"done")).await.unwrap().unwrap().1, None);
    assert_eq!(store.mail(Digest::of(b"open")).await.unwrap().unwrap().1, Some(b"open".to_vec()));
    assert_eq!(keep(&store, "done", Some(place())).await, MailTaken::Known);
}

async fn a_letter_leads_to_its_list(home: &Home) {
    let store = home.open().await;
    let letter =
        |number, at| SentLetter { message_id: "a.1@hub".to_owned(), list: MailPlace { number, ..place() }, at };
    store.keep_sent_letter(letter(2, at(1))).await.unwrap();
    store.keep_sent_letter(letter(3, at(2))).await.unwrap();
    assert_eq!(store.sent_letter("a.1@hub").await.unwrap(), Some(place()));
    assert_eq!(store.sent_letter("a.2@hub").await.unwrap(), None);
}

async fn the_last_receipt_of_a_notice_counts(home: &Home) {
    let store = home.open().await;
    let receipt = |id: &str, party: &str, status, seconds| NoticeReceipt {
        id: id.to_owned(),
        party: party.parse().unwrap(),
        case: "mine".parse().unwrap(),
        what: "list".to_owned(),
        at: at(seconds),
        status,
        digest: Digest::of(b"{}"),
        taken: status == 204,
        answer: String::new(),
    };
    store.keep_notice(receipt("one", "a", 500, 1)).await.unwrap();
    store.keep_notice(receipt("two", "b", 204, 2)).await.unwrap();
    store.keep_notice(receipt("one", "a", 204, 3)).await.unwrap();
    assert_eq!(store.notices(None, 9).await.unwrap(), [receipt("one", "a", 204, 3), receipt("two", "b", 204, 2)]);
    assert_eq!(store.notices(Some(&"b".parse().unwrap()), 9).await.unwrap(), [receipt("two", "b", 204, 2)]);
    assert_eq!(store.notices(None, 1).await.unwrap().len(), 1);
}

async fn somebody_wants_one_mail_a_day_or_none(home: &Home) {
    let store = home.open().await;
    let (ada, bob): (PersonId, PersonId) = ("ada".parse().unwrap(), "bob".parse().unwrap());
    store.set_daily_mail(&bob, Some("de".to_owned())).await.unwrap();
    store.set_daily_mail(&ada, Some("en".to_owned())).await.unwrap();
    store.set_daily_mail(&bob, Some("en".to_owned())).await.unwrap();
    assert_eq!(store.daily_mails().await.unwrap(), [(ada.clone(), "en".to_owned()), (bob.clone(), "en".to_owned())]);
    store.set_daily_mail(&ada, None).await.unwrap();
    assert_eq!(
        (store.daily_mail(&ada).await.unwrap(), store.daily_mail(&bob).await.unwrap()),
        (None, Some("en".to_owned()))
    );
}
