// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What others tell of names: compared with a case, recorded once, and marked as strictly as the stricter.

use std::collections::{BTreeMap, BTreeSet};

use forestall_coord::Refusal;
use forestall_coord::command::{Command, Exclude, MOST_OTHERS, Tell};
use forestall_coord::docket::docket;
use forestall_coord::event::{Occurrence, ToldOther, ToldSet};
use forestall_coord::told::{Compared, compare};
use forestall_model::told::{ToldForm, ToldName};
use forestall_model::{Digest, DomainName, Instant, Marking, NameClass, Pap, Telling, Tlp, UtcDay, Window};
use forestall_testkit::CaseScript;
use forestall_testkit::counts::{daily, days, period_of};
use forestall_testkit::{campaigns, parsed};

/// A case of C in the first week of April, marked TLP:AMBER.
fn opened() -> CaseScript {
    let mut script = CaseScript::new("told", "2009-03-12T09:00:00Z");
    script.must(&Command::Open(forestall_coord::command::Open {
        title: "C".to_owned(),
        kind: forestall_coord::event::CaseKind::Live,
        horizon: days("2009-04-01", "2009-04-08"),
        board_day: None,
        marking: Marking { tlp: Tlp::Amber, pap: Pap::Green, embargo_until: None },
        campaigns: vec![campaigns::conficker_c()],
        slices: vec![parsed("be"), parsed("com")],
        name_servers: Vec::new(),
        server_evidence: Vec::new(),
        guard_override: None,
        four_eyes: false,
        ahead: None,
    }));
    script
}

fn told(name: &str, telling: Telling) -> ToldName {
    ToldName { name: parsed(name), telling, family: None, first: None, last: None, from: None, until: None, count: 1 }
}

fn occurrence(day: &str, place: u32) -> Occurrence {
    Occurrence { campaign: parsed("conficker-c"), period: period_of(parsed(day)), place }
}

/// Compares names with a case that has aaa.be on the first and the third of April and bbb.com on the second.
fn compared(script: &CaseScript, names: &[ToldName]) -> Compared {
    let places: BTreeMap<DomainName, Vec<Occurrence>> = [
        (parsed("aaa.be"), vec![occurrence("2009-04-01", 3), occurrence("2009-04-03", 4)]),
        (parsed("bbb.com"), vec![occurrence("2009-04-02", 5)]),
    ]
    .into();
    let beyond: BTreeSet<DomainName> = [parsed("late.com")].into();
    let day = |period: i64| Instant::from_seconds(period).day().window();
    compare(script.case(), names, &places, &beyond, |_, period| Some(day(period)))
}

#[test]
fn names_are_known_excluded_outside_or_new() {
    let mut script = opened();
    script.must(&Command::Exclude(Exclude {
        name: parsed("bbb.com"),
        class: NameClass::RegisteredBenign,
        reason: "a shop".to_owned(),
        occurrences: vec![occurrence("2009-04-02", 5)],
    }));
    let seen = ToldName {
        first: Some(parsed("2009-03-10T00:00:00Z")),
        last: Some(parsed("2009-03-11T00:00:00Z")),
        family: Some("downadup".to_owned()),
        ..told("www.aaa.be", Telling::Observed)
    };
    let names = [
        seen,
        told("bbb.com", Telling::Listed),
        told("late.com", Telling::Listed),
        ToldName { family: Some("bobax".to_owned()), ..told("new.com", Telling::Predicted) },
        told("new.com", Telling::Observed),
    ];
    let compared = compared(&script, &names);
    let counts = (compared.names, compared.known, compared.excluded, compared.outside_horizon, compared.new);
    assert_eq!(counts, (4, 2, 1, 1, 1));
    let sets: Vec<(Telling, &str, String)> = compared
        .sets
        .iter()
        .map(|set| (set.telling, set.tld.as_str(), set.places.iter().map(|place| place.to_string()).collect()))
        .collect();
    let observed = Telling::Observed;
    assert_eq!(
        sets,
        [(observed, "be", "3".to_owned()), (observed, "be", "4".to_owned()), (Telling::Listed, "com", "5".to_owned())]
    );
    assert_eq!(compared.sets[0].first, Some(parsed("2009-03-10T00:00:00Z")));
    let day = |text: &str| -> UtcDay { parsed(text) };
    assert_eq!(compared.campaigns, [(parsed("conficker-c"), (2, day("2009-04-01"), day("2009-04-03")))].into());
    let others: Vec<&str> = compared.others.iter().map(|other| other.name.as_str()).collect();
    assert_eq!(others, ["late.com", "new.com", "new.com"]);
    assert_eq!(compared.families, [(String::new(), 2), ("bobax".to_owned(), 1)].into());
}

/// C has a margin of a day on each side: what is told for the fifth speaks of no list of the first, and what is told for the second of both.
#[test]
fn a_name_that_is_told_for_days_counts_for_lists_that_meet_them() {
    let script = opened();
    let on = |day: &str| {
        let Window { from, until } = parsed::<UtcDay>(day).window();
        compared(&script, &[ToldName { from: Some(from), until: Some(until), ..told("aaa.be", Telling::Predicted) }])
    };
    let places = |compared: &Compared| -> Vec<u32> { compared.sets.iter().flat_map(|set| set.places.iter()).collect() };
    assert_eq!(places(&on("2009-04-02")), [3, 4]);
    assert_eq!(places(&on("2009-03-31")), [3]);
    let none = on("2009-04-20");
    assert_eq!((none.known, none.other_days, none.sets.len(), none.others.len()), (0, 1, 0, 1));
}

fn tell(marking: Option<Marking>, raise: bool) -> Tell {
    let set = ToldSet {
        telling: Telling::Observed,
        tld: parsed("be"),
        campaign: parsed("conficker-c"),
        period: period_of(parsed("2009-04-01")),
        places: [3].into_iter().collect(),
        first: None,
        last: None,
    };
    Tell { form: ToldForm::Misp, file: Digest::of(b"a file"), marking, raise, sets: vec![set], others: Vec::new() }
}

#[test]
fn the_case_takes_up_a_stricter_marking_only_where_somebody_says_so() {
    let mut script = opened();
    let red = Marking { tlp: Tlp::Red, pap: Pap::Clear, embargo_until: None };
    assert_eq!(script.case().marked, None);
    let refused = script.act(&Command::Tell(tell(Some(red), false))).unwrap_err();
    assert!(matches!(refused, Refusal::StricterMarking { .. }), "{refused}");
    assert!(refused.to_string().starts_with("the file is marked TLP:RED PAP:CLEAR, and the case TLP:AMBER PAP:GREEN:"));
    script.must(&Command::Tell(tell(Some(red), true)));
    assert_eq!((script.case().marking.tlp, script.case().marking.pap), (Tlp::Red, Pap::Green));
    let marked = script.case().marked;
    assert!(marked.is_some_and(|marked| marked > script.case().opened), "{marked:?}");
    // A marking that is not stricter changes nothing and needs no word.
    let green = Marking { tlp: Tlp::Green, pap: Pap::Clear, embargo_until: None };
    script.must(&Command::Tell(Tell { file: Digest::of(b"another"), ..tell(Some(green), false) }));
    assert_eq!((script.case().marking.tlp, script.case().marked), (Tlp::Red, marked));
    assert_eq!(script.case().told.iter().map(|told| told.marking).collect::<Vec<_>>(), [Some(red), Some(green)]);
}

#[test]
fn a_file_is_taken_in_once_and_within_limits() {
    let mut script = opened();
    let version = script.must(&Command::Tell(tell(None, false))).version;
    assert_eq!(script.act(&Command::Tell(tell(None, false))).err(), Some(Refusal::ToldBefore { version }));
    let empty = Tell { file: Digest::of(b"empty"), sets: Vec::new(), ..tell(None, false) };
    assert_eq!(script.act(&Command::Tell(empty.clone())).err(), Some(Refusal::Empty("at least one name")));
    let other = ToldOther {
        name: parsed("new.com"),
        telling: Telling::Listed,
        family: None,
        first: None,
        last: None,
        from: None,
        until: None,
    };
    let many = Tell { others: vec![other; MOST_OTHERS + 1], ..empty };
    assert!(matches!(
        script.act(&Command::Tell(many)).err(),
        Some(Refusal::TooMany { found: 20_001, limit: 20_000, .. })
    ));
    let mut elsewhere = Tell { file: Digest::of(b"elsewhere"), ..tell(None, false) };
    elsewhere.sets[0].tld = parsed("org");
    assert!(matches!(script.act(&Command::Tell(elsewhere)).err(), Some(Refusal::UnknownSlice { .. })));
}

#[test]
fn what_others_tell_is_asked_of_nobody_and_takes_nothing_off_a_list() {
    let mut script = opened();
    let names = [(parsed("be"), 5), (parsed("com"), 5)];
    script.counts = vec![daily("conficker-c", script.case().horizon, &names)];
    let facts = |script: &CaseScript| {
        let case = script.case();
        (script.board().total(case.horizon), case.exclusions.len(), case.holdings.len())
    };
    let before = facts(&script);
    assert_eq!((before.0.names, before.0.registrable()), (70, 70));
    let others = [Telling::Predicted, Telling::Observed, Telling::Listed].map(|telling| ToldOther {
        name: parsed("a-shop.com"),
        telling,
        family: Some("conficker".to_owned()),
        first: None,
        last: None,
        from: None,
        until: None,
    });
    script.must(&Command::Tell(Tell { others: others.to_vec(), ..tell(None, false) }));
    assert_eq!(script.case().told[0].others.len(), 3);
    assert_eq!(facts(&script), before);
    assert!(docket(&script.board(), script.clock.now()).is_empty());
}
