// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Whatever is changed past the store is found.

use forestall_model::Action;
use forestall_store::Problem;

use crate::support::{Home, context, decide, exclude, id, note, on_both, opening, request, run};

on_both! {
    untouched_store_has_no_problem,
    changed_events_are_found,
    missing_and_moved_events_are_found,
    changed_withheld_fields_are_found_and_erased_ones_are_none,
    read_models_that_are_not_the_log_are_found,
    table_that_is_gone_is_a_problem_of_reading,
}

/// Makes a store with a history, changes it past the store, and returns what is found.
async fn found(home: &Home, tampering: &str) -> Vec<String> {
    let home = home.another();
    let store = home.open().await;
    let case = id("case");
    run(&store, &case, &opening(), 0).await;
    run(&store, &case, &request("be", Action::RegisterHold), 1).await;
    run(&store, &case, &exclude(1, "be"), 2).await;
    let mut context = context(&case, 3);
    context.comment = Some("a comment".to_owned());
    store.execute(&case, |state| decide(state, &note("fact"), &context)).await.unwrap();
    store.close().await;
    home.tamper(tampering).await;
    let store = home.open().await;
    let problems = store.verify().await.unwrap();
    store.close().await;
    problems.iter().map(Problem::to_string).collect()
}

async fn finds(home: &Home, tampering: &str, expected: &str) {
    let found = found(home, tampering).await;
    assert!(found.iter().any(|line| line.contains(expected)), "{tampering}: {found:?}");
}

async fn untouched_store_has_no_problem(home: &Home) {
    assert!(found(home, "SELECT 1").await.is_empty());
}

async fn changed_events_are_found(home: &Home) {
    finds(
        home,
        "UPDATE event SET encoding = replace(encoding, 'fact', 'fake') WHERE seq = 4",
        "event 4 of the log: its hash is",
    )
    .await;
    finds(home, "UPDATE event SET encoding = encoding || ' ' WHERE seq = 4", "not in canonical form").await;
    finds(home, "UPDATE event SET encoding = 'rubbish' WHERE seq = 4", "not an event").await;
    finds(home, "UPDATE event SET leaf = x'00' WHERE seq = 4", "event 4 of the log").await;
    finds(home, "UPDATE event SET kind = 'seen' WHERE seq = 4", "columns say something else").await;
    finds(home, "UPDATE event SET recorded = recorded + 1 WHERE seq = 4", "columns say something else").await;
    finds(home, "UPDATE event SET case_id = 'other' WHERE seq = 4", "columns say something else").await;
}

async fn missing_and_moved_events_are_found(home: &Home) {
    finds(home, "DELETE FROM event WHERE seq = 3", "event 4 of the log stands where event 3 was expected").await;
    finds(home, "DELETE FROM event WHERE seq = 3", "it is event 4 of the case case, and event 3 was expected").await;
    finds(home, "DELETE FROM event WHERE seq = 4", "the log ends with event 3, and its head says 4").await;
    finds(home, "UPDATE event SET seq = 9 WHERE seq = 4", "event 9 of the log stands where event 4").await;
    finds(home, "DELETE FROM event WHERE seq = 1", "the case case was not opened").await;
    finds(home, "DELETE FROM log_head", "its head says 0").await;
}

async fn changed_withheld_fields_are_found_and_erased_ones_are_none(home: &Home) {
    finds(
        home,
        "UPDATE withheld SET value = 'Mallory' WHERE seq = 4 AND field = 'actor'",
        "withheld field \"actor\": the event does not commit to this value",
    )
    .await;
    finds(home, "UPDATE withheld SET salt = x'00' WHERE seq = 4", "its salt does not have 16 octets").await;
    finds(home, "UPDATE withheld SET seq = 77 WHERE seq = 4", "there is no such event").await;
    finds(home, "UPDATE withheld SET field = 'other' WHERE seq = 4 AND field = 'comment'", "does not commit").await;
    assert!(found(home, "DELETE FROM withheld").await.is_empty());
}

async fn read_models_that_are_not_the_log_are_found(home: &Home) {
    finds(home, "UPDATE case_view SET title = 'x'", "what its events give: the case").await;
    finds(home, "DELETE FROM case_view", "what its events give: the case").await;
    finds(home, "UPDATE slice_view SET requests = 0", "its slices").await;
    finds(home, "DELETE FROM slice_view WHERE tld = 'ws'", "its slices").await;
    finds(home, "DELETE FROM exclusion_view", "its exclusions").await;
    finds(home, "UPDATE exclusion_view SET reason = 'x'", "its exclusions").await;
    finds(
        home,
        "INSERT INTO slice_view (case_id, tld, requests, answers, exclusions) VALUES ('ghost', 'be', 0, 0, 0)",
        "of the case ghost",
    )
    .await;
}

async fn table_that_is_gone_is_a_problem_of_reading(home: &Home) {
    let store = home.open().await;
    run(&store, &id("case"), &opening(), 0).await;
    home.tamper("DROP TABLE slice_view").await;
    let error = store.verify().await.unwrap_err().to_string();
    assert!(error.contains("slice_view"), "{error}");
}
