// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers that are kept under the key of their request.

use forestall_model::Digest;
use forestall_store::{KeptAnswer, KeyedRequest, Known};

use crate::support::{Home, at, on_both};

on_both! {
    a_request_is_done_once_and_its_answer_is_kept,
    a_key_belongs_to_one_request_of_one_token,
    a_key_that_came_to_nothing_is_free_again,
    an_expired_key_is_free_again,
    one_of_many_at_once_is_done,
}

fn request(token: &str, key: &str, body: &str) -> KeyedRequest {
    KeyedRequest { token: token.to_owned(), key: key.to_owned(), request: Digest::of(body.as_bytes()), expires: at(60) }
}

fn answer(body: &str) -> KeptAnswer {
    KeptAnswer { status: 201, headers: "[]".to_owned(), body: body.as_bytes().to_vec() }
}

async fn a_request_is_done_once_and_its_answer_is_kept(home: &Home) {
    let store = home.open().await;
    let one = request("t-1", "k", "one");
    assert_eq!(store.begin_request(&one, at(0)).await.unwrap(), Known::New);
    assert_eq!(store.begin_request(&one, at(1)).await.unwrap(), Known::UnderWay);
    store.keep_answer(one.clone(), answer("done\0")).await.unwrap();
    assert_eq!(store.begin_request(&one, at(2)).await.unwrap(), Known::Answered(answer("done\0")));
    // A second answer does not take the place of the first.
    store.keep_answer(one.clone(), answer("other")).await.unwrap();
    store.forget_request(one.clone()).await.unwrap();
    store.close().await;
    let again = home.open().await;
    assert_eq!(again.begin_request(&one, at(3)).await.unwrap(), Known::Answered(answer("done\0")));
}

async fn a_key_belongs_to_one_request_of_one_token(home: &Home) {
    let store = home.open().await;
    assert_eq!(store.begin_request(&request("t-1", "k", "one"), at(0)).await.unwrap(), Known::New);
    assert_eq!(store.begin_request(&request("t-1", "k", "two"), at(0)).await.unwrap(), Known::Other);
    assert_eq!(store.begin_request(&request("t-2", "k", "two"), at(0)).await.unwrap(), Known::New);
    assert_eq!(store.begin_request(&request("t-1", "K", "two"), at(0)).await.unwrap(), Known::New);
}

async fn a_key_that_came_to_nothing_is_free_again(home: &Home) {
    let store = home.open().await;
    let one = request("t-1", "k", "one");
    assert_eq!(store.begin_request(&one, at(0)).await.unwrap(), Known::New);
    store.forget_request(one.clone()).await.unwrap();
    assert_eq!(store.begin_request(&request("t-1", "k", "two"), at(0)).await.unwrap(), Known::New);
}

async fn an_expired_key_is_free_again(home: &Home) {
    let store = home.open().await;
    let one = request("t-1", "k", "one");
    assert_eq!(store.begin_request(&one, at(0)).await.unwrap(), Known::New);
    store.keep_answer(one.clone(), answer("old")).await.unwrap();
    let later = KeyedRequest { expires: at(600), ..request("t-1", "k", "two") };
    assert_eq!(store.begin_request(&later, at(59)).await.unwrap(), Known::Other);
    assert_eq!(store.begin_request(&later, at(60)).await.unwrap(), Known::New);
    assert_eq!(store.begin_request(&later, at(61)).await.unwrap(), Known::UnderWay, "the old answer is gone");
    assert_eq!(store.purge_api_answers(at(599)).await.unwrap(), 0);
    assert_eq!(store.purge_api_answers(at(600)).await.unwrap(), 1);
}

async fn one_of_many_at_once_is_done(home: &Home) {
    let store = home.open().await;
    let tries: Vec<_> = (0..16)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.begin_request(&request("t-1", "k", "one"), at(0)).await.unwrap() })
        })
        .collect();
    let mut new = 0;
    for known in tries {
        new += usize::from(known.await.unwrap() == Known::New);
    }
    assert_eq!(new, 1);
}
