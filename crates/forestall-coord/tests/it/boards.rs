// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Boards: days, worst reaches, gaps, and the events that speak of a name. Logs that are none.

use forestall_coord::Level;
use forestall_coord::case::{Case, ReplayError};
use forestall_coord::command::{Command, Open};
use forestall_coord::event::{AnswerScope, CaseKind, PlaceSet};
use forestall_model::{Action, AnswerResult, DayRange, Marking, Method, Sight};
use forestall_testkit::counts::{daily, period_of};
use forestall_testkit::{CaseScript, campaigns, parsed};

use crate::world::{self, answer, day, exclude, horizon, opened, sweep, swept, swept_list, tld};

#[test]
fn a_board_looks_from_a_day_within_the_horizon() {
    let script = opened();
    let board = script.board();
    assert_eq!(board.day(day(-30)), day(0));
    assert_eq!(board.day(day(2)), day(2));
    assert_eq!(board.day(day(4)), day(3));
}

#[test]
fn a_reconstruction_looks_from_its_own_day() {
    let mut script = CaseScript::new("a-reconstruction", "2026-11-23T00:00:00Z");
    script.counts = vec![daily("checked", horizon(), &[(tld(0), 2)])];
    script.must(&Command::Open(Open {
        title: "Then".to_owned(),
        kind: CaseKind::Reconstruction,
        horizon: horizon(),
        board_day: Some(day(1)),
        marking: Marking::PUBLIC,
        campaigns: vec![campaigns::campaign("checked")],
        slices: vec![tld(0), tld(0)],
        name_servers: Vec::new(),
        server_evidence: Vec::new(),
        guard_override: None,
        four_eyes: false,
        ahead: None,
    }));
    assert_eq!(script.board().day(parsed("2026-11-23")), day(1));
    assert_eq!(script.case().slices.len(), 1, "a slice given twice is one");
}

#[test]
fn the_worst_of_nothing_is_none() {
    let script = opened();
    let board = script.board();
    let before = DayRange { from: day(-9), until: day(-2) };
    assert_eq!(board.worst(Level::Observed, before), None);
    assert_eq!(board.worst_alone(&parsed("org"), horizon()), None);
    assert!(board.slice(&parsed("org")).is_empty());
    assert!(board.name_views(&parsed("org"), 0, period_of(day(0)), script.clock.now()).is_empty());
    assert!(board.name_views(&tld(0), 0, 1, script.clock.now()).is_empty());
    assert_eq!(board.name_state(&tld(0), 0, period_of(day(0)), 6, script.clock.now()), None, "six names, from 0 to 5");
}

#[test]
fn the_worst_is_one_variant_on_one_day() {
    let mut script = opened();
    let now = script.clock.now();
    // Of the verified campaign everything is proved but one name of the last day.
    let mut lists = Vec::new();
    for on in 0..4 {
        for under in 0..2 {
            let differs = [(0, Sight::Available)];
            let differing: &[_] = if (on, under) == (3, 1) { &differs } else { &[] };
            lists.push(swept_list(0, on, under, Sight::Reserved, &[], differing));
        }
    }
    script.must(&sweep(Method::Rdap, now, lists));
    let board = script.board();
    let checked = &board.variants()[0];
    let reaches: Vec<f64> = checked.periods.iter().map(|p| p.reach[2].low).collect();
    // One of ten names, two drawn in each of three rounds: 1 - (8/10)^3. All of them are drawn in the other reading.
    assert_eq!(reaches[..3], [0.0, 0.0, 0.0]);
    assert!((reaches[3] - 0.488).abs() < 1e-12, "{}", reaches[3]);
    assert!((checked.periods[3].reach[2].high - 1.0).abs() < f64::EPSILON);
    // The other campaign, of which nothing is known, is worse by the lower end, on its first day.
    let worst = board.worst(Level::Observed, horizon()).expect("there are lists");
    assert_eq!((worst.campaign, worst.day), (1, day(0)));
    // If .net alone did nothing: of the four names there 1 - (C(6,2)/C(10,2))^3 = 1 - (1/3)^3 in the one reading.
    let alone = board.slice(&tld(1))[0].reach_alone;
    assert!((alone.low - 26.0 / 27.0).abs() < 1e-12, "{}", alone.low);
}

#[test]
fn a_slice_alone_misses_what_it_could_protect() {
    let mut script = opened();
    let low = |script: &CaseScript| script.board().slice(&tld(0))[0].reach_alone.low;
    // Ten names, six under com, of which one cannot be registered: 1 - (C(5,2)/C(10,2))^3 = 1 - (10/45)^3.
    assert!((low(&script) - (1.0 - (2.0_f64 / 9.0).powi(3))).abs() < 1e-12, "{}", low(&script));
    // One of them has a legitimate holder: 1 - (C(6,2)/C(10,2))^3 = 1 - (15/45)^3.
    script.must(&exclude(0, 0));
    assert!((low(&script) - 26.0 / 27.0).abs() < 1e-12, "{}", low(&script));
    // What the registry did makes no difference to what it would be without it.
    script.must(&answer(0, Action::Reserve, AnswerResult::Done));
    script.must(&sweep(Method::Rdap, script.clock.now(), vec![swept(Sight::Reserved)]));
    assert!((low(&script) - 26.0 / 27.0).abs() < 1e-12, "{}", low(&script));
}

#[test]
fn gaps_are_what_is_open_or_opens_soon_and_not_proved() {
    let mut script = opened();
    let noon = script.clock.now();
    script.must(&answer(0, Action::Reserve, AnswerResult::Done));
    let gaps = |script: &CaseScript, now, days| -> Vec<(String, usize, u32, u32, u32)> {
        let gaps = script.board().gaps(now, days);
        gaps.into_iter()
            .map(|gap| (gap.tld.to_string(), gap.campaign, gap.unproved, gap.claimed, gap.periods))
            .collect()
    };
    // At noon of the 9th the guard window of the 10th is open (from the 9th, 0:00); within a day that of the 11th opens. Of the
    // names under com one of each list cannot be registered.
    assert_eq!(gaps(&script, noon, 0).iter().map(|gap| gap.4).sum::<u32>(), 4);
    let mut within_a_day = gaps(&script, noon, 1);
    within_a_day.sort();
    let com = |campaign, names| ("com".to_owned(), campaign, names, names, 2);
    let net = |campaign, names| ("net".to_owned(), campaign, names, 0, 2);
    assert_eq!(within_a_day, [com(0, 10), com(1, 8), net(0, 8), net(1, 6)]);
    // What is proved is no gap.
    script.must(&sweep(Method::Rdap, noon, vec![swept(Sight::Reserved)]));
    assert!(gaps(&script, noon, 1).contains(&("com".to_owned(), 0, 5, 5, 1)));
    // The larger reach comes first; where it is equal, what opens first, then what has more names.
    let board = script.board();
    let order: Vec<_> = board.gaps(noon, 1).iter().map(|gap| (gap.reach.high, gap.reach.low)).collect();
    assert!(order.is_sorted_by(|a, b| a >= b), "{order:?}");
    let first = &board.gaps(noon, 1)[0];
    assert_eq!((first.opens, first.tld.as_str()), (day(0).start().plus_seconds(-24 * 3_600), "com"));
    // Days that are over are none.
    assert!(board.gaps(day(9).start(), 30).is_empty());
}

#[test]
fn a_name_knows_the_last_event_that_speaks_of_it() {
    let mut script = opened();
    let of = |script: &CaseScript, place: usize| {
        let views = script.board().name_views(&tld(0), 0, period_of(day(0)), script.clock.now());
        views[place].event
    };
    assert_eq!(of(&script, 2), 1, "the opening");
    script.must(&answer(0, Action::Reserve, AnswerResult::Done));
    assert_eq!(of(&script, 2), 2);
    script.must(&exclude(1, 0));
    assert_eq!(of(&script, 2), 2, "another slice");
    script.must(&sweep(Method::Dns, script.clock.now(), vec![swept(Sight::Nxdomain)]));
    assert_eq!(of(&script, 2), 4);
    script.must(&world::seen(Method::Dns, script.clock.now(), 0, 0, 0, 2, Sight::Nxdomain));
    assert_eq!((of(&script, 2), of(&script, 1)), (5, 4));
    let places =
        PlaceSet { campaign: world::campaign(0), period: period_of(day(0)), places: [1].into_iter().collect() };
    script.must(&Command::Answer(forestall_coord::command::Answer {
        tld: tld(0),
        scope: AnswerScope::Places(vec![places]),
        action: Action::Reserve,
        result: AnswerResult::Refused,
        attested: None,
    }));
    assert_eq!((of(&script, 2), of(&script, 1)), (5, 6));
    // The name number 2 of the slice stands at place 2 on the first day.
    script.must(&exclude(0, 2));
    assert_eq!(of(&script, 2), 7);
}

#[test]
fn an_empty_log_is_no_case_and_others_are_refused() {
    assert!(Case::replay([]).expect("nothing is wrong").is_none());
    let mut script = opened();
    script.must(&answer(0, Action::Reserve, AnswerResult::Done));
    let log = script.log();
    let refused = Case::replay(&log[1..]).expect_err("it does not begin with the opening");
    assert_eq!(refused, ReplayError::NotOpened { version: 2, kind: "answered" });
    let mut late = log[0].clone();
    late.version = 3;
    let refused = Case::replay([&late]).expect_err("it does not begin with the first event");
    assert_eq!(refused, ReplayError::Gap { case: parsed("a-case"), found: 3, expected: 1 });
    let refused = Case::replay([&log[0], &log[1], &log[1]]).expect_err("an event stands twice");
    assert_eq!(refused.to_string(), "event 2 of case a-case stands where event 3 was expected");
}
