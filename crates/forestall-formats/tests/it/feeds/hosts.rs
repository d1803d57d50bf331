// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A hosts file.

use forestall_formats::Form;
use forestall_testkit::resolver::{Make, Resolver, Settings};

use super::answers::{OUTSIDE, SINKHOLE, check, check_nothing, outside, wait};
use super::small::{AFTER, AGAIN, DAY, head, refused, written};

#[test]
fn each_name_has_a_line_of_each_kind_of_address() {
    assert_eq!(
        written(Form::Hosts, DAY, "nxdomain"),
        head("#")
            + "0.0.0.0 aaa.be\n\
               :: aaa.be\n\
               0.0.0.0 bbb.co.uk\n\
               :: bbb.co.uk\n\
               0.0.0.0 ccc.ws # UNVERIFIED\n\
               :: ccc.ws # UNVERIFIED\n\
               0.0.0.0 ddd.org\n\
               :: ddd.org\n"
    );
    assert!(written(Form::Hosts, AGAIN, SINKHOLE).ends_with("\n198.51.100.7 aaa.be\n2001:db8::7 aaa.be\n"));
    assert!(refused(Form::Hosts, "nodata").contains("unspecified address"));
    assert!(refused(Form::Hosts, "sinkhole=sink.example").contains("addresses of sink.example"));
}

/// Checks a reader of hosts files: what it answers for names, and that nothing below them is answered otherwise than ever; after the day, nothing at
/// all.
#[track_caller]
fn read_by(test: &str, make: Make, text: &str) {
    let Some(authority) = outside(test) else { return };
    let start = |file: &str| {
        let settings = Settings { text, files: &[("forestall.hosts", file)], ..Settings::default() };
        Resolver::start(test, make, authority.address(), &settings)
    };
    let after = written(Form::Hosts, AFTER, "nxdomain");
    for (policy, answer) in [("nxdomain", "A 0.0.0.0"), (SINKHOLE, "A 198.51.100.7")] {
        let Some(resolver) = start(&written(Form::Hosts, DAY, policy)) else { return };
        check(&resolver, &["aaa.be", "bbb.co.uk", "ccc.ws", "ddd.org"].map(|name| (name, answer)));
        check(&resolver, &["www.aaa.be", "xaaa.be", "eee.be", "ok.ddd.org"].map(|name| (name, OUTSIDE)));
        if make == Make::Dnsmasq {
            resolver.replace("forestall.hosts", &after);
            resolver.hang_up();
            wait(&resolver, "aaa.be", OUTSIDE);
            check_nothing(&resolver);
        }
    }
    let Some(resolver) = start(&after) else { return };
    check_nothing(&resolver);
}

#[test]
fn dnsmasq_reads_it() {
    read_by("dnsmasq_reads_it", Make::Dnsmasq, "addn-hosts={folder}/forestall.hosts\n");
}

#[test]
fn knot_resolver_reads_it() {
    read_by(
        "knot_resolver_reads_it",
        Make::KnotResolver,
        "modules.load('hints > iterate')\nhints.add_hosts('{folder}/forestall.hosts')\n",
    );
}
