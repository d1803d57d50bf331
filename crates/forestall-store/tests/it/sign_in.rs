// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Links that work once, and sessions.

use forestall_model::Digest;
use forestall_store::{Store, StoreError};

use crate::support::{at, file, fresh};

#[tokio::test]
async fn link_is_redeemed_once() {
    let (_folder, store) = fresh().await;
    let (link, other) = (Digest::of(b"link"), Digest::of(b"other"));
    store.create_link(link, at(60)).await.unwrap();
    assert!(!store.redeem_link(other, at(1)).await.unwrap());
    assert!(store.redeem_link(link, at(59)).await.unwrap());
    assert!(!store.redeem_link(link, at(59)).await.unwrap());
}

#[tokio::test]
async fn expired_link_and_session_are_worth_nothing() {
    let (_folder, store) = fresh().await;
    let (link, session) = (Digest::of(b"link"), Digest::of(b"session"));
    store.create_link(link, at(60)).await.unwrap();
    store.create_session(session, at(60)).await.unwrap();
    assert!(!store.redeem_link(link, at(60)).await.unwrap());
    assert!(store.session(session, at(59)).await.unwrap());
    assert!(!store.session(session, at(60)).await.unwrap());
    assert_eq!(store.purge_sign_in(at(59)).await.unwrap(), 0);
    assert_eq!(store.purge_sign_in(at(60)).await.unwrap(), 2);
    assert!(!store.session(session, at(0)).await.unwrap());
}

#[tokio::test]
async fn session_ends_when_told_and_outlives_the_process_otherwise() {
    let (folder, store) = fresh().await;
    let (one, two) = (Digest::of(b"one"), Digest::of(b"two"));
    store.create_session(one, at(60)).await.unwrap();
    store.create_session(two, at(60)).await.unwrap();
    assert!(store.end_session(one).await.unwrap());
    assert!(!store.end_session(one).await.unwrap());
    store.close().await;
    let again = Store::open(&file(&folder)).await.unwrap();
    assert!(!again.session(one, at(0)).await.unwrap());
    assert!(again.session(two, at(0)).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn link_asked_for_at_once_by_many_opens_for_one() {
    let (folder, store) = fresh().await;
    let second = Store::open(&file(&folder)).await.unwrap();
    let link = Digest::of(b"link");
    store.create_link(link, at(60)).await.unwrap();
    let calls: Vec<_> = (0..20)
        .map(|number| {
            let store = if number % 2 == 0 { store.clone() } else { second.clone() };
            tokio::spawn(async move { store.redeem_link(link, at(0)).await.unwrap() })
        })
        .collect();
    let mut redeemed = 0;
    for call in calls {
        redeemed += usize::from(call.await.unwrap());
    }
    assert_eq!(redeemed, 1);
}

#[tokio::test]
async fn token_that_was_kept_before_is_not_kept_again() {
    let (_folder, store) = fresh().await;
    let link = Digest::of(b"link");
    store.create_link(link, at(60)).await.unwrap();
    let again = store.create_link(link, at(90)).await;
    assert!(matches!(again, Err(StoreError::Database { .. })), "{again:?}");
    assert!(store.redeem_link(link, at(0)).await.unwrap());
    store.create_session(link, at(60)).await.unwrap();
}
