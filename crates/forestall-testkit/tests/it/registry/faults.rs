// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What goes wrong because a test asked for it, and what the registry did nevertheless.

use std::time::{Duration, Instant};

use forestall_testkit::registry::{Fault, Hostile, Registry, Settings, Verb};

use super::talk::{Client, code, domain, fresh, named};

#[test]
fn commands_are_refused_as_often_as_a_test_says() {
    let registry = Registry::start(Settings::default());
    registry.script(Fault::refuse(2400).on(Verb::Create).times(2));
    let mut client = Client::signed_in(&registry, Settings::SINKHOLE);
    let codes: Vec<u16> = (0..4).map(|_| code(&client.domain("create", &fresh("abcdef.com")))).collect();
    assert_eq!(codes, [2400, 2400, 1000, 2302]);
    assert_eq!(registry.changes(), ["create abcdef.com"]);
    registry.validate("registry::faults::commands_are_refused_as_often_as_a_test_says");
}

#[test]
fn a_fault_may_be_for_one_name_and_come_later() {
    let registry = Registry::start(Settings::default());
    registry.script(Fault::refuse(2306).about("second.com"));
    registry.script(Fault::refuse(2400).on(Verb::Info).after(1));
    let mut client = Client::signed_in(&registry, Settings::SINKHOLE);
    let mut codes = Vec::new();
    for name in ["first.com", "second.com"] {
        codes.push(code(&client.domain("create", &fresh(name))));
    }
    for _ in 0..3 {
        codes.push(code(&client.domain("info", &named("first.com"))));
    }
    assert_eq!(codes, [1000, 2306, 1000, 2400, 1000]);
}

#[test]
fn a_session_may_end_with_a_refusal() {
    let registry = Registry::start(Settings::default());
    registry.script(Fault::refuse(2502).on(Verb::Login));
    registry.script(Fault::refuse(2500));
    let mut client = Client::greeted(&registry);
    assert_eq!(code(&client.login(Settings::SINKHOLE, Settings::PASSWORD)), 2502);
    assert!(client.has_ended());
    let mut client = Client::signed_in(&registry, Settings::SINKHOLE);
    assert_eq!(code(&client.domain("create", &fresh("abcdef.com"))), 2500);
    assert!(client.has_ended());
    assert_eq!(registry.domain("abcdef.com"), None);
}

#[test]
fn a_connection_may_begin_badly() {
    let registry = Registry::start(Settings::default());
    for fault in [Fault::refuse(2502), Fault::cut_before(), Fault::hostile(Hostile::EntityBomb)] {
        registry.script(fault.on(Verb::Hello));
    }
    let connected = || Client::connected(&registry, Some(Registry::client_identity()));
    let mut full = connected();
    assert_eq!(code(&full.read().unwrap()), 2502);
    assert!(full.has_ended());
    assert!(connected().read().is_err());
    assert!(connected().read().unwrap().contains("<svID>&bomb;"));
    Client::signed_in(&registry, Settings::SINKHOLE);
    registry.validate("registry::faults::a_connection_may_begin_badly");
}

#[test]
fn a_connection_ends_before_or_after_the_command_is_carried_out() {
    let registry = Registry::start(Settings::default());
    registry.script(Fault::cut_before().on(Verb::Create).about("before.com"));
    registry.script(Fault::cut_after().on(Verb::Create).about("after.com"));
    for name in ["before.com", "after.com"] {
        let mut client = Client::signed_in(&registry, Settings::SINKHOLE);
        client.send_command(&domain("create", &fresh(name)));
        assert!(client.has_ended());
    }
    assert_eq!(registry.domain("before.com"), None);
    assert!(registry.domain("after.com").is_some());
    let journal = registry.journal();
    let created = journal.iter().filter(|entry| entry.verb == Verb::Create);
    let created: Vec<_> = created.map(|entry| (entry.objects[0].as_str(), entry.changed, entry.answered)).collect();
    assert_eq!(created, [("before.com", false, false), ("after.com", true, false)]);
}

#[test]
fn an_answer_may_be_late() {
    let registry = Registry::start(Settings::default());
    registry.script(Fault::delay(Duration::from_millis(300)));
    let mut client = Client::signed_in(&registry, Settings::SINKHOLE);
    let began = Instant::now();
    assert_eq!(code(&client.domain("check", &named("abcdef.com"))), 1000);
    assert!(began.elapsed() >= Duration::from_millis(300));
}

#[test]
fn a_creation_may_wait_for_somebody() {
    let registry = Registry::start(Settings::default());
    registry.script(Fault::pend().times(2));
    let mut client = Client::signed_in(&registry, Settings::SINKHOLE);
    for name in ["granted.com", "denied.com"] {
        assert_eq!(code(&client.domain("create", &fresh(name))), 1001);
        assert!(client.domain("info", &named(name)).contains("<domain:status s=\"pendingCreate\"/>"));
        assert_eq!(code(&client.domain("delete", &named(name))), 2304);
    }
    registry.decide("granted.com", true);
    registry.decide("denied.com", false);
    let answer = client.command("<poll op=\"req\"/>");
    assert!(answer.contains("<domain:name paResult=\"1\">granted.com</domain:name>"), "{answer}");
    assert!(answer.contains("<domain:paTRID><clTRID>FS-00002</clTRID><svTRID>SV-2</svTRID>"), "{answer}");
    assert!(registry.domain("granted.com").is_some() && registry.domain("denied.com").is_none());
    registry.validate("registry::faults::a_creation_may_wait_for_somebody");
}

/// Makes the registry answer a creation in a hostile way, and returns the client that waits for it.
fn answered_by(registry: &Registry, hostile: Hostile) -> Client {
    let mut client = Client::signed_in(registry, Settings::SINKHOLE);
    registry.script(Fault::hostile(hostile).on(Verb::Create));
    client.send_command(&domain("create", &fresh("abcdef.com")));
    client
}

#[test]
fn hostile_answers_are_as_they_are_called() {
    // A session that the client dropped may still be open for a moment.
    let registry = Registry::start(Settings { sessions: 100, ..Settings::default() });
    let text = |hostile| answered_by(&registry, hostile).read().unwrap();
    assert!(text(Hostile::EntityBomb).contains("<!ENTITY a9 \"&a8;&a8;"));
    assert!(text(Hostile::ExternalEntity).contains("SYSTEM \"file:///"));
    assert!(text(Hostile::Deep).contains("<x><x><x>"));
    assert!(text(Hostile::NoXml).starts_with("HTTP/1.1"));
    assert!(text(Hostile::WrongId).contains("<clTRID>SOMEBODY-ELSE-1</clTRID><svTRID>"));
    assert!(text(Hostile::NoId).contains("<trID><svTRID>"));
    assert!(text(Hostile::UnknownCode).contains("<result code=\"1999\">"));
    assert!(text(Hostile::Greeting).contains("<greeting>"));
    assert!(text(Hostile::Large).len() > 4 << 20);
    assert!(std::str::from_utf8(&answered_by(&registry, Hostile::NoUtf8).read_octets().unwrap()).is_err());
    assert_eq!(answered_by(&registry, Hostile::HugeLength).read_length().unwrap(), 0x7fff_ffff);
    assert_eq!(answered_by(&registry, Hostile::TinyLength).read_length().unwrap(), 2);
    let cut = answered_by(&registry, Hostile::Cut).read_octets().unwrap_err();
    assert_eq!(cut.kind(), std::io::ErrorKind::UnexpectedEof);
    let mut silent = answered_by(&registry, Hostile::Silence);
    silent.waits(Duration::from_millis(300));
    assert!(!silent.has_ended());
    // The first of them was carried out, whatever was said about it; and none of them is held against the schemas.
    assert_eq!(registry.changes(), ["create abcdef.com"]);
    registry.validate("registry::faults::hostile_answers_are_as_they_are_called");
}
