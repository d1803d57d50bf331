// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The cache of counts.

use std::time::Instant as Clock;

use forestall_model::{Digest, PeriodCounts, TldCount};

use crate::support::{Home, days, first_day, on_both};

on_both! {
    cached_counts_come_back_in_order_within_their_keys,
    row_that_cannot_be_understood_counts_as_missing,
    counts_of_ninety_days_and_three_campaigns_are_whole,
}

fn counts(periods: i32, tlds: u32) -> Vec<PeriodCounts> {
    (0..periods)
        .map(|day| PeriodCounts {
            key: first_day().plus(day).start().seconds(),
            window: days(day, day + 1).window(),
            distinct: 50_000,
            by_tld: (0..tlds)
                .map(|number| TldCount {
                    tld: format!("tld{number:03}").parse().unwrap(),
                    names: 400 + number,
                    not_registrable: (0..number % 3).map(|i| i * 50 + number).collect(),
                })
                .collect(),
        })
        .collect()
}

async fn cached_counts_come_back_in_order_within_their_keys(home: &Home) {
    let store = home.open().await;
    let digest = Digest::of(b"a");
    let all = counts(10, 4);
    store.cache_counts(digest, 1, &all[5..]).await.unwrap();
    store.cache_counts(digest, 1, &all[..5]).await.unwrap();
    let keys = all[2].key..all[7].key;
    assert_eq!(store.cached_counts(digest, 1, keys.clone()).await.unwrap(), all[2..7]);
    assert!(store.cached_counts(Digest::of(b"b"), 1, keys.clone()).await.unwrap().is_empty());
    assert!(store.cached_counts(digest, 2, keys.clone()).await.unwrap().is_empty());

    let mut changed = all[3].clone();
    changed.distinct = 7;
    store.cache_counts(digest, 1, std::slice::from_ref(&changed)).await.unwrap();
    assert_eq!(store.cached_counts(digest, 1, changed.key..changed.key + 1).await.unwrap(), [changed]);

    // Another version of the generator takes the place of the old one.
    store.cache_counts(digest, 2, &all[..1]).await.unwrap();
    assert!(store.cached_counts(digest, 1, i64::MIN..i64::MAX).await.unwrap().is_empty());
    assert_eq!(store.cached_counts(digest, 2, i64::MIN..i64::MAX).await.unwrap(), all[..1]);
    assert_eq!(store.forget_counts().await.unwrap(), 1);
    assert!(store.cached_counts(digest, 2, i64::MIN..i64::MAX).await.unwrap().is_empty());
}

async fn row_that_cannot_be_understood_counts_as_missing(home: &Home) {
    let store = home.open().await;
    let digest = Digest::of(b"a");
    let all = counts(3, 4);
    store.cache_counts(digest, 1, &all).await.unwrap();
    home.tamper(&format!("UPDATE counts SET packed = x'01ffffffffffffffffffff' WHERE period = {}", all[1].key)).await;
    let found = store.cached_counts(digest, 1, i64::MIN..i64::MAX).await.unwrap();
    assert_eq!(found, [all[0].clone(), all[2].clone()]);
}

async fn counts_of_ninety_days_and_three_campaigns_are_whole(home: &Home) {
    let store = home.open().await;
    let all = counts(90, 110);
    let digests = [Digest::of(b"a"), Digest::of(b"b"), Digest::of(b"c")];
    for digest in digests {
        store.cache_counts(digest, 1, &all).await.unwrap();
    }
    let start = Clock::now();
    for digest in digests {
        assert_eq!(store.cached_counts(digest, 1, i64::MIN..i64::MAX).await.unwrap(), all);
    }
    println!("270 periods of 110 top-level domains read in {:?}", start.elapsed());
}
