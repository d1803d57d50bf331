// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The policy zone, read and obeyed by four resolvers.

use std::process::Command;

use forestall_formats::Form;
use forestall_formats::feed::Settings;
use forestall_testkit::resolver::{Make, Resolver, Settings as Orders};
use forestall_testkit::skip;

use super::answers::{
    OUTSIDE, SINKHOLE, check, check_entries, check_ipv6, check_let_through, check_nothing, outside, said, wait,
};
use super::small::{AFTER, AGAIN, DAY, feed, head, written};

/// A sinkhole by name, and what is answered for it.
const BY_NAME: (&str, &str) = ("sinkhole=sink.example", "CNAME sink.example, A 192.0.2.1");
const BY_ADDRESS: (&str, &str) = (SINKHOLE, "A 198.51.100.7");
const NX_DOMAIN: (&str, &str) = ("nxdomain", "NXDOMAIN");
const NO_DATA: (&str, &str) = ("nodata", "NODATA");

#[test]
fn a_zone_holds_exclusions_first_and_each_name_once_with_its_wildcard() {
    assert_eq!(
        written(Form::Rpz, DAY, "nxdomain"),
        head(";")
            + "$ORIGIN forestall.rpz.\n\
               $TTL 300\n\
               @ SOA localhost. nobody.invalid. 2026112600 300 60 604800 300\n\
               @ NS localhost.\n\
               eee.be CNAME rpz-passthru.\n\
               *.eee.be CNAME rpz-passthru.\n\
               ok.ddd.org CNAME rpz-passthru.\n\
               *.ok.ddd.org CNAME rpz-passthru.\n\
               aaa.be CNAME .\n\
               *.aaa.be CNAME .\n\
               bbb.co.uk CNAME .\n\
               *.bbb.co.uk CNAME .\n\
               ccc.ws CNAME . ; UNVERIFIED\n\
               *.ccc.ws CNAME . ; UNVERIFIED\n\
               ddd.org CNAME .\n\
               *.ddd.org CNAME .\n"
    );
    let by = |policy| written(Form::Rpz, AGAIN, policy).lines().rev().take(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(by("nodata"), ["*.aaa.be CNAME *.", "aaa.be CNAME *."]);
    assert_eq!(by(BY_NAME.0), ["*.aaa.be CNAME sink.example.", "aaa.be CNAME sink.example."]);
    assert_eq!(by(SINKHOLE), ["*.aaa.be AAAA 2001:db8::7", "aaa.be AAAA 2001:db8::7"]);
}

#[test]
fn zone_and_serial_are_those_that_were_asked_for() {
    let settings = Settings { zone: Some("block.example".parse().unwrap()), serial: Some(7), ..Settings::default() };
    let mut out = Vec::new();
    assert_eq!(Form::Rpz.feed_writer().unwrap()(&feed(DAY), &settings, &mut out).unwrap(), 4);
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("$ORIGIN block.example.\n") && text.contains(" nobody.invalid. 7 300 "), "{text}");

    let long = [["a"; 31].join("."), ["b"; 63].concat(), ["c"; 63].concat(), ["d"; 56].concat()].join(".");
    let settings = Settings { zone: Some(long.parse().unwrap()), ..Settings::default() };
    let refused = Form::Rpz.feed_writer().unwrap()(&feed(DAY), &settings, &mut Vec::new()).unwrap_err();
    assert!(refused.to_string().contains("choose a shorter zone"), "{refused}");
}

#[test]
fn named_checkzone_takes_every_zone() {
    let Some(program) = skip::needs("named_checkzone_takes_every_zone", "named-checkzone") else { return };
    let folder = tempfile::tempdir().unwrap();
    for policy in [NX_DOMAIN.0, NO_DATA.0, BY_NAME.0, BY_ADDRESS.0] {
        for day in [DAY, AFTER] {
            let file = folder.path().join("zone");
            std::fs::write(&file, written(Form::Rpz, day, policy)).unwrap();
            let checked = Command::new(&program).arg("forestall.rpz").arg(&file).output().unwrap();
            let said = String::from_utf8(checked.stdout).unwrap();
            assert!(checked.status.success() && said.contains("loaded serial 202611"), "{policy}: {said}");
        }
    }
}

/// Loads the zone of each policy and checks what is answered; then the zone of a day without a name: in place where the resolver reads it on SIGHUP,
/// else by a start.
#[track_caller]
fn obeyed(test: &str, make: Make, text: &str, options: &str, policies: &[(&str, &str)]) {
    let Some(authority) = outside(test) else { return };
    let start = |zone: &str| {
        let files = [("zone.rpz", zone)];
        Resolver::start(test, make, authority.address(), &Orders { text, options, files: &files, is_root: false })
    };
    let mut last = None;
    for (policy, answer) in policies {
        let Some(resolver) = start(&written(Form::Rpz, DAY, policy)) else { return };
        // BIND answers before it has read the zone.
        wait(&resolver, "aaa.be", answer);
        check_entries(&resolver, answer);
        if make == Make::KnotResolver {
            // What it lets through passes by its other rules as well, so that it would ask the root of the world itself.
            check(&resolver, &[("ddd.org", answer), ("www.ddd.org", answer)]);
            assert_ne!(said(&resolver, "ok.ddd.org"), *answer);
        } else {
            check_let_through(&resolver, answer);
        }
        if *policy == SINKHOLE {
            check_ipv6(&resolver);
        }
        last = Some(resolver);
    }
    let after = written(Form::Rpz, AFTER, NX_DOMAIN.0);
    match (make, last) {
        (Make::Bind | Make::Unbound, Some(resolver)) => {
            resolver.replace("zone.rpz", &after);
            resolver.hang_up();
            wait(&resolver, "aaa.be", OUTSIDE);
            check_nothing(&resolver);
        }
        (Make::KnotResolver, _) => {
            let Some(resolver) = start(&after) else { return };
            check(&resolver, &["aaa.be", "www.aaa.be", "bbb.co.uk", "ccc.ws", "ddd.org"].map(|name| (name, OUTSIDE)));
        }
        _ => {
            let Some(resolver) = start(&after) else { return };
            check_nothing(&resolver);
        }
    }
}

#[test]
fn bind_obeys_a_policy_zone_and_the_one_after_it() {
    let test = "bind_obeys_a_policy_zone_and_the_one_after_it";
    let zone = "zone \"forestall.rpz\" { type primary; file \"zone.rpz\"; };\n";
    let options = "response-policy { zone \"forestall.rpz\"; } min-update-interval 0 qname-wait-recurse no;\n";
    obeyed(test, Make::Bind, zone, options, &[NO_DATA, BY_NAME, BY_ADDRESS, NX_DOMAIN]);
}

#[test]
fn unbound_obeys_a_policy_zone_and_the_one_after_it() {
    let test = "unbound_obeys_a_policy_zone_and_the_one_after_it";
    let clause = "rpz:\n  name: \"forestall.rpz\"\n  zonefile: \"{folder}/zone.rpz\"\n";
    obeyed(test, Make::Unbound, clause, "", &[NO_DATA, BY_NAME, BY_ADDRESS, NX_DOMAIN]);
}

#[test]
fn power_dns_recursor_obeys_a_policy_zone_and_the_one_after_it() {
    let test = "power_dns_recursor_obeys_a_policy_zone_and_the_one_after_it";
    let line = "rpzFile('{folder}/zone.rpz', { policyName = 'forestall.rpz' })\n";
    obeyed(test, Make::PowerDns, line, "", &[NO_DATA, BY_NAME, BY_ADDRESS, NX_DOMAIN]);
}

/// Of a sinkhole by name it says that it passes it over, and `docs/publish.md` does as well.
#[test]
fn knot_resolver_obeys_a_policy_zone_and_the_one_after_it() {
    let test = "knot_resolver_obeys_a_policy_zone_and_the_one_after_it";
    let rule = "policy.add(policy.rpz(policy.DENY, '{folder}/zone.rpz', false))\n";
    obeyed(test, Make::KnotResolver, rule, "", &[NX_DOMAIN, NO_DATA, BY_ADDRESS]);

    let Some(authority) = outside(test) else { return };
    let zone = written(Form::Rpz, DAY, BY_NAME.0);
    let orders = Orders { text: rule, files: &[("zone.rpz", &zone)], ..Orders::default() };
    let Some(resolver) = Resolver::start(test, Make::KnotResolver, authority.address(), &orders) else { return };
    check(&resolver, &[("aaa.be", OUTSIDE)]);
    assert!(resolver.said().contains("not supported"), "{}", resolver.said());
}
