// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tasks, decisions about the case at large, and the horizon.

use forestall_coord::command::{AddTask, ChangeTask, Command, KnownPlaces, MoveOn, Readmit, Resolve};
use forestall_coord::event::{Occurrence, TaskState};
use forestall_coord::{Refusal, Stance};
use forestall_model::DayRange;
use forestall_testkit::counts::{daily, period_of};
use forestall_testkit::parsed;

use crate::world::{self, CHECKED, campaign, day, horizon, name, opened, tld};

#[test]
fn a_task_has_an_owner_whose_name_stands_outside() {
    let mut script = opened();
    let add = AddTask {
        title: " Ring the registry of com ".to_owned(),
        tld: Some(tld(0)),
        owner: Some(parsed("Ann Example")),
        due: Some(day(1)),
    };
    let event = script.must(&Command::AddTask(add.clone())).clone();
    assert!(!String::from_utf8(event.canonical()).unwrap().contains("Ann"));
    script.must(&Command::AddTask(AddTask { owner: None, ..add.clone() }));
    script.must(&Command::ChangeTask(ChangeTask { task: 1, state: TaskState::Done, owner: None, due: Some(day(2)) }));
    let tasks = &script.case().tasks;
    assert_eq!(
        tasks.iter().map(|task| (task.number, task.state)).collect::<Vec<_>>(),
        [(1, TaskState::Done), (2, TaskState::Open)]
    );
    assert_eq!(
        (tasks[0].title.as_str(), tasks[0].owner, tasks[1].owner),
        ("Ring the registry of com", Some(event.version), None)
    );
    let missing = ChangeTask { task: 7, state: TaskState::Done, owner: None, due: None };
    assert_eq!(script.act(&Command::ChangeTask(missing)).err(), Some(Refusal::NoSuchTask { task: 7 }));
    assert_eq!(
        script.act(&Command::AddTask(AddTask { title: " ".to_owned(), ..add })).err(),
        Some(Refusal::Blank("the task"))
    );
}

#[test]
fn a_decision_names_its_ground_and_two_people_are_two() {
    let mut script = opened();
    let resolve =
        Resolve { title: "No list before the embargo".to_owned(), ground: "sample is live".to_owned(), second: None };
    script.must(&Command::Resolve(resolve.clone()));
    assert_eq!(script.case().decisions.len(), 1);
    let alone = Resolve { second: Some(script.actor.clone()), ..resolve.clone() };
    assert_eq!(script.act(&Command::Resolve(alone)).err(), Some(Refusal::OnePerson));
    assert!(script.act(&Command::Resolve(Resolve { ground: String::new(), ..resolve })).is_err());
}

#[test]
fn the_horizon_moves_on_only() {
    let mut script = opened();
    let until = horizon().until.plus(5);
    script.must(&Command::MoveOn(MoveOn { until, slices: vec![parsed("org"), tld(0), parsed("org")], places: None }));
    let case = script.case();
    assert_eq!((case.horizon.from, case.horizon.until), (horizon().from, until));
    assert!(case.slices.contains_key("org"));
    let back = script
        .act(&Command::MoveOn(MoveOn { until, slices: Vec::new(), places: None }))
        .expect_err("it is there already");
    assert_eq!(back, Refusal::NotFurther { until, horizon: script.case().horizon });
}

#[test]
fn what_holds_of_a_name_holds_on_the_lists_that_come() {
    let mut script = opened();
    script.must(&world::exclude(0, 0));
    let until = horizon().until.plus(2);
    // Two days more, with two names under com on each; the excluded one is the second of the first.
    script.counts[0] = daily(CHECKED, DayRange { from: horizon().from, until }, &[(tld(0), 2)]);
    let again = Occurrence { campaign: campaign(0), period: period_of(horizon().until), place: 1 };
    let places = |names: &[Occurrence]| {
        let names = [(name(0, 0), names.to_vec())].into();
        Some(KnownPlaces { basis: 2, names })
    };
    let missed = Some(KnownPlaces { basis: 1, names: std::collections::BTreeMap::new() });
    let refused = script.act(&Command::MoveOn(MoveOn { until, slices: Vec::new(), places: missed })).err();
    assert_eq!(refused, Some(Refusal::CaseMoved { basis: 1, version: 2 }), "the exclusion came in between");
    script.must(&Command::MoveOn(MoveOn { until, slices: Vec::new(), places: places(std::slice::from_ref(&again)) }));
    let held = |script: &forestall_testkit::CaseScript| {
        let board = script.board();
        let cell = board.slice(&tld(0)).iter().find(|cell| cell.period == again.period).expect("a list").tally.held;
        let views = board.name_views(&tld(0), 0, again.period, script.clock.now());
        (cell, views.iter().map(|view| view.stance).collect::<Vec<_>>())
    };
    assert_eq!(held(&script), (1, vec![Stance::Open, Stance::Excluded]));
    assert!(script.case().exclusions[&name(0, 0)].occurrences.contains(&again));
    assert_eq!(script.case().placed_until, until);
    script.must(&Command::Readmit(Readmit { name: name(0, 0), reason: "the shop is gone".to_owned() }));
    assert_eq!(held(&script), (0, vec![Stance::Open, Stance::Open]));
    assert!(script.board().aside(&tld(0), 0, again.period).expect("single names are known").has(1));
    // Where nobody looked, as old logs have it, the next move looks at those days as well.
    let later = until.plus(1);
    script.must(&Command::MoveOn(MoveOn { until: later, slices: Vec::new(), places: None }));
    assert_eq!((script.case().horizon.until, script.case().placed_until), (later, until));
}
