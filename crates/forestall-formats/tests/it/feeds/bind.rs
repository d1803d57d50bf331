// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Zone statements of BIND.

use std::process::Command;

use forestall_formats::Form;
use forestall_testkit::resolver::{Make, Resolver, Settings};
use forestall_testkit::skip;

use super::answers::{OUTSIDE, SINKHOLE, check, check_ipv6, check_nothing, outside, wait};
use super::small::{AFTER, DAY, head, refused, written};

/// Takes the shared zone file out of the head, as the head says.
fn shared(statements: &str) -> String {
    statements.lines().filter_map(|line| line.strip_prefix("//| ")).flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn statements_share_a_zone_whose_text_stands_in_the_head() {
    let text = written(Form::Bind, DAY, "nxdomain");
    assert_eq!(
        text,
        head("//")
            + "// All statements share the zone file forestall.zone; sed -n 's,^//| ,,p' takes it out of here:\n\
               //| $TTL 300\n\
               //| @ SOA localhost. nobody.invalid. 2026112600 300 60 604800 300\n\
               //| @ NS localhost.\n\
               // A zone cannot deny its own name: that is answered without a record, what is below it with NXDOMAIN.\n\
               zone \"aaa.be\" { type primary; file \"forestall.zone\"; };\n\
               zone \"bbb.co.uk\" { type primary; file \"forestall.zone\"; };\n\
               zone \"ccc.ws\" { type primary; file \"forestall.zone\"; }; // UNVERIFIED\n\
               // left out, since a name below it is let through: ddd.org\n"
    );
    assert!(shared(&text).ends_with("300\n@ NS localhost.\n"));
    assert!(shared(&written(Form::Bind, DAY, "nodata")).ends_with("\n* TXT \"\"\n"));
    assert!(
        shared(&written(Form::Bind, DAY, SINKHOLE))
            .ends_with("@ A 198.51.100.7\n@ AAAA 2001:db8::7\n* A 198.51.100.7\n* AAAA 2001:db8::7\n")
    );
    assert!(refused(Form::Bind, "sinkhole=sink.example").contains("addresses of sink.example"));
}

#[test]
fn bind_answers_by_zone_statements_and_by_those_of_the_day_after() {
    let test = "bind_answers_by_zone_statements_and_by_those_of_the_day_after";
    let Some(authority) = outside(test) else { return };
    let start = |statements: &str| {
        let shared = shared(statements);
        let files = [("forestall.conf", statements), ("forestall.zone", shared.as_str())];
        let settings =
            Settings { text: "include \"{folder}/forestall.conf\";\n", files: &files, ..Settings::default() };
        Resolver::start(test, Make::Bind, authority.address(), &settings)
    };
    for (policy, itself, below) in [
        ("nxdomain", "NODATA", "NXDOMAIN"),
        ("nodata", "NODATA", "NODATA"),
        (SINKHOLE, "A 198.51.100.7", "A 198.51.100.7"),
    ] {
        let Some(resolver) = start(&written(Form::Bind, DAY, policy)) else { return };
        // BIND answers before it has read all zones.
        for name in ["aaa.be", "bbb.co.uk", "ccc.ws"] {
            wait(&resolver, name, itself);
        }
        check(&resolver, &[("www.aaa.be", below), ("a.b.ccc.ws", below)]);
        check(&resolver, &["xaaa.be", "eee.be", "ddd.org", "ok.ddd.org"].map(|name| (name, OUTSIDE)));
        if policy == SINKHOLE {
            check_ipv6(&resolver);
        }
    }
    let Some(resolver) = start(&written(Form::Bind, AFTER, "nxdomain")) else { return };
    check_nothing(&resolver);
}

#[test]
fn named_checkconf_loads_every_zone() {
    let Some(program) = skip::needs("named_checkconf_loads_every_zone", "named-checkconf") else { return };
    let folder = tempfile::tempdir().unwrap();
    for policy in ["nxdomain", "nodata", SINKHOLE] {
        let text = written(Form::Bind, DAY, policy);
        std::fs::write(folder.path().join("forestall.zone"), shared(&text)).unwrap();
        let options = format!("options {{ directory \"{}\"; }};\n", folder.path().display());
        let file = folder.path().join("named.conf");
        std::fs::write(&file, options + &text).unwrap();
        let checked = Command::new(&program).arg("-z").arg(&file).output().unwrap();
        let said = String::from_utf8(checked.stdout).unwrap();
        assert!(checked.status.success() && said.matches("loaded serial 2026112600").count() == 3, "{policy}: {said}");
    }
}
