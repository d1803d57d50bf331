// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The figures of a case: what was known when windows opened, how long registries took, and that nothing unknown is shown as 0.

use forestall_coord::command::{Acknowledge, Command, Request, Rule, Undo, Vet, list_digest};
use forestall_coord::event::{AnswerScope, PlaceSet, VettedName};
use forestall_coord::kpi::{Figures, Follow, Kpi, Value};
use forestall_model::dossier::Tenure;
use forestall_model::{Action, AnswerResult, Band, Digest, Instant, Method, NameClass, Ruling, Sight};
use forestall_testkit::{CaseScript, ScriptedClock, parsed};

use crate::world::{self, answer, campaign, day, horizon, opened, sweep, swept_list, tld};

const HOUR: i64 = 3_600;

fn request(under: usize) -> Command {
    Command::Request(Request {
        tld: tld(under),
        days: horizon(),
        campaigns: vec![campaign(0)],
        action: Action::Reserve,
        fallback: None,
        legal_basis: None,
        override_by: None,
    })
}

fn figures(script: &CaseScript, now: &str) -> Figures {
    followed(script).figures(&script.counts, parsed(now))
}

fn followed(script: &CaseScript) -> Follow {
    let (opening, rest) = script.log().split_first().expect("the case is open");
    let mut follow = Follow::new(opening, &script.counts).expect("it begins with the opening");
    rest.iter().for_each(|event| follow.take(event, &script.counts).expect("the log of a case"));
    follow
}

#[track_caller]
fn value(figures: &Figures, kpi: Kpi, what: &str) -> Value {
    let figure = figures.of(kpi).expect("all figures are there");
    let reading = figure.readings.iter().find(|reading| reading.what == what);
    reading.unwrap_or_else(|| panic!("{what} in {figure:?}")).value
}

const fn share(part: u64, whole: u64) -> Value {
    Value::Share { part, whole }
}

/// .com is asked on 6 January, says an hour later that it received that, in two that it is done, and on 7 January the list of the first
/// day of the verified campaign is seen reserved.
fn told() -> CaseScript {
    let mut script = opened();
    // Earlier than the script of the small case begins.
    let at = |script: &mut CaseScript, time: &str| script.clock = ScriptedClock::new(parsed(time));
    at(&mut script, "2009-01-06T00:00:00Z");
    script.must(&request(0));
    at(&mut script, "2009-01-06T01:00:00Z");
    script.must(&Command::Acknowledge(Acknowledge { tld: tld(0), list: None }));
    at(&mut script, "2009-01-06T02:00:00Z");
    script.must(&answer(0, Action::Reserve, AnswerResult::Done));
    at(&mut script, "2009-01-07T00:00:00Z");
    let now = script.clock.now();
    script.must(&sweep(Method::Rdap, now, vec![swept_list(0, 0, 0, Sight::Reserved, &[], &[])]));
    script
}

#[test]
fn coverage_and_lead_are_those_of_the_opening() {
    let mut script = told();
    // The guard windows of the first day open on 9 January, 0:00: 5 of 16 names that can be registered were seen protected.
    let figures_then = figures(&script, "2009-01-09T06:00:00Z");
    assert_eq!(value(&figures_then, Kpi::Coverage, "names"), share(5, 16));
    assert_eq!(figures_then.coverage, [(tld(0), 5, 9), (tld(1), 0, 7)]);
    assert_eq!(value(&figures_then, Kpi::Lead, "worst"), Value::Seconds(48 * HOUR));
    let whole = "lists that were seen protected whole when they opened";
    assert_eq!(value(&figures_then, Kpi::Lead, whole), share(1, 4));
    // Of the unverified campaign, of which bots ask every name, nothing was protected.
    let Value::Reach(reach, on) = value(&figures_then, Kpi::Reach, "worst variant and day") else { panic!("a reach") };
    assert_eq!((reach.high, on), (1.0, Some(day(0))));
    // What comes after the opening changes nothing of it.
    script.clock.set(parsed("2009-01-09T12:00:00Z"));
    let now = script.clock.now();
    script.must(&sweep(Method::Rdap, now, vec![swept_list(0, 0, 0, Sight::Available, &[], &[])]));
    let later = figures(&script, "2009-01-09T18:00:00Z");
    for kpi in [Kpi::Coverage, Kpi::Reach, Kpi::Lead] {
        assert_eq!(later.of(kpi), figures_then.of(kpi));
    }
}

#[test]
fn protection_that_fell_before_the_opening_gives_no_lead() {
    let mut script = told();
    script.clock.set(parsed("2009-01-08T00:00:00Z"));
    let now = script.clock.now();
    script.must(&sweep(Method::Rdap, now, vec![swept_list(0, 0, 0, Sight::Reserved, &[], &[(2, Sight::OtherHold)])]));
    let found = figures(&script, "2009-01-09T06:00:00Z");
    assert!(matches!(value(&found, Kpi::Lead, "median"), Value::NotKnown(_)));
    assert_eq!(value(&found, Kpi::Coverage, "names"), share(4, 16));
    assert_eq!(value(&found, Kpi::Lost, "protected before, held by somebody else now"), Value::Count(1));
    // It is won back, and the record says that it was lost.
    script.clock.advance(HOUR);
    let now = script.clock.now();
    script.must(&sweep(Method::Rdap, now, vec![swept_list(0, 0, 0, Sight::Reserved, &[], &[])]));
    let found = figures(&script, "2009-01-09T06:00:00Z");
    assert_eq!(value(&found, Kpi::Lost, "protected before, held by somebody else now"), Value::Count(0));
    assert_eq!(value(&found, Kpi::Lost, "protected before, held by somebody else at some time"), Value::Count(1));
    assert_eq!(value(&found, Kpi::Lead, "worst"), Value::Seconds(23 * HOUR));
}

#[test]
fn latency_is_told_by_slice_and_for_all() {
    let mut script = told();
    script.must(&request(1));
    let found = figures(&script, "2009-01-07T12:00:00Z");
    let [com, net] = found.latency.as_slice() else { panic!("two slices: {:?}", found.latency) };
    let medians = [&com.acknowledged, &com.claimed, &com.verified].map(|stretch| stretch.median());
    assert_eq!(medians, [Some(HOUR), Some(2 * HOUR), Some(24 * HOUR)]);
    assert_eq!((net.requests, net.acknowledged.waiting, net.acknowledged.longest_wait), (1, 1, Some(12 * HOUR)));
    assert_eq!(value(&found, Kpi::Latency, "acknowledged"), share(1, 2));
    assert_eq!(value(&found, Kpi::Latency, "median to proof"), Value::Seconds(24 * HOUR));
    let kinds: Vec<_> = found.events.iter().map(|(on, kind, count)| (on.to_string(), *kind, *count)).collect();
    let on = |day: &str, kind, count| (day.to_owned(), kind, count);
    let sixth =
        [on("2009-01-06", "acknowledged", 1), on("2009-01-06", "answered", 1), on("2009-01-06", "requested", 1)];
    assert_eq!(kinds[1..4], sixth);
    assert_eq!(kinds[0], on("2008-11-20", "opened", 1));
    // The case was opened on 20 November.
    assert_eq!(value(&found, Kpi::FirstSlice, "to the first request"), Value::Seconds(47 * 24 * HOUR));
    assert_eq!(value(&found, Kpi::FirstSlice, "to a request to every slice"), Value::Seconds(48 * 24 * HOUR));
}

#[test]
fn an_answer_acknowledges_too() {
    let mut script = opened();
    script.must(&request(0));
    script.clock.advance(HOUR);
    script.must(&answer(0, Action::Reserve, AnswerResult::Refused));
    let found = figures(&script, "2009-01-10T00:00:00Z");
    assert_eq!(value(&found, Kpi::Latency, "acknowledged"), share(1, 1));
    assert!(matches!(value(&found, Kpi::Latency, "claimed"), Value::Share { part: 0, whole: 1 }));
    assert!(matches!(value(&found, Kpi::Latency, "median to claim"), Value::NotKnown(_)));
}

#[test]
fn what_nobody_knows_is_not_0() {
    let script = opened();
    let found = figures(&script, "2008-12-01T00:00:00Z");
    assert_eq!(found.all.len(), 18);
    for (kpi, what) in [
        (Kpi::Coverage, "names"),
        (Kpi::Lead, "median"),
        (Kpi::Lost, "protected before, held by somebody else now"),
        (Kpi::Honesty, "claimed and not observed"),
        (Kpi::FalseProtection, "longest until it was undone"),
        (Kpi::VettingLoad, "needed a person"),
        (Kpi::VettingLoad, "minutes for each"),
        (Kpi::FirstSlice, "to the first request"),
    ] {
        let found = value(&found, kpi, what);
        assert!(matches!(found, Value::NotKnown(reason) if !reason.is_empty()), "{kpi} {what}: {found}");
    }
    assert!(found.all.iter().all(|figure| !figure.readings.is_empty()));
    assert!(found.latency.is_empty() && found.coverage.is_empty());
}

#[test]
fn claims_are_honest_where_looks_bear_them_out() {
    let mut script = opened();
    script.must(&answer(0, Action::Reserve, AnswerResult::Done));
    let found = figures(&script, "2009-01-09T13:00:00Z");
    assert!(matches!(found.of(Kpi::Honesty).unwrap().readings[0].value, Value::NotKnown(_)), "nobody looked");
    let now = script.clock.now();
    let list = swept_list(0, 0, 0, Sight::Reserved, &[], &[(0, Sight::Available)]);
    script.must(&sweep(Method::Rdap, now, vec![list]));
    let found = figures(&script, "2009-01-09T13:00:00Z");
    // .com has five registrable names on each of four days in the one campaign and four in the other: 36. Four of them were seen.
    assert_eq!(value(&found, Kpi::Honesty, "claimed and not observed"), share(32, 36));
    assert_eq!(value(&found, Kpi::Honesty, "claimed and refuted by a look"), share(1, 36));
}

fn verdict(number: u32, band: Band) -> VettedName {
    VettedName {
        name: world::name(0, number),
        occurrences: world::occurrences(0, number),
        class: NameClass::RegisteredSuspect,
        sinkhole: None,
        band,
        score: 0,
        evidence: Digest::of(b"a dossier"),
        tenure: Tenure::default(),
        expires: None,
    }
}

#[test]
fn what_was_taken_back_and_how_long_it_took() {
    let mut script = opened();
    let now = script.clock.now();
    let rows = vec![verdict(0, Band::Human), verdict(1, Band::ClearBenign)];
    script.must(&Command::Vet(Vet {
        at: now,
        rules: 1,
        rules_digest: Digest::of(b"rules"),
        looked: 2,
        unknown: 0,
        rows,
    }));
    let names = vec![world::name(0, 0)];
    script.must(&Command::Rule(Rule {
        digest: list_digest(&names),
        names: names.clone(),
        ruling: Ruling::Act,
        action: Some(Action::RedirectNs),
        legal_basis: Some("an order of the court".to_owned()),
        reason: "looked at the site".to_owned(),
        evidence: "dossier of the day".to_owned(),
        second: Some(parsed("Bob")),
    }));
    script.must(&Command::Undo(Undo { names, reason: "it is a school's".to_owned() }));
    let found = figures(&script, "2009-01-09T13:00:00Z");
    assert_eq!(value(&found, Kpi::FalseProtection, "names that wait to be undone"), Value::Count(1));
    assert!(matches!(value(&found, Kpi::FalseProtection, "longest until it was undone"), Value::NotKnown(_)));
    assert_eq!(value(&found, Kpi::VettingLoad, "needed a person"), share(1, 2));
    assert_eq!(value(&found, Kpi::VettingLoad, "explained by the evidence alone"), share(1, 2));
    // The registry releases the name at each of its places, seven hours later.
    script.clock.advance(7 * HOUR);
    let sets = world::occurrences(0, 0).into_iter().map(|occurrence| PlaceSet {
        campaign: occurrence.campaign,
        period: occurrence.period,
        places: [occurrence.place].into_iter().collect(),
    });
    script.must(&Command::Answer(forestall_coord::command::Answer {
        tld: tld(0),
        scope: AnswerScope::Places(sets.collect()),
        action: Action::Release,
        result: AnswerResult::Done,
        attested: None,
    }));
    let found = figures(&script, "2009-01-10T13:00:00Z");
    assert_eq!(value(&found, Kpi::FalseProtection, "longest until it was undone"), Value::Seconds(7 * HOUR));
    assert_eq!(value(&found, Kpi::FalseProtection, "names that wait to be undone"), Value::Count(0));
}

#[test]
fn a_case_that_is_followed_on_shows_what_one_that_is_read_anew_shows() {
    let mut script = told();
    script.clock.set(parsed("2009-01-11T12:00:00Z"));
    let now = script.clock.now();
    script.must(&sweep(Method::Rdap, now, vec![swept_list(0, 3, 0, Sight::Reserved, &[], &[])]));
    let (opening, rest) = script.log().split_first().unwrap();
    let mut follow = Follow::new(opening, &script.counts).unwrap();
    for event in rest {
        // Asked for in between, as pages do.
        let before: Instant = event.recorded;
        let _ = follow.figures(&script.counts, before);
        follow.take(event, &script.counts).unwrap();
    }
    assert_eq!(follow.version(), script.case().version);
    let end = parsed("2009-01-20T00:00:00Z");
    assert_eq!(follow.figures(&script.counts, end), followed(&script).figures(&script.counts, end));
    assert!(Follow::new(&rest[0], &script.counts).is_err(), "an acknowledgement opens no case");
}

#[test]
fn a_release_is_early_on_time_or_late_by_the_word_of_the_registry() {
    // What .com holds of all lists of the case, whose last guard window closes within two days of the horizon's end.
    let held = u64::from(told().board().slice_total(&tld(0), horizon()).claimed);
    let closed = |days: i32| horizon().until.plus(days).start();
    let shown =
        |script: &CaseScript, kpi, what| value(&followed(script).figures(&script.counts, closed(60)), kpi, what);
    let (on_time, early) =
        ("released within 14 days of their cool-down", "released inside their window or its cool-down");
    let kept = told();
    assert_eq!(shown(&kept, Kpi::Release, on_time), share(0, held));
    assert_eq!(shown(&kept, Kpi::Release, "held longer, and not released yet"), Value::Count(held));
    assert_eq!(shown(&kept, Kpi::EarlyRelease, early), Value::NotKnown("no registry says that it released a name"));
    let before = followed(&kept).figures(&kept.counts, horizon().from.start());
    assert!(matches!(value(&before, Kpi::Release, on_time), Value::NotKnown(_)));

    let released = |days: i32| {
        let mut script = told();
        script.clock = ScriptedClock::new(closed(days));
        script.must(&answer(0, Action::Release, AnswerResult::Done));
        script
    };
    assert_eq!(shown(&released(-1), Kpi::EarlyRelease, early), share(held, held));
    assert_eq!(shown(&released(33), Kpi::Release, on_time), share(held, held));
    assert_eq!(shown(&released(33), Kpi::EarlyRelease, early), share(0, held));
    assert_eq!(shown(&released(55), Kpi::Release, on_time), share(0, held), "late is not on time");
}
