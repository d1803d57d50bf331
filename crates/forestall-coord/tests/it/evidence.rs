// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where a name stands after looks and answers, case by case.

use forestall_coord::Standing;
use forestall_coord::command::{Acknowledge, Command, Request};
use forestall_model::evidence::SweptList;
use forestall_model::{Action, AnswerResult, Instant, Method, Sight};
use forestall_testkit::CaseScript;

use crate::world::{self, answer, horizon, opened, seen, standing, state, swept, tld};

/// One step: an answer for the whole slice, a sweep over the list, a look at the place 2, or nothing but time.
#[derive(Clone, Copy, Debug)]
enum Step {
    Answer(Action, AnswerResult),
    Ask(Action),
    Sweep(Method, Sight),
    /// A sweep whose look at the place 2 differs.
    But(Method, Sight, Sight),
    See(Method, Sight),
}

/// Plays the steps, one an hour, and returns where the name at place 2 stands.
#[track_caller]
fn after(steps: &[Step]) -> Standing {
    let mut script = opened();
    play(&mut script, steps);
    standing(&script, 2)
}

#[track_caller]
fn play(script: &mut CaseScript, steps: &[Step]) {
    for step in steps {
        script.clock.advance(3_600);
        step_at(script, *step, script.clock.now());
    }
}

#[track_caller]
fn step_at(script: &mut CaseScript, step: Step, at: Instant) {
    let command = match step {
        Answer(action, result) => {
            script.occurred = Some(at);
            answer(0, action, result)
        }
        Ask(action) => {
            script.occurred = Some(at);
            Command::Request(Request {
                tld: tld(0),
                days: horizon(),
                campaigns: vec![world::campaign(0)],
                action,
                fallback: None,
                legal_basis: None,
                override_by: None,
            })
        }
        Sweep(method, sight) => world::sweep(method, at, vec![swept(sight)]),
        But(method, usual, sight) => {
            world::sweep(method, at, vec![world::swept_list(0, 0, 0, usual, &[], &[(2, sight)])])
        }
        See(method, sight) => seen(method, at, 0, 0, 0, 2, sight),
    };
    script.must(&command);
    script.occurred = None;
}

use Action as A;
use AnswerResult as R;
use Method::{Dns, EppCheck, Rdap, Zone};
use Sight as S;
use Step::{Answer, Ask, But, See, Sweep};

#[test]
fn a_free_name_that_a_registry_reserved_is_claimed_until_registration_data_show_it() {
    let reserved = [Answer(A::Reserve, R::Done), Sweep(Dns, S::Nxdomain)];
    assert_eq!(after(&reserved), Standing::Claimed);
    assert_eq!(after(&[reserved[0], reserved[1], See(Rdap, S::Reserved)]), Standing::Protected);
}

#[test]
fn nxdomain_after_reserved_takes_nothing_back() {
    for reserved in [S::Reserved, S::Unavailable] {
        let steps = [
            Answer(A::Reserve, R::Done),
            Sweep(EppCheck, reserved),
            Sweep(Dns, S::Nxdomain),
            See(Zone, S::NoDelegation),
        ];
        assert_eq!(after(&steps), Standing::Protected, "{reserved}");
    }
}

#[test]
fn a_later_look_of_one_kind_takes_the_place_of_the_earlier() {
    let ours = Sweep(Dns, S::OurNameServers);
    assert_eq!(after(&[ours]), Standing::Protected);
    assert_eq!(after(&[ours, Sweep(Zone, S::Nxdomain)]), Standing::Predicted);
    assert_eq!(after(&[Answer(A::Reserve, R::Done), ours, See(Dns, S::Nxdomain)]), Standing::Claimed);
    assert_eq!(after(&[Sweep(Rdap, S::Reserved), See(EppCheck, S::Available)]), Standing::Predicted);
}

#[test]
fn a_failed_look_takes_nothing_back() {
    let proofs = [Sweep(Dns, S::OurNameServers), See(Dns, S::OurNameServers), But(Dns, S::Nxdomain, S::OurNameServers)];
    let failures =
        [Sweep(Dns, S::Unknown), See(Dns, S::Unknown), But(Dns, S::Nxdomain, S::Unknown), See(Rdap, S::Unknown)];
    for proof in proofs {
        for failure in failures {
            assert_eq!(after(&[proof, failure]), Standing::Protected, "{proof:?}, {failure:?}");
            assert_eq!(after(&[proof, failure, failure]), Standing::Protected, "{proof:?}, {failure:?} twice");
            assert_eq!(after(&[failure, proof]), Standing::Protected, "{failure:?}, {proof:?}");
        }
    }
}

#[test]
fn what_a_sweep_saw_beside_its_failures_counts() {
    let steps = [Sweep(Dns, S::OurNameServers), But(Dns, S::Unknown, S::OtherNameServers)];
    let mut script = opened();
    play(&mut script, &steps);
    assert_eq!(standing(&script, 2), Standing::Lost);
    assert_eq!(standing(&script, 1), Standing::Protected);
}

#[test]
fn a_place_that_failed_and_differs_counts_as_failed() {
    let mut script = opened();
    play(&mut script, &[Sweep(Dns, S::OurNameServers)]);
    for usual in [S::Unknown, S::OurNameServers] {
        script.clock.advance(60);
        let both = world::swept_list(0, 0, 0, usual, &[2], &[(2, S::OtherNameServers)]);
        script.must(&world::sweep(Dns, script.clock.now(), vec![both]));
        assert_eq!(standing(&script, 2), Standing::Protected, "{usual}");
    }
}

#[test]
fn a_refused_action_is_not_in_force() {
    // "Cannot be registered" proves a reservation that the registry made; where it refused, somebody else may hold the name.
    assert_eq!(after(&[Answer(A::Reserve, R::Done), Sweep(EppCheck, S::Unavailable)]), Standing::Protected);
    for refused in [R::Refused, R::Error, R::NotMine] {
        assert_eq!(
            after(&[Answer(A::Reserve, refused), Sweep(EppCheck, S::Unavailable)]),
            Standing::Refused,
            "{refused}"
        );
        // A free name under a registry that would not delegate it is refused, not held by anybody.
        assert_eq!(
            after(&[Answer(A::RegisterSinkhole, refused), Sweep(Dns, S::Nxdomain)]),
            Standing::Refused,
            "{refused}"
        );
        assert_eq!(after(&[Answer(A::Suspend, refused), See(Rdap, S::OtherHold)]), Standing::Refused, "{refused}");
    }
    assert_eq!(after(&[Answer(A::Suspend, R::Done), See(Rdap, S::OtherHold)]), Standing::Protected);
}

#[test]
fn a_registry_that_is_asked_again_has_not_refused() {
    let refused = [Ask(A::RegisterHold), Answer(A::RegisterHold, R::Refused)];
    assert_eq!(after(&refused), Standing::Refused);
    assert_eq!(after(&[refused[0], refused[1], Ask(A::Reserve)]), Standing::Requested);
    let mut script = opened();
    play(&mut script, &[refused[0], refused[1], Ask(A::Reserve)]);
    script.must(&Command::Acknowledge(Acknowledge { tld: tld(0), list: None }));
    assert_eq!(standing(&script, 2), Standing::Accepted);
}

#[test]
fn a_request_counts_as_received_where_the_registry_said_so_after_it() {
    let acknowledge = |script: &mut CaseScript, at: Instant| {
        script.occurred = Some(at);
        script.must(&Command::Acknowledge(Acknowledge { tld: tld(0), list: None }));
        script.occurred = None;
    };
    let mut script = opened();
    let noon = script.clock.now();
    let at = |seconds: i64| noon.plus_seconds(seconds);
    script.clock.set(at(1_000));
    step_at(&mut script, Ask(A::Reserve), at(100));
    acknowledge(&mut script, at(99));
    assert_eq!(standing(&script, 2), Standing::Requested);
    acknowledge(&mut script, at(100));
    assert_eq!(standing(&script, 2), Standing::Accepted);
    // A letter from before is recorded late, and changes nothing.
    acknowledge(&mut script, at(50));
    assert_eq!(standing(&script, 2), Standing::Accepted);
    step_at(&mut script, Ask(A::RegisterHold), at(300));
    assert_eq!(standing(&script, 2), Standing::Requested, "the new request is not received yet");
    acknowledge(&mut script, at(301));
    step_at(&mut script, Ask(A::Monitor), at(200));
    let request = script.case().slices[&tld(0)].request(0, world::day(0)).cloned();
    assert_eq!(request.map(|r| (r.action, r.at)), Some((A::RegisterHold, at(300))), "the last one that was made");
    assert_eq!(standing(&script, 2), Standing::Accepted);
}

#[test]
fn a_registry_that_undid_an_action_is_believed_until_a_later_look() {
    for proof in [Sweep(Rdap, S::Reserved), See(EppCheck, S::Reserved), Sweep(Dns, S::OurNameServers)] {
        let done = [Answer(A::Reserve, R::Done), proof];
        assert_eq!(after(&done), Standing::Protected, "{proof:?}");
        let undone = [done[0], done[1], Answer(A::Release, R::Done)];
        assert_eq!(after(&undone), Standing::Predicted, "{proof:?}");
        assert_eq!(after(&[undone[0], undone[1], undone[2], proof]), Standing::Protected, "{proof:?}");
        assert_eq!(after(&[done[0], done[1], Answer(A::Release, R::Refused)]), Standing::Protected, "{proof:?}");
    }
}

#[test]
fn a_claim_that_the_outside_refutes_is_a_mismatch() {
    assert_eq!(after(&[Answer(A::RegisterSinkhole, R::Done), Sweep(Dns, S::Nxdomain)]), Standing::Mismatch);
    assert_eq!(after(&[Answer(A::Reserve, R::Done), Sweep(EppCheck, S::Available)]), Standing::Mismatch);
    assert_eq!(after(&[Answer(A::Reserve, R::AlreadyHeld), Sweep(Dns, S::OtherNameServers)]), Standing::Mismatch);
}

#[test]
fn a_name_is_suspect_only_where_somebody_holds_it() {
    assert_eq!(after(&[Sweep(Dns, S::OtherNameServers)]), Standing::Suspect);
    assert_eq!(after(&[Answer(A::Monitor, R::Done), Sweep(Dns, S::OtherNameServers)]), Standing::Suspect);
    assert_eq!(after(&[Answer(A::Lock, R::Done), Sweep(EppCheck, S::Available)]), Standing::Predicted);
    assert_eq!(after(&[Sweep(Dns, S::Nxdomain)]), Standing::Predicted);
}

#[test]
fn a_protected_name_is_lost_when_somebody_else_holds_it() {
    for proof in [Sweep(Dns, S::OurNameServers), See(Rdap, S::Reserved), Sweep(EppCheck, S::Reserved)] {
        assert_eq!(after(&[proof, Sweep(Dns, S::OtherNameServers)]), Standing::Lost, "{proof:?}");
        assert_eq!(after(&[proof, See(Zone, S::OtherNameServers)]), Standing::Lost, "{proof:?}");
    }
}

#[test]
fn a_protected_name_that_is_merely_gone_is_not_lost() {
    let sinkholed = [Answer(A::RegisterSinkhole, R::Done), Sweep(Dns, S::OurNameServers)];
    assert_eq!(after(&[sinkholed[0], sinkholed[1], Sweep(Dns, S::Nxdomain)]), Standing::Mismatch);
    let reserved = [Answer(A::Reserve, R::Done), Sweep(Rdap, S::Reserved)];
    assert_eq!(after(&[reserved[0], reserved[1], Sweep(EppCheck, S::Available)]), Standing::Mismatch);
}

#[test]
fn a_name_that_slips_first_and_is_taken_later_is_lost() {
    let sinkholed = [Answer(A::RegisterSinkhole, R::Done), Sweep(Dns, S::OurNameServers)];
    for slip in [S::Nxdomain, S::Wildcard, S::NoDelegation] {
        let taken = [sinkholed[0], sinkholed[1], Sweep(Dns, slip), See(Dns, S::OtherNameServers)];
        assert_eq!(after(&taken), Standing::Lost, "{slip}");
    }
}

#[test]
fn a_lost_name_stays_lost_until_it_is_proved_again() {
    let lost = [Answer(A::Reserve, R::Done), Sweep(Rdap, S::Reserved), Sweep(Dns, S::OtherNameServers)];
    let then = |step: Step| after(&[lost[0], lost[1], lost[2], step]);
    assert_eq!(then(Sweep(Dns, S::Nxdomain)), Standing::Lost, "the proof from before is spent");
    assert_eq!(then(Sweep(Dns, S::Unknown)), Standing::Lost);
    assert_eq!(then(Sweep(Rdap, S::Reserved)), Standing::Protected);
    assert_eq!(then(See(Dns, S::OurNameServers)), Standing::Protected);
}

#[test]
fn a_proof_by_an_answer_that_comes_later_counts() {
    // Our name servers first, then "cannot be registered", which proves once the registry says that it reserved the name.
    let steps = [Sweep(Rdap, S::OurNameServers), Sweep(Rdap, S::Unavailable)];
    assert_eq!(after(&steps), Standing::Predicted);
    assert_eq!(after(&[steps[0], steps[1], Answer(A::Reserve, R::Done)]), Standing::Protected);
}

#[test]
fn the_list_at_large_falls_together() {
    let mut script = opened();
    play(&mut script, &[Answer(A::RegisterSinkhole, R::Done), Sweep(Dns, S::OurNameServers)]);
    let count = |script: &CaseScript| {
        let cell = script.board().slice(&tld(0))[0];
        (cell.tally.observed, cell.tally.mismatch, cell.tally.lost)
    };
    // Six names, of which the one at place 4 cannot be registered.
    assert_eq!(count(&script), (5, 0, 0));
    play(&mut script, &[Sweep(Dns, S::Nxdomain)]);
    assert_eq!(count(&script), (0, 5, 0));
    play(&mut script, &[Sweep(Dns, S::OtherNameServers)]);
    // Somebody holds the sixth as well: the rule that it cannot be registered is wrong.
    assert_eq!(count(&script), (0, 0, 6));
    play(&mut script, &[But(Dns, S::OurNameServers, S::OtherNameServers)]);
    assert_eq!(count(&script), (4, 0, 1));
}

#[test]
fn evidence_that_is_recorded_late_does_not_outweigh_what_was_seen_later() {
    let mut script = opened();
    let noon = script.clock.now();
    let hours = |n: i64| noon.plus_seconds(n * 3_600);
    script.clock.set(hours(100));
    step_at(&mut script, Sweep(Dns, S::OurNameServers), hours(50));
    // A file from before the name was ours.
    step_at(&mut script, See(Dns, S::OtherNameServers), hours(10));
    step_at(&mut script, Sweep(Zone, S::OtherNameServers), hours(11));
    assert_eq!(standing(&script, 2), Standing::Protected);
    assert_eq!(standing(&script, 1), Standing::Protected);
    // A file that shows what came after.
    step_at(&mut script, Sweep(Zone, S::OtherNameServers), hours(60));
    assert_eq!(standing(&script, 2), Standing::Lost);
}

#[test]
fn a_proof_that_is_recorded_late_shows_that_a_name_was_lost() {
    let mut script = opened();
    let noon = script.clock.now();
    script.clock.set(noon.plus_seconds(100));
    step_at(&mut script, Sweep(Dns, S::OtherNameServers), noon.plus_seconds(50));
    assert_eq!(standing(&script, 2), Standing::Suspect);
    step_at(&mut script, See(Dns, S::OurNameServers), noon.plus_seconds(20));
    assert_eq!(standing(&script, 2), Standing::Lost);
    assert_eq!(standing(&script, 1), Standing::Suspect);
}

#[test]
fn answers_that_are_recorded_late_do_not_outweigh_later_ones() {
    let mut script = opened();
    let noon = script.clock.now();
    script.clock.set(noon.plus_seconds(100));
    step_at(&mut script, Answer(A::Reserve, R::Done), noon.plus_seconds(50));
    step_at(&mut script, Answer(A::Reserve, R::Refused), noon.plus_seconds(20));
    assert_eq!(standing(&script, 2), Standing::Claimed);
    step_at(&mut script, Answer(A::Reserve, R::Refused), noon.plus_seconds(60));
    assert_eq!(standing(&script, 2), Standing::Refused);
    // The same for answers that name the place.
    let mut single = |result, seconds| {
        script.occurred = Some(noon.plus_seconds(seconds));
        let places = [2].into_iter().collect();
        let period = forestall_testkit::counts::period_of(world::day(0));
        let set = forestall_coord::event::PlaceSet { campaign: world::campaign(0), period, places };
        script.must(&Command::Answer(forestall_coord::command::Answer {
            tld: tld(0),
            scope: forestall_coord::event::AnswerScope::Places(vec![set]),
            action: A::Reserve,
            result,
            attested: None,
        }));
        standing(&script, 2)
    };
    assert_eq!(single(R::Done, 55), Standing::Refused, "the answer for the list is later");
    assert_eq!(single(R::Done, 80), Standing::Claimed);
    assert_eq!(single(R::Refused, 70), Standing::Claimed);
}

#[test]
fn a_sweep_over_a_list_of_another_length_says_nothing() {
    let mut script = opened();
    play(&mut script, &[Answer(A::Reserve, R::Done)]);
    script.must(&world::sweep(Rdap, script.clock.now(), vec![SweptList { expected: 3, ..swept(S::Reserved) }]));
    assert_eq!(script.board().slice(&tld(0))[0].tally.observed, 0);
    assert_eq!(standing(&script, 0), Standing::Claimed);
    play(&mut script, &[Sweep(Rdap, S::Reserved)]);
    assert_eq!(script.board().slice(&tld(0))[0].tally.observed, 5);
}

#[test]
fn a_proof_does_not_reach_other_lists() {
    let mut script = opened();
    play(&mut script, &[Answer(A::Reserve, R::Done), Sweep(Rdap, S::Reserved)]);
    let observed: Vec<u32> = script.board().slice(&tld(0)).iter().map(|cell| cell.tally.observed).collect();
    // Four days of the one campaign, four of the other; the first list was looked at.
    assert_eq!(observed, [5, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn a_protected_name_is_active_in_its_window_and_expired_after_it() {
    let mut script = opened();
    play(&mut script, &[Sweep(Rdap, S::Reserved)]);
    let opens = world::day(0).start().plus_seconds(-24 * 3_600);
    assert!(script.clock.now() > opens, "the guard margin is a day, and it is past noon");
    assert_eq!(state(&script, 2).word(), "active");
    let board = script.board();
    let at =
        |now| board.name_state(&tld(0), 0, forestall_testkit::counts::period_of(world::day(0)), 2, now).unwrap().word();
    assert_eq!(at(opens.plus_seconds(-1)), "protected");
    assert_eq!(at(opens), "active");
    let closes = world::day(2).start();
    assert_eq!(at(closes.plus_seconds(-1)), "active");
    assert_eq!(at(closes), "expired");
}

#[test]
fn a_family_without_dates_takes_answers_for_days() {
    let mut script = CaseScript::new("dateless", "2009-01-01T00:00:00Z");
    let mut counts =
        forestall_testkit::counts::daily("always", forestall_model::DayRange::one(horizon().from), &[(tld(0), 7)]);
    // One list for all time: its key is 0, its window is clipped to the horizon.
    counts.periods[0].key = 0;
    counts.periods[0].window = horizon().window();
    script.counts = vec![counts];
    let open = forestall_coord::command::Open {
        title: "Without dates".to_owned(),
        kind: forestall_coord::event::CaseKind::Live,
        horizon: horizon(),
        board_day: None,
        marking: forestall_model::Marking::DEFAULT,
        campaigns: vec![forestall_testkit::campaigns::campaign("always")],
        slices: vec![tld(0)],
        name_servers: Vec::new(),
        server_evidence: Vec::new(),
        guard_override: None,
        four_eyes: false,
        ahead: None,
    };
    script.must(&Command::Open(open));
    script.must(&answer(0, A::Reserve, R::Done));
    let board = script.board();
    assert_eq!(board.slice(&tld(0))[0].tally.claimed, 7);
    assert_eq!(board.slice(&tld(0))[0].day, horizon().from);
    assert_eq!(board.total(horizon()).claimed, 7);
}
