// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Presence through a resolver: Unbound before NSD, both on the loopback interface.

use std::time::Duration;

use forestall_connect::PresenceOptions;
use forestall_model::Pap;
use forestall_model::dossier::{Existence, Soa};
use forestall_testkit::nsd::Nsd;
use forestall_testkit::unbound::{Orders, Unbound};

use crate::presence::{collected, names, options, told};

const ROOT: &str = "\
. 300 IN SOA a.root.test. nobody.test. 1 1800 900 604800 60
. 300 IN NS a.root.test.
";
const BE: &str = "\
be. 300 IN SOA a.nic.be. hostmaster.nic.be. 1 1800 900 604800 60
be. 300 IN NS a.nic.be.
shop.be. 300 IN NS ns1.shop.be.
ns1.shop.be. 300 IN A 127.0.0.1
silent.be. 300 IN NS ns.nowhere.test.
";
const SHOP: &str = "\
shop.be. 300 IN SOA ns1.shop.be. owner.shop.be. 77 1800 900 604800 60
shop.be. 300 IN NS ns1.shop.be.
shop.be. 300 IN A 192.0.2.9
shop.be. 300 IN A 192.0.2.1
shop.be. 300 IN AAAA 2001:db8::1
shop.be. 300 IN MX 20 mail.shop.be.
shop.be. 300 IN MX 10 backup.test.
";

#[tokio::test]
async fn learns_what_a_name_says_of_itself_where_the_marking_allows_it() {
    let test = "connect::presence_resolver::learns_what_a_name_says_of_itself_where_the_marking_allows_it";
    let Some(server) = Nsd::start(test, &[(".", ROOT), ("be", BE), ("shop.be", SHOP)]) else { return };
    let stubs = [".", "be", "shop.be"].map(|zone| (zone, server.address()));
    let Some(resolver) = Unbound::start(test, &Orders { stubs: &stubs, ..Orders::default() }) else { return };
    let asked = names(&["shop.be", "absent.be", "silent.be"]);
    let green = PresenceOptions { timeout: Duration::from_secs(5), ..options(resolver.address()) };

    let amber = PresenceOptions { pap: Pap::Amber, ..green.clone() };
    let (seen, _) = collected(&asked, &amber).await;
    for (name, looked) in &seen {
        assert!(told(looked).starts_with("? "), "{name}: {}", told(looked));
    }

    let (seen, report) = collected(&asked, &green).await;
    assert_eq!(told(&seen["absent.be"]), "absent");
    assert_eq!(told(&seen["silent.be"]), "? the server answers SERVFAIL");
    assert_eq!((report.told, report.failed, report.with_gaps), (2, 1, 0), "{seen:?}");
    let fact = &seen["shop.be"].presence.as_ref().unwrap().fact;
    assert_eq!(fact.existence, Existence::Delegated);
    assert_eq!(fact.name_servers, ["ns1.shop.be".parse().unwrap()]);
    let addresses: Vec<_> = fact.addresses.iter().map(ToString::to_string).collect();
    assert_eq!(addresses, ["192.0.2.1", "192.0.2.9", "2001:db8::1"]);
    assert_eq!(fact.mail, ["backup.test".parse().unwrap(), "mail.shop.be".parse().unwrap()]);
    let soa = Soa { primary: "ns1.shop.be".parse().unwrap(), contact: "owner.shop.be".parse().unwrap(), serial: 77 };
    assert_eq!(fact.soa, Some(soa));

    // At the server of the top-level domain the stricter marking is no hindrance, and nobody is asked for more.
    let (seen, _) = collected(&asked, &PresenceOptions { pap: Pap::Amber, ..options(server.address()) }).await;
    assert_eq!(told(&seen["absent.be"]), "absent");
    assert_eq!(told(&seen["silent.be"]), "delegated ns.nowhere.test");
}
