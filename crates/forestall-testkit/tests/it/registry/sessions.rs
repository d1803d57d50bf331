// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who is let in, and how a session begins and ends.

use forestall_testkit::registry::{Registry, Settings, Verb};

use super::talk::{Client, code, domain, named};

#[test]
fn without_a_certificate_of_the_authority_nobody_is_let_in() {
    let registry = Registry::start(Settings::default());
    for identity in [None, Some(Registry::outsider_identity()), Some(Registry::expired_identity())] {
        let mut client = Client::connected(&registry, identity);
        assert!(client.read().is_err(), "{identity:?}");
    }
    assert!(registry.frames().is_empty());
    Client::signed_in(&registry, Settings::SINKHOLE);
}

#[test]
fn who_is_not_signed_in_gets_a_greeting_and_nothing_else() {
    let registry = Registry::start(Settings::default());
    let mut client = Client::greeted(&registry);
    assert_eq!(code(&client.domain("check", &named("abcdef.com"))), 2002);
    assert_eq!(code(&client.command("<poll op=\"req\"/>")), 2002);
    assert_eq!(code(&client.command("<logout/>")), 2002);
    client.send(b"<epp xmlns=\"urn:ietf:params:xml:ns:epp-1.0\"><hello/></epp>");
    assert!(client.read().unwrap().contains("<svDate>2026-11-23T00:00:00Z</svDate>"));
    registry.validate("registry::sessions::who_is_not_signed_in_gets_a_greeting_and_nothing_else");
}

#[test]
fn the_third_wrong_password_ends_the_connection() {
    let registry = Registry::start(Settings::default());
    let mut client = Client::greeted(&registry);
    assert_eq!(code(&client.login(Settings::SINKHOLE, "guess-2009-a")), 2200);
    assert_eq!(code(&client.login("nobody", Settings::PASSWORD)), 2200);
    assert_eq!(code(&client.login(Settings::SINKHOLE, "guess-2009-b")), 2501);
    assert!(client.has_ended());
    assert_eq!(registry.sessions(), 0);
}

#[test]
fn a_new_password_holds_from_then_on() {
    let registry = Registry::start(Settings::default());
    let services = "<svcs><objURI>urn:ietf:params:xml:ns:domain-1.0</objURI></svcs>";
    let mut client = Client::greeted(&registry);
    let new = "<newPW>birch-tree-2010</newPW>";
    assert_eq!(code(&client.login_with(Settings::SINKHOLE, Settings::PASSWORD, new, "1.0", services)), 1000);
    assert_eq!(code(&client.login(Settings::SINKHOLE, "birch-tree-2010")), 2002);
    // What the login did not name cannot be used.
    let host = "<check><host:check xmlns:host=\"urn:ietf:params:xml:ns:host-1.0\"><host:name>a.com</host:name></host:check></check>";
    assert_eq!(code(&client.command(host)), 2307);
    assert_eq!(code(&client.command("<logout/>")), 1500);
    assert!(client.has_ended());
    let mut client = Client::greeted(&registry);
    assert_eq!(code(&client.login(Settings::SINKHOLE, Settings::PASSWORD)), 2200);
    assert_eq!(code(&client.login(Settings::SINKHOLE, "birch-tree-2010")), 1000);
    registry.validate("registry::sessions::a_new_password_holds_from_then_on");
}

#[test]
fn a_login_that_wants_what_is_not_there_is_refused() {
    let registry = Registry::start(Settings { knows_fees: false, ..Settings::default() });
    let mut client = Client::greeted(&registry);
    let login = |client: &mut Client, version, services| {
        code(&client.login_with(Settings::SINKHOLE, Settings::PASSWORD, "", version, services))
    };
    let domains = "<svcs><objURI>urn:ietf:params:xml:ns:domain-1.0</objURI></svcs>";
    assert_eq!(login(&mut client, "2.0", domains), 2100);
    assert_eq!(login(&mut client, "1.0", "<svcs><objURI>urn:ietf:params:xml:ns:defReg-1.0</objURI></svcs>"), 2307);
    assert_eq!(code(&client.login(Settings::SINKHOLE, Settings::PASSWORD)), 2103, "it knows no fees");
    assert_eq!(login(&mut client, "1.0", domains), 1000);
}

#[test]
fn an_account_has_so_many_sessions() {
    let registry = Registry::start(Settings { sessions: 2, ..Settings::default() });
    let mut first = Client::signed_in(&registry, Settings::SINKHOLE);
    let _second = Client::signed_in(&registry, Settings::SINKHOLE);
    let _other = Client::signed_in(&registry, "registrar-b");
    let mut third = Client::greeted(&registry);
    assert_eq!(code(&third.login(Settings::SINKHOLE, Settings::PASSWORD)), 2502);
    assert!(third.has_ended());
    assert_eq!(registry.sessions(), 3);
    assert_eq!(code(&first.command("<logout/>")), 1500);
    Client::signed_in(&registry, Settings::SINKHOLE);
}

#[test]
fn commands_sent_at_once_are_answered_in_turn() {
    let registry = Registry::start(Settings::default());
    let mut client = Client::signed_in(&registry, Settings::SINKHOLE);
    let names: Vec<String> = (0..50).map(|number| format!("name{number}.com")).collect();
    for name in &names {
        client.send_command(&domain("check", &named(name)));
    }
    for name in &names {
        let answer = client.read().unwrap();
        assert!(answer.contains(&format!("<domain:name avail=\"1\">{name}</domain:name>")), "{answer}");
    }
    let journal = registry.journal();
    let checked: Vec<&String> =
        journal.iter().filter(|entry| entry.verb == Verb::Check).flat_map(|entry| &entry.objects).collect();
    assert_eq!(checked, names.iter().collect::<Vec<_>>());
}

#[test]
fn connections_end_with_the_registry() {
    let mut registry = Registry::start(Settings::default());
    let mut client = Client::signed_in(&registry, Settings::SINKHOLE);
    registry.cut();
    assert!(client.has_ended());
    let mut client = Client::signed_in(&registry, Settings::SINKHOLE);
    registry.stop();
    assert!(client.has_ended());
}
