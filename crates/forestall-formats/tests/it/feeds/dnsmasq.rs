// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lines of dnsmasq's configuration.

use forestall_formats::Form;
use forestall_testkit::resolver::{Make, Resolver, Settings};

use super::answers::{OUTSIDE, SINKHOLE, check_entries, check_ipv6, check_let_through, check_nothing, outside, wait};
use super::small::{AFTER, AGAIN, DAY, head, refused, written};

#[test]
fn each_name_has_a_line() {
    assert_eq!(
        written(Form::Dnsmasq, DAY, "nxdomain"),
        head("#")
            + "server=/eee.be/#\n\
               server=/ok.ddd.org/#\n\
               server=/aaa.be/\n\
               server=/bbb.co.uk/\n\
               server=/ccc.ws/ # UNVERIFIED\n\
               server=/ddd.org/\n"
    );
    assert!(
        written(Form::Dnsmasq, AGAIN, SINKHOLE)
            .ends_with("server=/ok.ddd.org/#\naddress=/aaa.be/198.51.100.7\naddress=/aaa.be/2001:db8::7\n")
    );
    assert!(refused(Form::Dnsmasq, "nodata").contains("choose nxdomain"));
    assert!(refused(Form::Dnsmasq, "sinkhole=sink.example").contains("addresses of sink.example"));
}

#[test]
fn dnsmasq_answers_by_the_lines_and_after_sighup_by_those_of_the_day_after() {
    let test = "dnsmasq_answers_by_the_lines_and_after_sighup_by_those_of_the_day_after";
    let Some(authority) = outside(test) else { return };
    let start = |text: &str, file: &str| {
        let settings = Settings { text, files: &[("forestall.conf", file)], ..Settings::default() };
        Resolver::start(test, Make::Dnsmasq, authority.address(), &settings)
    };
    let sinkhole = written(Form::Dnsmasq, DAY, SINKHOLE);
    let Some(resolver) = start("conf-file={folder}/forestall.conf\n", &sinkhole) else { return };
    check_entries(&resolver, "A 198.51.100.7");
    check_let_through(&resolver, "A 198.51.100.7");
    check_ipv6(&resolver);

    let denied = written(Form::Dnsmasq, DAY, "nxdomain");
    let Some(resolver) = start("servers-file={folder}/forestall.conf\n", &denied) else { return };
    check_entries(&resolver, "NXDOMAIN");
    check_let_through(&resolver, "NXDOMAIN");
    resolver.replace("forestall.conf", &written(Form::Dnsmasq, AFTER, "nxdomain"));
    resolver.hang_up();
    wait(&resolver, "aaa.be", OUTSIDE);
    check_nothing(&resolver);
}

/// dnsmasq takes what stands after 1,024 octets of a line for a line of its own.
#[test]
fn no_line_is_cut_by_dnsmasq() {
    let mut feed = super::small::feed(DAY).into_object();
    feed.title = format!("{}\u{10FFFF}server=/org/", "\u{10FFFF}".repeat(300));
    let now = forestall_model::Instant::from_seconds(0);
    let feed = forestall_model::marking::release(feed, forestall_model::Audience::Recipient, now).unwrap();
    let mut out = Vec::new();
    Form::Dnsmasq.feed_writer().unwrap()(&feed, &forestall_formats::feed::Settings::default(), &mut out).unwrap();
    let longest = out.split(|octet| *octet == b'\n').map(<[u8]>::len).max().unwrap();
    assert_eq!(longest, 2 + 4 * 200);
}
