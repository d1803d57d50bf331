// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The zones that the tests look at: `be` with names of every kind, `ag` that hands `com.ag` away, `ws` that answers for
//! every name, `vg` that delegates every name.

use forestall_connect::AskedList;
use forestall_model::evidence::SweptList;
use forestall_model::{Digest, DomainName, Instant, Sight};

pub(crate) const BE: &str = "\
be. 300 IN SOA a.nic.be. hostmaster.nic.be. 2009040100 1800 900 604800 60
be. 300 IN NS a.nic.be.
a.nic.be. 300 IN A 192.0.2.1
ours.be. 300 IN NS ns1.sink.test.
ours.be. 300 IN NS ns2.sink.test.
half.be. 300 IN NS ns1.sink.test.
half.be. 300 IN NS ns.elsewhere.test.
other.be. 300 IN NS ns.other.be.
ns.other.be. 300 IN A 192.0.2.2
held.be. 300 IN TXT \"held by the registry\"
glue.below.be. 300 IN TXT \"a name above exists\"
be. 300 IN SOA a.nic.be. hostmaster.nic.be. 2009040100 1800 900 604800 60
";

pub(crate) const AG: &str = "\
ag. 300 IN SOA a.nic.ag. hostmaster.nic.ag. 7 1800 900 604800 60
ag. 300 IN NS a.nic.ag.
com.ag. 300 IN NS a.nic.ag.
ours.ag. 300 IN NS ns1.sink.test.
";

pub(crate) const WS: &str = "\
ws. 300 IN SOA a.nic.ws. hostmaster.nic.ws. 7 1800 900 604800 60
ws. 300 IN NS a.nic.ws.
*.ws. 300 IN A 192.0.2.3
ours.ws. 300 IN NS ns1.sink.test.
other.ws. 300 IN NS ns.other.test.
";

pub(crate) const VG: &str = "\
vg. 300 IN SOA a.nic.vg. hostmaster.nic.vg. 7 1800 900 604800 60
vg. 300 IN NS a.nic.vg.
*.vg. 300 IN CNAME park.nic.vg.
ours.vg. 300 IN NS ns2.sink.test.
";

/// The lists that are looked at in every test: (top-level domain, names).
const LISTS: [(&str, &[&str]); 5] = [
    ("be", &["absent.be", "ours.be", "half.be", "other.be", "held.be", "below.be", "gone.be", "never.be", "ours.be"]),
    ("ag", &["x.com.ag", "ours.ag", "absent.ag", "y.com.ag"]),
    ("ws", &["absent.ws", "ours.ws", "gone.ws", "other.ws"]),
    ("vg", &["absent.vg", "ours.vg", "gone.vg"]),
    ("cc", &["absent.cc", "gone.cc"]),
];

pub(crate) fn name(text: &str) -> DomainName {
    text.parse().unwrap()
}

pub(crate) fn ours() -> Vec<DomainName> {
    vec![name("ns1.sink.test"), name("ns2.sink.test")]
}

pub(crate) fn at() -> Instant {
    "2009-04-01T12:00:00Z".parse().unwrap()
}

pub(crate) fn list(tld: &str, names: &[&str]) -> AskedList {
    let text: String = names.iter().map(|name| format!("{name}\n")).collect();
    AskedList {
        campaign: "conficker-c".parse().unwrap(),
        period: 14_335,
        tld: tld.parse().unwrap(),
        digest: Digest::of(text.as_bytes()),
        generator_version: 3,
        sample: None,
        names: names.iter().copied().map(name).collect(),
    }
}

pub(crate) fn lists() -> Vec<AskedList> {
    LISTS.iter().map(|(tld, names)| list(tld, names)).collect()
}

/// Spells out what a swept list says of each of its names.
pub(crate) fn sights(list: &SweptList) -> Vec<Sight> {
    (0..list.expected)
        .map(|place| {
            if list.unknown.contains(place) {
                return Sight::Unknown;
            }
            let differing = list.differing.iter().find(|seen| seen.place == place);
            differing.map_or(list.usual, |seen| seen.sight)
        })
        .collect()
}
