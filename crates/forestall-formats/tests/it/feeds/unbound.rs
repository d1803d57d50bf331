// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Local zones of Unbound.

use std::process::Command;

use forestall_formats::Form;
use forestall_testkit::resolver::{Make, Resolver, Settings};
use forestall_testkit::skip;

use super::answers::{SINKHOLE, check_entries, check_ipv6, check_let_through, check_nothing, outside};
use super::small::{AFTER, AGAIN, DAY, head, written};

#[test]
fn each_name_has_a_local_zone() {
    assert_eq!(
        written(Form::Unbound, DAY, "nxdomain"),
        head("#")
            + "server:\n  \
               local-zone: \"eee.be.\" always_transparent\n  \
               local-zone: \"ok.ddd.org.\" always_transparent\n  \
               local-zone: \"aaa.be.\" always_nxdomain\n  \
               local-zone: \"bbb.co.uk.\" always_nxdomain\n  \
               local-zone: \"ccc.ws.\" always_nxdomain # UNVERIFIED\n  \
               local-zone: \"ddd.org.\" always_nxdomain\n"
    );
    assert!(written(Form::Unbound, AGAIN, SINKHOLE).ends_with(
        "  local-zone: \"aaa.be.\" redirect\n  \
         local-data: \"aaa.be. 300 IN A 198.51.100.7\"\n  \
         local-data: \"aaa.be. 300 IN AAAA 2001:db8::7\"\n"
    ));
}

#[test]
fn unbound_answers_by_local_zones_and_by_those_of_the_day_after() {
    let test = "unbound_answers_by_local_zones_and_by_those_of_the_day_after";
    let Some(authority) = outside(test) else { return };
    let start = |file: &str| {
        let files = [("forestall.conf", file)];
        let settings =
            Settings { text: "include: \"{folder}/forestall.conf\"\n", files: &files, ..Settings::default() };
        Resolver::start(test, Make::Unbound, authority.address(), &settings)
    };
    for (policy, answer) in [
        ("nodata", "NODATA"),
        ("sinkhole=sink.example", "CNAME sink.example, A 192.0.2.1"),
        (SINKHOLE, "A 198.51.100.7"),
        ("nxdomain", "NXDOMAIN"),
    ] {
        let Some(resolver) = start(&written(Form::Unbound, DAY, policy)) else { return };
        check_entries(&resolver, answer);
        check_let_through(&resolver, answer);
        if policy == SINKHOLE {
            check_ipv6(&resolver);
        }
    }
    let Some(resolver) = start(&written(Form::Unbound, AFTER, "nxdomain")) else { return };
    check_nothing(&resolver);
}

#[test]
fn unbound_checkconf_takes_the_file_alone() {
    let Some(program) = skip::needs("unbound_checkconf_takes_the_file_alone", "unbound-checkconf") else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("forestall.conf");
    for policy in ["nxdomain", "nodata", "sinkhole=sink.example", SINKHOLE] {
        let own = "  directory: \"\"\n  chroot: \"\"\n  username: \"\"\n";
        std::fs::write(&file, written(Form::Unbound, DAY, policy) + own).unwrap();
        let checked = Command::new(&program).arg(&file).output().unwrap();
        assert!(checked.status.success(), "{policy}: {}", String::from_utf8_lossy(&checked.stderr));
    }
}
