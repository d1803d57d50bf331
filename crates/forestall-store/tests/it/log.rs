// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Reading the log, and erasing what stands outside its events.

use forestall_store::LogEntry;

use crate::support::{Home, context, decide, id, note, on_both, opening, run};

on_both! {
    log_is_read_by_pages_in_both_directions,
    withheld_fields_come_with_their_events_also_far_apart,
    erased_field_is_gone_from_the_disk_and_the_log_stays_valid,
}

fn numbers(entries: &[LogEntry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.seq).collect()
}

async fn log_is_read_by_pages_in_both_directions(home: &Home) {
    let store = home.open().await;
    let (one, two) = (id("one"), id("two"));
    run(&store, &one, &opening(), 0).await;
    run(&store, &two, &opening(), 0).await;
    for number in 0..4 {
        run(&store, &one, &note(&format!("{number}")), number).await;
        run(&store, &two, &note(&format!("{number}")), number).await;
    }
    let one = Some(&one);
    assert_eq!(numbers(&store.log(0, 3, None).await.unwrap()), [1, 2, 3]);
    assert_eq!(numbers(&store.log(8, 3, None).await.unwrap()), [9, 10]);
    assert_eq!(numbers(&store.log(3, 2, one).await.unwrap()), [5, 7]);
    assert_eq!(numbers(&store.log_newest(None, 3, None).await.unwrap()), [10, 9, 8]);
    assert_eq!(numbers(&store.log_newest(Some(3), 9, None).await.unwrap()), [2, 1]);
    assert_eq!(numbers(&store.log_newest(Some(9), 2, one).await.unwrap()), [7, 5]);
    assert_eq!(numbers(&store.events(&two, 3, 9).await.unwrap()), [8, 10]);
    assert!(store.log(10, 9, None).await.unwrap().is_empty());
    assert!(store.log(0, 0, None).await.unwrap().is_empty());
    assert!(store.log(u64::MAX, 9, None).await.unwrap().is_empty());
}

async fn withheld_fields_come_with_their_events_also_far_apart(home: &Home) {
    let store = home.open().await;
    let (rare, busy) = (id("rare"), id("busy"));
    run(&store, &busy, &opening(), 0).await;
    for round in 0..3 {
        let mut context = context(&rare, round);
        context.comment = Some(format!("comment {round}"));
        let command = if round == 0 { opening() } else { note("x") };
        store.execute(&rare, |state| decide(state, &command, &context)).await.unwrap();
        for _ in 0..20 {
            run(&store, &busy, &note("noise"), 9).await;
        }
    }
    let entries = store.events(&rare, 0, 9).await.unwrap();
    let comments: Vec<_> = entries.iter().map(|entry| (entry.actor(), entry.comment())).collect();
    let ada = Some("Ada Example");
    assert_eq!(comments, [(ada, Some("comment 0")), (ada, Some("comment 1")), (ada, Some("comment 2"))]);
    assert_eq!(store.log(0, 100, Some(&rare)).await.unwrap(), entries);
    let noise = store.events(&busy, 1, 1).await.unwrap();
    assert_eq!((noise[0].actor(), noise[0].comment()), (ada, None));
}

async fn erased_field_is_gone_from_the_disk_and_the_log_stays_valid(home: &Home) {
    let store = home.open().await;
    let case = id("case");
    run(&store, &case, &opening(), 0).await;
    let secret = "Zacharias Unmistakable-Personname";
    let mut context = context(&case, 1);
    context.actor = secret.parse().unwrap();
    context.comment = Some("stays".to_owned());
    let (stored, _) = store.execute(&case, |state| decide(state, &note("fact"), &context)).await.unwrap();
    // Reading connections are open, as in a running hub.
    assert_eq!(store.events(&case, 1, 1).await.unwrap()[0].actor(), Some(secret));
    assert_ne!(home.holds(secret), Some(false), "the search below would find nothing anyway");

    assert!(store.erase(stored.seq, "actor").await.unwrap());
    assert_ne!(home.holds(secret), Some(true));
    let entry = store.events(&case, 1, 1).await.unwrap().remove(0);
    assert_eq!((entry.actor(), entry.comment()), (None, Some("stays")));
    assert_eq!((entry.leaf, entry.event.leaf()), (stored.leaf, stored.leaf));
    assert!(store.verify().await.unwrap().is_empty());
    assert!(!store.erase(stored.seq, "actor").await.unwrap());
    assert!(!store.erase(99, "actor").await.unwrap());
    store.close().await;

    let again = home.open().await;
    assert!(again.verify().await.unwrap().is_empty());
    assert_ne!(home.holds(secret), Some(true));
}
