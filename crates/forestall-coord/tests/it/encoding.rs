// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The stored form of events: golden texts, one line an event, with the hash of each as a leaf.
//!
//! The files hold what logs out there hold. A change that makes this test fail makes a new version of the encoding, with new
//! files beside these; the lines of version 1 never change.

use forestall_coord::command::{
    Acknowledge, AddTask, Answer, AnswerFiling, Appeal, Attested, ChangeTask, Command, Cut, Deliver, Exclude, File,
    KnownPlaces, MoveOn, Note, Open, Override, Read, Readmit, RecordSweep, Request, Resolve, Rule, See, Settle, Tell,
    Undo, Vet, list_digest,
};
use forestall_coord::event::{
    AnswerScope, CaseKind, EncodingError, Event, ListDifference, Occurrence, PlaceSet, Purpose, SeenRow, SentFile,
    TaskState, ToldOther, ToldSet, VettedName,
};
use forestall_coord::{Case, Withheld};
use forestall_model::dossier::Tenure;
use forestall_model::evidence::{SeenName, Sweep, SweptList};
use forestall_model::party::{Channel, Road};
use forestall_model::told::ToldForm;
use forestall_model::{
    Action, AnswerResult, Band, Digest, Instant, Marking, Method, NameClass, Pap, Params, Ruling, Sight, Telling, Tlp,
};
use forestall_testkit::counts::{days, period_of};
use forestall_testkit::{CaseScript, campaigns, parsed};

const EVENTS: &str = include_str!("golden/events-v1.jsonl");
/// Beside each event: SHA-256 over a zero octet and the line (RFC 6962, section 2.1), as `sha256sum` computes it too.
const LEAVES: &str = include_str!("golden/leaves-v1.txt");

#[test]
fn is_what_version_1_wrote() {
    let script = every_kind();
    let mut lines = EVENTS.lines();
    for event in script.log() {
        let written = String::from_utf8(event.canonical()).expect("JSON is UTF-8");
        assert_eq!(Some(written.as_str()), lines.next(), "event {} is written in another way", event.version);
    }
    assert_eq!(lines.next(), None);
}

#[test]
fn is_read_and_written_again_octet_by_octet() {
    let events: Vec<Event> = EVENTS.lines().map(read).collect();
    for (line, event) in EVENTS.lines().zip(&events) {
        assert_eq!(event.canonical(), line.as_bytes());
    }
    let kinds: std::collections::BTreeSet<&str> = events.iter().map(|event| event.body.kind()).collect();
    let all = [
        "acknowledged",
        "answered",
        "appealed",
        "cut",
        "decided",
        "delivered",
        "excluded",
        "filed",
        "filing-answered",
        "moved",
        "noted",
        "opened",
        "read",
        "readmitted",
        "requested",
        "ruled",
        "seen",
        "settled",
        "swept",
        "task-changed",
        "tasked",
        "told",
        "undone",
        "vetted",
    ];
    assert!(kinds.iter().eq(&all), "{kinds:?}");
    let case = Case::replay(&events).expect("the log is that of a case").expect("it is open");
    assert_eq!(format!("{case:?}"), format!("{:?}", every_kind().case()));
}

#[test]
fn has_the_leaves_that_version_1_had() {
    let leaves: Vec<&str> = LEAVES.lines().collect();
    assert_eq!(leaves.len(), EVENTS.lines().count());
    for (line, leaf) in EVENTS.lines().zip(leaves) {
        let event = read(line);
        assert_eq!(event.leaf().to_string(), leaf, "event {}", event.version);
        assert_eq!(event.leaf(), Digest::of_parts(&[&[0], line.as_bytes()]));
    }
}

#[test]
fn is_the_same_once_a_withheld_field_is_erased() {
    let script = every_kind();
    for (event, withheld) in script.log().iter().zip(script.withheld()) {
        let text = String::from_utf8(event.canonical()).expect("JSON is UTF-8");
        assert!(!withheld.is_empty(), "somebody acts");
        for field in withheld {
            assert!(!text.contains(&field.value), "{} stands in the event", field.field);
            assert_eq!(event.withheld.get(&field.field), Some(&field.commitment()));
            assert!(!format!("{field:?}").contains(&field.value), "{} stands in a log line", field.field);
        }
        // What is left after the values are gone is the event, and its leaf is what it was.
        assert_eq!(read(&text).leaf(), event.leaf());
    }
    let withheld =
        |number: usize| -> Vec<&str> { script.withheld()[number].iter().map(|field| field.field.as_str()).collect() };
    assert_eq!(withheld(0), ["actor"]);
    assert_eq!(withheld(1), ["actor", "comment", "first-person", "second-person"]);
}

#[test]
fn commits_to_every_part_of_a_withheld_field() {
    let field = Withheld { field: "actor".to_owned(), salt: [7; 16], value: "Ann".to_owned() };
    // By sha256sum over: forestall withheld 1, a zero octet, sixteen octets 7, actor, a zero octet, Ann.
    let expected = "72ecf4cc071b3334dd30fe083622c92c3b5c48a640c52f8531c7bdcee591e8de";
    assert_eq!(field.commitment().to_string(), expected);
    let but = |change: &dyn Fn(&mut Withheld)| {
        let mut other = field.clone();
        change(&mut other);
        other.commitment()
    };
    let others = [
        but(&|other| other.salt[15] = 8),
        but(&|other| other.field = "comment".to_owned()),
        but(&|other| other.value = "Bob".to_owned()),
        // The same octets in all, cut elsewhere.
        but(&|other| (other.field, other.value) = ("actorA".to_owned(), "nn".to_owned())),
    ];
    for other in others {
        assert_ne!(other, field.commitment());
    }
}

#[test]
fn of_another_version_is_refused() {
    for version in [0, 2, 4_294_967_295_u32] {
        let line = first().replacen("{\"v\":1,", &format!("{{\"v\":{version},"), 1);
        let error = Event::from_canonical(line.as_bytes()).expect_err("it is another version");
        assert_eq!(error, EncodingError::Version(version));
        assert_eq!(error.to_string(), format!("the event has encoding {version}; this program reads encoding 1"));
    }
    // Whatever else a later version holds.
    let error = Event::from_canonical(br#"{"v":2,"something":"else"}"#).expect_err("it is another version");
    assert_eq!(error, EncodingError::Version(2));
}

#[test]
fn in_another_form_is_refused() {
    let line = first();
    let changed = |from: &str, to: &str| {
        assert!(line.contains(from), "{from}");
        line.replacen(from, to, 1)
    };
    let digest = read(line).withheld["actor"].to_string();
    let forms = [
        format!(" {line}"),
        format!("{line}\n"),
        changed("{\"v\":1,", "{\"v\": 1,"),
        changed("{\"v\":1,\"case\":\"golden\",", "{\"case\":\"golden\",\"v\":1,"),
        changed("\"body\":", "\"source\":null,\"body\":"),
        changed("\"golden\"", "\"\\u0067olden\""),
        changed(":00Z\"", ":00.000Z\""),
        changed(&digest, &digest.to_ascii_uppercase()),
    ];
    for form in forms {
        let error = Event::from_canonical(form.as_bytes()).expect_err(&form);
        assert_eq!(error, EncodingError::NotCanonical, "{form}");
    }
}

#[test]
fn of_no_event_is_refused() {
    let line = first();
    let changed = |from: &str, to: &str| {
        assert!(line.contains(from), "{from}");
        line.replacen(from, to, 1).into_bytes()
    };
    let forms = [
        Vec::new(),
        b"{}".to_vec(),
        b"[1]".to_vec(),
        b"{\"v\":\"1\"}".to_vec(),
        b"{\"v\":-1}".to_vec(),
        vec![0xFF, 0xFE],
        line.as_bytes()[..line.len() - 1].to_vec(),
        format!("{line}{line}").into_bytes(),
        changed("\"kind\":\"opened\"", "\"kind\":\"closed\""),
        changed("\"kind\":\"opened\",", ""),
        changed("\"body\":{", "\"body\":{\"unheard\":1,"),
        changed("\"version\":1,", "\"version\":1,\"version\":1,"),
        changed("\"version\":1,", "\"version\":-1,"),
        changed("\"TLP:AMBER\"", "\"TLP:PINK\""),
        changed("\"case\":\"golden\"", "\"case\":\"Golden\""),
    ];
    for form in forms {
        let shown = String::from_utf8_lossy(&form).into_owned();
        let error = Event::from_canonical(&form).expect_err(&shown);
        assert!(matches!(error, EncodingError::Syntax(_)), "{error}: {shown}");
    }
}

fn first() -> &'static str {
    EVENTS.lines().next().expect("the file has a line")
}

#[track_caller]
fn read(line: &str) -> Event {
    match Event::from_canonical(line.as_bytes()) {
        Ok(event) => event,
        Err(error) => panic!("{error}: {line}"),
    }
}

/// A log with an event of each kind, and each optional part both there and left out.
pub(crate) fn every_kind() -> CaseScript {
    let mut script = CaseScript::new("golden", "2009-03-12T09:00:00Z");
    let mut unverified = campaigns::conficker_c();
    unverified.params = {
        let mut params = Params::new();
        params.set("sine", "exact");
        params
    };
    let embargo: Instant = parsed("2010-01-01T00:00:00Z");
    script.must(&Command::Open(Open {
        title: "Conficker, “golden”".to_owned(),
        kind: CaseKind::Reconstruction,
        horizon: days("2009-03-01", "2009-05-01"),
        board_day: Some(parsed("2009-03-31")),
        marking: Marking { tlp: Tlp::Amber, pap: Pap::Green, embargo_until: Some(embargo) },
        campaigns: vec![campaigns::conficker_b(), unverified],
        slices: vec![parsed("com"), parsed("be"), parsed("xn--p1ai")],
        name_servers: vec![parsed("ns1.sinkhole.example")],
        server_evidence: Vec::new(),
        guard_override: None,
        four_eyes: false,
        ahead: None,
    }));
    let request = Request {
        tld: parsed("be"),
        days: days("2009-04-01", "2009-05-01"),
        campaigns: vec![parsed("conficker-c")],
        action: Action::Suspend,
        fallback: Some(Action::Reserve),
        legal_basis: Some("order 17 of the court".to_owned()),
        override_by: Some(Override {
            first: parsed("Ann Example"),
            second: parsed("Bob Example"),
            evidence: "a list of the botnet's own".to_owned(),
        }),
    };
    script.comment = Some("by telephone".to_owned());
    script.must(&Command::Request(request.clone()));
    script.comment = None;
    script.clock.set(parsed("2009-03-12T09:00:00.25Z"));
    script.must(&Command::Request(Request {
        campaigns: Vec::new(),
        action: Action::Monitor,
        fallback: None,
        legal_basis: None,
        override_by: None,
        ..request
    }));
    script.occurred = Some(parsed("2009-03-11T23:59:59.999999Z"));
    script.source = Some("letter of 11 March 2009".to_owned());
    script.must(&Command::Acknowledge(Acknowledge { tld: parsed("be"), list: None }));
    script.occurred = None;
    script.source = None;
    let digest = Digest::of(b"a list");
    let answer = Answer {
        tld: parsed("be"),
        scope: AnswerScope::Days { days: days("2009-04-01", "2009-04-08"), campaigns: vec![parsed("conficker-c")] },
        action: Action::Reserve,
        result: AnswerResult::Done,
        attested: Some(Attested { ours: digest, theirs: digest }),
    };
    script.must(&Command::Answer(answer.clone()));
    let all = AnswerScope::Days { days: days("2009-04-01", "2009-04-08"), campaigns: Vec::new() };
    script.must(&Command::Answer(Answer { scope: all, attested: None, ..answer.clone() }));
    let april = period_of(parsed("2009-04-01"));
    let places = PlaceSet { campaign: parsed("conficker-c"), period: april, places: [0, 9, 449].into_iter().collect() };
    script.must(&Command::Answer(Answer {
        scope: AnswerScope::Places(vec![places]),
        result: AnswerResult::Refused,
        attested: None,
        ..answer
    }));
    let occurrence = Occurrence { campaign: parsed("conficker-b"), period: period_of(parsed("2009-03-13")), place: 5 };
    script.must(&Command::Exclude(Exclude {
        name: parsed("wnsux.com"),
        class: NameClass::RegisteredBenign,
        reason: "an airline".to_owned(),
        occurrences: vec![occurrence.clone()],
    }));
    script.must(&Command::Readmit(Readmit { name: parsed("wnsux.com"), reason: "a slip".to_owned() }));
    let at = script.clock.now();
    let differing = SeenName {
        place: 3,
        name: parsed("abcde.be"),
        sight: Sight::OtherNameServers,
        name_servers: vec![parsed("ns1.elsewhere.example")],
    };
    let list = SweptList {
        campaign: parsed("conficker-c"),
        period: april,
        tld: parsed("be"),
        digest,
        generator_version: 1,
        expected: 450,
        sample: None,
        usual: Sight::Nxdomain,
        unknown: [7].into_iter().collect(),
        differing: vec![
            SeenName { place: 2, sight: Sight::NoDelegation, name_servers: Vec::new(), ..differing.clone() },
            differing,
        ],
    };
    let plain =
        SweptList { tld: parsed("xn--p1ai"), unknown: [].into_iter().collect(), differing: Vec::new(), ..list.clone() };
    script.must(&Command::Sweep(RecordSweep {
        sweep: Sweep {
            method: Method::Zone,
            vantage: "be.zone of 2009-03-12".to_owned(),
            at,
            name_servers: vec![parsed("ns1.sinkhole.example")],
            lists: vec![list, plain],
        },
    }));
    let row = SeenRow {
        name: parsed("wnsux.com"),
        occurrences: vec![occurrence.clone()],
        method: Method::Rdap,
        sight: Sight::OtherHold,
        at,
        name_servers: vec![parsed("ns1.elsewhere.example")],
        source: Some("rdap.csv, line 2".to_owned()),
        expires: None,
    };
    let bare = SeenRow { sight: Sight::Unknown, name_servers: Vec::new(), source: None, ..row.clone() };
    script.must(&Command::See(See { rows: vec![row, bare] }));
    script.must(&Command::Note(Note { tld: None, text: "a \"fact\"\nof two lines".to_owned() }));
    script.must(&Command::Note(Note { tld: Some(parsed("be")), text: "a fact".to_owned() }));
    about_holders(&mut script, &occurrence);
    about_lists(&mut script);
    about_others(&mut script);
    about_moves(&mut script, &occurrence);
    script
}

/// A move of the horizon that looked for the names of which the case knows more.
fn about_moves(script: &mut CaseScript, occurrence: &Occurrence) {
    let names = script.case().known_names().into_iter().cloned();
    let again = Occurrence { period: period_of(parsed("2009-05-03")), ..occurrence.clone() };
    let places = names.map(|name| {
        let places = if name.as_str() == "wnsux.com" { vec![again.clone()] } else { Vec::new() };
        (name, places)
    });
    let places = Some(KnownPlaces { basis: script.case().version, names: places.collect() });
    script.must(&Command::MoveOn(MoveOn { until: parsed("2009-05-04"), slices: Vec::new(), places }));
    let names = script.case().known_names().into_iter().map(|name| (name.clone(), Vec::new())).collect();
    let places = Some(KnownPlaces { basis: script.case().version, names });
    script.must(&Command::MoveOn(MoveOn { until: parsed("2009-05-05"), slices: Vec::new(), places }));
}

/// The kinds of events about what others tell, and about requests to ICANN.
fn about_others(script: &mut CaseScript) {
    let set = ToldSet {
        telling: Telling::Predicted,
        tld: parsed("be"),
        campaign: parsed("conficker-c"),
        period: period_of(parsed("2009-04-01")),
        places: [0, 9].into_iter().collect(),
        first: Some(parsed("2009-03-10T08:00:00Z")),
        last: Some(parsed("2009-03-11T08:00:00Z")),
    };
    let bare = ToldSet { telling: Telling::Observed, first: None, last: None, ..set.clone() };
    let other = ToldOther {
        name: parsed("elsewhere.example"),
        telling: Telling::Listed,
        family: Some("bobax \u{201c}dga\u{201d}".to_owned()),
        first: Some(parsed("2009-03-10T08:00:00Z")),
        last: Some(parsed("2009-03-11T08:00:00Z")),
        from: Some(parsed("2009-03-10T00:00:00Z")),
        until: Some(parsed("2009-03-11T00:00:00Z")),
    };
    let nameless = ToldOther { family: None, first: None, last: None, from: None, until: None, ..other.clone() };
    let marking = Marking { tlp: Tlp::AmberStrict, pap: Pap::Amber, embargo_until: None };
    script.source = Some("CERT Example: an event".to_owned());
    script.must(&Command::Tell(Tell {
        form: ToldForm::Misp,
        file: Digest::of(b"a file from outside"),
        marking: Some(marking),
        raise: true,
        sets: vec![set, bare.clone()],
        others: vec![other, nameless],
    }));
    script.source = None;
    script.must(&Command::Tell(Tell {
        form: ToldForm::Plain,
        file: Digest::of(b"another file"),
        marking: None,
        raise: false,
        sets: vec![bare],
        others: Vec::new(),
    }));
    script.must(&Command::File(File {
        road: Road::Ersr,
        tlds: vec![parsed("com")],
        reference: Some("ERSR 2009-1".to_owned()),
    }));
    script.must(&Command::File(File { road: Road::RegistrarWaiver, tlds: vec![parsed("com")], reference: None }));
    script.must(&Command::AnswerFiling(AnswerFiling { filing: 1, granted: true, text: "as requested".to_owned() }));
}

/// The kinds of events about numbered lists, the horizon, tasks and decisions.
fn about_lists(script: &mut CaseScript) {
    let cut = Cut {
        tld: parsed("be"),
        purpose: Purpose::Protect,
        party: Some(parsed("dns-be")),
        basis: script.case().version,
        beside: 0,
        previous: None,
        days: days("2009-04-01", "2009-05-01"),
        campaigns: vec![parsed("conficker-c")],
        action: Action::Suspend,
        fallback: Some(Action::Reserve),
        legal_basis: Some("order 17 of the court".to_owned()),
        override_by: Some(Override {
            first: parsed("Ann Example"),
            second: parsed("Bob Example"),
            evidence: "a list of the botnet's own".to_owned(),
        }),
        digest: Digest::of(b"a list"),
        counts: ListDifference { names: 13_500, added: 13_500, withdrawn: 0, expired: 0 },
        act_by: Some(parsed("2009-03-30T00:00:00Z")),
    };
    script.must(&Command::Cut(cut.clone()));
    let deliver = Deliver {
        tld: parsed("be"),
        number: 1,
        channel: Channel::Mail,
        contact: 0,
        address: "abuse@registry.example".to_owned(),
        receipt: "250 2.0.0 Ok: queued as 4711".to_owned(),
        message_id: None,
        reminder: 0,
        files: vec![SentFile { name: "list.csv".to_owned(), sha256: Digest::of(b"a file") }],
        taken: true,
    };
    script.must(&Command::Deliver(deliver.clone()));
    script.must(&Command::Deliver(Deliver { reminder: 1, contact: 1, files: Vec::new(), taken: false, ..deliver }));
    script.must(&Command::Read(Read { tld: parsed("be"), number: 1, channel: Channel::Console }));
    script.must(&Command::Acknowledge(Acknowledge { tld: parsed("be"), list: Some(1) }));
    script.must(&Command::Cut(Cut {
        purpose: Purpose::Release,
        party: None,
        basis: script.case().version,
        days: days("2009-03-12", "2009-03-12"),
        campaigns: Vec::new(),
        action: Action::Release,
        fallback: None,
        legal_basis: None,
        override_by: None,
        counts: ListDifference { names: 1, added: 1, withdrawn: 2, expired: 3 },
        act_by: None,
        ..cut
    }));
    script.must(&Command::MoveOn(MoveOn { until: parsed("2009-05-02"), slices: vec![parsed("org")], places: None }));
    script.must(&Command::MoveOn(MoveOn { until: parsed("2009-05-03"), slices: Vec::new(), places: None }));
    let task = AddTask {
        title: "Ring the registry".to_owned(),
        tld: Some(parsed("be")),
        owner: Some(parsed("Ann Example")),
        due: Some(parsed("2009-03-20")),
    };
    script.must(&Command::AddTask(task.clone()));
    script.must(&Command::AddTask(AddTask { tld: None, owner: None, due: None, ..task }));
    let change = ChangeTask { task: 1, state: TaskState::Done, owner: None, due: Some(parsed("2009-03-20")) };
    script.must(&Command::ChangeTask(change));
    let change = ChangeTask { task: 2, state: TaskState::Open, owner: Some(parsed("Bob Example")), due: None };
    script.must(&Command::ChangeTask(change));
    script.must(&Command::Resolve(Resolve {
        title: "No list before the embargo".to_owned(),
        ground: "the botnet's author reads".to_owned(),
        second: Some(parsed("Bob Example")),
    }));
}

/// The kinds of events about names that somebody holds.
fn about_holders(script: &mut CaseScript, occurrence: &Occurrence) {
    let at = script.clock.now();
    let name = parsed("wnsux.com");
    let row = VettedName {
        name: parsed("wnsux.com"),
        occurrences: vec![occurrence.clone()],
        class: NameClass::RegisteredMalicious,
        sinkhole: None,
        band: Band::ClearMalicious,
        score: -35,
        evidence: Digest::of(b"a dossier"),
        tenure: Tenure {
            holder: Some(Digest::of(b"somebody")),
            registrar: Some("292".to_owned()),
            created: Some(parsed("1998-05-01T00:00:00Z")),
            name_servers: Some(vec![parsed("ns1.elsewhere.example")]),
        },
        expires: Some(parsed("2010-05-01T00:00:00Z")),
    };
    let sinkholed = VettedName {
        name: parsed("abcde.com"),
        class: NameClass::Sinkholed,
        sinkhole: Some("a-friend".to_owned()),
        band: Band::ClearBenign,
        tenure: Tenure::default(),
        expires: None,
        ..row.clone()
    };
    script.must(&Command::Vet(Vet {
        at,
        rules: 1,
        rules_digest: Digest::of(b"rules"),
        looked: 7_750,
        unknown: 28,
        rows: vec![row, sinkholed],
    }));
    let rule = Rule {
        names: vec![parsed("wnsux.com")],
        digest: list_digest(std::slice::from_ref(&name)),
        ruling: Ruling::Act,
        action: Some(Action::Suspend),
        legal_basis: Some("order 17 of the court".to_owned()),
        reason: "asked for by the botnet".to_owned(),
        evidence: "the dossier".to_owned(),
        second: Some(parsed("Bob Example")),
    };
    script.must(&Command::Rule(rule));
    script.must(&Command::Undo(Undo { names: vec![parsed("wnsux.com")], reason: "an airline".to_owned() }));
    script.must(&Command::Appeal(Appeal {
        name: parsed("wnsux.com"),
        occurrences: vec![occurrence.clone()],
        contact: "Ann Holder, ann@holder.example".to_owned(),
        proof: Some("a TXT record".to_owned()),
        hours: 24,
    }));
    script.must(&Command::Settle(Settle { name, upheld: true, reason: "an airline".to_owned() }));
}
