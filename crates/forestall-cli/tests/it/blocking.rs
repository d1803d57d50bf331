// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall publish` for those who block: from a case to the answers of a resolver, on a day and after it.

use std::collections::BTreeSet;

use forestall_formats::Form;
use forestall_testkit::answer;
use forestall_testkit::bind::Bind;
use forestall_testkit::resolver::{Make, Resolver, Settings};

use crate::support::Home;

/// A case with an excluded name; returns it and another name of the same day.
fn opened() -> (Home, String, String) {
    let home = Home::new();
    home.ok("case open mine --campaign conficker-b --from 2009-01-01 --until 2009-01-06");
    let names = home.ok("predict conficker-b --on 2009-01-03");
    let (excluded, other) = (names.lines().next().unwrap().to_owned(), names.lines().nth(1).unwrap().to_owned());
    home.ok(&format!("case exclude mine {excluded} --reason 'an airline' --source 'its web site'"));
    (home, excluded, other)
}

#[test]
fn a_policy_zone_of_a_day_is_obeyed_on_it_and_the_one_after_the_windows_lets_go() {
    let test = "a_policy_zone_of_a_day_is_obeyed_on_it_and_the_one_after_the_windows_lets_go";
    let (home, excluded, other) = opened();
    let below = format!("www.{other}");
    let Some(authority) = Bind::start(test, &[excluded.as_str(), &other, &below]) else { return };
    let text = "rpz:\n  name: \"forestall.rpz\"\n  zonefile: \"{folder}/forestall.rpz\"\n";
    // The guard of Conficker ends 24 h behind the last list.
    for (day, code) in [("2009-01-03", 3), ("2009-01-08", 0)] {
        home.ok(&format!("publish --case mine --as rpz --on {day} -o forestall.rpz"));
        let zone = home.read("forestall.rpz");
        let settings = Settings { text, files: &[("forestall.rpz", &zone)], ..Settings::default() };
        let Some(resolver) = Resolver::start(test, Make::Unbound, authority.address(), &settings) else { return };
        let code_of = |name: &str| answer::ipv4(resolver.address(), name).unwrap().code;
        assert_eq!([&other, &below].map(|name| code_of(name)), [code, code], "{day}");
        assert_eq!(code_of(&excluded), 0, "{day}");
    }
}

#[test]
fn every_form_for_blocking_holds_the_names_of_the_day_and_no_excluded_one() {
    let (home, excluded, _) = opened();
    let plain = home.ok("publish --case mine --as plain --on 2009-01-03");
    let names: BTreeSet<&str> = plain.lines().collect();
    assert!(names.len() > 700 && !names.contains(excluded.as_str()));
    for (form, before, behind) in [
        (Form::Rpz, "", " CNAME ."),
        (Form::Bind, "zone \"", "\" { type primary; file \"forestall.zone\"; };"),
        (Form::Unbound, "  local-zone: \"", ".\" always_nxdomain"),
        (Form::KnotResolver, "", ""),
        (Form::Dnsmasq, "server=/", "/"),
        (Form::Hosts, "0.0.0.0 ", ""),
    ] {
        let line = format!("publish --case mine --as {form} --on 2009-01-03");
        let text = home.ok(&line);
        let found: BTreeSet<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix(before)?.strip_suffix(behind))
            .filter(|name| names.contains(name) || *name == excluded)
            .collect();
        // Knot Resolver's rule names it to let it go on.
        let expected = names.iter().copied().chain((form == Form::KnotResolver).then_some(excluded.as_str()));
        assert_eq!(found, expected.collect(), "{form}");
        assert_eq!(home.ok(&line), text, "{form}");
    }
}

#[test]
fn a_form_that_has_no_words_for_a_policy_says_so_and_writes_nothing() {
    let (home, ..) = opened();
    home.write("names.conf", "before");
    for (form, policy) in [
        ("bind", "sinkhole=sink.example"),
        ("knot-resolver", "sinkhole=sink.example"),
        ("dnsmasq", "nodata"),
        ("dnsmasq", "sinkhole=sink.example"),
        ("hosts", "nodata"),
        ("hosts", "sinkhole=sink.example"),
    ] {
        let line = format!("publish --case mine --as {form} --on 2009-01-03 --policy {policy} -o names.conf");
        home.fails(1, &line, &[if policy == "nodata" { "choose nxdomain" } else { "addresses of sink.example" }]);
        assert_eq!(home.read("names.conf"), "before");
    }
}
