// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Legitimate names that will be hit: which, when, by how many, and whom that concerns.

use forestall_coord::command::{Command, Rule, Vet, list_digest};
use forestall_coord::event::VettedName;
use forestall_coord::flood::{Hit, LEAD_DAYS, flood};
use forestall_coord::{Population, Populations, Stance};
use forestall_model::dossier::Tenure;
use forestall_model::{Band, CampaignId, DayRange, Digest, Instant, NameClass, Ruling, Window};
use forestall_testkit::counts::{daily, days, period_of, tlds};
use forestall_testkit::{CaseScript, campaigns, parsed};

use crate::world::{self, day, opened};

fn all() -> Window {
    DayRange { from: parsed("2000-01-01"), until: parsed("2030-01-01") }.window()
}

fn population(low: u32, high: u32) -> Populations {
    let mut populations = Populations::default();
    populations.set(None, Population { low, high, assumption: "a test".to_owned() });
    populations
}

/// Vets the name of a number under com.
fn vetted(script: &mut CaseScript, number: u32, class: NameClass, band: Band, servers: &[&str]) {
    let name_servers = (!servers.is_empty()).then(|| servers.iter().map(|server| parsed(server)).collect());
    let tenure = Tenure { holder: None, registrar: Some("292".to_owned()), created: None, name_servers };
    let row = VettedName {
        name: world::name(0, number),
        occurrences: world::occurrences(0, number),
        class,
        sinkhole: (class == NameClass::Sinkholed).then(|| "a-friend".to_owned()),
        band,
        score: 0,
        evidence: Digest::of(b"a dossier"),
        tenure,
        expires: None,
    };
    let at = script.clock.now();
    let rules_digest = Digest::of(b"rules");
    script.must(&Command::Vet(Vet { at, rules: 1, rules_digest, looked: 1, unknown: 0, rows: vec![row] }));
}

fn near(value: f64, expected: f64) {
    assert!((value - expected).abs() < 1e-9 * expected.abs().max(1.0), "{value} is not {expected}");
}

#[test]
fn expects_population_times_what_one_bot_does_over_all_readings() {
    let mut script = opened();
    script.must(&world::exclude(0, 0));
    let board = script.board();
    let hits = flood(&board, all(), &population(1_000, 2_000));
    assert_eq!(hits.len(), 8, "four days of two campaigns");
    let keys: Vec<_> = hits.iter().map(|hit| (hit.day, hit.campaign)).collect();
    let by_day: Vec<_> = (0..4).flat_map(|number| [(day(number), 0), (day(number), 1)]).collect();
    assert_eq!(keys, by_day);
    // The first campaign's list has 10 names: the whole of it, or 2 names in each of 3 rounds.
    let hit = &hits[0];
    let machines = hit.machines().unwrap();
    near(machines.low, 1_000.0 * (1.0 - 0.8_f64.powi(3)));
    near(machines.high, 2_000.0);
    let contacts = hit.contacts().unwrap();
    near(contacts.low, 1_000.0 * 0.6);
    near(contacts.high, 2_000.0);
    assert_eq!((hit.window, hit.guard.from), (day(0).window(), parsed("2009-01-09T00:00:00Z")));
    assert_eq!((hit.registrar, hit.hosts.len(), hit.stance), (None, 0, Stance::Excluded));
}

#[test]
fn names_that_nobody_may_act_on_are_hit_and_those_of_friends_await_it() {
    let mut script = opened();
    vetted(&mut script, 0, NameClass::RegisteredBenign, Band::ClearBenign, &["ns1.dns.host.co.uk", "ns2.host.co.uk"]);
    vetted(&mut script, 1, NameClass::RegisteredSuspect, Band::Human, &["ns1.other.example"]);
    vetted(&mut script, 2, NameClass::Sinkholed, Band::ClearBenign, &["ns1.friend.example"]);
    let stances = |script: &CaseScript| -> Vec<(String, Stance)> {
        let board = script.board();
        let hits = flood(&board, day(0).window(), &Populations::default());
        let of_first = hits.iter().filter(|hit| hit.campaign == 0 && hit.day == day(0));
        of_first.map(|hit| (hit.name.to_string(), hit.stance)).collect()
    };
    let expected = [("holder-0.com".to_owned(), Stance::Benign), ("holder-1.com".to_owned(), Stance::Undecided)];
    assert_eq!(stances(&script), expected);
    let names = vec![world::name(0, 1)];
    script.must(&Command::Rule(Rule {
        digest: list_digest(&names),
        names,
        ruling: Ruling::Act,
        action: Some(forestall_model::Action::Monitor),
        legal_basis: Some("an order of the court".to_owned()),
        reason: "it serves the bots".to_owned(),
        evidence: "a capture".to_owned(),
        second: None,
    }));
    assert_eq!(stances(&script), expected[..1], "who is acted on is not warned");
}

#[test]
fn hosts_are_those_of_the_name_servers_else_the_addresses() {
    let mut script = opened();
    vetted(&mut script, 0, NameClass::RegisteredBenign, Band::ClearBenign, &["ns1.a.host.co.uk", "ns2.host.co.uk"]);
    vetted(&mut script, 1, NameClass::RegisteredBenign, Band::ClearBenign, &[]);
    let board = script.board();
    let mut hits = flood(&board, day(0).window(), &Populations::default());
    hits.iter_mut().for_each(|hit| hit.host_at(&[parsed("192.0.2.7"), parsed("192.0.2.7")]));
    let hosts = |name: &str| hits.iter().find(|hit| hit.name.as_str() == name).unwrap().hosts.clone();
    assert_eq!(hosts("holder-0.com"), ["host.co.uk"]);
    assert_eq!(hosts("holder-1.com"), ["192.0.2.7"]);
    assert!(hits.iter().all(|hit| hit.registrar == Some("292")));
}

#[test]
fn without_a_population_there_is_no_figure() {
    let mut script = opened();
    script.must(&world::exclude(0, 0));
    let board = script.board();
    let mut populations = Populations::default();
    populations.set(Some(world::campaign(1)), Population { low: 5, high: 6, assumption: "told".to_owned() });
    let hits = flood(&board, all(), &populations);
    let known: Vec<bool> = hits.iter().map(|hit| hit.machines().is_some() && hit.contacts().is_some()).collect();
    assert_eq!(known, [false, true].repeat(4));
}

#[test]
fn only_what_the_span_meets_with_its_guard_margin_is_listed() {
    let mut script = opened();
    script.must(&world::exclude(0, 0));
    let board = script.board();
    let days_of = |from: &str, until: &str| -> Vec<_> {
        let span = Window { from: parsed(from), until: parsed(until) };
        let hits = flood(&board, span, &Populations::default());
        hits.iter().filter(|hit| hit.campaign == 0).map(|hit| hit.day).collect()
    };
    assert_eq!(days_of("2009-01-08T00:00:00Z", "2009-01-09T00:00:00Z"), []);
    assert_eq!(days_of("2009-01-08T00:00:00Z", "2009-01-09T00:00:01Z"), [day(0)]);
    assert_eq!(days_of("2009-01-14T23:59:59Z", "2009-02-01T00:00:00Z"), [day(3)]);
}

#[test]
fn tells_when_less_than_a_week_is_left() {
    let mut script = opened();
    script.must(&world::exclude(0, 0));
    let board = script.board();
    let hits = flood(&board, all(), &Populations::default());
    let guard = hits[0].guard.from;
    assert!(!hits[0].is_short(guard.plus_seconds(-LEAD_DAYS * 86_400)));
    assert!(hits[0].is_short(guard.plus_seconds(1 - LEAD_DAYS * 86_400)));
    assert!(hits[0].is_short(guard.plus_seconds(1)));
}

#[test]
fn published_populations_are_for_their_campaign_and_yield_to_what_somebody_gives() {
    let of = |populations: &Populations, id: &str| {
        let id: CampaignId = parsed(id);
        populations.of(&id).map(|population| (population.low, population.high))
    };
    let mut populations = Populations::default();
    assert_eq!(of(&populations, "conficker-b"), Some((3_000_000, 6_700_000)));
    assert_eq!(of(&populations, "checked"), None);
    populations.set(Some(parsed("conficker-b")), Population { low: 1, high: 2, assumption: String::new() });
    populations.set(None, Population { low: 3, high: 4, assumption: String::new() });
    assert_eq!(of(&populations, "conficker-b"), Some((1, 2)));
    assert_eq!(of(&populations, "conficker-c"), Some((3, 4)));
}

/// wnsux.com of Southwest Airlines stood on the list of 13 March 2009 (CNET and The Register, 2 March 2009).
#[test]
fn an_airline_of_march_2009() {
    let horizon = days("2009-03-12", "2009-03-15");
    let counts = vec![daily("conficker-b", horizon, &tlds(&["com"]).into_iter().map(|t| (t, 250)).collect::<Vec<_>>())];
    let mut script = CaseScript::opened(horizon, vec![campaigns::conficker_b()], counts);
    script.clock.set(parsed::<Instant>("2009-03-02T12:00:00Z"));
    script.must(&Command::Exclude(forestall_coord::command::Exclude {
        name: parsed("wnsux.com"),
        class: NameClass::RegisteredBenign,
        reason: "Southwest Airlines".to_owned(),
        occurrences: vec![forestall_coord::event::Occurrence {
            campaign: parsed("conficker-b"),
            period: period_of(parsed("2009-03-13")),
            place: 7,
        }],
    }));
    let board = script.board();
    let hits: Vec<Hit<'_>> = flood(&board, all(), &Populations::default());
    let [hit] = hits.as_slice() else { panic!("{} hits", hits.len()) };
    assert_eq!(hit.day, parsed("2009-03-13"));
    let (machines, contacts) = (hit.machines().unwrap(), hit.contacts().unwrap());
    near(machines.low, 3_000_000.0 * (1.0 - (218.0_f64 / 250.0).powi(8)));
    near(machines.high, 6_700_000.0);
    // 32 names in each of 8 or 12 rounds give 1.024 or 1.536 contacts a day, the whole list once gives 1.
    near(contacts.low, 3_000_000.0);
    near(contacts.high, 6_700_000.0 * 1.536);
    near(hit.contacts_a_day().unwrap().high, contacts.high);
    assert!(!hit.is_short(script.clock.now()));
}
