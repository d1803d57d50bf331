// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is refused, why, and that nothing has happened then.

use forestall_coord::Refusal;
use forestall_coord::command::{
    Acknowledge, Answer, Attested, Command, Exclude, Note, Open, Override, Readmit, Request, See,
};
use forestall_coord::event::{AnswerScope, CaseKind, PlaceSet, SeenRow};
use forestall_model::evidence::SweptList;
use forestall_model::{Action, AnswerResult, DayRange, Digest, Marking, Method, NameClass, Sight};
use forestall_testkit::counts::{days, period_of};
use forestall_testkit::{CaseScript, campaigns, parsed};

use crate::world::{self, answer, day, exclude, horizon, opened, swept, tld};

/// Refuses a command in an open case.
#[track_caller]
fn check(command: &Command, expected: Refusal, message: &str) {
    check_in(&mut opened(), command, expected, message);
}

#[track_caller]
fn check_in(script: &mut CaseScript, command: &Command, expected: Refusal, message: &str) {
    let before = script.clone();
    assert_eq!(expected.to_string(), message);
    let outcome = script.act(command).map(|event| event.version);
    assert_eq!(outcome, Err(expected));
    assert_eq!(format!("{script:?}"), format!("{before:?}"), "nothing has happened");
}

fn open() -> Open {
    Open {
        title: "A case".to_owned(),
        kind: CaseKind::Live,
        horizon: horizon(),
        board_day: None,
        marking: Marking::DEFAULT,
        campaigns: vec![campaigns::campaign("checked")],
        slices: vec![tld(0)],
        name_servers: Vec::new(),
        server_evidence: Vec::new(),
        guard_override: None,
        four_eyes: false,
        ahead: None,
    }
}

fn unopened() -> CaseScript {
    CaseScript::new("a-case", "2009-01-09T12:00:00Z")
}

fn request(action: Action) -> Request {
    Request {
        tld: tld(0),
        days: horizon(),
        campaigns: vec![parsed(world::CHECKED)],
        action,
        fallback: None,
        legal_basis: None,
        override_by: None,
    }
}

fn note(text: &str) -> Command {
    Command::Note(Note { tld: None, text: text.to_owned() })
}

#[test]
fn a_case_must_be_open_and_is_opened_once() {
    let refusal = Refusal::NoSuchCase { case: parsed("a-case") };
    check_in(&mut unopened(), &note("a fact"), refusal, "there is no case a-case");
    let refusal = Refusal::AlreadyOpen { case: parsed("a-case") };
    check(&Command::Open(open()), refusal, "the case a-case is open already");
}

#[test]
fn what_has_not_happened_is_not_recorded() {
    let mut script = opened();
    let now = script.clock.now();
    let later = now.plus_seconds(1);
    let refusal = Refusal::InTheFuture { occurred: later, now };
    let message = "2009-01-09T12:00:01Z is after 2009-01-09T12:00:00Z: what has not happened cannot be recorded";
    script.occurred = Some(later);
    check_in(&mut script, &note("a fact"), refusal.clone(), message);
    script.occurred = Some(now);
    script.must(&note("a fact"));
    script.occurred = None;
    check_in(&mut script, &world::sweep(Method::Dns, later, vec![swept(Sight::Nxdomain)]), refusal.clone(), message);
    check_in(&mut script, &world::seen(Method::Dns, later, 0, 0, 0, 0, Sight::Nxdomain), refusal, message);
    script.must(&world::seen(Method::Dns, now, 0, 0, 0, 0, Sight::Nxdomain));
}

#[test]
fn there_must_be_days_campaigns_names_lists_and_rows() {
    let empty = DayRange { from: day(1), until: day(1) };
    let backwards = DayRange { from: day(1), until: day(0) };
    let openings = [
        (Open { horizon: empty, ..open() }, "a horizon of at least one day"),
        (Open { horizon: backwards, ..open() }, "a horizon of at least one day"),
        (Open { campaigns: Vec::new(), ..open() }, "at least one campaign"),
        (Open { slices: Vec::new(), ..open() }, "at least one name in its horizon"),
    ];
    for (open, what) in openings {
        check_in(&mut unopened(), &Command::Open(open), Refusal::Empty(what), &format!("there must be {what}"));
    }
    let mut script = opened();
    let now = script.clock.now();
    let days_of = |days| Command::Request(Request { days, ..request(Action::Reserve) });
    let acts = [
        (days_of(empty), "at least one day"),
        (days_of(backwards), "at least one day"),
        (world::sweep(Method::Dns, now, Vec::new()), "a sweep over at least one list"),
        (Command::See(See { rows: Vec::new() }), "at least one row of evidence"),
    ];
    for (command, what) in acts {
        check_in(&mut script, &command, Refusal::Empty(what), &format!("there must be {what}"));
    }
}

#[test]
fn a_campaign_is_given_once() {
    let twice = Open { campaigns: vec![campaigns::campaign("checked"), campaigns::campaign("checked")], ..open() };
    let refusal = Refusal::CampaignTwice { campaign: parsed("checked") };
    check_in(&mut unopened(), &Command::Open(twice), refusal, "the campaign checked is given twice");
}

#[test]
fn a_slice_must_be_in_the_case() {
    let refusal = || Refusal::UnknownSlice { tld: parsed("org") };
    let message = "the case has no slice org: none of its names is under that top-level domain";
    let org = || parsed("org");
    let script = opened();
    let Command::Answer(answer) = answer(0, Action::Reserve, AnswerResult::Done) else { panic!("an answer") };
    let Command::Exclude(exclude) = exclude(0, 0) else { panic!("an exclusion") };
    let row = SeenRow {
        name: parsed("a.org"),
        occurrences: world::occurrences(0, 0),
        method: Method::Dns,
        sight: Sight::Nxdomain,
        at: script.clock.now(),
        name_servers: Vec::new(),
        source: None,
        expires: None,
    };
    for command in [
        Command::Request(Request { tld: org(), ..request(Action::Reserve) }),
        Command::Acknowledge(Acknowledge { tld: org(), list: None }),
        Command::Answer(Answer { tld: org(), ..answer }),
        Command::Exclude(Exclude { name: parsed("a.org"), ..exclude }),
        world::sweep(Method::Dns, script.clock.now(), vec![SweptList { tld: org(), ..swept(Sight::Nxdomain) }]),
        Command::See(See { rows: vec![row] }),
        Command::Note(Note { tld: Some(org()), text: "a fact".to_owned() }),
    ] {
        check(&command, refusal(), message);
    }
}

#[test]
fn a_campaign_must_be_in_the_case() {
    let other = || parsed("other");
    let refusal =
        || Refusal::UnknownCampaign { campaign: other(), known: vec![world::campaign(0), world::campaign(1)] };
    let message = "the case does not hold the campaign other; it holds checked, unchecked";
    let script = opened();
    let answered = |scope| {
        Command::Answer(Answer {
            tld: tld(0),
            scope,
            action: Action::Reserve,
            result: AnswerResult::Done,
            attested: None,
        })
    };
    let places = PlaceSet { campaign: other(), period: period_of(day(0)), places: [1].into_iter().collect() };
    let Command::Exclude(mut exclude) = exclude(0, 0) else { panic!("an exclusion") };
    exclude.occurrences[3].campaign = other();
    let Command::See(mut see) = world::seen(Method::Dns, script.clock.now(), 0, 0, 0, 0, Sight::Nxdomain) else {
        panic!("a look")
    };
    see.rows[0].occurrences[0].campaign = other();
    for command in [
        Command::Request(Request { campaigns: vec![world::campaign(0), other()], ..request(Action::Reserve) }),
        answered(AnswerScope::Days { days: horizon(), campaigns: vec![other()] }),
        answered(AnswerScope::Places(vec![places])),
        Command::Exclude(exclude),
        world::sweep(Method::Dns, script.clock.now(), vec![SweptList { campaign: other(), ..swept(Sight::Nxdomain) }]),
        Command::See(see),
    ] {
        check(&command, refusal(), message);
    }
}

#[test]
fn days_must_be_within_the_horizon() {
    for days in [days("2009-01-09", "2009-01-11"), days("2009-01-10", "2009-01-15")] {
        let refusal = || Refusal::OutsideHorizon { days, horizon: horizon() };
        let message = format!("the days {days} are not all within the case's horizon, 2009-01-10 to 2009-01-13");
        check(&Command::Request(Request { days, ..request(Action::Reserve) }), refusal(), &message);
        let scope = AnswerScope::Days { days, campaigns: Vec::new() };
        let (action, result) = (Action::Reserve, AnswerResult::Done);
        check(&Command::Answer(Answer { tld: tld(0), scope, action, result, attested: None }), refusal(), &message);
    }
}

#[test]
fn of_an_unverified_list_more_is_asked_by_two_people_only() {
    let all = Request { campaigns: Vec::new(), ..request(Action::Reserve) };
    let one = Request { campaigns: vec![parsed(world::UNCHECKED)], ..request(Action::Reserve) };
    let fallback = Request { action: Action::Monitor, fallback: Some(Action::NotifyRegistrar), ..all.clone() };
    for (request, action) in [(&all, Action::Reserve), (&one, Action::Reserve), (&fallback, Action::NotifyRegistrar)] {
        let refusal = Refusal::Unverified { campaign: parsed(world::UNCHECKED), action };
        let message = format!(
            "the campaign unchecked is unverified: a registry may be asked to monitor or to refer-new only, not to {action}, \
             unless two named people override it with evidence"
        );
        check(&Command::Request(request.clone()), refusal, &message);
    }
    let by = |first: &str, second: &str, evidence: &str| {
        let people = Override { first: parsed(first), second: parsed(second), evidence: evidence.to_owned() };
        Command::Request(Request { override_by: Some(people), ..all.clone() })
    };
    for second in ["Ann Lee", "ann lee", " ANN  lee "] {
        let message = "an override needs two different people, and both names are the same";
        check(&by("Ann Lee", second, "a list"), Refusal::OnePerson, message);
    }
    let what = "the evidence of an override";
    check(&by("Ann Lee", "Bob Lee", " "), Refusal::Blank(what), "the evidence of an override must not be empty");
    let mut script = opened();
    script.must(&by("Ann Lee", "Bob Lee", "a list"));
    let fields: Vec<_> = script.withheld()[1].iter().map(|w| (w.field.as_str(), w.value.as_str())).collect();
    assert_eq!(fields, [("actor", "Coordinator on duty"), ("first-person", "Ann Lee"), ("second-person", "Bob Lee")]);
    for action in [Action::Monitor, Action::ReferNew] {
        opened().must(&Command::Request(Request { campaigns: Vec::new(), ..request(action) }));
    }
}

#[test]
fn a_name_that_somebody_holds_is_changed_on_a_legal_basis_only() {
    for action in [Action::Suspend, Action::RedirectNs] {
        for legal_basis in [None, Some("  ".to_owned())] {
            let message =
                format!("the action {action} changes a name that somebody holds: it needs a recorded legal basis");
            let refusal = || Refusal::NeedsLegalBasis { action };
            check(
                &Command::Request(Request { legal_basis: legal_basis.clone(), ..request(action) }),
                refusal(),
                &message,
            );
            let fallback = Request { legal_basis, fallback: Some(action), ..request(Action::Reserve) };
            check(&Command::Request(fallback), refusal(), &message);
        }
        let ordered = Request { legal_basis: Some("an order of 12 March".to_owned()), ..request(action) };
        opened().must(&Command::Request(ordered));
    }
}

#[test]
fn some_actions_are_decided_name_by_name() {
    for action in [Action::Exclude, Action::Release, Action::Lock] {
        let message = format!("the action {action} is decided name by name and cannot be asked for a whole list");
        check(&Command::Request(request(action)), Refusal::NotForLists { action }, &message);
        let fallback = Request { fallback: Some(action), ..request(Action::Reserve) };
        check(&Command::Request(fallback), Refusal::NotForLists { action }, &message);
    }
}

#[test]
fn an_acknowledgement_needs_a_request() {
    let refusal = Refusal::NotRequested { tld: tld(0) };
    let message = "nothing was requested for the slice com, so there is nothing to acknowledge";
    check(&Command::Acknowledge(Acknowledge { tld: tld(0), list: None }), refusal, message);
}

#[test]
fn an_answer_speaks_of_names_and_makes_sense() {
    let Command::Answer(done) = answer(0, Action::Reserve, AnswerResult::Done) else { panic!("an answer") };
    let nothing =
        PlaceSet { campaign: world::campaign(0), period: period_of(day(0)), places: [].into_iter().collect() };
    for sets in [Vec::new(), vec![nothing]] {
        let answer = Answer { scope: AnswerScope::Places(sets), ..done.clone() };
        let refusal = Refusal::NothingAnswered { tld: tld(0) };
        check(&Command::Answer(answer), refusal, "the answer names no name of the slice com");
    }
    let ours = Digest::of(b"ours");
    let theirs = Digest::of(b"theirs");
    let message =
        format!("the list that the registry signed has digest {theirs}, ours has {ours}: nothing is attested");
    let signed = |theirs| Some(Attested { ours, theirs });
    let other = Answer { attested: signed(theirs), ..done.clone() };
    check(&Command::Answer(other), Refusal::DigestDiffers { ours, theirs }, &message);
    let excludes = Answer { action: Action::Exclude, ..done.clone() };
    let refusal = Refusal::ResultDiffers { action: Action::Exclude, result: AnswerResult::Done };
    check(&Command::Answer(excludes), refusal, "done is no answer to exclude");
    let refuses = Answer { result: AnswerResult::Refused, attested: signed(ours), ..done };
    let refusal = Refusal::ResultDiffers { action: Action::Reserve, result: AnswerResult::Refused };
    check(&Command::Answer(refuses), refusal, "refused is no answer to reserve");
}

#[test]
fn a_name_is_excluded_once_on_a_ground_and_where_it_stands() {
    let Command::Exclude(shop) = exclude(0, 0) else { panic!("an exclusion") };
    let nowhere = Exclude { occurrences: Vec::new(), ..shop.clone() };
    let refusal = || Refusal::NotInCase { name: parsed("holder-0.com") };
    check(&Command::Exclude(nowhere), refusal(), "holder-0.com is not a name of this case");
    let Command::See(mut see) = world::seen(Method::Dns, opened().clock.now(), 0, 0, 0, 0, Sight::Nxdomain) else {
        panic!("a look")
    };
    see.rows[0].occurrences.clear();
    let refusal = Refusal::NotInCase { name: parsed("name-0.com") };
    check(&Command::See(see), refusal, "name-0.com is not a name of this case");
    for class in NameClass::ALL {
        let exclude = Command::Exclude(Exclude { class: *class, ..shop.clone() });
        if matches!(class, NameClass::RegisteredBenign | NameClass::RegisteredSuspect) {
            opened().must(&exclude);
        } else {
            let message = format!("a name is excluded for a legitimate holder; {class} is no ground");
            check(&exclude, Refusal::NoGround { class: *class }, &message);
        }
    }
    let mut script = opened();
    script.must(&exclude(0, 0));
    let refusal = Refusal::AlreadyExcluded { name: parsed("holder-0.com") };
    check_in(&mut script, &exclude(0, 0), refusal, "holder-0.com is excluded already");
    let readmit = |number| Command::Readmit(Readmit { name: world::name(0, number), reason: "a slip".to_owned() });
    let refusal = Refusal::NotExcluded { name: parsed("holder-1.com") };
    check_in(&mut script, &readmit(1), refusal, "holder-1.com is not excluded");
    script.must(&readmit(0));
    let refusal = Refusal::NotExcluded { name: parsed("holder-0.com") };
    check_in(&mut script, &readmit(0), refusal, "holder-0.com is not excluded");
}

#[test]
fn texts_say_something_and_not_too_much() {
    let Command::Exclude(shop) = exclude(0, 0) else { panic!("an exclusion") };
    let sweep = |vantage: &str| {
        let Command::Sweep(mut sweep) = world::sweep(Method::Dns, opened().clock.now(), vec![swept(Sight::Nxdomain)])
        else {
            panic!("a sweep")
        };
        sweep.sweep.vantage = vantage.to_owned();
        Command::Sweep(sweep)
    };
    let readmit = |reason: &str| Command::Readmit(Readmit { name: world::name(0, 0), reason: reason.to_owned() });
    let excluded = |reason: &str| Command::Exclude(Exclude { reason: reason.to_owned(), ..shop.clone() });
    let based =
        |basis: &str| Command::Request(Request { legal_basis: Some(basis.to_owned()), ..request(Action::Suspend) });
    let long = "é".repeat(4_001);
    type Write<'a> = &'a dyn Fn(&str) -> Command;
    let texts: [(&'static str, Write<'_>); 4] =
        [("the note", &note), ("the vantage", &sweep), ("the reason", &excluded), ("the reason", &readmit)];
    for (what, command) in texts {
        check(&command(" \n"), Refusal::Blank(what), &format!("{what} must not be empty"));
        check(
            &command(&long),
            Refusal::TooLong { what, limit: 4_000 },
            &format!("{what} is longer than 4000 characters"),
        );
    }
    let what = "the legal basis";
    check(&based(&long), Refusal::TooLong { what, limit: 4_000 }, "the legal basis is longer than 4000 characters");
    opened().must(&note(&"é".repeat(4_000)));
    let title = |title: &str| Command::Open(Open { title: title.to_owned(), ..open() });
    let blank = Refusal::Blank("the title");
    check_in(&mut unopened(), &title(" "), blank, "the title must not be empty");
    let too_long = Refusal::TooLong { what: "the title", limit: 4_000 };
    check_in(&mut unopened(), &title(&long), too_long, "the title is longer than 4000 characters");
}

#[test]
fn a_sweep_is_over_the_lists_of_the_case() {
    let now = opened().clock.now();
    let of = |list| world::sweep(Method::Dns, now, vec![list]);
    let other = SweptList { generator_version: 2, ..swept(Sight::Nxdomain) };
    let refusal = Refusal::GeneratorDiffers { campaign: world::campaign(0), found: 2, expected: 1 };
    check(&of(other), refusal, "the sweep's list of checked is of generator version 2; the case holds version 1");
    let failed = world::swept_list(0, 0, 0, Sight::Nxdomain, &[2, 6], &[]);
    let differing =
        world::swept_list(0, 0, 0, Sight::Nxdomain, &[], &[(1, Sight::NoDelegation), (6, Sight::NoDelegation)]);
    for list in [failed, differing] {
        let refusal = Refusal::PlaceOutside { tld: tld(0), found: 6, place: 6 };
        check(&of(list), refusal, "the sweep of com expects 6 names where a place 6 is named");
    }
}

#[test]
fn a_look_shows_what_its_method_can_show() {
    let dns = [Sight::OurNameServers, Sight::OtherNameServers, Sight::Nxdomain, Sight::NoDelegation, Sight::Wildcard];
    let check_command = [Sight::Reserved, Sight::Unavailable, Sight::Available];
    let hidden = [Sight::Nxdomain, Sight::NoDelegation, Sight::Wildcard];
    let now = opened().clock.now();
    for method in Method::ALL {
        for sight in Sight::ALL {
            let possible = *sight == Sight::Unknown
                || match method {
                    Method::Dns | Method::Zone => dns.contains(sight),
                    Method::EppCheck => check_command.contains(sight),
                    Method::Rdap | Method::Whois | Method::EppInfo => !hidden.contains(sight),
                };
            let of = |list| world::sweep(*method, now, vec![list]);
            for command in [
                of(swept(*sight)),
                of(world::swept_list(0, 0, 0, Sight::Unknown, &[], &[(1, *sight)])),
                world::seen(*method, now, 0, 0, 0, 0, *sight),
            ] {
                if possible {
                    opened().must(&command);
                } else {
                    let refusal = Refusal::ImpossibleSight { method: *method, sight: *sight };
                    check(&command, refusal, &format!("{method} cannot show {sight}"));
                }
            }
        }
    }
}
