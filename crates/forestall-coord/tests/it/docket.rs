// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Registered names: verdicts, rulings, appeals, alarms, and that no action reaches a name with a holder without a person's decision.

use forestall_coord::alarms::{AlarmKind, alarms};
use forestall_coord::command::{Appeal, Command, Rule, Settle, Undo, Vet, list_digest};
use forestall_coord::docket::docket;
use forestall_coord::event::{Body, VettedName};
use forestall_coord::{Holding, NameView, Refusal, Stance, Standing};
use forestall_model::dossier::Tenure;
use forestall_model::{Action, AnswerResult, Band, Digest, DomainName, Instant, Method, NameClass, Ruling, Sight};
use forestall_testkit::counts::period_of;
use forestall_testkit::{CaseScript, parsed};
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;
use proptest::test_runner::TestCaseError;

use crate::world::{self, day, opened, tld};

/// Who holds a name, by number.
fn tenure(number: u8) -> Tenure {
    Tenure {
        holder: None,
        registrar: Some(format!("registrar {number}")),
        created: Some(parsed("1998-05-01T00:00:00Z")),
        name_servers: Some(vec![parsed("ns1.holder.example")]),
    }
}

fn verdict(under: usize, number: u32, class: NameClass, band: Band, tenure: Tenure) -> VettedName {
    VettedName {
        name: world::name(under, number),
        occurrences: world::occurrences(under, number),
        class,
        sinkhole: (class == NameClass::Sinkholed).then(|| "a-sinkhole".to_owned()),
        band,
        score: 40,
        evidence: Digest::of(b"a dossier"),
        tenure,
        expires: None,
    }
}

fn vet(at: Instant, rows: Vec<VettedName>) -> Command {
    let looked = u32::try_from(rows.len()).expect("few rows");
    Command::Vet(Vet { at, rules: 1, rules_digest: Digest::of(b"rules"), looked, unknown: 0, rows })
}

fn rule(names: &[DomainName], ruling: Ruling, action: Option<Action>) -> Rule {
    Rule {
        names: names.to_vec(),
        digest: list_digest(names),
        ruling,
        action,
        legal_basis: Some("an order of the court".to_owned()),
        reason: "looked at the site and the registration".to_owned(),
        evidence: "dossier of the day".to_owned(),
        second: None,
    }
}

fn appeal(under: usize, number: u32) -> Command {
    Command::Appeal(Appeal {
        name: world::name(under, number),
        occurrences: world::occurrences(under, number),
        contact: "The holder, holder@holder.example".to_owned(),
        proof: Some("a TXT record".to_owned()),
        hours: 24,
    })
}

/// What the board shows of a name at its place in the list of the verified campaign on the first day.
fn view(script: &CaseScript, under: usize, number: u32) -> NameView {
    let at = &world::occurrences(under, number)[0];
    let board = script.board();
    let views = board.name_views(&tld(under), 0, at.period, script.clock.now());
    views[at.place as usize]
}

fn holding<'a>(script: &'a CaseScript, name: &DomainName) -> &'a Holding {
    &script.case().holdings[name]
}

fn asked(script: &mut CaseScript) {
    for under in 0..2 {
        script.must(&Command::Request(forestall_coord::command::Request {
            tld: tld(under),
            days: world::horizon(),
            campaigns: vec![world::campaign(0)],
            action: Action::Reserve,
            fallback: None,
            legal_basis: None,
            override_by: None,
        }));
    }
}

fn kinds(script: &CaseScript) -> Vec<AlarmKind> {
    alarms(&script.board(), script.clock.now()).into_iter().map(|alarm| alarm.kind).collect()
}

#[test]
fn a_clear_benign_name_is_left_alone_and_stands_outside_coverage() {
    let mut script = opened();
    asked(&mut script);
    assert_eq!(view(&script, 0, 0).asked, Some(Action::Reserve));
    let before = script.board().slice_total(&tld(0), world::horizon());
    script
        .must(&vet(script.clock.now(), vec![verdict(0, 0, NameClass::RegisteredBenign, Band::ClearBenign, tenure(1))]));
    let seen = view(&script, 0, 0);
    assert_eq!((seen.asked, seen.stance, seen.state.standing), (None, Stance::Benign, Standing::Benign));
    let after = script.board().slice_total(&tld(0), world::horizon());
    assert_eq!(after.held, before.held + 8, "the name stands in eight lists");
    assert!(script.case().exclusions.is_empty(), "no machine excludes a name for good");
    assert!(docket(&script.board(), script.clock.now()).is_empty());
}

#[test]
fn a_look_that_failed_lets_nobody_act_on_a_name_with_a_holder() {
    let mut script = opened();
    asked(&mut script);
    script.must(&vet(script.clock.now(), vec![verdict(0, 0, NameClass::RegisteredSuspect, Band::Human, tenure(1))]));
    script.clock.advance(3_600);
    script.must(&vet(script.clock.now(), vec![verdict(0, 0, NameClass::Unknown, Band::Human, Tenure::default())]));
    let seen = view(&script, 0, 0);
    assert_eq!((seen.asked, seen.stance), (None, Stance::Undecided));
    let name = world::name(0, 0);
    script.must(&Command::Rule(rule(std::slice::from_ref(&name), Ruling::Watch, None)));
    script.clock.advance(3_600);
    script.must(&vet(script.clock.now(), vec![verdict(0, 0, NameClass::Unknown, Band::Human, Tenure::default())]));
    assert_eq!(view(&script, 0, 0).stance, Stance::Watched, "what a person ruled stands while nobody can look");
    // Seen free, it is nobody's any more.
    script.clock.advance(3_600);
    script.must(&vet(script.clock.now(), vec![verdict(0, 0, NameClass::Free, Band::NoHolder, Tenure::default())]));
    assert_eq!(view(&script, 0, 0).stance, Stance::Open);
}

#[test]
fn a_change_of_hands_voids_what_was_automatic_until_a_person_looked() {
    let mut script = opened();
    let row = |number| vec![verdict(0, 0, NameClass::RegisteredBenign, Band::ClearBenign, tenure(number))];
    script.must(&vet(script.clock.now(), row(1)));
    script.clock.advance(86_400 / 4);
    script.must(&vet(script.clock.now(), row(1)));
    assert_eq!(view(&script, 0, 0).stance, Stance::Benign);
    script.must(&vet(script.clock.now(), row(2)));
    assert_eq!(view(&script, 0, 0).stance, Stance::Undecided, "the registrar changed");
    assert_eq!(kinds(&script), [AlarmKind::Changed]);
    let name = world::name(0, 0);
    assert_eq!(holding(&script, &name).why(), Some("it changed hands since it was clear"));
    // The next look is as clear as the one before, and that is not enough.
    script.clock.advance(3_600);
    script.must(&vet(script.clock.now(), row(2)));
    assert_eq!(view(&script, 0, 0).stance, Stance::Undecided);
    script.must(&Command::Rule(rule(std::slice::from_ref(&name), Ruling::Watch, None)));
    assert_eq!(view(&script, 0, 0).stance, Stance::Watched);
    assert!(kinds(&script).is_empty());
    assert_eq!(holding(&script, &name).changes.len(), 1, "what changed is kept");
    // A look of last week that comes in now tells nothing new.
    script.must(&vet(script.clock.now().plus_seconds(-3 * 86_400), row(3)));
    assert_eq!(view(&script, 0, 0).stance, Stance::Watched);
}

#[test]
fn clear_malicious_waits_for_a_person_who_confirms_the_very_list() {
    let mut script = opened();
    asked(&mut script);
    let rows = (0..2).map(|n| verdict(0, n, NameClass::RegisteredMalicious, Band::ClearMalicious, tenure(1))).collect();
    script.must(&vet(script.clock.now(), rows));
    assert_eq!(view(&script, 0, 0).asked, None);
    let names: Vec<DomainName> = (0..2).map(|n| world::name(0, n)).collect();
    let on_docket: Vec<DomainName> =
        docket(&script.board(), script.clock.now()).iter().map(|entry| entry.name.clone()).collect();
    assert_eq!(on_docket, names);

    let mut other = rule(&names, Ruling::Act, Some(Action::Suspend));
    other.digest = list_digest(&names[..1]);
    assert!(matches!(script.act(&Command::Rule(other)), Err(Refusal::ListChanged { .. })));
    let bare = Rule { legal_basis: None, ..rule(&names, Ruling::Act, Some(Action::Suspend)) };
    assert_eq!(
        script.act(&Command::Rule(bare)).expect_err("no ground"),
        Refusal::NeedsLegalBasis { action: Action::Suspend }
    );
    let reserve = rule(&names, Ruling::Act, Some(Action::Reserve));
    assert!(matches!(script.act(&Command::Rule(reserve)), Err(Refusal::NotForHolders { .. })));
    // One campaign of the two in which the names stand is unverified.
    let act = rule(&names, Ruling::Act, Some(Action::Suspend));
    assert!(matches!(script.act(&Command::Rule(act.clone())), Err(Refusal::Unverified { .. })));
    script.must(&Command::Rule(Rule { second: Some(parsed("Bob")), ..act }));
    assert_eq!(view(&script, 0, 0).asked, Some(Action::Suspend));
    assert!(docket(&script.board(), script.clock.now()).is_empty());
}

#[test]
fn nothing_is_ruled_about_a_name_that_nobody_vetted() {
    let mut script = opened();
    let refused = script.act(&Command::Rule(rule(&[world::name(0, 0)], Ruling::Watch, None)));
    assert_eq!(refused.expect_err("no evidence"), Refusal::NotVetted { name: world::name(0, 0) });
    script.must(&vet(script.clock.now(), vec![verdict(0, 0, NameClass::Free, Band::NoHolder, Tenure::default())]));
    let act = Rule { second: Some(parsed("Bob")), ..rule(&[world::name(0, 0)], Ruling::Act, Some(Action::Suspend)) };
    assert!(matches!(script.act(&Command::Rule(act)), Err(Refusal::NotVetted { .. })), "nobody holds it");
}

#[test]
fn verdicts_that_contradict_themselves_are_refused() {
    let mut script = opened();
    let now = script.clock.now();
    let free = verdict(0, 0, NameClass::Free, Band::ClearBenign, tenure(1));
    assert!(matches!(script.act(&vet(now, vec![free])), Err(Refusal::VerdictDiffers { .. })));
    let nameless = VettedName { sinkhole: None, ..verdict(0, 0, NameClass::Sinkholed, Band::ClearBenign, tenure(1)) };
    assert!(matches!(script.act(&vet(now, vec![nameless])), Err(Refusal::VerdictDiffers { .. })));
    let row = verdict(0, 0, NameClass::RegisteredSuspect, Band::Human, tenure(1));
    assert!(matches!(script.act(&vet(now, vec![row.clone(), row])), Err(Refusal::NameTwice { .. })));
}

#[test]
fn two_people_decide_where_the_case_asks_for_two() {
    let script = opened();
    let Body::Opened { title, case_kind, horizon, board_day, marking, campaigns, slices, name_servers, .. } =
        script.log()[0].body.clone()
    else {
        panic!("the log begins with the opening");
    };
    let mut two = CaseScript::new("two", "2009-01-09T12:00:00Z");
    two.counts.clone_from(&script.counts);
    two.must(&Command::Open(forestall_coord::command::Open {
        server_evidence: forestall_testkit::guard::safe(&name_servers, two.clock.now()),
        title,
        kind: case_kind,
        horizon,
        board_day,
        marking,
        campaigns,
        slices,
        name_servers,
        guard_override: None,
        four_eyes: true,
        ahead: None,
    }));
    two.must(&vet(two.clock.now(), vec![verdict(0, 0, NameClass::RegisteredSuspect, Band::Human, tenure(1))]));
    let alone = rule(&[world::name(0, 0)], Ruling::Exclude, None);
    assert_eq!(two.act(&Command::Rule(alone.clone())).expect_err("alone"), Refusal::SecondNeeded);
    let same = Rule { second: Some(parsed("COORDINATOR  on duty")), ..alone.clone() };
    assert_eq!(two.act(&Command::Rule(same)).expect_err("the same"), Refusal::OnePerson);
    two.must(&Command::Rule(Rule { second: Some(parsed("Ann")), ..alone }));
    assert!(two.case().exclusions.contains_key(&world::name(0, 0)));
    let fields: Vec<&str> = two.withheld().last().expect("an event").iter().map(|f| f.field.as_str()).collect();
    assert_eq!(fields, ["actor", "second-person"]);
}

#[test]
fn an_appeal_freezes_the_name_and_an_upheld_one_undoes_what_was_done() {
    let mut script = opened();
    asked(&mut script);
    script.must(&vet(
        script.clock.now(),
        vec![verdict(0, 0, NameClass::RegisteredMalicious, Band::ClearMalicious, tenure(1))],
    ));
    let name = world::name(0, 0);
    let act =
        Rule { second: Some(parsed("Bob")), ..rule(std::slice::from_ref(&name), Ruling::Act, Some(Action::Suspend)) };
    script.must(&Command::Rule(act.clone()));
    script.must(&appeal(0, 0));
    assert_eq!((view(&script, 0, 0).asked, view(&script, 0, 0).state.standing), (None, Standing::Disputed));
    assert!(matches!(script.act(&Command::Rule(act)), Err(Refusal::Disputed { .. })));
    assert!(matches!(script.act(&appeal(0, 0)), Err(Refusal::Disputed { .. })));
    assert!(kinds(&script).is_empty(), "there is time");
    script.clock.advance(13 * 3_600);
    assert_eq!(kinds(&script), [AlarmKind::AppealDue]);

    let settle = |upheld| {
        Command::Settle(Settle { name: name.clone(), upheld, reason: "the holder's for twelve years".to_owned() })
    };
    script.must(&settle(true));
    assert!(matches!(script.act(&settle(true)), Err(Refusal::NoAppeal { .. })));
    assert_eq!(view(&script, 0, 0).stance, Stance::Excluded);
    assert!(script.case().exclusions.contains_key(&name), "an upheld appeal excludes for good");
    let due = holding(&script, &name).undo.as_ref().expect("it was acted on").by;
    assert_eq!(due.seconds_since(script.clock.now()), 24 * 3_600);
    script.clock.advance(20 * 3_600);
    assert_eq!(kinds(&script), [AlarmKind::UndoDue]);
    for under_campaign in 0..2 {
        script.must(&Command::Answer(forestall_coord::command::Answer {
            tld: tld(0),
            scope: forestall_coord::event::AnswerScope::Places(places(0, 0, under_campaign)),
            action: Action::Release,
            result: AnswerResult::Done,
            attested: None,
        }));
    }
    assert!(kinds(&script).is_empty(), "the registry says that it released the name");
}

/// The places of a name in the lists of one campaign, as an answer names them.
fn places(under: usize, number: u32, of: usize) -> Vec<forestall_coord::event::PlaceSet> {
    let of = world::campaign(of);
    let occurrences = world::occurrences(under, number).into_iter().filter(|o| o.campaign == of);
    let set = |o: forestall_coord::event::Occurrence| forestall_coord::event::PlaceSet {
        campaign: o.campaign,
        period: o.period,
        places: [o.place].into_iter().collect(),
    };
    occurrences.map(set).collect()
}

#[test]
fn a_denied_appeal_gives_the_name_back_to_its_ruling() {
    let mut script = opened();
    script.must(&vet(script.clock.now(), vec![verdict(0, 0, NameClass::RegisteredSuspect, Band::Human, tenure(1))]));
    script.must(&appeal(0, 0));
    let settle = Settle { name: world::name(0, 0), upheld: false, reason: "the zone is the botnet's".to_owned() };
    script.must(&Command::Settle(settle));
    assert_eq!(view(&script, 0, 0).stance, Stance::Undecided);
    assert!(holding(&script, &world::name(0, 0)).undo.is_none());
}

#[test]
fn undoing_is_one_step_and_needs_something_to_undo() {
    let mut script = opened();
    script.must(&vet(script.clock.now(), vec![verdict(0, 0, NameClass::RegisteredSuspect, Band::Human, tenure(1))]));
    let undo = Command::Undo(Undo { names: vec![world::name(0, 0)], reason: "it is a school's".to_owned() });
    assert_eq!(script.act(&undo).expect_err("nothing yet"), Refusal::NothingToUndo { name: world::name(0, 0) });
    let act = rule(&[world::name(0, 0)], Ruling::Act, Some(Action::RedirectNs));
    script.must(&Command::Rule(Rule { second: Some(parsed("Bob")), ..act }));
    script.must(&undo);
    assert_eq!(view(&script, 0, 0).asked, None);
    assert_eq!(view(&script, 0, 0).stance, Stance::Undecided, "a person looks again");
}

#[test]
fn a_name_that_is_registered_before_its_window_is_told_at_once() {
    let mut script = opened();
    let now = script.clock.now();
    script.must(&world::seen(Method::Dns, now, 0, 0, 0, 0, Sight::Nxdomain));
    assert!(kinds(&script).is_empty());
    script.clock.advance(3_600);
    let now = script.clock.now();
    script.must(&world::seen(Method::Dns, now, 0, 0, 0, 0, Sight::OtherNameServers));
    let found = alarms(&script.board(), now);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].kind, AlarmKind::UnknownRegistrant);
    assert_eq!(found[0].name, Some(parsed("name-0.com")));
    assert!(found[0].hours(now) <= 0 || found[0].hours(now) < 48, "{}", found[0].hours(now));
    // Nobody vetted it, and nothing may be asked for it.
    let board = script.board();
    let entry = docket(&board, now);
    assert_eq!(entry[0].why, "somebody holds it, and nobody has vetted it");
    drop(entry);
    // A friend: the register says so, and there is no alarm.
    let mut friend = verdict(0, 0, NameClass::Sinkholed, Band::ClearBenign, tenure(1));
    friend.name = parsed("name-0.com");
    script.must(&vet(now, vec![friend]));
    assert!(kinds(&script).is_empty());
    // One that was there before the case is no newcomer.
    let old = verdict(0, 1, NameClass::RegisteredSuspect, Band::Human, tenure(1));
    script.must(&vet(now, vec![old.clone()]));
    assert!(kinds(&script).is_empty());
    // One that was registered since the case was opened is, though nobody saw it free.
    let created = Some(script.case().opened.plus_seconds(86_400));
    let young = VettedName { name: world::name(0, 2), tenure: Tenure { created, ..tenure(1) }, ..old };
    let young = VettedName { occurrences: world::occurrences(0, 2), ..young };
    script.must(&vet(now, vec![young]));
    assert_eq!(kinds(&script), [AlarmKind::UnknownRegistrant]);
}

#[test]
fn a_protection_that_ends_before_the_window_lapses() {
    let mut script = opened();
    let now = script.clock.now();
    script.must(&world::answer(0, Action::RegisterSinkhole, AnswerResult::Done));
    script.must(&world::sweep(Method::Dns, now, vec![world::swept(Sight::OurNameServers)]));
    assert_eq!(world::standing(&script, 0), Standing::Protected);
    let mut held = verdict(0, 0, NameClass::Free, Band::NoHolder, Tenure::default());
    held.expires = Some(parsed("2009-01-10T06:00:00Z"));
    script.must(&vet(now, vec![held]));
    assert_eq!(world::standing(&script, 0), Standing::Lapsing);
    assert_eq!(kinds(&script), [AlarmKind::Lapsing]);
    let tally = script.board().slice(&tld(0))[0].tally;
    assert_eq!((tally.lapsing, tally.observed), (1, tally.registrable()), "it is protected still");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn no_action_reaches_a_holder_without_a_person(deeds in proptest::collection::vec(deed(), 1..40)) {
        let mut script = opened();
        asked(&mut script);
        for deed in &deeds {
            script.clock.advance(1_800);
            let command = command(deed, script.clock.now());
            // What is refused changes nothing; that is another test's business.
            let _ = script.act(&command);
            each_name_keeps_the_rule(&script)?;
        }
    }
}

#[derive(Clone, Debug)]
enum Deed {
    Vet { under: usize, number: u32, class: NameClass, band: Band, holder: u8, late: bool },
    Rule { under: usize, number: u32, ruling: Ruling, action: Option<Action> },
    Appeal { under: usize, number: u32 },
    Settle { under: usize, number: u32, upheld: bool },
    Undo { under: usize, number: u32 },
    See { under: usize, number: u32, sight: Sight },
    Exclude { under: usize, number: u32 },
    Readmit { under: usize, number: u32 },
    Answer { under: usize, action: Action },
}

fn deed() -> impl Strategy<Value = Deed> {
    let name = (0..2_usize, 0..3_u32);
    let actions =
        vec![None, Some(Action::Suspend), Some(Action::RedirectNs), Some(Action::Lock), Some(Action::Reserve)];
    let sights = vec![Sight::Nxdomain, Sight::OtherNameServers, Sight::OurNameServers, Sight::Unknown];
    prop_oneof![
        4 => (name.clone(), select(NameClass::ALL), select(Band::ALL), 0..3_u8, proptest::bool::weighted(0.2))
            .prop_map(|((under, number), class, band, holder, late)| Deed::Vet { under, number, class, band, holder, late }),
        4 => (name.clone(), select(Ruling::ALL), select(actions))
            .prop_map(|((under, number), ruling, action)| Deed::Rule { under, number, ruling, action }),
        1 => name.clone().prop_map(|(under, number)| Deed::Appeal { under, number }),
        1 => (name.clone(), proptest::bool::ANY).prop_map(|((under, number), upheld)| Deed::Settle { under, number, upheld }),
        1 => name.clone().prop_map(|(under, number)| Deed::Undo { under, number }),
        2 => (name.clone(), select(sights)).prop_map(|((under, number), sight)| Deed::See { under, number, sight }),
        1 => name.clone().prop_map(|(under, number)| Deed::Exclude { under, number }),
        1 => name.prop_map(|(under, number)| Deed::Readmit { under, number }),
        1 => (0..2_usize, prop_oneof![Just(Action::Reserve), Just(Action::Release)])
            .prop_map(|(under, action)| Deed::Answer { under, action }),
    ]
}

fn command(deed: &Deed, now: Instant) -> Command {
    match *deed {
        Deed::Vet { under, number, class, band, holder, late } => {
            let at = if late { now.plus_seconds(-7_200) } else { now };
            vet(at, vec![verdict(under, number, class, band, tenure(holder))])
        }
        Deed::Rule { under, number, ruling, action } => {
            Command::Rule(Rule { second: Some(parsed("Bob")), ..rule(&[world::name(under, number)], ruling, action) })
        }
        Deed::Appeal { under, number } => appeal(under, number),
        Deed::Settle { under, number, upheld } => {
            Command::Settle(Settle { name: world::name(under, number), upheld, reason: "seen".to_owned() })
        }
        Deed::Undo { under, number } => {
            Command::Undo(Undo { names: vec![world::name(under, number)], reason: "seen".to_owned() })
        }
        Deed::See { under, number, sight } => {
            let at = &world::occurrences(under, number)[0];
            let mut seen = world::seen(Method::Dns, now, 0, 0, under, at.place, sight);
            if let Command::See(see) = &mut seen {
                see.rows[0].name = world::name(under, number);
            }
            seen
        }
        Deed::Exclude { under, number } => world::exclude(under, number),
        Deed::Readmit { under, number } => Command::Readmit(forestall_coord::command::Readmit {
            name: world::name(under, number),
            reason: "a slip".to_owned(),
        }),
        Deed::Answer { under, action } => world::answer(under, action, AnswerResult::Done),
    }
}

/// Reads the log again, the plainest way there is, and compares.
fn each_name_keeps_the_rule(script: &CaseScript) -> Result<(), TestCaseError> {
    for under in 0..2 {
        for number in 0..3 {
            let name = world::name(under, number);
            let seen = view(script, under, number);
            let Some(asked) = seen.asked else { continue };
            let record = Record::of(script, &name);
            if !record.held {
                continue;
            }
            prop_assert_eq!(record.permitted, Some(asked), "{} is held and is asked to {}", name, asked);
        }
    }
    Ok(())
}

/// What the log says of one name.
struct Record {
    /// Whether somebody holds it, by the last verdict or, where there is none, by the last look.
    held: bool,
    /// What a person permits.
    permitted: Option<Action>,
}

impl Record {
    fn of(script: &CaseScript, name: &DomainName) -> Self {
        let (mut verdict, mut seen_held) = (None::<(Instant, NameClass, Tenure)>, false);
        let (mut permitted, mut appealed) = (None, false);
        for event in script.log() {
            match &event.body {
                Body::Vetted { at, rows, .. } => {
                    for row in rows.iter().filter(|row| row.name == *name) {
                        if let Some((before, _, tenure)) = &verdict {
                            if before > at {
                                continue;
                            }
                            if tenure.registrar != row.tenure.registrar {
                                permitted = None;
                            }
                        }
                        verdict = Some((*at, row.class, row.tenure.clone()));
                    }
                }
                Body::Ruled { names, action, .. } if names.contains(name) => permitted = *action,
                Body::Appealed { name: of, .. } if of == name => appealed = true,
                Body::Settled { name: of, upheld, .. } if of == name => {
                    appealed = false;
                    if *upheld {
                        permitted = None;
                    }
                }
                Body::Undone { names, .. } if names.contains(name) => permitted = None,
                Body::Excluded { name: of, .. } if of == name => {}
                Body::Seen { rows } => {
                    for row in rows.iter().filter(|row| row.name == *name && row.sight != Sight::Unknown) {
                        seen_held = row.sight == Sight::OtherNameServers;
                    }
                }
                _ => {}
            }
        }
        let held = verdict.as_ref().map_or(seen_held, |(_, class, _)| {
            matches!(
                class,
                NameClass::RegisteredBenign
                    | NameClass::RegisteredSuspect
                    | NameClass::RegisteredMalicious
                    | NameClass::Sinkholed
            )
        });
        Self { held: held || verdict.is_none() && seen_held, permitted: permitted.filter(|_| !appealed) }
    }
}

#[test]
fn a_look_at_a_list_and_one_at_a_name_stand_side_by_side() {
    let mut script = opened();
    let now = script.clock.now();
    script.must(&world::sweep(
        Method::Dns,
        now,
        vec![world::swept_list(0, 0, 0, Sight::Nxdomain, &[], &[(2, Sight::OtherNameServers)])],
    ));
    let entries = docket(&script.board(), now).iter().map(|entry| entry.name.to_string()).collect::<Vec<_>>();
    assert_eq!(entries, ["name-2.com"]);
    assert_eq!(day(0), world::horizon().from);
    assert_eq!(period_of(day(0)), script.case().holdings[&parsed::<DomainName>("name-2.com")].occurrences[0].period);
}
