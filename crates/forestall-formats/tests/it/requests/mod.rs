// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Forms of requests: what registries and registrars are asked to do, written and read by others.

mod annex;
mod drafts;
mod epp;
mod registrar_mail;
mod xarf;

use forestall_formats::Form;
use forestall_formats::epp::Account;
use forestall_formats::feed::{Campaign, Publisher, Settings};
use forestall_formats::request::{Asked, Request};
use forestall_model::dossier::Registrar;
use forestall_model::line::NameLine;
use forestall_model::marking::release;
use forestall_model::{Action, Audience, Instant, Marking, NameClass, Released, UtcDay, Window};
use forestall_testkit::parsed;

/// What somebody may call a case.
pub(crate) const HOSTILE: &str = "Two | *lists*\n# <b>\"x\"</b> -- \u{7}From here";

fn campaign(id: &str, family: &str, verified: bool) -> Campaign {
    Campaign {
        id: parsed(id),
        family: parsed(family),
        aliases: Vec::new(),
        summary: format!("The family {family} | draws names from the date."),
        verified,
        scheme: "arithmetic",
        seeding: "time-dependent-deterministic",
        seed: String::new(),
        references: vec!["https://report.example/a_b".to_owned()],
    }
}

/// A name on a day of April 2009 that nobody holds, needed a day before and after; a campaign of 1 is unverified.
pub(crate) fn free(name: &str, day: &str, action: Action, campaign: usize) -> Asked {
    let day: UtcDay = parsed(day);
    let family = ["conficker-b", "conficker-c"][campaign];
    Asked {
        line: NameLine {
            name: parsed(name),
            window: Some(day.window()),
            family: parsed(family),
            class: NameClass::Free,
            registrar_iana_id: None,
            created: None,
            requested_action: Some(action),
            evidence_ref: "two#1".to_owned(),
            confidence: ["verified", "unverified"][campaign],
            line_id: format!("{family}/{day}/{}", &name[..1]),
        },
        guard: Some(Window { from: day.plus(-1).start(), until: day.plus(2).start() }),
        registrar: None,
        name_servers: None,
    }
}

/// A name that somebody holds at a registrar.
pub(crate) fn held(name: &str, class: NameClass, action: Option<Action>, registrar: &str, campaign: usize) -> Asked {
    let free = free(name, "2009-04-02", Action::Reserve, campaign);
    Asked {
        line: NameLine {
            class,
            registrar_iana_id: registrar.parse().ok(),
            created: Some(parsed("2009-03-28T10:00:00Z")),
            requested_action: action,
            evidence_ref: "two#7".to_owned(),
            ..free.line
        },
        registrar: Some(registrar.to_owned()),
        name_servers: Some(vec![parsed("ns1.host.example"), parsed("ns1.sink.example")]),
        ..free
    }
}

/// A name in two windows, for each of which something else is asked.
pub(crate) fn of_two_wishes(wishes: [Action; 2]) -> Request {
    let mut lines = wishes.map(|wish| held("cdef.com", NameClass::RegisteredSuspect, Some(wish), "292", 0));
    let later: UtcDay = parsed("2009-04-05");
    lines[1].line.window = Some(later.window());
    lines[1].guard = lines[1].line.window;
    Request { lines: lines.into(), ..request() }
}

/// Eleven names in twelve lines: every action, two campaigns, one name in two windows, one live at all times.
pub(crate) fn request() -> Request {
    let suspect = NameClass::RegisteredSuspect;
    let mut lines = vec![
        free("abcd.com", "2009-04-01", Action::RegisterSinkhole, 0),
        free("abcd.com", "2009-04-05", Action::RegisterSinkhole, 0),
        free("bcde.net", "2009-04-01", Action::RegisterHold, 0),
        held("cdef.com", suspect, Some(Action::RedirectNs), "292", 0),
        held("defg.com", suspect, None, "292", 0),
        held("efgh.net", NameClass::RegisteredMalicious, Some(Action::Suspend), "old names, ltd.", 1),
        held("fghi.org", NameClass::RegisteredBenign, Some(Action::Lock), "292", 0),
        free("ghij.be", "2009-04-03", Action::Reserve, 1),
        free("hijk.be", "2009-04-03", Action::Release, 0),
        held("xn--bcher-kva.com", suspect, Some(Action::NotifyRegistrar), "292", 1),
        Asked { name_servers: None, ..held("yzab.com", suspect, Some(Action::RedirectNs), "9999", 0) },
        free("zabc.be", "2009-04-03", Action::Reserve, 0),
    ];
    lines[11].guard = None;
    lines[11].line.window = None;
    let registrar = |name: &str, iana_id, mail: Option<&str>| Registrar {
        name: name.to_owned(),
        iana_id,
        abuse_mail: mail.map(str::to_owned),
        abuse_phone: None,
    };
    Request {
        case: parsed("two"),
        title: HOSTILE.to_owned(),
        marking: Marking::DEFAULT,
        span: Window { from: parsed("2009-04-01T00:00:00Z"), until: parsed("2009-04-06T00:00:00Z") },
        changed: parsed("2009-03-30T12:00:05Z"),
        campaigns: vec![campaign("b", "conficker-b", true), campaign("c", "conficker-c", false)],
        registrars: [
            ("292".to_owned(), registrar("New | <Names>, Inc.", Some(292), Some("abuse@names.example"))),
            (
                "old names, ltd.".to_owned(),
                registrar("Old Names, Ltd.", None, Some("not an address\r\nBcc: all@example")),
            ),
        ]
        .into(),
        servers: vec![parsed("ns1.sink.example"), parsed("ns2.sink.example")],
        contracted: ["com", "net", "org"].map(parsed).into(),
        lines,
    }
}

pub(crate) fn released(request: Request) -> Released<Request> {
    release(request, Audience::Organisation, Instant::from_seconds(0)).unwrap()
}

pub(crate) fn settings() -> Settings {
    Settings {
        publisher: Publisher { name: "Team Büro".to_owned(), mail: "team@cert.example".to_owned() },
        account: Account {
            name_servers: vec![parsed("ns1.sink.example"), parsed("ns2.sink.example")],
            registrant: Some(parsed("SINK-1")),
            contacts: vec![(parsed("tech"), parsed("SINK-2"))],
            ..Account::default()
        },
        ..Settings::default()
    }
}

/// Writes a request in a form, with the count that the form gives.
pub(crate) fn written_with(form: Form, request: Request, settings: &Settings) -> (String, u64) {
    let mut out = Vec::new();
    let count = form.request_writer().unwrap()(&released(request), settings, &mut out).unwrap();
    (String::from_utf8(out).unwrap(), count)
}

pub(crate) fn written(form: Form) -> (String, u64) {
    written_with(form, request(), &settings())
}

#[test]
fn a_second_writing_gives_the_same_octets() {
    for form in Form::ALL.iter().copied().filter(|form| form.request_writer().is_some()) {
        assert_eq!(written(form), written(form), "{form}");
        assert!(form.about().tells_the_action && form.about().shows_confidence, "{form}");
    }
}

#[test]
fn every_form_holds_a_request_without_a_name() {
    for form in Form::ALL.iter().copied().filter(|form| form.request_writer().is_some()) {
        let empty = Request { lines: Vec::new(), ..request() };
        assert_eq!(written_with(form, empty, &settings()).1, 0, "{form}");
    }
}

#[test]
fn a_title_is_text_wherever_it_stands() {
    for form in Form::ALL.iter().copied().filter(|form| form.request_writer().is_some()) {
        let text = written(form).0;
        for line in text.lines() {
            assert!(!line.starts_with("# <b>") && !line.starts_with("From here"), "{form}: {line}");
        }
        assert!(!text.contains('\u{7}'), "{form}");
    }
}
