// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What happens to names: locks, transfers, redemption, other sponsors, the two ways to give name servers.

use forestall_testkit::registry::{Domain, Host, NameServer, NameServerModel, Registry, Settings};

use super::talk::{Client, code, domain, fresh, named};

const DAY: i64 = 86_400;

fn update(name: &str, change: &str) -> String {
    format!("{}{change}", named(name))
}

fn restore(name: &str, inside: &str) -> String {
    format!(
        "{}<extension><rgp:update xmlns:rgp=\"urn:ietf:params:xml:ns:rgp-1.0\">{inside}</rgp:update></extension>",
        domain("update", &update(name, "<domain:chg/>"))
    )
}

#[test]
fn a_deleted_name_can_be_restored_for_thirty_days() {
    let registry = Registry::start(Settings::default());
    registry.put(Domain::new("abcdef.com", Settings::SINKHOLE, registry.now().plus_seconds(-100 * DAY)));
    let mut client = Client::signed_in(&registry, Settings::SINKHOLE);
    assert_eq!(code(&client.domain("delete", &named("abcdef.com"))), 1001);
    let answer = client.domain("info", &named("abcdef.com"));
    assert!(answer.contains("<domain:status s=\"pendingDelete\"/>"), "{answer}");
    assert!(answer.contains("<rgp:rgpStatus s=\"redemptionPeriod\"/>"), "{answer}");
    assert_eq!(code(&client.domain("delete", &named("abcdef.com"))), 2304);
    registry.advance(29 * DAY);
    let answer = client.command(&restore("abcdef.com", "<rgp:restore op=\"request\"/>"));
    assert!(code(&answer) == 1000 && answer.contains("pendingRestore"), "{answer}");
    let report = "<rgp:restore op=\"report\"><rgp:report><rgp:preData>x</rgp:preData><rgp:postData>x</rgp:postData>\
                  <rgp:delTime>2026-11-23T00:00:00Z</rgp:delTime><rgp:resTime>2026-12-22T00:00:00Z</rgp:resTime>\
                  <rgp:resReason>A mistake</rgp:resReason><rgp:statement>It is true.</rgp:statement></rgp:report></rgp:restore>";
    assert_eq!(code(&client.command(&restore("abcdef.com", report))), 1000);
    assert_eq!(code(&client.command(&restore("abcdef.com", report))), 2304);
    assert!(client.domain("info", &named("abcdef.com")).contains("<domain:status s=\"inactive\"/>"));
    // Deleted again, and left alone.
    assert_eq!(code(&client.domain("delete", &named("abcdef.com"))), 1001);
    registry.advance(35 * DAY);
    assert_eq!(code(&client.domain("info", &named("abcdef.com"))), 2303);
    registry.validate("registry::lives::a_deleted_name_can_be_restored_for_thirty_days");
}

#[test]
fn what_has_another_sponsor_is_left_alone() {
    let registry = Registry::start(Settings::default());
    registry
        .put(Domain { password: "secret-2009".to_owned(), ..Domain::new("abcdef.com", "registrar-b", registry.now()) });
    let mut client = Client::signed_in(&registry, Settings::SINKHOLE);
    let hold = update("abcdef.com", "<domain:add><domain:status s=\"clientHold\"/></domain:add>");
    assert_eq!(code(&client.domain("update", &hold)), 2201);
    assert_eq!(code(&client.domain("delete", &named("abcdef.com"))), 2201);
    let renew = "<domain:name>abcdef.com</domain:name><domain:curExpDate>2027-11-23</domain:curExpDate>";
    assert_eq!(code(&client.domain("renew", renew)), 2201);
    let answer = client.domain("info", &named("abcdef.com"));
    assert!(answer.contains("<domain:clID>registrar-b</domain:clID>") && !answer.contains("authInfo"), "{answer}");
    assert!(registry.changes().is_empty());
}

#[test]
fn only_the_registry_sets_what_is_the_registrys() {
    let registry = Registry::start(Settings::default());
    registry.put(Domain::new("abcdef.com", Settings::SINKHOLE, registry.now()));
    let hold = update(
        "abcdef.com",
        "<domain:add><domain:status s=\"serverHold\"/><domain:status s=\"serverUpdateProhibited\"/></domain:add>",
    );
    let mut registrar = Client::signed_in(&registry, Settings::SINKHOLE);
    assert_eq!(code(&registrar.domain("update", &hold)), 2306);
    let mut operator = Client::signed_in(&registry, Settings::OPERATOR);
    assert_eq!(code(&operator.domain("update", &hold)), 1000);
    assert_eq!(code(&operator.domain("update", &hold)), 2306, "it is set already");
    let other = update("abcdef.com", "<domain:add><domain:status s=\"clientHold\"/></domain:add>");
    assert_eq!(code(&registrar.domain("update", &other)), 2304);
    let statuses = registry.domain("abcdef.com").unwrap().shown_statuses();
    assert_eq!(statuses.into_iter().collect::<Vec<_>>(), ["inactive", "serverHold", "serverUpdateProhibited"]);
    registry.validate("registry::lives::only_the_registry_sets_what_is_the_registrys");
}

#[test]
fn an_update_is_made_as_a_whole_or_not_at_all() {
    let registry = Registry::start(Settings::default());
    registry.put_host(Host::new("ns1.sinkhole.example", Settings::SINKHOLE, registry.now()));
    registry.put(Domain::new("abcdef.com", Settings::SINKHOLE, registry.now()));
    let mut client = Client::signed_in(&registry, Settings::SINKHOLE);
    let before = registry.domain("abcdef.com");
    let both = "<domain:add><domain:ns><domain:hostObj>ns1.sinkhole.example</domain:hostObj></domain:ns><domain:status s=\"clientHold\"/>\
                </domain:add><domain:rem><domain:status s=\"clientRenewProhibited\"/></domain:rem>";
    assert_eq!(code(&client.domain("update", &update("abcdef.com", both))), 2306);
    assert_eq!(registry.domain("abcdef.com"), before);
    let missing =
        "<domain:rem><domain:ns><domain:hostObj>ns1.sinkhole.example</domain:hostObj></domain:ns></domain:rem>";
    assert_eq!(code(&client.domain("update", &update("abcdef.com", missing))), 2303);
    assert_eq!(code(&client.domain("update", &named("abcdef.com"))), 2003);
}

#[test]
fn a_sponsor_decides_on_a_transfer() {
    let registry = Registry::start(Settings::default());
    let locked = Domain::new("locked.com", "registrar-b", registry.now()).with_statuses(&["clientTransferProhibited"]);
    let open = Domain::new("abcdef.com", "registrar-b", registry.now());
    for name in [locked, open] {
        registry.put(Domain { password: "secret-2009".to_owned(), ..name });
    }
    let mut here = Client::signed_in(&registry, Settings::SINKHOLE);
    let mut there = Client::signed_in(&registry, "registrar-b");
    let transfer = |client: &mut Client, op: &str, inside: &str| {
        client.command(&domain("transfer", inside).replacen("<transfer>", &format!("<transfer op=\"{op}\">"), 1))
    };
    assert_eq!(code(&transfer(&mut here, "query", &named("abcdef.com"))), 2301);
    assert_eq!(code(&transfer(&mut here, "request", &fresh("locked.com"))), 2304);
    assert_eq!(code(&transfer(&mut there, "request", &fresh("abcdef.com"))), 2106);
    assert_eq!(code(&transfer(&mut here, "request", &named("abcdef.com"))), 2202);
    assert_eq!(code(&transfer(&mut here, "request", &fresh("abcdef.com"))), 1001);
    assert_eq!(code(&transfer(&mut here, "request", &fresh("abcdef.com"))), 2300);
    assert!(there.command("<poll op=\"req\"/>").contains("<domain:trStatus>pending</domain:trStatus>"));
    assert_eq!(code(&transfer(&mut here, "approve", &named("abcdef.com"))), 2201);
    assert_eq!(code(&transfer(&mut there, "approve", &named("abcdef.com"))), 1000);
    assert_eq!(registry.domain("abcdef.com").unwrap().sponsor, Settings::SINKHOLE);
    assert!(here.command("<poll op=\"req\"/>").contains("<domain:trStatus>clientApproved</domain:trStatus>"));
    registry.validate("registry::lives::a_sponsor_decides_on_a_transfer");
}

#[test]
fn name_servers_may_be_attributes() {
    let registry = Registry::start(Settings { name_servers: NameServerModel::Attributes, ..Settings::default() });
    let mut client = Client::greeted(&registry);
    let services = "<svcs><objURI>urn:ietf:params:xml:ns:domain-1.0</objURI></svcs>";
    assert_eq!(code(&client.login(Settings::SINKHOLE, Settings::PASSWORD)), 2307, "there are no hosts");
    assert_eq!(code(&client.login_with(Settings::SINKHOLE, Settings::PASSWORD, "", "1.0", services)), 1000);
    let create = |ns: &str| {
        format!(
            "{}<domain:ns>{ns}</domain:ns><domain:authInfo><domain:pw>secret-2009</domain:pw></domain:authInfo>",
            named("abcdef.com")
        )
    };
    assert_eq!(code(&client.domain("create", &create("<domain:hostObj>ns1.sinkhole.example</domain:hostObj>"))), 2306);
    let attribute = "<domain:hostAttr><domain:hostName>ns1.abcdef.com</domain:hostName><domain:hostAddr ip=\"v6\">2001:db8::1</domain:hostAddr>\
                     </domain:hostAttr>";
    assert_eq!(code(&client.domain("create", &create(attribute))), 1000);
    let addresses = vec!["2001:db8::1".to_owned()];
    let expected = [NameServer { addresses, ..NameServer::new("ns1.abcdef.com") }];
    assert_eq!(registry.domain("abcdef.com").unwrap().name_servers, expected);
    assert!(client.domain("info", &named("abcdef.com")).contains(attribute));
    registry.validate("registry::lives::name_servers_may_be_attributes");
}

#[test]
fn periods_and_dates_have_their_limits() {
    let registry = Registry::start(Settings::default());
    let mut client = Client::signed_in(&registry, Settings::SINKHOLE);
    let create = |years: &str| {
        let period = format!("</domain:name><domain:period unit=\"y\">{years}</domain:period>");
        fresh("abcdef.com").replace("</domain:name>", &period)
    };
    assert_eq!(code(&client.domain("create", &create("11"))), 2004);
    assert_eq!(code(&client.domain("create", &create("9"))), 1000);
    let renew = |day: &str, years: u8| {
        format!(
            "{}<domain:curExpDate>{day}</domain:curExpDate><domain:period unit=\"y\">{years}</domain:period>",
            named("abcdef.com")
        )
    };
    assert_eq!(code(&client.domain("renew", &renew("2035-11-23", 2))), 2105);
    assert_eq!(code(&client.domain("renew", &renew("2035-11-22", 1))), 2004);
    assert_eq!(code(&client.domain("renew", &renew("2035-11-23", 1))), 1000);
    assert_eq!(code(&client.domain("renew", &renew("2035-11-23", 1))), 2004, "the same renewal does not happen twice");
    assert_eq!(registry.changes(), ["create abcdef.com", "renew abcdef.com"]);
}
