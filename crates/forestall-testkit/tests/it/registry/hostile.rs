// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Frames that the registry must not take.

use forestall_testkit::registry::{Registry, Settings};

use super::talk::{Client, code, named};

#[test]
fn frames_that_cannot_be_read_are_refused_and_the_session_goes_on() {
    let registry = Registry::start(Settings::default());
    let mut client = Client::signed_in(&registry, Settings::SINKHOLE);
    let hello = "<epp xmlns=\"urn:ietf:params:xml:ns:epp-1.0\"><hello/></epp>";
    let bomb = format!("<!DOCTYPE epp [<!ENTITY a \"b\">]>{hello}");
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let no_command = hello.replace("hello", "goodbye");
    let two = hello.replace("<hello/>", "<hello/><hello/>");
    for frame in [bomb.as_str(), &deep, &no_command, &two, "<epp", " ", "GET / HTTP/1.1\r\n\r\n", "<epp><hello/></epp>"]
    {
        client.send(frame.as_bytes());
        assert_eq!(code(&client.read().unwrap()), 2001, "{}", frame.get(..40).unwrap_or(frame));
    }
    client.send(b"\xff\xfe");
    assert_eq!(code(&client.read().unwrap()), 2001);
    assert_eq!(code(&client.domain("check", &named("abcdef.com"))), 1000);
}

#[test]
fn frames_of_another_length_end_the_connection() {
    let registry = Registry::start(Settings { sessions: 100, ..Settings::default() });
    for octets in [&0x7fff_ffff_u32.to_be_bytes()[..], &3_u32.to_be_bytes(), &4_u32.to_be_bytes(), &0_u32.to_be_bytes()]
    {
        let mut client = Client::signed_in(&registry, Settings::SINKHOLE);
        client.send_octets(octets);
        assert!(client.has_ended(), "{octets:?}");
    }
}

#[test]
fn what_is_markup_in_a_value_comes_back_as_text() {
    let registry = Registry::start(Settings::default());
    let mut client = Client::signed_in(&registry, Settings::SINKHOLE);
    let answer = client.domain("check", "<domain:name>a&lt;b&gt;&amp;&quot;.com</domain:name>");
    assert!(answer.contains("<domain:name avail=\"0\">a&lt;b&gt;&amp;&quot;.com</domain:name>"), "{answer}");
    assert_eq!(code(&client.domain("info", "<domain:name>a&lt;b&gt;.com</domain:name>")), 2005);
    registry.validate("registry::hostile::what_is_markup_in_a_value_comes_back_as_text");
}
