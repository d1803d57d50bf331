// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Links that work once, and sessions.

use forestall_model::Digest;
use forestall_store::StoreError;

use crate::support::{Home, at, on_both};

on_both! {
    link_is_redeemed_once,
    expired_link_and_session_are_worth_nothing,
    session_ends_when_told_and_outlives_the_process_otherwise,
    link_asked_for_at_once_by_many_opens_for_one,
    token_that_was_kept_before_is_not_kept_again,
}

async fn link_is_redeemed_once(home: &Home) {
    let store = home.open().await;
    let (link, other) = (Digest::of(b"link"), Digest::of(b"other"));
    store.create_link(link, at(60)).await.unwrap();
    assert!(!store.redeem_link(other, at(1)).await.unwrap());
    assert!(store.redeem_link(link, at(59)).await.unwrap());
    assert!(!store.redeem_link(link, at(59)).await.unwrap());
}

async fn expired_link_and_session_are_worth_nothing(home: &Home) {
    let store = home.open().await;
    let (link, session) = (Digest::of(b"link"), Digest::of(b"session"));
    store.create_link(link, at(60)).await.unwrap();
    store.create_session(session, at(60)).await.unwrap();
    assert!(!store.redeem_link(link, at(60)).await.unwrap());
    assert_eq!(store.session(session, at(59)).await.unwrap(), Some(at(60)));
    assert_eq!(store.session(session, at(60)).await.unwrap(), None);
    assert_eq!(store.purge_sign_in(at(59)).await.unwrap(), 0);
    assert_eq!(store.purge_sign_in(at(60)).await.unwrap(), 2);
    assert_eq!(store.session(session, at(0)).await.unwrap(), None);
}

async fn session_ends_when_told_and_outlives_the_process_otherwise(home: &Home) {
    let store = home.open().await;
    let (one, two) = (Digest::of(b"one"), Digest::of(b"two"));
    store.create_session(one, at(60)).await.unwrap();
    store.create_session(two, at(60)).await.unwrap();
    assert!(store.end_session(one).await.unwrap());
    assert!(!store.end_session(one).await.unwrap());
    store.close().await;
    let again = home.open().await;
    assert_eq!(again.session(one, at(0)).await.unwrap(), None);
    assert_eq!(again.session(two, at(0)).await.unwrap(), Some(at(60)));
}

async fn link_asked_for_at_once_by_many_opens_for_one(home: &Home) {
    let store = home.open().await;
    let second = home.open().await;
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

async fn token_that_was_kept_before_is_not_kept_again(home: &Home) {
    let store = home.open().await;
    let link = Digest::of(b"link");
    store.create_link(link, at(60)).await.unwrap();
    let again = store.create_link(link, at(90)).await;
    assert!(matches!(again, Err(StoreError::Database { .. })), "{again:?}");
    assert!(store.redeem_link(link, at(0)).await.unwrap());
    store.create_session(link, at(60)).await.unwrap();
}
