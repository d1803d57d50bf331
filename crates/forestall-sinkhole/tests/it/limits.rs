// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Floods and slow clients: bounded, counted, and no harm to others.

use std::io::{Read, Write};
use std::time::Duration;

use forestall_spool::AnswerGiven;

use crate::support::{CONFIG, PATIENCE, SILENCE, Sinkhole, query, rcode, read_to_end, with_edns};

#[test]
fn a_flood_in_somebodys_name_is_bounded_and_counted() {
    let limits = "limits = { all = 0, alike = 5, failures = 3, slip = 2 }";
    let config = CONFIG.replace("limits = { all = 0, alike = 0, failures = 0 }", limits);
    let sinkhole = Sinkhole::with(&config, |_| {});
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(SILENCE)).unwrap();
    for _ in 0..400 {
        socket.send_to(&query("opentoday.ws", 1), sinkhole.address("dns")).unwrap();
    }
    let (mut whole, mut cut, mut buffer) = (0, 0, [0; 512]);
    while let Ok(length) = socket.recv(&mut buffer) {
        // An answer that is cut short is no longer than its query.
        if buffer[2] & 2 != 0 {
            assert_eq!(length, query("opentoday.ws", 1).len());
            cut += 1;
        } else {
            whole += 1;
        }
    }
    // However many seconds it took: a limit of 5 in each.
    assert!((5..=50).contains(&whole) && cut > 50, "{whole} whole, {cut} cut short");
    // Whoever shows that he is where he says is not limited.
    let client = [&[0, 10, 0, 8][..], b"abcdefgh"].concat();
    let answer = loop {
        // An answer cut short has a cookie too; every second one is sent.
        if let Some(answer) = sinkhole.udp_within(&with_edns(query("opentoday.ws", 1), 1_232, 0, &client), SILENCE) {
            break answer;
        }
    };
    let option = [&[0, 10, 0, 24][..], &answer[answer.len() - 24..]].concat();
    for _ in 0..20 {
        let answer = sinkhole.udp(&with_edns(query("opentoday.ws", 1), 1_232, 0, &option)).unwrap();
        assert_eq!((rcode(&answer), answer[2] & 2, answer[7]), (0, 0, 1));
    }
    assert!(sinkhole.metric("forestall_sinkhole_dns_limited_total{fate=\"dropped\"}") > 50);
    let seen = sinkhole.stop();
    let of = |answer| seen.dns.iter().filter(|hit| hit.answer == answer).count();
    // Every query is an event, whether it was answered or not.
    assert!(of(AnswerGiven::Records) + of(AnswerGiven::Slipped) + of(AnswerGiven::Dropped) >= 421);
    assert!(of(AnswerGiven::Slipped) >= cut && of(AnswerGiven::Dropped) > 50);
}

#[test]
fn slow_and_endless_clients_are_cut_off() {
    let config =
        format!("{CONFIG}\n[connections]\nmost = 40\nmost_of_address = 30\nseconds_idle = 1\nseconds_in_all = 3\n");
    let sinkhole = Sinkhole::with(&config, |_| {});
    // One octet of a request, and then nothing.
    let mut slow: Vec<_> = (0..10).map(|_| sinkhole.connect("http")).collect();
    for stream in &mut slow {
        stream.write_all(b"G").unwrap();
    }
    let mut silent = sinkhole.connect("dns");
    silent.write_all(&[0]).unwrap();
    for stream in slow.iter_mut().chain([&mut silent]) {
        assert_eq!(read_to_end(stream), b"");
    }
    // A request that is never whole, however busy its sender is.
    let mut drip = sinkhole.connect("http");
    let ended = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        drip.write_all(b"X: y\r\n").is_err()
    });
    assert!(ended, "a head without an end is not waited for");
    // A query that says it is longer than any.
    let mut long = sinkhole.connect("dns");
    long.write_all(&[0xFF, 0xFF, 0, 0]).unwrap();
    assert_eq!(read_to_end(&mut long), b"");
    // An endless head.
    let mut endless = sinkhole.connect("http");
    let _ = endless.write_all(&[b"GET / HTTP/1.1\r\n".to_vec(), vec![b'a'; 64 << 10]].concat());
    assert!(endless.read(&mut [0; 10]).unwrap_or(0) == 0);
    assert!(sinkhole.metric("forestall_sinkhole_connections_slow_total") >= 12);
    // More connections than an address may have are closed at once, and make room when they end.
    let crowd: Vec<_> = (0..60).map(|_| sinkhole.connect("http")).collect();
    while sinkhole.udp(&query("opentoday.ws", 1)).is_none() {}
    drop(crowd);
    std::thread::sleep(Duration::from_millis(500));
    assert!(sinkhole.metric("forestall_sinkhole_connections_refused_total") >= 20);
    assert!(sinkhole.exchange("http", b"GET / HTTP/1.0\r\n\r\n").starts_with(b"HTTP/1.1 200 OK\r\n"));
}

#[test]
fn requests_that_came_together_are_all_answered() {
    let sinkhole = Sinkhole::start();
    let request = b"GET / HTTP/1.1\r\nHost: a.ws\r\n\r\n";
    let last = b"GET / HTTP/1.1\r\nHost: a.ws\r\nConnection: close\r\n\r\n";
    // 16 KiB at once, whose answers are more than wait for a reader; and more than wait to be understood.
    for (count, shuts) in [((16 << 10) / request.len(), false), ((16 << 10) / request.len(), true), (900, true)] {
        let mut stream = sinkhole.connect("http");
        let requests = request.repeat(count - usize::from(!shuts));
        if shuts {
            // All the same where the other side has sent everything and says so.
            stream.write_all(&requests).unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
        } else {
            stream.write_all(&[&requests[..], last].concat()).unwrap();
        }
        let text = String::from_utf8(read_to_end(&mut stream)).unwrap();
        assert_eq!(text.matches("HTTP/1.1 200 OK").count(), count);
    }
    assert_eq!(sinkhole.stop().contacts.len(), 2 * ((16 << 10) / request.len()) + 900);
}

#[test]
fn a_busy_connection_leaves_others_their_turn() {
    let sinkhole = Sinkhole::start();
    let asked = query("not-listed.example", 1);
    let framed = [&u16::try_from(asked.len()).unwrap().to_be_bytes()[..], &asked].concat();
    let many = framed.repeat((64 << 10) / framed.len());
    let mut busy = sinkhole.connect("dns");
    let mut answers = busy.try_clone().unwrap();
    // Both end when the sinkhole does.
    let asks = std::thread::spawn(move || while busy.write_all(&many).is_ok() {});
    let reads = std::thread::spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        while answers.read(&mut buffer).is_ok_and(|octets| octets > 0) {}
    });
    while sinkhole.metric("forestall_sinkhole_dns_queries_total{transport=\"tcp\"}") < 1_000 {}
    for _ in 0..5 {
        assert!(sinkhole.exchange("http", b"GET / HTTP/1.0\r\n\r\n").starts_with(b"HTTP/1.1 200 OK\r\n"));
    }
    assert_eq!(sinkhole.stop().contacts.len(), 5);
    asks.join().unwrap();
    reads.join().unwrap();
}

#[test]
fn a_spool_that_is_full_costs_events_and_no_answer() {
    let config = CONFIG.replace("[spool]", "[spool]\nmost_mib = 1\nqueue_mib = 1");
    let sinkhole = Sinkhole::with(&config, |_| {});
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let (asked, mut buffer) = (query("opentoday.ws", 1), [0; 512]);
    let shed = || sinkhole.metric("forestall_sinkhole_events_total{kind=\"dns\",fate=\"shed\"}");
    // Nobody fetches anything; a MiB of events and one of those that wait are less than 200,000.
    let mut rounds = 0;
    while shed() == 0 {
        rounds += 1;
        assert!(rounds < 200, "nothing was left out");
        for _ in 0..20 {
            for _ in 0..50 {
                socket.send_to(&asked, sinkhole.address("dns")).unwrap();
            }
            for _ in 0..50 {
                let length = socket.recv(&mut buffer).expect("every query is answered");
                assert_eq!((rcode(&buffer[..length]), buffer[7]), (0, 1));
            }
        }
    }
    assert!(sinkhole.exchange("http", b"GET / HTTP/1.0\r\n\r\n").starts_with(b"HTTP/1.1 200 OK\r\n"));
    assert_eq!(rcode(&sinkhole.udp(&asked).unwrap()), 0);
    let octets = |file: std::io::Result<std::fs::DirEntry>| file.unwrap().metadata().unwrap().len();
    let spool = std::fs::read_dir(sinkhole.folder.path().join("spool")).unwrap();
    assert!(spool.map(octets).sum::<u64>() < 2 << 20, "it takes no more than it may");
}
