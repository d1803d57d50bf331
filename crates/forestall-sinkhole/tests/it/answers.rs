// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers over UDP and TCP, octet by octet where that is what counts.

use std::io::{Read, Write};
use std::net::UdpSocket;

use forestall_spool::{AnswerGiven, CookieSeen, Transport};

use crate::support::{PATIENCE, SILENCE, Sinkhole, counts, query, rcode, wire, with_edns};

#[test]
fn a_listed_name_is_answered_as_it_was_asked() {
    let sinkhole = Sinkhole::start();
    // 0x20: the letter case comes back.
    let asked = query("OpEnToDaY.wS", 1);
    let answer = sinkhole.udp(&asked).unwrap();
    #[rustfmt::skip]
    let expected = [
        &[0x12, 0x34, 0x85, 0, 0, 1, 0, 1, 0, 0, 0, 0][..], // an authoritative answer, recursion desired as it came
        &asked[12..],
        &[0xC0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 80],
    ]
    .concat();
    assert_eq!(answer, expected);
    // Below a listed name as at it.
    let below = sinkhole.udp(&query("a.b.opentoday.ws", 28)).unwrap();
    assert_eq!((rcode(&below), counts(&below)), (0, [1, 0, 0]));
    let seen = sinkhole.stop();
    assert_eq!(seen.dns[0].qname, wire("OpEnToDaY.wS"));
    let facts = (seen.dns[0].qtype, seen.dns[0].answer, seen.dns[0].transport, seen.dns[0].cookie);
    assert_eq!(facts, (1, AnswerGiven::Records, Transport::Udp, None));
    assert_eq!(seen.dns[0].campaigns, ["test-a"]);
    assert_eq!(seen.dns[1].qname, wire("a.b.opentoday.ws"));
}

#[test]
fn everything_else_is_refused_and_not_kept() {
    let sinkhole = Sinkhole::start();
    for name in ["example.com", "ws", "", "collided.com", "www.collided.com", "opentoday.ws.example"] {
        let answer = sinkhole.udp(&query(name, 1)).unwrap();
        assert_eq!((rcode(&answer), counts(&answer), answer[2] & 4), (5, [0; 3], 0), "{name}");
    }
    // The window is closed: refused, and kept, since the clocks of infected machines are wrong.
    assert_eq!(rcode(&sinkhole.udp(&query("bygone.ws", 1)).unwrap()), 5);
    // Another class, a transfer.
    let mut chaos = query("opentoday.ws", 16);
    *chaos.last_mut().unwrap() = 3;
    assert_eq!(rcode(&sinkhole.udp(&chaos).unwrap()), 5);
    assert_eq!(rcode(&sinkhole.udp(&query("opentoday.ws", 252)).unwrap()), 5);
    let seen = sinkhole.stop();
    let kept: Vec<_> = seen.dns.iter().map(|hit| (hit.qname.clone(), hit.answer)).collect();
    assert_eq!(kept, [(wire("bygone.ws"), AnswerGiven::Closed), (wire("opentoday.ws"), AnswerGiven::Failed)]);
}

#[test]
fn types_without_records_are_no_data() {
    let sinkhole = Sinkhole::start();
    // DS, DNSKEY, SVCB, HTTPS, SRV, PTR: no record, and who says so.
    for qtype in [43, 48, 64, 65, 33, 12] {
        let answer = sinkhole.udp(&query("opentoday.ws", qtype)).unwrap();
        assert_eq!((rcode(&answer), counts(&answer), answer[2] & 4), (0, [0, 1, 0], 4), "{qtype}");
    }
    // The name servers stand at the listed name alone; who says so is the listed name.
    let below = sinkhole.udp(&query("abc.opentoday.ws", 2)).unwrap();
    assert_eq!(counts(&below), [0, 1, 0]);
    let question = query("abc.opentoday.ws", 2).len();
    assert_eq!(below[question..question + 2], [0xC0, 12 + 4]);
}

#[test]
fn groups_have_addresses_of_their_own() {
    let sinkhole = Sinkhole::start();
    let last = |name| sinkhole.udp(&query(name, 1)).unwrap().last().copied();
    assert_eq!(
        (last("opentoday.ws"), last("forever.example.org"), last("shared.info")),
        (Some(80), Some(81), Some(81))
    );
    let seen = sinkhole.stop();
    assert_eq!(seen.dns[2].campaigns, ["test-a", "test-b"]);
}

#[test]
fn edns_is_spoken() {
    let sinkhole = Sinkhole::start();
    // The name of the server.
    let answer = sinkhole.udp(&with_edns(query("opentoday.ws", 1), 4_096, 0, &[0, 3, 0, 0])).unwrap();
    assert!(answer.ends_with(b"\0\x03\0\x06test-1"), "{answer:?}");
    // A version that nobody knows: BADVERS, 16, whose upper bits stand in the record.
    let answer = sinkhole.udp(&with_edns(query("opentoday.ws", 1), 4_096, 1, &[])).unwrap();
    assert_eq!((rcode(&answer), counts(&answer)), (0, [0, 0, 1]));
    assert_eq!(answer[answer.len() - 11..], [0, 0, 41, 4, 208, 1, 0, 0, 0, 0, 0]);
    // Two records.
    let twice = with_edns(with_edns(query("opentoday.ws", 1), 512, 0, &[]), 512, 0, &[]);
    assert_eq!(rcode(&sinkhole.udp(&twice).unwrap()), 1);
    // Options that are cut.
    assert_eq!(rcode(&sinkhole.udp(&with_edns(query("opentoday.ws", 1), 512, 0, &[0, 3, 0, 9])).unwrap()), 1);
    // Neither half a cookie nor half a server's.
    for length in [7, 12, 41] {
        let option = [&[0, 10, 0, length][..], &vec![1; usize::from(length)]].concat();
        assert_eq!(rcode(&sinkhole.udp(&with_edns(query("opentoday.ws", 1), 512, 0, &option)).unwrap()), 1);
    }
}

#[test]
fn cookies_come_back_and_are_known() {
    let sinkhole = Sinkhole::start();
    let client = [&[0, 10, 0, 8][..], b"abcdefgh"].concat();
    let answer = sinkhole.udp(&with_edns(query("opentoday.ws", 1), 1_232, 0, &client)).unwrap();
    let cookie = answer[answer.len() - 24..].to_vec();
    assert_eq!((&cookie[..8], cookie[8]), (&b"abcdefgh"[..], 1));
    let option = [&[0, 10, 0, 24][..], &cookie].concat();
    sinkhole.udp(&with_edns(query("opentoday.ws", 1), 1_232, 0, &option)).unwrap();
    let mut other = option;
    *other.last_mut().unwrap() ^= 1;
    sinkhole.udp(&with_edns(query("opentoday.ws", 1), 1_232, 0, &other)).unwrap();
    // A question for a cookie alone (RFC 7873, section 5.4).
    let mut alone = query("", 1);
    alone.truncate(12);
    alone[5] = 0;
    let answer = sinkhole.udp(&with_edns(alone, 1_232, 0, &client)).unwrap();
    assert_eq!((rcode(&answer), answer[5], answer.len()), (0, 0, 12 + 11 + 28));
    let seen = sinkhole.stop();
    let cookies: Vec<_> = seen.dns.iter().map(|hit| hit.cookie.unwrap()).collect();
    assert_eq!(cookies, [CookieSeen::Client, CookieSeen::Valid, CookieSeen::Other]);
}

#[test]
fn malformed_messages_are_answered_as_the_rfcs_say() {
    let sinkhole = Sinkhole::start();
    let good = query("opentoday.ws", 1);
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut message = good.clone();
        change(&mut message);
        message
    };
    for (code, message) in [
        (1, changed(&|message| message[5] = 0)),
        (1, changed(&|message| message[5] = 2)),
        (1, changed(&|message| message[7] = 1)),
        (1, changed(&|message| message.push(0))),
        (1, changed(&|message| message.truncate(20))),
        (1, changed(&|message| message.truncate(12))),
        (1, changed(&|message| message[12..14].copy_from_slice(&[0xC0, 12]))),
        (1, changed(&|message| message[12] = 64)),
        (4, changed(&|message| message[2] = 4 << 3)),
        (4, changed(&|message| message[2] = 5 << 3)),
    ] {
        let answer = sinkhole.udp(&message).unwrap();
        assert_eq!((answer[..2].to_vec(), rcode(&answer)), (vec![0x12, 0x34], code), "{message:?}");
        assert_eq!(counts(&answer), [0; 3]);
    }
    // An answer, and what is too short or too long for anything, is not answered: two servers would never stop.
    for message in [changed(&|message| message[2] |= 0x80), good[..11].to_vec(), [&good[..], &[0; 2_000]].concat()] {
        assert_eq!(sinkhole.udp_within(&message, SILENCE), None);
    }
    assert_eq!(sinkhole.metric("forestall_sinkhole_dns_ignored_total"), 3);
}

#[test]
fn a_message_is_too_long_at_the_same_octet_whether_it_is_taken_alone_or_with_others() {
    let sinkhole = Sinkhole::start();
    let good = query("opentoday.ws", 1);
    let padded = |octets: usize| {
        let mut message = good.clone();
        message.resize(octets, 0);
        message
    };
    // From one socket, so that one thread takes all; of so many, it takes some alone and some together.
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(sinkhole.address("dns")).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    for _ in 0..40 {
        for message in [padded(1_537), padded(1_536), good.clone()] {
            socket.send(&message).unwrap();
        }
        let codes = [0; 2].map(|_| {
            let mut answer = [0; 512];
            socket.recv(&mut answer).unwrap();
            rcode(&answer)
        });
        assert_eq!(codes, [1, 0]);
    }
    assert_eq!(sinkhole.metric("forestall_sinkhole_dns_ignored_total"), 40);
}

#[test]
fn tcp_answers_several_queries_in_their_order() {
    let sinkhole = Sinkhole::start();
    let framed = |message: Vec<u8>| [&u16::try_from(message.len()).unwrap().to_be_bytes()[..], &message].concat();
    let mut stream = sinkhole.connect("dns");
    let queries =
        [framed(query("opentoday.ws", 1)), framed(query("forever.example.org", 16)), framed(query("x.com", 1))];
    // One octet at a time for the first, then all at once.
    for octet in &queries[0] {
        stream.write_all(&[*octet]).unwrap();
    }
    stream.write_all(&queries[1..].concat()).unwrap();
    let codes = [0, 0, 5].map(|expected| {
        let mut length = [0; 2];
        stream.read_exact(&mut length).unwrap();
        let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(rcode(&answer), expected);
        counts(&answer)
    });
    assert_eq!(codes, [[1, 0, 0], [2, 0, 0], [0, 0, 0]]);
    drop(stream);
    let seen = sinkhole.stop();
    assert_eq!(seen.dns.len(), 2);
    assert!(seen.dns.iter().all(|hit| hit.transport == Transport::Tcp));
}

#[test]
fn a_burst_is_answered_query_by_query() {
    let sinkhole = Sinkhole::start();
    let client = [&[0, 10, 0, 8][..], b"abcdefgh"].concat();
    let mut chaos = query("opentoday.ws", 16);
    *chaos.last_mut().unwrap() = 3;
    let mut answer = query("opentoday.ws", 1);
    answer[2] |= 0x80;
    let kinds = [
        query("opentoday.ws", 1),
        query("www.opentoday.ws", 28),
        query("example.com", 1),
        query("collided.com", 1),
        chaos,
        answer,
        query("shared.info", 16),
        b"short".to_vec(),
        query("bygone.ws", 1),
        with_edns(query("forever.example.org", 1), 1_232, 0, &client),
        query("opentoday.ws", 1)[..20].to_vec(),
        query("ws", 2),
    ];
    // What each is answered alone, but for its number, and cookies, which have the second in them.
    let alone: Vec<_> =
        kinds.iter().map(|kind| sinkhole.udp_within(kind, SILENCE).map(|answer| facts(&answer))).collect();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(SILENCE)).unwrap();
    // Stopped meanwhile, so that they come together.
    sinkhole.signal(nix::sys::signal::Signal::SIGSTOP);
    for number in 0..300_u16 {
        let mut message = kinds[usize::from(number) % kinds.len()].clone();
        message[..2].copy_from_slice(&number.to_be_bytes());
        socket.send_to(&message, sinkhole.address("dns")).unwrap();
    }
    sinkhole.signal(nix::sys::signal::Signal::SIGCONT);
    let mut answers = vec![None; 300];
    let mut buffer = [0; 2_048];
    while let Ok(length) = socket.recv(&mut buffer) {
        let number = usize::from(u16::from_be_bytes([buffer[0], buffer[1]]));
        assert!(answers[number].is_none(), "{number} is answered twice");
        answers[number] = Some(facts(&buffer[..length]));
    }
    for (number, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer, alone[number % kinds.len()], "{number}");
    }
    let seen = sinkhole.stop();
    // Five kinds are events; each was asked alone as well.
    assert_eq!(seen.dns.len(), 5 * (300 / kinds.len() + 1));
}

fn facts(answer: &[u8]) -> (u8, [u8; 3], usize, Vec<u8>) {
    (rcode(answer), counts(answer), answer.len(), answer[12..answer.len().min(60)].to_vec())
}
