// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What of a name is scored, and which names get no score.

use forestall_detect::classify::{Classifier, NotScored, Room};

#[test]
fn the_label_left_of_the_public_suffix_is_scored() {
    let classifier = Classifier::built_in();
    let mut room = Room::default();
    let mut check = |name: &str, label: &str, suffix: &str| {
        let subject =
            classifier.subject(name.as_bytes(), &mut room).unwrap_or_else(|reason| panic!("{name}: {reason}"));
        assert_eq!((subject.label, subject.suffix), (label, suffix), "{name}");
    };
    check("wikipedia.org", "wikipedia", "org");
    check("WWW.Wikipedia.ORG.", "wikipedia", "org");
    check("  www.example-shop.co.uk\r", "example-shop", "co.uk");
    check("a8f3k2q9.www.heise.de", "heise", "de");
    check("vhfkqpxw.bazar", "vhfkqpxw", "bazar");
    check("ab.xn--p1ai", "ab", "xn--p1ai");
    // A customer of a dynamic DNS provider chose the label left of its zone.
    check("www.k87re2wtyn.ddns.net", "k87re2wtyn", "ddns.net");
    check("lwsbqbz.dyndns.org", "lwsbqbz", "dyndns.org");
    check("someone.mooo.com", "someone", "mooo.com");
    // The private section of the list is no cut: the name above was registered by the platform.
    check("somebody.github.io", "github", "io");
    check("name.blogspot.com", "blogspot", "com");
}

#[test]
fn names_that_nobody_chose_get_no_score() {
    let classifier = Classifier::built_in();
    let mut room = Room::default();
    let mut check = |reason: NotScored, names: &[&str]| {
        for name in names {
            assert_eq!(classifier.subject(name.as_bytes(), &mut room).err(), Some(reason), "{name}");
        }
    };
    check(NotScored::SingleLabel, &["localhost", "isatap", "suxxnuduznztt", "com", "WPAD."]);
    check(
        NotScored::Local,
        &[
            "printer.local",
            "a.b.lan",
            "nas.home",
            "vault.internal",
            "dc1.corp",
            "x.home.arpa",
            "www.localhost",
            "a.test",
            "a.invalid",
            "a.example",
            "duskgytldkxiuqc6.onion",
            "fritz.box",
            "host.localdomain",
        ],
    );
    check(NotScored::Reverse, &["1.0.168.192.in-addr.arpa", "b.a.9.8.ip6.arpa", "4.3.2.1.e164.arpa"]);
    check(
        NotScored::Lookup,
        &[
            "2.0.0.127.zen.spamhaus.org",
            "4.3.2.1.bl.spamcop.net",
            "0123456789abcdef.avqs.mcafee.com",
            "a1b2.hash.cymru.com",
            "x.e5.sk",
            "x.multi.uribl.com",
        ],
    );
    check(
        NotScored::Cloud,
        &[
            "d111111abcdef8.cloudfront.net",
            "bucket.s3.eu-west-1.amazonaws.com",
            "x7f3.azureedge.net",
            "a1-b2.akamaiedge.net",
            "r3---sn-4g5e6nsz.googlevideo.com",
            "ab12cd.workers.dev",
            "cloudfront.net",
        ],
    );
    check(
        NotScored::Service,
        &["_ldap._tcp.dc._msdcs.ad.example.com", "_dmarc.praat.org", "a._domainkey.wikipedia.org"],
    );
    check(NotScored::Internationalised, &["xn--bcher-kva.de", "www.xn--80ak6aa92e.com", "bücher.de", "пример.рф"]);
    check(NotScored::PublicSuffix, &["co.uk", "ddns.net", "gov.uk", "dyndns.org"]);
    let long = format!("{}.com", "a".repeat(64));
    check(
        NotScored::NotAName,
        &[
            "",
            ".",
            "..",
            "a..com",
            ".com",
            "-a.com",
            "a-.com",
            "a b.com",
            "192.0.2.1",
            "2001:db8::1",
            "a=b.com",
            "a_b.com",
            &long,
        ],
    );
}

#[test]
fn a_service_name_is_told_from_a_host_with_an_underscore_further_left() {
    let classifier = Classifier::built_in();
    let mut room = Room::default();
    let subject = classifier.subject(b"my_host.wikipedia.org", &mut room).unwrap();
    assert_eq!(subject.label, "wikipedia");
}

#[test]
fn a_label_is_cut_into_words() {
    let classifier = Classifier::built_in();
    let pieces = |label: &str| -> Vec<String> { classifier.segment(label).pieces(label).map(str::to_owned).collect() };
    assert_eq!(pieces("onlinemarketing"), ["online", "marketing"]);
    assert_eq!(pieces("free-download24"), ["free", "-", "download", "24"]);
    assert!(classifier.segment("onlinemarketing").cost() < classifier.segment("nlonieramtkngie").cost());
    assert!(pieces("").is_empty());
}
