// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Read models: written with each append, the same when rebuilt, and the same as the states of the cases.

use forestall_coord::{Case, Command};
use forestall_model::{Action, AnswerResult, CaseId, Method, Sight};
use forestall_store::{CaseView, ExclusionView, SliceView, Store};
use proptest::prelude::*;

use crate::support::{
    Home, TLDS, acknowledge, answer, at, context, decide, exclude, id, note, on_both, opening, readmit, request, run,
    see, sweep,
};

on_both! {
    models_name_the_last_of_everything,
    exclusions_are_read_by_pages_and_by_top_level_domain,
}

fn any_command() -> impl Strategy<Value = Command> {
    let tld = || proptest::sample::select(&TLDS);
    let action = || proptest::sample::select(&[Action::Reserve, Action::RegisterHold, Action::Monitor]);
    let sight = || proptest::sample::select(&[Sight::Nxdomain, Sight::OurNameServers, Sight::OtherNameServers]);
    prop_oneof![
        2 => (tld(), action()).prop_map(|(tld, action)| request(tld, action)),
        2 => tld().prop_map(acknowledge),
        2 => (tld(), action(), proptest::sample::select(AnswerResult::ALL))
            .prop_map(|(tld, action, result)| answer(tld, action, result)),
        3 => (0_u32..6, tld()).prop_map(|(number, tld)| exclude(number, tld)),
        3 => (0_u32..6, tld()).prop_map(|(number, tld)| readmit(number, tld)),
        1 => (proptest::sample::subsequence(&TLDS, 1..=4), 0_i64..50, sight(),
            proptest::sample::select(&[Method::Dns, Method::Zone]))
            .prop_map(|(tlds, seconds, sight, method)| sweep(&tlds, seconds, method, sight)),
        1 => (0_u32..6, tld(), sight()).prop_map(|(number, tld, sight)| see(number, tld, sight)),
        1 => Just(note("a fact")),
    ]
}

#[derive(Debug, PartialEq)]
struct Models {
    cases: Vec<CaseView>,
    slices: Vec<Vec<SliceView>>,
    exclusions: Vec<Vec<ExclusionView>>,
}

async fn models(store: &Store) -> Models {
    let cases = store.cases().await.unwrap();
    let (mut slices, mut exclusions) = (Vec::new(), Vec::new());
    for case in &cases {
        slices.push(store.slice_views(&case.id).await.unwrap());
        exclusions.push(store.exclusion_views(&case.id, None, None, 1_000).await.unwrap());
    }
    Models { cases, slices, exclusions }
}

/// What the read models must say of a state, from the state alone.
fn assert_same(case: &Case, view: &CaseView, slices: &[SliceView], exclusions: &[ExclusionView]) {
    assert_eq!((&view.id, view.version, view.changed), (&case.id, case.version, case.changed));
    assert_eq!((&view.title, view.kind, view.horizon), (&case.title, case.kind, case.horizon));
    assert_eq!((view.board_day, view.marking), (case.board_day, case.marking));
    assert!(view.campaigns.iter().eq(case.campaigns.iter().map(|c| &c.id)));
    assert_eq!(view.unverified, case.holds_unverified());
    assert_eq!(view.slices as usize, case.slices.len());
    assert_eq!(view.exclusions as usize, case.exclusions.len());
    assert_eq!(view.notes as usize, case.notes.len());
    let requests: usize = case.slices.values().map(|slice| slice.requests.len()).sum();
    assert_eq!(view.requests as usize, requests);
    assert_eq!(view.answers, case.slices.values().map(|slice| slice.answer_count).sum::<u32>());
    assert_eq!(slices.len(), case.slices.len());
    for (slice, (tld, state)) in slices.iter().zip(&case.slices) {
        assert_eq!(slice.tld, *tld);
        assert_eq!(slice.requests as usize, state.requests.len());
        let request = state.requests.last().map(|r| (r.at, r.action));
        assert_eq!(slice.last_request.map(|r| (r.at, r.action)), request);
        assert_eq!(slice.acknowledged, state.acknowledged);
        assert_eq!(slice.answers, state.answer_count);
        let answer = state.answers.last().map(|a| (a.at, a.claim.action, a.claim.result, a.claim.level));
        assert_eq!(slice.last_answer.map(|a| (a.at, a.action, a.result, a.level)), answer);
        let names = case.exclusions.keys().filter(|name| name.tld() == *tld).count();
        assert_eq!(slice.exclusions as usize, names);
        // The view keeps the latest sweep ever, the state the latest of those that no other replaced.
        assert!(slice.last_sweep >= state.last_sweep());
        assert_eq!(slice.last_sweep.is_some(), state.last_sweep().is_some());
    }
    assert_eq!(exclusions.len(), case.exclusions.len());
    for (exclusion, (name, state)) in exclusions.iter().zip(&case.exclusions) {
        assert_eq!((&exclusion.name, exclusion.class, exclusion.at), (name, state.class, state.at));
        assert_eq!((&exclusion.reason, &exclusion.source), (&state.reason, &state.source));
    }
}

/// Executes what is not refused, in calls of one or more commands on two cases.
async fn play(store: &Store, script: &[(bool, Vec<Command>)]) {
    let cases: [CaseId; 2] = [id("one"), id("two")];
    for case in &cases {
        run(store, case, &opening(), 0).await;
    }
    for (step, (which, commands)) in (1..).zip(script) {
        let case = &cases[usize::from(*which)];
        let state = store.load(case).await.unwrap().unwrap();
        let mut after = (*state).clone();
        let context = context(case, step);
        // Only what is accepted is executed, so that a call is not refused for one of its commands.
        let mut accepted = Vec::new();
        for command in commands {
            if let Ok(decided) = decide(Some(&after), command, &context) {
                after.apply(&decided.event).unwrap();
                accepted.push(command);
            }
        }
        store.execute_all(case, accepted.len(), |index, state| decide(state, accepted[index], &context)).await.unwrap();
    }
}

fn scripts() -> impl Strategy<Value = Vec<(bool, Vec<Command>)>> {
    proptest::collection::vec((any::<bool>(), proptest::collection::vec(any_command(), 1..6)), 1..12)
}

async fn rebuilt_models_are_the_incremental_ones_and_the_states(home: &Home, script: &[(bool, Vec<Command>)]) {
    let store = home.open().await;
    play(&store, script).await;
    assert_eq!(store.verify().await.unwrap(), []);
    let incremental = models(&store).await;
    for (case, (slices, exclusions)) in
        incremental.cases.iter().zip(incremental.slices.iter().zip(&incremental.exclusions))
    {
        let state = store.load(&case.id).await.unwrap().unwrap();
        assert_same(&state, case, slices, exclusions);
    }
    // From nothing, and from rubbish.
    home.tamper(
        "UPDATE case_view SET title = 'x', answers = 99; DELETE FROM slice_view; \
         INSERT INTO exclusion_view VALUES ('one', 'rubbish.be', 'be', 'free', 'x', NULL, 0)",
    )
    .await;
    assert_ne!(&models(&store).await, &incremental);
    let events = store.rebuild().await.unwrap();
    assert_eq!(events, store.log(0, 10_000, None).await.unwrap().last().unwrap().seq);
    assert_eq!(models(&store).await, incremental);
    assert_eq!(store.verify().await.unwrap(), []);
    store.close().await;
}

fn block_on(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn rebuilt_models_are_the_incremental_ones_and_the_states_on_sqlite(script in scripts()) {
        block_on(rebuilt_models_are_the_incremental_ones_and_the_states(&Home::sqlite(), &script));
    }
}

proptest! {
    // Each takes a database of its own.
    #![proptest_config(ProptestConfig { cases: 10, ..ProptestConfig::default() })]

    #[test]
    fn rebuilt_models_are_the_incremental_ones_and_the_states_on_postgresql(script in scripts()) {
        if let Some(home) = Home::postgres("rebuilt_models_are_the_incremental_ones_and_the_states_on_postgresql") {
            block_on(rebuilt_models_are_the_incremental_ones_and_the_states(&home, &script));
        }
    }
}

async fn models_name_the_last_of_everything(home: &Home) {
    let store = home.open().await;
    let case = id("case");
    run(&store, &case, &opening(), 0).await;
    run(&store, &case, &request("be", Action::Reserve), 1).await;
    run(&store, &case, &request("be", Action::RegisterHold), 2).await;
    run(&store, &case, &acknowledge("be"), 3).await;
    run(&store, &case, &answer("be", Action::RegisterHold, AnswerResult::Done), 4).await;
    run(&store, &case, &sweep(&["be", "ws"], 5, Method::Dns, Sight::Nxdomain), 6).await;
    run(&store, &case, &sweep(&["be"], 4, Method::Zone, Sight::Nxdomain), 7).await;
    run(&store, &case, &see(1, "com", Sight::Nxdomain), 8).await;

    let view = store.case_view(&case).await.unwrap().unwrap();
    assert_eq!((view.version, view.opened, view.changed), (8, at(0), at(8)));
    assert_eq!((view.slices, view.requests, view.answers, view.sweeps, view.looks), (4, 2, 1, 2, 1));
    assert!(view.unverified);
    let slices = store.slice_views(&case).await.unwrap();
    let tlds: Vec<_> = slices.iter().map(|slice| slice.tld.as_str()).collect();
    assert_eq!(tlds, TLDS);
    let be = &slices[0];
    assert_eq!(be.last_request.map(|r| (r.at, r.action)), Some((at(2), Action::RegisterHold)));
    assert_eq!((be.requests, be.acknowledged, be.answers), (2, Some(at(3)), 1));
    assert_eq!(be.last_answer.map(|a| (a.at, a.result)), Some((at(4), AnswerResult::Done)));
    assert_eq!(be.last_sweep, Some((at(5), Method::Dns)));
    assert_eq!(slices[1].last_sweep, None);
    assert_eq!(slices[3].last_sweep, Some((at(5), Method::Dns)));
    assert!(store.case_view(&id("none")).await.unwrap().is_none());
    assert!(store.slice_views(&id("none")).await.unwrap().is_empty());
}

async fn exclusions_are_read_by_pages_and_by_top_level_domain(home: &Home) {
    let store = home.open().await;
    let case = id("case");
    run(&store, &case, &opening(), 0).await;
    let commands: Vec<_> = (0..150).map(|n| exclude(n, TLDS[n as usize % 2])).collect();
    let own = context(&case, 1);
    store.execute_all(&case, commands.len(), |index, state| decide(state, &commands[index], &own)).await.unwrap();
    run(&store, &case, &readmit(3, "com"), 2).await;

    let mut names = Vec::new();
    loop {
        let page = store.exclusion_views(&case, None, names.last(), 40).await.unwrap();
        if page.is_empty() {
            break;
        }
        names.extend(page.into_iter().map(|exclusion| exclusion.name));
    }
    assert_eq!(names.len(), 149);
    assert!(names.is_sorted());
    let com = "com".parse().unwrap();
    let of_com = store.exclusion_views(&case, Some(&com), None, 1_000).await.unwrap();
    assert_eq!(of_com.len(), 74);
    assert!(of_com.iter().all(|exclusion| exclusion.name.tld() == com));
    let next = store.exclusion_views(&case, Some(&com), Some(&of_com[70].name), 2).await.unwrap();
    assert_eq!(next, of_com[71..73]);
    assert_eq!(store.case_view(&case).await.unwrap().unwrap().exclusions, 149);
    let slices = store.slice_views(&case).await.unwrap();
    assert_eq!(slices.iter().map(|slice| slice.exclusions).collect::<Vec<_>>(), [75, 74, 0, 0]);
}
