// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Registration data over RDAP, from a service on loopback with matching records.

use std::collections::BTreeMap;
use std::time::{Duration, Instant as Moment};

use forestall_connect::rdap::RdapCollectError;
use forestall_connect::{Manners, RdapOptions, TurnsReport, collect_rdap, look_up_rdap};
use forestall_model::directory::Directory;
use forestall_model::dossier::{FailedLook, Registration, RegistrationState, Sourced};
use forestall_model::{DomainName, Instant, Method, Pap};
use forestall_testkit::rdap::{RdapService, Record};

pub(crate) type Outcomes = BTreeMap<DomainName, Result<Sourced<Registration>, FailedLook>>;

pub(crate) fn name(text: &str) -> DomainName {
    text.parse().unwrap()
}

pub(crate) fn now() -> Instant {
    "2026-11-26T10:00:00Z".parse().unwrap()
}

/// Manners without politeness, for loopback.
pub(crate) fn quick() -> Manners {
    Manners {
        per_second: None,
        // Long, so that a loaded machine does not fail a look; tests of slowness set their own.
        connect_timeout: Duration::from_secs(10),
        timeout: Duration::from_secs(10),
        pause: Duration::from_millis(5),
        give_up_after: 1_000,
        ..Manners::default()
    }
}

/// Options that ask `base` for every name.
pub(crate) fn at(base: &str) -> RdapOptions<'static> {
    RdapOptions { base: Some(base.parse().unwrap()), manners: quick(), ..RdapOptions::new(Directory::built_in()) }
}

pub(crate) async fn collected(names: &[&str], options: &RdapOptions<'_>) -> (Outcomes, TurnsReport) {
    let mut outcomes = Outcomes::new();
    let sink = |name, outcome| assert!(outcomes.insert(name, outcome).is_none(), "one outcome for each name");
    let report = collect_rdap(names.iter().map(|text| name(text)), options, now(), sink).await.unwrap();
    (outcomes, report)
}

/// Returns why the look at a name failed.
pub(crate) fn why<'o>(outcomes: &'o Outcomes, of: &str) -> &'o str {
    &outcomes[&name(of)].as_ref().unwrap_err().reason
}

fn record() -> Record {
    Record {
        dates: Some(("2005-02-18T19:38:52Z".to_owned(), "2027-02-18T19:38:52Z".to_owned())),
        statuses: vec!["client hold".to_owned()],
        registrar: Some(("Example Registrar".to_owned(), 292)),
        registrant: Some(("Ann Example".to_owned(), "ann@wnsux.com".to_owned())),
        name_servers: vec!["ns1.example.net".to_owned()],
    }
}

fn service() -> RdapService {
    let redacted = Record { registrant: None, ..record() };
    let reserved = Record { statuses: vec!["reserved".to_owned()], ..Record::default() };
    RdapService::start([
        ("wnsux.com".to_owned(), record()),
        ("jogli.com".to_owned(), redacted),
        ("kept.be".to_owned(), reserved),
    ])
}

#[test]
fn a_reader_that_is_not_ours_reads_what_the_service_answers() {
    use icann_rdap_common::response::RdapResponse;
    for record in [record(), Record { registrant: None, ..record() }, Record::default()] {
        let answer = record.answer("wnsux.com");
        let RdapResponse::Domain(domain) = RdapResponse::try_from(answer.clone()).unwrap() else {
            panic!("not read as a domain: {answer}");
        };
        let domain = serde_json::to_value(domain).unwrap();
        for member in ["ldhName", "status", "events", "nameservers"] {
            assert_eq!(
                domain.get(member).is_some_and(|v| *v != serde_json::json!([])),
                answer[member] != serde_json::json!([]),
                "{member}"
            );
        }
        // What ICANN's reader makes of it, our own reads to the same facts.
        let read = |value: &serde_json::Value| {
            forestall_formats::rdap::read(&serde_json::to_vec(value).unwrap(), &name("wnsux.com")).unwrap()
        };
        assert_eq!(read(&domain).registration, read(&answer).registration);
        assert_eq!(read(&answer).problems, []);
    }
}

#[tokio::test]
async fn learns_what_the_registry_has() {
    let service = service();
    let options = at(&service.base());
    let (outcomes, report) =
        collected(&["wnsux.com", "jogli.com", "kept.be", "absent.be", "wnsux.com"], &options).await;
    assert_eq!((report.told, report.failed, report.left_alone.len()), (4, 0, 0));
    let sourced = outcomes[&name("wnsux.com")].as_ref().unwrap();
    assert_eq!((sourced.method, sourced.source.as_str()), (Method::Rdap, service.base().as_str()));
    assert_eq!(sourced.source, options.source(&name("wnsux.com")));
    assert!((0..60).contains(&sourced.at.seconds_since(now())));
    let fact = &sourced.fact;
    assert_eq!(fact.state, RegistrationState::Registered);
    assert_eq!(fact.created.unwrap().to_string(), "2005-02-18T19:38:52Z");
    assert!(fact.is_on_hold() && fact.holder.is_some() && !fact.redacted);
    assert_eq!(fact.registrar.as_ref().unwrap().key(), "292");
    assert_eq!(fact.registrar.as_ref().unwrap().abuse_mail.as_deref(), Some("abuse@registrar.example"));
    let state = |of: &str| outcomes[&name(of)].as_ref().unwrap().fact.state;
    assert_eq!(state("jogli.com"), RegistrationState::Registered);
    assert!(outcomes[&name("jogli.com")].as_ref().unwrap().fact.redacted);
    assert_eq!(state("kept.be"), RegistrationState::Reserved);
    // Not that it is available.
    assert_eq!(state("absent.be"), RegistrationState::NotFound);
    assert_eq!(service.asked().len(), 4);
}

#[tokio::test]
async fn contacts_come_beside_the_facts() {
    let service = service();
    let look = look_up_rdap(name("wnsux.com"), &at(&service.base()), now()).await.unwrap().unwrap();
    assert_eq!(look.contacts.mail, ["ann@wnsux.com"]);
    assert!(!serde_json::to_string(&look.registration).unwrap().contains("ann"));
    let failed = look_up_rdap(name("www.wnsux.com"), &at(&service.base()), now()).await.unwrap().unwrap_err();
    assert_eq!(failed.reason, "it lies below a registrable name; expected wnsux.com");
}

#[tokio::test]
async fn the_marking_binds() {
    let service = service();
    for pap in [Pap::Clear, Pap::Green, Pap::Amber] {
        let (outcomes, _) = collected(&["wnsux.com"], &RdapOptions { pap, ..at(&service.base()) }).await;
        assert!(outcomes[&name("wnsux.com")].is_ok(), "{pap}: the registry may be asked");
    }
    let before = service.asked().len();
    let red = RdapOptions { pap: Pap::Red, ..at(&service.base()) };
    let error = collect_rdap([name("wnsux.com")], &red, now(), |_, _| panic!("nothing is known")).await.unwrap_err();
    assert!(matches!(error, RdapCollectError::Forbidden(Pap::Red)), "{error}");
    assert_eq!(service.asked().len(), before);
}

#[tokio::test]
async fn names_that_nobody_registers_are_not_asked_for() {
    let service = service();
    let names = ["www.wnsux.com", "co.uk", "a.co.uk", "x.github.io"];
    let (outcomes, report) = collected(&names, &at(&service.base())).await;
    assert_eq!((report.told, report.failed), (1, 3));
    assert_eq!(why(&outcomes, "co.uk"), "it is a public suffix; expected a name that can be registered");
    assert_eq!(why(&outcomes, "x.github.io"), "it lies below a registrable name; expected github.io");
    assert_eq!(service.asked().len(), 1);
}

#[tokio::test]
async fn asks_the_services_of_the_directory_and_no_other() {
    let mut directory = Directory::built_in().clone();
    let bootstrap = r#"{"version": "1.0", "services": [
        [["be"], ["http://127.0.0.1:9/"]], [["ag"], ["https://127.0.0.1:9/rdap/"]], [["ws"], ["https://localhost:9/"]]]}"#;
    directory.import_rdap_bootstrap(bootstrap).unwrap();
    let options = RdapOptions { manners: quick(), ..RdapOptions::new(&directory) };
    let (outcomes, report) = collected(&["a.be", "a.ag", "a.ws", "a.vg"], &options).await;
    assert_eq!((report.told, report.failed), (0, 4));
    assert_eq!(why(&outcomes, "a.be"), "the service has no address with https");
    assert_eq!(why(&outcomes, "a.ag"), "127.0.0.1 is at 127.0.0.1, which is not a public address");
    assert!(why(&outcomes, "a.ws").contains("localhost is at "), "{}", why(&outcomes, "a.ws"));
    assert!(why(&outcomes, "a.ws").contains("which is not a public address"), "{}", why(&outcomes, "a.ws"));
    for (of, outcome) in &outcomes {
        assert_eq!(outcome.as_ref().unwrap_err().source, options.source(of));
    }
}

#[tokio::test]
async fn keeps_to_one_question_a_second_unless_told_otherwise() {
    let service = service();
    assert_eq!(Manners::default().per_second, Some(1));
    let manners = Manners { per_second: Some(20), ..quick() };
    let names: Vec<String> = (0..8).map(|i| format!("n{i}.be")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let begin = Moment::now();
    collected(&names, &RdapOptions { manners, ..at(&service.base()) }).await;
    // Seven pauses of 50 ms.
    assert!(begin.elapsed() >= Duration::from_millis(350), "{:?}", begin.elapsed());
    assert_eq!(service.asked().len(), 8);
}

#[tokio::test]
async fn waits_as_long_as_the_service_asks_for() {
    let service = service();
    service.refuse(1, 429, Some("1"));
    let begin = Moment::now();
    let (outcomes, _) = collected(&["wnsux.com"], &at(&service.base())).await;
    assert!(outcomes[&name("wnsux.com")].is_ok());
    assert!(begin.elapsed() >= Duration::from_secs(1), "{:?}", begin.elapsed());
    assert_eq!(service.asked().len(), 2);

    service.refuse(2, 503, None);
    let (outcomes, _) = collected(&["wnsux.com"], &at(&service.base())).await;
    assert!(outcomes[&name("wnsux.com")].is_ok());
    assert_eq!(service.asked().len(), 5);
}

#[tokio::test]
async fn a_service_that_asks_for_a_longer_pause_is_left_alone() {
    let service = service();
    service.refuse(100, 429, Some("3600"));
    let (outcomes, report) = collected(&["a.be", "b.be", "c.be"], &at(&service.base())).await;
    assert_eq!(
        why(&outcomes, "a.be"),
        "HTTP 429: it limits questions; it asks to wait 3600 s, and at most 60 s are waited"
    );
    assert!(why(&outcomes, "c.be").starts_with("not asked for: HTTP 429"), "{}", why(&outcomes, "c.be"));
    assert_eq!((service.asked().len(), report.failed, report.left_alone.len()), (1, 3, 1));
}

#[tokio::test]
async fn a_service_that_keeps_refusing_is_left_alone() {
    let service = service();
    service.refuse(100, 403, None);
    let manners = Manners { give_up_after: 2, ..quick() };
    let (outcomes, report) =
        collected(&["a.be", "b.be", "c.be"], &RdapOptions { manners, ..at(&service.base()) }).await;
    assert_eq!(why(&outcomes, "a.be"), "HTTP 403: it refuses to answer");
    assert!(why(&outcomes, "c.be").starts_with("not asked for: no usable answer for 2 names in a row"));
    assert_eq!((service.asked().len(), report.failed), (2, 3));
}

#[tokio::test]
async fn a_stopped_service_leaves_its_names_unknown() {
    let mut service = service();
    let options = at(&service.base());
    service.stop();
    let manners = Manners { give_up_after: 3, tries: 2, ..quick() };
    let names: Vec<String> = (0..50).map(|i| format!("n{i:02}.be")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (outcomes, report) = collected(&names, &RdapOptions { manners, ..options }).await;
    assert!(outcomes.values().all(Result::is_err));
    assert!(why(&outcomes, "n00.be").to_lowercase().contains("refused"), "{}", why(&outcomes, "n00.be"));
    assert!(why(&outcomes, "n49.be").starts_with("not asked for: "));
    assert_eq!((report.failed, report.left_alone.len()), (50, 1));
}

#[tokio::test]
async fn a_slow_service_is_not_waited_for() {
    let service = service();
    service.throttle(Duration::from_secs(20));
    let manners = Manners { timeout: Duration::from_millis(300), tries: 1, ..quick() };
    let begin = Moment::now();
    let (outcomes, _) = collected(&["a.be", "wnsux.com"], &RdapOptions { manners, ..at(&service.base()) }).await;
    for of in ["a.be", "wnsux.com"] {
        assert_eq!(why(&outcomes, of), "no whole answer within 300ms");
    }
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn a_collection_that_is_dropped_asks_no_more() {
    let service = service();
    let manners = Manners { per_second: Some(20), ..quick() };
    let options = RdapOptions { manners, ..at(&service.base()) };
    let mut seen = 0;
    let names = (0..100).map(|i| name(&format!("n{i}.be")));
    let all = collect_rdap(names, &options, now(), |_, _| seen += 1);
    assert!(tokio::time::timeout(Duration::from_millis(900), all).await.is_err());
    assert!((1..20).contains(&seen), "{seen}");
    let asked = service.asked().len();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(service.asked().len() <= asked + 1);
}
