// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Octets of any kind: no panic, no answer that is longer than it may be, and a program that goes on.

use std::io::Write;

use forestall_sinkhole::dns::message::{Parsed, parse};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{SILENCE, Sinkhole, query, rcode, with_edns};

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
