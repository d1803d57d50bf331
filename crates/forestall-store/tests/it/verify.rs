// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Whatever is changed past the store is found.

use forestall_model::Action;
use forestall_store::{Problem, Store};

use crate::support::{context, decide, exclude, file, fresh, id, note, opening, request, run, tamper};

/// Makes a store with a history, changes it past the store, and returns what is found.
async fn found(tampering: &str) -> Vec<String> {
    let (folder, store) = fresh().await;
    let case = id("case");
    run(&store, &case, &opening(), 0).await;
    run(&store, &case, &request("be", Action::RegisterHold), 1).await;
    run(&store, &case, &exclude(1, "be"), 2).await;
    let mut context = context(&case, 3);
    context.comment = Some("a comment".to_owned());
    store.execute(&case, |state| decide(state, &note("fact"), &context)).await.unwrap();
    store.close().await;
    tamper(&file(&folder), tampering).await;
    let store = Store::open(&file(&folder)).await.unwrap();
    let problems = store.verify().await.unwrap();
    store.close().await;
    problems.iter().map(Problem::to_string).collect()
}

async fn finds(tampering: &str, expected: &str) {
    let found = found(tampering).await;
    assert!(found.iter().any(|line| line.contains(expected)), "{tampering}: {found:?}");
}

#[tokio::test]
async fn untouched_store_has_no_problem() {
    assert!(found("SELECT 1").await.is_empty());
}

#[tokio::test]
async fn changed_events_are_found() {
    finds(
        "UPDATE event SET encoding = replace(encoding, 'fact', 'fake') WHERE seq = 4",
        "event 4 of the log: its hash is",
    )
    .await;
    finds("UPDATE event SET encoding = encoding || ' ' WHERE seq = 4", "not in canonical form").await;
    finds("UPDATE event SET encoding = 'rubbish' WHERE seq = 4", "not an event").await;
    finds("UPDATE event SET leaf = x'00' WHERE seq = 4", "event 4 of the log").await;
    finds("UPDATE event SET kind = 'seen' WHERE seq = 4", "columns say something else").await;
    finds("UPDATE event SET recorded = recorded + 1 WHERE seq = 4", "columns say something else").await;
    finds("UPDATE event SET case_id = 'other' WHERE seq = 4", "columns say something else").await;
}

#[tokio::test]
async fn missing_and_moved_events_are_found() {
    finds("DELETE FROM event WHERE seq = 3", "event 4 of the log stands where event 3 was expected").await;
    finds("DELETE FROM event WHERE seq = 3", "it is event 4 of the case case, and event 3 was expected").await;
    finds("DELETE FROM event WHERE seq = 4", "the log ends with event 3, and its head says 4").await;
    finds("UPDATE event SET seq = 9 WHERE seq = 4", "event 9 of the log stands where event 4").await;
    finds("DELETE FROM event WHERE seq = 1", "the case case was not opened").await;
    finds("DELETE FROM log_head", "its head says 0").await;
}

#[tokio::test]
async fn changed_withheld_fields_are_found_and_erased_ones_are_none() {
    finds(
        "UPDATE withheld SET value = 'Mallory' WHERE seq = 4 AND field = 'actor'",
        "withheld field \"actor\": the event does not commit to this value",
    )
    .await;
    finds("UPDATE withheld SET salt = x'00' WHERE seq = 4", "its salt does not have 16 octets").await;
    finds("UPDATE withheld SET seq = 77 WHERE seq = 4", "there is no such event").await;
    finds("UPDATE withheld SET field = 'other' WHERE seq = 4 AND field = 'comment'", "does not commit").await;
    assert!(found("DELETE FROM withheld").await.is_empty());
}

#[tokio::test]
async fn read_models_that_are_not_the_log_are_found() {
    finds("UPDATE case_view SET title = 'x'", "what its events give: the case").await;
    finds("DELETE FROM case_view", "what its events give: the case").await;
    finds("UPDATE slice_view SET requests = 0", "its slices").await;
    finds("DELETE FROM slice_view WHERE tld = 'ws'", "its slices").await;
    finds("DELETE FROM exclusion_view", "its exclusions").await;
    finds("UPDATE exclusion_view SET reason = 'x'", "its exclusions").await;
    finds(
        "INSERT INTO slice_view (case_id, tld, requests, answers, exclusions) VALUES ('ghost', 'be', 0, 0, 0)",
        "of the case ghost",
    )
    .await;
}

#[tokio::test]
async fn table_that_is_gone_is_a_problem_of_reading() {
    let (folder, store) = fresh().await;
    run(&store, &id("case"), &opening(), 0).await;
    tamper(&file(&folder), "DROP TABLE slice_view").await;
    let error = store.verify().await.unwrap_err().to_string();
    assert!(error.contains("slice_view"), "{error}");
}
