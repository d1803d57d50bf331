// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! EPP against the registry of the tests, over TLS with a client's certificate: what only asks, the pace, the queue, and who is let in.

use std::time::{Duration, Instant};

use forestall_connect::epp::{EppError, EppIdentity, EppSettings, Known, Login, Session};
use forestall_formats::epp::answer::Data;
use forestall_formats::epp::frame::{self, PriceOf};
use forestall_model::DomainName;
use forestall_model::epp::{Change, Operation};
use forestall_testkit::parsed;
use forestall_testkit::pem::Identity;
use forestall_testkit::registry::{Domain, Fault, Host, NameServerModel, Prices, Registry, Settings, Verb};

/// Returns how the account of the sinkhole speaks to a registry.
pub(crate) fn settings(registry: &Registry) -> EppSettings {
    of_identity(registry, Registry::client_identity())
}

fn of_identity(registry: &Registry, identity: Identity<'_>) -> EppSettings {
    let [certificate, key] = identity.texts();
    let identity = EppIdentity::read(&certificate, &key).unwrap();
    let login = Login { user: Settings::SINKHOLE.to_owned(), password: Settings::PASSWORD.to_owned() };
    let mut settings = EppSettings::new(registry.address().to_string().parse().unwrap(), login, identity);
    settings.authorities = vec![Registry::authority().to_vec()];
    settings.per_second = 1_000;
    settings
}

fn names(texts: &[&str]) -> Vec<DomainName> {
    texts.iter().map(|text| parsed(text)).collect()
}

fn codes(registry: &Registry, verb: Verb) -> Vec<u16> {
    registry.journal().iter().filter(|entry| entry.verb == verb).map(|entry| entry.code).collect()
}

#[tokio::test]
async fn names_are_checked_and_known() {
    let registry = Registry::start(Settings::default());
    registry.reserve("reserved.test", "Reserved by policy");
    registry.price("dear.test", Prices::premium(250_000));
    let taken = Domain::new("taken.test", "registrar-b", registry.now())
        .with_statuses(&["serverHold"])
        .with_name_servers(&["ns.bad.example"]);
    registry.put(taken.clone());
    let mut session = Session::open(&settings(&registry)).await.unwrap();
    let asked = names(&["free.test", "taken.test", "reserved.test", "dear.test"]);
    let price = PriceOf { currency: "USD".to_owned(), years: 1 };
    let rows = session.check(&asked, Some(&price)).await.unwrap();
    let told: Vec<(&str, bool)> = rows.iter().map(|row| (row.name.as_str(), row.available)).collect();
    assert_eq!(told, [("free.test", true), ("taken.test", false), ("reserved.test", false), ("dear.test", true)]);
    assert_eq!(rows[2].reason.as_deref(), Some("Reserved by policy"));
    let price = |place: usize| rows[place].price.as_ref().map(|price| price.fee.to_string());
    assert_eq!((price(0).as_deref(), price(3).as_deref()), (Some("10.00 USD"), Some("2500.00 USD")));
    assert_eq!(rows[3].price.as_ref().unwrap().class.as_deref(), Some("premium"));
    let known = session.info(&asked[..2]).await.unwrap();
    assert_eq!(known[0], Known::No);
    let Known::Object(object) = &known[1] else { panic!("{known:?}") };
    assert_eq!((object.sponsor.as_str(), object.created), ("registrar-b", Some(registry.now())));
    assert!(object.statuses.contains("serverHold") && object.servers.contains("ns.bad.example"), "{object:?}");
    session.close().await.unwrap();
    assert_eq!(codes(&registry, Verb::Logout), [1500]);
    assert!(registry.changes().is_empty(), "nothing that only asks changes anything");
    registry.validate("epp::names_are_checked_and_known");
}

#[tokio::test]
async fn many_names_go_side_by_side_in_as_large_pieces_as_the_registry_takes() {
    let registry = Registry::start(Settings { checked: 20, ..Settings::default() });
    registry.put(Domain::new("n150.test", "registrar-b", registry.now()));
    let mut session = Session::open(&settings(&registry)).await.unwrap();
    let asked: Vec<DomainName> = (0..200).map(|number| parsed(&format!("n{number}.test"))).collect();
    let rows = session.check(&asked, None).await.unwrap();
    assert!(rows.iter().zip(&asked).all(|(row, name)| row.name == name.as_str()), "in the order of the names");
    let taken: Vec<&str> = rows.iter().filter(|row| !row.available).map(|row| row.name.as_str()).collect();
    assert_eq!(taken, ["n150.test"]);
    let of_checks = codes(&registry, Verb::Check);
    assert_eq!((of_checks.len(), of_checks.iter().filter(|code| **code == 2306).count()), (28, 12), "{of_checks:?}");
    assert_eq!(session.check(&asked, None).await.unwrap(), rows);
    assert!(
        codes(&registry, Verb::Check)[28..].iter().all(|code| *code == 1000),
        "what was too much is not tried again"
    );
    registry.validate("epp::many_names_go_side_by_side_in_as_large_pieces_as_the_registry_takes");
}

#[tokio::test]
async fn a_frame_waits_for_its_turn() {
    let registry = Registry::start(Settings::default());
    let mut session = Session::open(&EppSettings { per_second: 20, ..settings(&registry) }).await.unwrap();
    let began = Instant::now();
    let asked: Vec<DomainName> = (0..11).map(|number| parsed(&format!("n{number}.test"))).collect();
    session.info(&asked).await.unwrap();
    assert!(began.elapsed() >= Duration::from_millis(500), "eleven frames at twenty a second");
    let arrived: Vec<Instant> =
        registry.journal().iter().filter(|entry| entry.verb == Verb::Info).map(|entry| entry.arrived).collect();
    assert_eq!(arrived.len(), 11);
}

#[tokio::test]
async fn a_session_is_for_who_shows_the_right_certificate_and_password() {
    let registry = Registry::start(Settings { sessions: 1, ..Settings::default() });
    for identity in [Registry::outsider_identity(), Registry::expired_identity()] {
        let error = Session::open(&of_identity(&registry, identity)).await.unwrap_err();
        assert!(matches!(error, EppError::Unreachable(_)), "{error}");
    }
    let mut wrong = settings(&registry);
    wrong.login.password = "wrong-password".to_owned();
    let error = Session::open(&wrong).await.unwrap_err().to_string();
    assert!(error.contains("the registry refuses the login with 2200: the login was refused"), "{error}");
    assert!(error.contains("too many tries may lock it") && !error.contains("wrong-password"), "{error}");
    assert!(!format!("{wrong:?}").contains("wrong-password"), "no secret in what is printed for programmers");
    let mut unknown = settings(&registry);
    unknown.authorities.clear();
    assert!(matches!(Session::open(&unknown).await, Err(EppError::Unreachable(_))), "another server's certificate");
    let _first = Session::open(&settings(&registry)).await.unwrap();
    let error = Session::open(&settings(&registry)).await.unwrap_err().to_string();
    assert!(error.contains("2502: the account has too many sessions open"), "{error}");
}

#[tokio::test]
async fn messages_are_read_and_taken_off() {
    let registry = Registry::start(Settings::default());
    registry.queue(Settings::SINKHOLE, "Maintenance on Sunday");
    let mut session = Session::open(&settings(&registry)).await.unwrap();
    registry.script(Fault::pend());
    let create = Operation::Create { servers: Vec::new(), registrant: None, contacts: Vec::new(), years: 1 };
    let text = frame::command(&frame::body("late.test", &create, None, session.hosts()), "OUR-1");
    assert_eq!(session.exchange(&text, "OUR-1").await.unwrap().code, 1001);
    registry.decide("late.test", true);
    let first = session.poll().await.unwrap().unwrap();
    assert_eq!((first.queued.text.as_str(), first.queued.count), ("Maintenance on Sunday", 2));
    assert_eq!(session.poll().await.unwrap().unwrap().queued.id, first.queued.id, "it stays until it is taken off");
    session.acknowledge(&first.queued.id).await.unwrap();
    let second = session.poll().await.unwrap().unwrap();
    let Data::Settled { name, done, ours, .. } = &second.data else { panic!("{second:?}") };
    assert_eq!((name.as_str(), *done, ours.as_deref()), ("late.test", true, Some("OUR-1")));
    session.acknowledge(&second.queued.id).await.unwrap();
    assert_eq!(session.poll().await.unwrap(), None);
    assert!(session.acknowledge(&second.queued.id).await.is_err_and(|error| error.leaves_session()), "no such message");
    assert_eq!(session.poll().await.unwrap(), None, "the session goes on");
    registry.validate("epp::messages_are_read_and_taken_off");
}

/// A registry of its own, with every extension left out.
#[tokio::test]
async fn a_registry_may_know_less() {
    let settings_of = Settings { knows_fees: false, knows_grace: false, knows_sec_dns: false, ..Settings::default() };
    let registry = Registry::start(settings_of);
    let mut session = Session::open(&settings(&registry)).await.unwrap();
    let price = PriceOf { currency: "USD".to_owned(), years: 1 };
    let rows = session.check(&names(&["free.test"]), Some(&price)).await.unwrap();
    assert!(rows[0].available && rows[0].price.is_none(), "{rows:?}");
    registry.validate("epp::a_registry_may_know_less");
}

#[tokio::test]
async fn name_servers_are_written_as_the_registry_has_them() {
    for model in [NameServerModel::Objects, NameServerModel::Attributes] {
        let registry = Registry::start(Settings { name_servers: model, ..Settings::default() });
        if model == NameServerModel::Objects {
            for host in ["ns1.sink.example", "ns2.sink.example"] {
                registry.put_host(Host::new(host, "registrar-b", registry.now()));
            }
        }
        let mut session = Session::open(&settings(&registry)).await.unwrap();
        let server = |number: u8| vec![format!("ns{number}.sink.example")];
        let create = Operation::Create { servers: server(1), registrant: None, contacts: Vec::new(), years: 1 };
        let change = Change { add_servers: server(2), remove_servers: server(1), ..Change::default() };
        for (id, operation) in [("OUR-1", create), ("OUR-2", Operation::Update(change))] {
            let body = frame::body("sink.test", &operation, None, session.hosts());
            let response = session.exchange(&frame::command(&body, id), id).await.unwrap();
            assert_eq!(response.code, 1000, "{model:?}: {:?}", response.texts);
        }
        let known = session.info(&names(&["sink.test"])).await.unwrap();
        let Known::Object(object) = &known[0] else { panic!("{known:?}") };
        assert_eq!(object.servers.iter().collect::<Vec<_>>(), ["ns2.sink.example"], "{model:?}");
        registry.validate("epp::name_servers_are_written_as_the_registry_has_them");
    }
}
