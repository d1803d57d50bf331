// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tasks, decisions about the case at large, and the horizon.

use forestall_coord::Refusal;
use forestall_coord::command::{AddTask, ChangeTask, Command, MoveOn, Resolve};
use forestall_coord::event::TaskState;
use forestall_testkit::parsed;

use crate::world::{day, horizon, opened, tld};

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
    script.must(&Command::MoveOn(MoveOn { until, slices: vec![parsed("org"), tld(0), parsed("org")] }));
    let case = script.case();
    assert_eq!((case.horizon.from, case.horizon.until), (horizon().from, until));
    assert!(case.slices.contains_key("org"));
    let back = script.act(&Command::MoveOn(MoveOn { until, slices: Vec::new() })).expect_err("it is there already");
    assert_eq!(back, Refusal::NotFurther { until, horizon: script.case().horizon });
}
