// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Octets of any kind: no panic, no answer that is longer than it may be, and a program that goes on.

use std::io::{Read, Write};
use std::net::Shutdown;

use forestall_sinkhole::dns::message::{Parsed, parse};
use forestall_spool::{ContactKind, Visitor};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{CONFIG, SILENCE, Sinkhole, query, rcode, read_to_end, with_edns};

/// A query that something happened to.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let edits = vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 0..6);
    (edits, vec(any::<u8>(), 0..40), any::<bool>()).prop_map(|(edits, options, edns)| {
        let mut message = query("www.opentoday.ws", 1);
        if edns {
            message = with_edns(message, 1_232, 0, &options);
        }
        for (place, octet, kind) in edits {
            let place = place.index(message.len());
            match kind {
                0 => message[place] = octet,
                1 => message.insert(place, octet),
                _ => message.truncate(place.max(1)),
            }
        }
        message
    })
}

/// The plain way to read a question, as the reference: labels one after another.
fn plain_name(message: &[u8]) -> Option<Vec<u8>> {
    let mut name = Vec::new();
    let mut at = 12;
    loop {
        let length = usize::from(*message.get(at)?);
        name.extend_from_slice(message.get(at..=at + length)?);
        at += 1 + length;
        match length {
            0 if name.len() <= 255 && message.len() >= at + 4 => return Some(name),
            1..=63 => {}
            _ => return None,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn what_is_read_is_what_stands_there(message in prop_oneof![damaged(), vec(any::<u8>(), 0..600)]) {
        match parse(&message) {
            Parsed::Query(query) => {
                prop_assert_eq!(query.head.id, [message[0], message[1]]);
                prop_assert_eq!((message[2] & 0xF8, &message[4..6]), (0, &[0, 1][..]));
                prop_assert_eq!(Some(query.question.name.to_vec()), plain_name(&message));
                prop_assert_eq!(&message[12..12 + query.question.octets.len()], query.question.octets);
            }
            Parsed::Nothing => prop_assert!(message.len() < 12 || message[2] & 0x80 != 0),
            Parsed::Fault { rcode, .. } => prop_assert!(matches!(rcode, 1 | 4 | 16)),
            Parsed::CookieOnly(..) => prop_assert_eq!(&message[4..6], &[0, 0]),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1))]

    #[test]
    fn a_running_sinkhole_takes_anything(
        messages in vec(prop_oneof![damaged(), vec(any::<u8>(), 0..1_600)], 600),
        streams in vec(vec(any::<u8>(), 0..3_000), 40),
    ) {
        let sinkhole = Sinkhole::start();
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(SILENCE)).unwrap();
        let mut buffer = [0; 2_048];
        for message in &messages {
            socket.send_to(message, sinkhole.address("dns")).unwrap();
        }
        while let Ok(length) = socket.recv(&mut buffer) {
            prop_assert!(length <= 1_232 && buffer[2] & 0x80 != 0);
        }
        for (stream, word) in streams.iter().zip(["dns", "http", "tls", "tcp", "metrics"].into_iter().cycle()) {
            let mut connection = sinkhole.connect(word);
            // It may have ended the connection already.
            let _ = connection.write_all(stream);
        }
        let answer = sinkhole.udp(&query("opentoday.ws", 1)).unwrap();
        prop_assert_eq!((rcode(&answer), answer[7]), (0, 1));
        let queries = sinkhole.metric("forestall_sinkhole_dns_queries_total{transport=\"udp\"}");
        prop_assert!(queries >= 1);
        let seen = sinkhole.stop();
        prop_assert!(seen.contacts.len() >= 24, "{}", seen.contacts.len());
    }
}

#[test]
fn names_that_lead_back_to_themselves_end() {
    let sinkhole = Sinkhole::start();
    let asked = query("opentoday.ws", 1);
    // The name of the question: a pointer to itself, to the head, beyond the end, and two that point to each other.
    for pointers in [&[0xC0, 12][..], &[0xC0, 0], &[0xFF, 0xFF], &[0xC0, 14, 0xC0, 12], &[1, b'a', 0xC0, 12]] {
        let message = [&asked[..12], pointers, &[0, 1, 0, 1]].concat();
        assert_eq!(rcode(&sinkhole.udp(&message).unwrap()), 1, "{pointers:?}");
    }
    // The owner of a record behind the question, in each section.
    for (section, pointer) in [(7, [0xC0, 30]), (9, [0xC0, 12]), (11, [0xC0, 30]), (11, [0xFF, 0xFF])] {
        let mut message = [&asked[..], &pointer, &[0, 1, 0, 1, 0, 0, 0, 0, 0, 0]].concat();
        message[section] = 1;
        let answer = sinkhole.udp(&message).unwrap();
        assert!(rcode(&answer) <= 1 && answer.len() < 64, "{section} {pointer:?} {answer:?}");
    }
    assert_eq!(rcode(&sinkhole.udp(&asked).unwrap()), 0);
}

#[test]
fn sixty_four_kib_over_tcp_are_not_read() {
    let sinkhole = Sinkhole::start();
    let asked = query("opentoday.ws", 1);
    // The longest message that there is; and one that is as long and a good query but for options that nobody sends.
    let long = with_edns(asked.clone(), 1_232, 0, &[&[0, 12, 0xFF, 0xB0][..], &vec![0; 0xFFB0]].concat());
    for message in [vec![0; 0xFFFF], long] {
        let mut stream = sinkhole.connect("dns");
        let octets = [&u16::try_from(message.len()).unwrap().to_be_bytes()[..], &message].concat();
        // It may end the connection before all is sent.
        let _ = stream.write_all(&octets);
        let _ = stream.shutdown(Shutdown::Write);
        assert_eq!(read_to_end(&mut stream), b"");
    }
    // As long as may be.
    let padding = vec![0; 4_096 - asked.len() - 11 - 4];
    let option = [&[0, 12][..], &u16::try_from(padding.len()).unwrap().to_be_bytes(), &padding].concat();
    let message = with_edns(asked, 1_232, 0, &option);
    assert_eq!(message.len(), 4_096);
    let mut stream = sinkhole.connect("dns");
    stream.write_all(&[&4_096_u16.to_be_bytes()[..], &message].concat()).unwrap();
    let mut answer = [0; 10];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!((rcode(&answer[2..]), answer[9]), (0, 1));
}

#[test]
fn octets_that_are_no_text_are_kept_as_they_are_and_do_no_harm() {
    let sinkhole = Sinkhole::start();
    let agent = b"\xFF\xFE\xC0\xAF \xED\xA0\x80 agent";
    let request = [b"GET /\xC3\x28 HTTP/1.0\r\nHost: \xFFhost\r\nUser-Agent: ", &agent[..], b"\r\n\r\n"].concat();
    assert!(sinkhole.exchange("http", &request).starts_with(b"HTTP/1.1 200 OK\r\n"));
    let asked = [&query("", 1)[..12], b"\x04\xFF\0\x80.\x09opentoday\x02ws\0\0\x01\0\x01"].concat();
    assert_eq!(rcode(&sinkhole.udp(&asked).unwrap()), 0);
    // The operator's page stays text.
    let page = sinkhole.exchange("metrics", b"GET /metrics HTTP/1.0\r\nX: \xFF\xFE\r\n\r\n");
    assert!(String::from_utf8(page).unwrap().starts_with("HTTP/1.1 200"));
    let seen = sinkhole.stop();
    assert_eq!(seen.contacts[0].user_agent.as_deref(), Some(&agent[..]));
    assert_eq!((seen.contacts[0].visitor, seen.contacts[0].path.as_str()), (Visitor::Unknown, ""));
    assert_eq!(seen.dns[0].qname[..5], *b"\x04\xFF\0\x80.");
}

#[test]
fn what_looks_like_tls_and_is_none_is_counted() {
    let config = format!("{CONFIG}\n[connections]\nseconds_idle = 1\n");
    let sinkhole = Sinkhole::with(&config, |_| {});
    let greeting = b"\x16\x03\x01\x40\x00\x01\x00\x3F\xFC\x03\x03";
    let shapes: [Vec<u8>; 6] = [
        // A greeting that says it is as long as may be, of nothing; records without an end; a greeting of version 2; an alert; octets of anything.
        [&greeting[..], &[0; 20_000]].concat(),
        b"\x16\x03\x01\x00\x01\x01".repeat(4_000),
        b"\x80\x2E\x01\x03\x01\x00\x15\x00\x00\x00\x10".to_vec(),
        b"\x15\x03\x03\x00\x02\x02\x28".to_vec(),
        vec![0xFF; 30_000],
        // Half a greeting, and then nothing.
        greeting.to_vec(),
    ];
    for shape in &shapes {
        let mut stream = sinkhole.connect("tls");
        let _ = stream.write_all(shape);
        // At most an alert comes back.
        assert!(read_to_end(&mut stream).len() <= 16, "{:?}", &shape[..8.min(shape.len())]);
    }
    assert_eq!(sinkhole.metric("forestall_sinkhole_tls_greetings_total{outcome=\"not_tls\"}"), shapes.len() as u64);
    let seen = sinkhole.stop();
    assert!(seen.contacts.len() == shapes.len() && seen.contacts.iter().all(|hit| hit.kind == ContactKind::NotTls));
}
