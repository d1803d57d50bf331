// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Commands and appends: numbers, conflicts, all or nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use forestall_coord::Refusal;
use forestall_coord::command::decide as decide_command;
use forestall_model::{Action, AnswerResult};
use forestall_store::{AppendError, ExecuteError, Settings, StoreError, fresh_salts};

use crate::support::{Home, acknowledge, answer, context, decide, exclude, id, note, on_both, opening, request, run};

on_both! {
    numbers_run_over_all_cases_and_within_each,
    state_after_a_command_is_the_fold_of_the_log,
    refusal_leaves_no_trace,
    several_commands_are_recorded_together_or_not_at_all,
    no_command_gives_the_state_as_it_is,
    states_of_the_past_are_those_that_were,
    second_writer_on_one_file_meets_a_conflict,
    two_stores_under_load_lose_and_double_nothing,
    calls_that_are_committed_together_fail_alone,
    event_that_must_not_be_in_the_log_is_refused,
    closed_store_says_so,
    more_cases_than_are_kept_are_all_at_hand,
}

async fn numbers_run_over_all_cases_and_within_each(home: &Home) {
    let store = home.open().await;
    let (one, two) = (id("one"), id("two"));
    assert_eq!(run(&store, &one, &opening(), 0).await, 1);
    assert_eq!(run(&store, &two, &opening(), 1).await, 2);
    assert_eq!(run(&store, &one, &note("first"), 2).await, 3);
    let log = store.log(0, 10, None).await.unwrap();
    let numbers: Vec<_> = log.iter().map(|e| (e.seq, e.event.case.as_str(), e.event.version)).collect();
    assert_eq!(numbers, [(1, "one", 1), (2, "two", 1), (3, "one", 2)]);
}

async fn state_after_a_command_is_the_fold_of_the_log(home: &Home) {
    let store = home.open().await;
    let case = id("case");
    run(&store, &case, &opening(), 0).await;
    run(&store, &case, &request("be", Action::RegisterHold), 1).await;
    let context = context(&case, 2);
    let (stored, state) = store.execute(&case, |state| decide(state, &acknowledge("be"), &context)).await.unwrap();
    assert_eq!((stored.seq, stored.event.version, state.version), (3, 3, 3));
    assert!(state.slices["be"].acknowledged.is_some());
    store.close().await;

    let again = home.open().await;
    let loaded = again.load(&case).await.unwrap().unwrap();
    assert_eq!(format!("{loaded:?}"), format!("{state:?}"));
    assert!(again.load(&id("another")).await.unwrap().is_none());
}

async fn refusal_leaves_no_trace(home: &Home) {
    let store = home.open().await;
    let case = id("case");
    let context = context(&case, 0);
    let refused = store.execute(&case, |state| decide(state, &note("too early"), &context)).await;
    assert!(matches!(refused, Err(ExecuteError::Refused { index: 0, refusal: Refusal::NoSuchCase { .. } })));
    assert!(store.log(0, 10, None).await.unwrap().is_empty());
    assert_eq!(run(&store, &case, &opening(), 1).await, 1);
}

async fn several_commands_are_recorded_together_or_not_at_all(home: &Home) {
    let store = home.open().await;
    let case = id("case");
    let good = [
        opening(),
        request("be", Action::RegisterHold),
        acknowledge("be"),
        answer("be", Action::RegisterHold, AnswerResult::Done),
    ];
    let context = context(&case, 0);
    let (stored, state) =
        store.execute_all(&case, good.len(), |index, state| decide(state, &good[index], &context)).await.unwrap();
    assert_eq!(stored.iter().map(|s| s.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(state.version, 4);

    // The third is refused: nothing was requested of `ws`.
    let bad = [note("one"), exclude(1, "be"), acknowledge("ws"), note("four")];
    let refused = store.execute_all(&case, bad.len(), |index, state| decide(state, &bad[index], &context)).await;
    assert!(matches!(refused, Err(ExecuteError::Refused { index: 2, .. })), "{refused:?}");
    assert_eq!(store.log(0, 10, None).await.unwrap().len(), 4);
    assert_eq!(store.load(&case).await.unwrap().unwrap().version, 4);
    assert_eq!(store.case_view(&case).await.unwrap().unwrap().exclusions, 0);
}

async fn no_command_gives_the_state_as_it_is(home: &Home) {
    let store = home.open().await;
    let case = id("case");
    let none = |_: usize, _: Option<&forestall_coord::Case>| panic!("nothing is to be decided");
    assert!(matches!(store.execute_all(&case, 0, none).await, Err(ExecuteError::Refused { .. })));
    run(&store, &case, &opening(), 0).await;
    let (stored, state) = store.execute_all(&case, 0, none).await.unwrap();
    assert_eq!((stored.len(), state.version), (0, 1));
}

async fn states_of_the_past_are_those_that_were(home: &Home) {
    let store = home.open().await;
    let (case, other) = (id("case"), id("other"));
    let mut were = Vec::new();
    for number in 0..30 {
        let command = if number == 0 { opening() } else { note(&format!("note {number}")) };
        let context = context(&case, number);
        let (_, state) = store.execute(&case, |state| decide(state, &command, &context)).await.unwrap();
        were.push(format!("{state:?}"));
    }
    run(&store, &other, &opening(), 31).await;
    // More than are kept, back and forth: from the first event, from a kept state before, and the kept one itself.
    for step in 0..90 {
        let version = 1 + step * 7 % 30;
        let state = store.load_at(&case, version as u64).await.unwrap().unwrap();
        assert_eq!(format!("{state:?}"), were[version - 1], "{version}");
    }
    assert!(store.load_at(&case, 31).await.unwrap().is_none());
    assert!(store.load_at(&case, 0).await.unwrap().is_none());
    assert_eq!(store.load_at(&other, 1).await.unwrap().unwrap().notes.len(), 0);
    assert!(store.load_at(&other, 2).await.unwrap().is_none());
}

async fn second_writer_on_one_file_meets_a_conflict(home: &Home) {
    let one = home.open().await;
    let two = home.open().await;
    let case = id("case");
    run(&one, &case, &opening(), 0).await;

    // Both decide on the same state; the slower one is told, and its other event of the call is not kept either.
    let state = two.load(&case).await.unwrap();
    let slow = decide(state.as_deref(), &note("slow"), &context(&case, 1)).unwrap();
    let other = decide(None, &opening(), &context(&id("other"), 1)).unwrap();
    run(&one, &case, &note("fast"), 1).await;
    let conflict = two.append(vec![other, slow]).await;
    let Err(AppendError::Conflict { case: whose, version, head }) = conflict else { panic!("{conflict:?}") };
    assert_eq!((whose, version, head), (case.clone(), 2, 2));
    assert!(two.load(&id("other")).await.unwrap().is_none());

    // A command decides again on the new state, by whichever store it comes.
    run(&two, &case, &note("slow"), 2).await;
    run(&one, &case, &note("fast again"), 3).await;
    let texts: Vec<_> = two.load(&case).await.unwrap().unwrap().notes.iter().map(|n| n.text.clone()).collect();
    assert_eq!(texts, ["fast", "slow", "fast again"]);
    assert_eq!(one.log(0, 10, None).await.unwrap().len(), 4);
    assert!(two.verify().await.unwrap().is_empty());
}

async fn two_stores_under_load_lose_and_double_nothing(home: &Home) {
    const EACH: usize = 60;
    let one = home.open().await;
    one.close().await;
    // Locks between two writers are not handed over in turn; on a busy machine one may wait for long.
    let mut patient = Settings::default();
    patient.busy = Duration::from_secs(120);
    let one = home.open_with(patient).await;
    let two = home.open_with(patient).await;
    let case = id("case");
    run(&one, &case, &opening(), 0).await;
    let mut tasks = Vec::new();
    for (name, store) in [("one", &one), ("two", &two)] {
        for task in 0..2 {
            let (store, case) = (store.clone(), case.clone());
            tasks.push(tokio::spawn(async move {
                let mut own = Vec::new();
                while own.len() < EACH {
                    let text = format!("{name} {task} {}", own.len());
                    let context = context(&case, 1);
                    let done = store.execute(&case, |state| decide(state, &note(&text), &context)).await;
                    match done {
                        Ok(_) => own.push(text),
                        // Bad luck sixteen times in a row is no fault; it must be said, and nothing may have happened.
                        Err(ExecuteError::Contended { .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
                own
            }));
        }
    }
    let mut expected = BTreeSet::new();
    for task in tasks {
        expected.extend(task.await.unwrap());
    }
    let state = one.load(&case).await.unwrap().unwrap();
    let found: Vec<_> = state.notes.iter().map(|note| note.text.clone()).collect();
    assert_eq!(found.len(), 4 * EACH);
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
    assert!(one.verify().await.unwrap().is_empty());
}

async fn calls_that_are_committed_together_fail_alone(home: &Home) {
    let store = home.open().await;
    let case = id("case");
    run(&store, &case, &opening(), 0).await;
    let state = store.load(&case).await.unwrap();
    // Twenty calls with the same number: one is first, whatever they are committed with.
    let mut calls = Vec::new();
    for number in 0..20 {
        let rival = decide(state.as_deref(), &note(&format!("rival {number}")), &context(&case, 1)).unwrap();
        let own = id(&format!("own-{number}"));
        let opening = decide(None, &opening(), &context(&own, 1)).unwrap();
        for decided in [rival, opening] {
            let store = store.clone();
            calls.push(tokio::spawn(async move { store.append(vec![decided]).await }));
        }
    }
    let (mut done, mut conflicts) = (0, 0);
    for call in calls {
        match call.await.unwrap() {
            Ok(stored) => done += stored.len(),
            Err(AppendError::Conflict { version: 2, head: 2, .. }) => conflicts += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!((done, conflicts), (21, 19));
    assert_eq!(store.cases().await.unwrap().len(), 21);
    assert!(store.verify().await.unwrap().is_empty());
}

async fn event_that_must_not_be_in_the_log_is_refused(home: &Home) {
    let store = home.open().await;
    let case = id("case");
    let reason = |error: Result<_, AppendError>| match error {
        Err(AppendError::Invalid { reason, .. }) => reason,
        other => panic!("{other:?}"),
    };
    let open = || decide_command(None, &opening(), &context(&case, 0)).unwrap();

    let mut other = open();
    other.withheld[0].value = "Mallory".to_owned();
    assert!(reason(store.append(vec![other]).await).contains("\"actor\""));
    let mut none = open();
    none.withheld.clear();
    assert!(reason(store.append(vec![none]).await).contains("1 withheld fields, and 0 came"));
    let mut encoding = open();
    encoding.event.v = 2;
    assert!(reason(store.append(vec![encoding]).await).contains("encoding 2"));
    let mut late = open();
    late.event.version = 2;
    assert!(reason(store.append(vec![late]).await).contains("opened by its first event"));
    let mut timeless = open();
    // An instant beyond the year 9999 has no written form that can be read.
    timeless.event.recorded = forestall_model::Instant::from_micros(i64::MAX);
    assert!(reason(store.append(vec![timeless]).await).contains("cannot be read again"));

    let stray = id("stray");
    let wrong_case = store.execute(&stray, |_| decide_command(None, &opening(), &context(&case, 0))).await;
    assert!(matches!(wrong_case, Err(ExecuteError::Invalid { .. })), "{wrong_case:?}");
    assert!(store.log(0, 1, None).await.unwrap().is_empty());
    assert!(store.append(Vec::new()).await.unwrap().is_empty());
}

async fn closed_store_says_so(home: &Home) {
    let store = home.open().await;
    let case = id("case");
    run(&store, &case, &opening(), 0).await;
    store.clone().close().await;
    store.close().await;
    assert!(matches!(store.load(&case).await, Err(StoreError::Closed)));
    let decided = decide(None, &opening(), &context(&id("late"), 0)).unwrap();
    let late = store.append(vec![decided]).await;
    assert!(matches!(late, Err(AppendError::Store(StoreError::Closed))), "{late:?}");
}

async fn more_cases_than_are_kept_are_all_at_hand(home: &Home) {
    let store = home.open().await;
    for number in 0..80 {
        run(&store, &id(&format!("case-{number}")), &opening(), number).await;
    }
    for number in 0..80 {
        let case = id(&format!("case-{number}"));
        run(&store, &case, &note("again"), 100).await;
        assert_eq!(store.load(&case).await.unwrap().unwrap().version, 2);
    }
}

#[test]
fn salts_are_fresh() {
    let salts: BTreeSet<_> = (0..100).flat_map(|_| fresh_salts()).collect();
    assert_eq!(salts.len(), 500);
}
