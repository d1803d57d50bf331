// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers of a real authoritative server.

use forestall_dns::{Authority, Client, Data, Delegation, Failure, Kind, Options, Question, Rcode};
use forestall_model::OwnerName;
use forestall_testkit::nsd::Nsd;

const ZONE: &str = r#"$ORIGIN be.
$TTL 300
@ SOA a.nic hostmaster.nic 2009040100 1800 900 604800 60
@ NS a.nic
a.nic A 192.0.2.1
a.nic AAAA 2001:db8::1
abcd NS ns1.sink.test.
abcd NS ns2.sink.test.
held TXT "a text " "in two strings"
held MX 10 mail.held
other CNAME held
co NS a.nic
odd\.label NS ns.odd
sink NS ns1.sink
ns1.sink A 192.0.2.53
"#;

fn name(text: &str) -> OwnerName {
    text.parse().unwrap()
}

fn question(text: &str, kind: Kind) -> Question {
    Question { name: name(text), kind }
}

fn client(server: &Nsd) -> Client {
    Client::new(server.address(), Options { per_second: None, ..Options::default() })
}

#[tokio::test]
async fn tells_delegated_absent_and_plain_names_apart() {
    let Some(server) = Nsd::start("dns::nsd::tells_delegated_absent_and_plain_names_apart", &[("be", ZONE)]) else {
        return;
    };
    let client = client(&server);
    let servers = vec![name("ns1.sink.test"), name("ns2.sink.test")];
    let check = async |asked: &str, expected: Delegation| {
        assert_eq!(client.delegation(&name(asked)).await, expected, "{asked}");
    };
    check("abcd.be", Delegation::Delegated { servers, referral: true }).await;
    check(r"odd\.label.be", Delegation::Delegated { servers: vec![name("ns.odd.be")], referral: true }).await;
    check("nobody.be", Delegation::Nxdomain).await;
    check("held.be", Delegation::NoDelegation).await;
    check("other.be", Delegation::NoDelegation).await;
    check("abcd.co.be", Delegation::Failed(Failure::ReferredElsewhere(name("co.be")))).await;
    check("abcd.com", Delegation::Failed(Failure::Rcode(Rcode::Refused))).await;
    assert_eq!(client.authority(&name("be")).await, Authority::Authoritative { serial: 2_009_040_100 });
    assert_eq!(client.authority(&name("com")).await, Authority::NotServed(Failure::Rcode(Rcode::Refused)));
}

#[tokio::test]
async fn reads_every_kind_of_record() {
    let Some(server) = Nsd::start("dns::nsd::reads_every_kind_of_record", &[("be", ZONE)]) else {
        return;
    };
    let client = client(&server);
    let ask = async |asked: &str, kind: Kind| {
        let answer = client.ask(&question(asked, kind)).await.unwrap();
        assert!(answer.authoritative && !answer.over_tcp);
        answer.answers.into_iter().map(|record| record.data).collect::<Vec<_>>()
    };
    assert_eq!(ask("a.nic.be", Kind::A).await, [Data::A("192.0.2.1".parse().unwrap())]);
    assert_eq!(ask("a.nic.be", Kind::Aaaa).await, [Data::Aaaa("2001:db8::1".parse().unwrap())]);
    assert_eq!(ask("held.be", Kind::Txt).await, [Data::Txt(b"a text in two strings".to_vec())]);
    assert_eq!(ask("held.be", Kind::Mx).await, [Data::Mx { preference: 10, exchange: name("mail.held.be") }]);
    assert_eq!(ask("other.be", Kind::Cname).await, [Data::Cname(name("held.be"))]);
    let soa =
        Data::Soa { primary: name("a.nic.be"), contact: name("hostmaster.nic.be"), serial: 2_009_040_100, minimum: 60 };
    assert_eq!(ask("be", Kind::Soa).await, [soa]);
}

#[tokio::test]
async fn a_referral_brings_the_addresses_of_its_servers() {
    let test = "dns::nsd::a_referral_brings_the_addresses_of_its_servers";
    let Some(server) = Nsd::start(test, &[("be", ZONE)]) else { return };
    let answer = client(&server).ask(&question("ns1.sink.be", Kind::A)).await.unwrap();
    assert!(!answer.authoritative && answer.answers.is_empty(), "{answer:?}");
    let glue: Vec<_> = answer.additional.into_iter().map(|record| (record.owner, record.data)).collect();
    assert_eq!(glue, [(name("ns1.sink.be"), Data::A("192.0.2.53".parse().unwrap()))]);
}

#[tokio::test]
async fn fetches_long_answers_over_tcp() {
    let mut zone = ZONE.to_owned();
    for i in 0..200 {
        zone += &format!("long NS ns{i}.a-rather-long-name-of-a-server.test.\n");
    }
    let Some(server) = Nsd::start("dns::nsd::fetches_long_answers_over_tcp", &[("be", &zone)]) else {
        return;
    };
    let client = client(&server);
    let answer = client.ask(&question("long.be", Kind::Ns)).await.unwrap();
    assert!(answer.over_tcp);
    let Delegation::Delegated { servers, referral: true } = client.delegation(&name("long.be")).await else {
        panic!("a delegation with 200 servers was not understood");
    };
    assert_eq!(servers.len(), 200);
}
