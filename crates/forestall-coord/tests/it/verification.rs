// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is looked at from outside, and when.

use forestall_coord::command::{Command, RecordSweep};
use forestall_coord::verify::{
    Check, REGISTRATION_SAMPLE, SAMPLE, Why, due_looks, due_registrations, registration_sample,
};
use forestall_model::evidence::{Places, SeenName, Sweep, SweptList};
use forestall_model::{Action, AnswerResult, DayRange, Digest, Instant, Method, Sight, Tld};
use forestall_testkit::counts::{daily, days};
use forestall_testkit::{CaseScript, campaigns, parsed};

use crate::world;

const NAMES: u32 = 1_000;

fn horizon() -> DayRange {
    days("2009-02-01", "2009-02-04")
}

/// A case of three days with 1,000 names each under com, opened long before.
fn opened() -> CaseScript {
    let names: Vec<(Tld, u32)> = vec![(parsed("com"), NAMES)];
    let mut script =
        CaseScript::opened(horizon(), vec![campaigns::campaign("checked")], vec![daily("checked", horizon(), &names)]);
    script.clock.set(parsed("2008-12-01T12:00:00Z"));
    script
}

fn due(script: &CaseScript) -> Vec<Check> {
    due_looks(&script.board(), script.clock.now())
}

fn whys(script: &CaseScript) -> Vec<Why> {
    due(script).iter().map(|check| check.why).collect()
}

/// Looks as the plan says: each name shows `sight`, but those at `foreign`.
fn look(script: &mut CaseScript, foreign: &[u32]) {
    let checks = due(script);
    let case = script.case();
    let list = |check: &Check| {
        let seen = |place: &u32| SeenName {
            place: *place,
            name: parsed(&format!("n{place}.com")),
            sight: Sight::OtherNameServers,
            name_servers: Vec::new(),
        };
        let looked = |place: &&u32| check.sample.as_ref().is_none_or(|sample| sample.contains(**place));
        SweptList {
            campaign: case.campaigns[check.campaign].id.clone(),
            period: check.period,
            tld: check.tld.clone(),
            digest: Digest::of(b"a list"),
            generator_version: 1,
            expected: NAMES,
            sample: check.sample.clone(),
            usual: Sight::OurNameServers,
            unknown: Places::new(),
            differing: foreign.iter().filter(looked).map(seen).collect(),
        }
    };
    let lists: Vec<SweptList> = checks.iter().map(list).collect();
    let sweep = Sweep {
        method: Method::Dns,
        vantage: "a test".to_owned(),
        at: script.clock.now(),
        name_servers: Vec::new(),
        lists,
    };
    script.must(&Command::Sweep(RecordSweep { sweep }));
}

fn at(script: &mut CaseScript, instant: &str) {
    let instant: Instant = parsed(instant);
    script.clock.set(instant);
}

#[test]
fn follows_a_claim_to_the_end_of_its_window() {
    let mut script = opened();
    assert!(due(&script).is_empty(), "nobody claims anything, and it is long before");
    script.must(&world_answer());
    assert_eq!(whys(&script), [Why::AfterClaim; 3]);
    look(&mut script, &[]);
    assert!(due(&script).is_empty(), "one look a claim");

    at(&mut script, "2008-12-02T00:00:00Z");
    let sample = due(&script);
    assert!(sample.iter().all(|check| check.why == Why::Sample));
    let drawn: u32 = sample.iter().map(|check| check.sample.as_ref().expect("a sample").len()).sum();
    assert_eq!(drawn, SAMPLE);
    let again: Vec<Check> = due(&script);
    assert_eq!(sample, again, "the same for the whole day");
    look(&mut script, &[]);
    assert!(due(&script).is_empty(), "one sample a day");
    at(&mut script, "2008-12-03T00:00:00Z");
    let next = due(&script);
    assert_ne!(
        sample.iter().map(|c| &c.sample).collect::<Vec<_>>(),
        next.iter().map(|c| &c.sample).collect::<Vec<_>>()
    );

    // The guard window of the first list opens a day before its day.
    at(&mut script, "2009-01-23T23:59:00Z");
    look(&mut script, &[]);
    at(&mut script, "2009-01-24T00:00:00Z");
    assert!(whys(&script).contains(&Why::WeekBefore));
    look(&mut script, &[]);
    at(&mut script, "2009-01-30T00:00:00Z");
    assert!(whys(&script).contains(&Why::DayBefore));
    look(&mut script, &[]);
    assert!(due(&script).is_empty());
    at(&mut script, "2009-01-31T00:00:00Z");
    let both = [Why::InWindow, Why::DayBefore];
    assert!(both.iter().all(|why| whys(&script).contains(why)), "the first opens, the second tomorrow");
    look(&mut script, &[]);
    assert!(due(&script).is_empty());
    at(&mut script, "2009-02-01T00:00:00Z");
    assert_eq!(whys(&script).iter().filter(|why| **why == Why::InWindow).count(), 2, "two are open");
    look(&mut script, &[]);
    // The scheduler was down for two days: what is due is due once.
    at(&mut script, "2009-02-03T13:00:00Z");
    assert_eq!(whys(&script), [Why::InWindow; 2]);
    look(&mut script, &[]);
    at(&mut script, "2009-02-05T00:00:00Z");
    assert!(due(&script).is_empty(), "all have closed");
}

#[test]
fn the_first_name_of_a_sample_that_disagrees_calls_for_all() {
    let mut script = opened();
    script.must(&world_answer());
    look(&mut script, &[]);
    at(&mut script, "2008-12-02T06:00:00Z");
    let drawn = due(&script)[0].sample.as_ref().expect("a sample").iter().next().expect("a place");
    look(&mut script, &[drawn]);
    at(&mut script, "2008-12-02T06:05:00Z");
    assert_eq!(whys(&script), [Why::Escalated; 3]);
    assert!(due(&script).iter().all(|check| check.sample.is_none()));
    look(&mut script, &[drawn]);
    assert!(due(&script).is_empty());
    let board = script.board();
    let tally = board.slice_total(&parsed("com"), horizon());
    assert_eq!(tally.mismatch + tally.lost, 3, "the name at that place of each list");
    // The exceptions' registrations are asked for once a day.
    let names: Vec<String> = due_registrations(&board, script.clock.now()).iter().map(ToString::to_string).collect();
    assert_eq!(names, [format!("n{drawn}.com")]);
    let sample = registration_sample(&board, parsed("2009-01-20T00:00:00Z"));
    assert_eq!(sample.iter().map(|c| c.sample.as_ref().expect("places").len()).sum::<u32>(), REGISTRATION_SAMPLE);
}

#[test]
fn a_sample_changes_what_it_saw_and_nothing_else() {
    let mut script = opened();
    script.must(&world_answer());
    at(&mut script, "2008-12-02T06:00:00Z");
    // No list was looked at in whole, so the claim comes first; this sample is somebody's own.
    let mut list = SweptList {
        campaign: parsed("checked"),
        period: forestall_testkit::counts::period_of(horizon().from),
        tld: parsed("com"),
        digest: Digest::of(b"a list"),
        generator_version: 1,
        expected: NAMES,
        sample: Some([3, 5].into_iter().collect()),
        usual: Sight::OurNameServers,
        unknown: Places::new(),
        differing: Vec::new(),
    };
    list.unknown.insert(5);
    script.must(&world::sweep(Method::Dns, script.clock.now(), vec![list]));
    let board = script.board();
    let tally = board.slice(&parsed("com"))[0].tally;
    assert_eq!((tally.observed, tally.looked, tally.unknown), (1, 2, 1));
    assert_eq!(whys(&script), [Why::AfterClaim; 3], "a sample is no look at every name");
}

/// The registry says that all is done.
fn world_answer() -> Command {
    Command::Answer(forestall_coord::command::Answer {
        tld: parsed("com"),
        scope: forestall_coord::event::AnswerScope::Days { days: horizon(), campaigns: Vec::new() },
        action: Action::RegisterSinkhole,
        result: AnswerResult::Done,
        attested: None,
    })
}
