// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The revision: what people are shown never changes without it, and it does not change for nothing.

use forestall_model::{Digest, PersonId};
use forestall_store::{PersonSession, Store};

use crate::support::{Home, at, id, note, on_both, opening, run};

on_both! {
    every_change_counts_in_every_process,
    what_is_shown_to_nobody_does_not_count,
    many_who_ask_at_once_each_get_an_answer_of_their_time,
}

async fn counted(store: &Store) -> u64 {
    store.revision().await.unwrap()
}

async fn every_change_counts_in_every_process(home: &Home) {
    let (store, other) = (home.open().await, home.open().await);
    let mut before = counted(&store).await;
    assert_eq!(counted(&other).await, before);
    run(&store, &id("one"), &opening(), 0).await;
    for step in 0..5 {
        let now = counted(&other).await;
        assert!(now > before, "step {step}: {now}");
        assert_eq!(counted(&store).await, now);
        before = now;
        match step {
            0 => drop(run(&store, &id("one"), &note("a note"), 1).await),
            1 => store.create_session(Digest::of(b"session"), at(60)).await.unwrap(),
            2 => assert!(store.end_session(Digest::of(b"session")).await.unwrap()),
            _ => assert!(store.rebuild().await.unwrap() > 0),
        }
    }
    store.close().await;
    assert_eq!(counted(&other).await, counted(&home.open().await).await);
}

async fn what_is_shown_to_nobody_does_not_count(home: &Home) {
    let store = home.open().await;
    let session = PersonSession {
        token: Digest::of(b"token"),
        person: "p-ada".parse::<PersonId>().unwrap(),
        created: at(0),
        last_used: at(0),
        expires: at(1_000),
        strong: true,
        agent: "a browser".to_owned(),
    };
    store.begin_person_session(session).await.unwrap();
    let before = counted(&store).await;
    store.touch_person_session(Digest::of(b"token"), at(100)).await.unwrap();
    store.touch_api_token("none", at(100)).await.unwrap();
    assert_eq!(store.purge_person_sessions(at(10), at(0)).await.unwrap(), 0);
    assert!(!store.end_session(Digest::of(b"unknown")).await.unwrap());
    assert_eq!(counted(&store).await, before);
}

async fn many_who_ask_at_once_each_get_an_answer_of_their_time(home: &Home) {
    let store = home.open().await;
    let mut asking = Vec::new();
    for number in 0..50_u64 {
        let token = Digest::of(&number.to_be_bytes());
        store.create_session(token, at(60)).await.unwrap();
        // Others ask meanwhile, so that looks at the store are shared.
        for _ in 0..8 {
            let store = store.clone();
            asking.push(tokio::spawn(async move { store.revision().await.unwrap() }));
        }
        let asked_after = counted(&store).await;
        assert!(asked_after > number, "{asked_after} after {number}");
    }
    let last = counted(&store).await;
    for asked in asking {
        assert!(asked.await.unwrap() <= last);
    }
}
