// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Presence by servers that fail or lie: unknown with the reason, never absent, and always an end.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use forestall_connect::PresenceOptions;
use forestall_model::DomainName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};

use crate::presence::{collected, names, options as patient, told};
use crate::scripted::{NXDOMAIN, SINK, answer, server};
use crate::zones::name;

const SOA: &[u8] = &[0; 22];

fn options(server: SocketAddr) -> PresenceOptions<'static> {
    PresenceOptions { timeout: Duration::from_millis(400), tries: 1, give_up_after: 5, ..patient(server) }
}

#[tokio::test]
async fn asks_one_question_for_a_name_that_does_not_exist() {
    let (address, asked) = server(|question, _| Some(answer(question, NXDOMAIN, &[]))).await;
    let all: Vec<DomainName> = (0..100).map(|i| name(&format!("n{i}.be"))).collect();
    let (seen, _) = collected(&all, &options(address)).await;
    assert!(seen.values().all(|looked| told(looked) == "absent"));
    // One for the top-level domain, two for random names.
    assert_eq!(asked.load(Ordering::Relaxed), 103);
}

#[tokio::test]
async fn a_name_without_a_usable_answer_is_unknown() {
    let (address, _) = server(|question, name| {
        let mut told = answer(question, NXDOMAIN, &[]);
        match name {
            "servfail.be" => told = answer(question, [0x84, 2], &[]),
            "refused.be" => told = answer(question, [0x84, 5], &[]),
            "silent.be" => return None,
            "garbage.be" => told = vec![1, 2, 3],
            "wrong-id.be" => told[0] ^= 1,
            "wrong-name.be" => told[13] = b'x',
            "lame.be" => told = answer(question, [0x80, 3], &[]),
            "empty.be" => told = answer(question, [0x84, 0], &[]),
            "broken.be" => told = answer(question, [0x80, 0], &[(1, 2, b"\x3fabc")]),
            // Cut, and nobody listens on TCP.
            "cut.be" => told = answer(question, [0x86, 0], &[]),
            "elsewhere.be" => told = answer(question, [0x81, 0x80], &[(0, 1, &[192, 0, 2, 1])]),
            _ => {}
        }
        Some(told)
    })
    .await;
    let asked = names(&[
        "absent.be",
        "servfail.be",
        "refused.be",
        "silent.be",
        "garbage.be",
        "wrong-id.be",
        "wrong-name.be",
        "lame.be",
        "empty.be",
        "broken.be",
        "cut.be",
        "elsewhere.be",
    ]);
    let (seen, report) = collected(&asked, &PresenceOptions { give_up_after: 50, ..options(address) }).await;
    assert_eq!((report.told, report.failed), (1, 11));
    let expected = [
        ("absent.be", "absent"),
        ("broken.be", "an answer that cannot be read"),
        ("cut.be", "cuts its answer and gives no whole one over TCP"),
        ("elsewhere.be", "contradicts itself or is empty"),
        ("empty.be", "contradicts itself or is empty"),
        ("garbage.be", "none of which answers the question"),
        ("lame.be", "neither an authority for the name nor a resolver"),
        ("refused.be", "answers REFUSED"),
        ("servfail.be", "answers SERVFAIL"),
        ("silent.be", "did not answer"),
        ("wrong-id.be", "none of which answers the question"),
        ("wrong-name.be", "none of which answers the question"),
    ];
    for ((name, looked), (expected_name, expected)) in seen.iter().zip(expected) {
        let told = told(looked);
        assert!(name == expected_name && told.contains(expected), "{name}: {told}");
        assert!(name == "absent.be" || told.starts_with("? "), "{name}: {told}");
    }
}

#[tokio::test]
async fn an_endless_answer_over_tcp_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let socket = UdpSocket::bind(address).await.unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 2_048];
        while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
            let is_asked = buffer[12..length].starts_with(&[7]);
            let flags = if is_asked { [0x86, 0] } else { NXDOMAIN };
            socket.send_to(&answer(&buffer[..length], flags, &[]), peer).await.unwrap();
        }
    });
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut buffer = [0; 512];
                let _ = stream.read(&mut buffer).await;
                // As long as a message may be, and on and on.
                while stream.write_all(&[0xFF; 4_096]).await.is_ok() {}
            });
        }
    });
    let (seen, report) = collected(&names(&["endless.be", "absent.be"]), &options(address)).await;
    assert_eq!((report.told, report.failed), (1, 1));
    assert_eq!(told(&seen["absent.be"]), "absent");
    assert!(told(&seen["endless.be"]).contains("gives no whole one over TCP"), "{}", told(&seen["endless.be"]));
}

#[tokio::test]
async fn a_dead_parent_behind_a_living_server_holds_up_nobody() {
    let (address, asked) =
        server(|question, name| (!name.ends_with("be")).then(|| answer(question, NXDOMAIN, &[]))).await;
    let of = |tld: &str| (0..200).map(|i| name(&format!("n{i}.{tld}"))).collect::<Vec<_>>();
    let all: Vec<_> = ["ag", "be", "vg"].into_iter().flat_map(of).collect();
    let begin = std::time::Instant::now();
    let (seen, report) = collected(&all, &PresenceOptions { concurrency: 6, ..options(address) }).await;
    assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
    for (name, looked) in &seen {
        let told = told(looked);
        assert!(if name.ends_with(".be") { told.starts_with("? ") } else { told == "absent" }, "{name}: {told}");
    }
    let [given_up] = &report.given_up[..] else { panic!("{report:?}") };
    assert_eq!(given_up.parent.as_ref().map(ToString::to_string).as_deref(), Some("be"));
    assert!(asked.load(Ordering::Relaxed) < 450);
}

#[tokio::test]
async fn without_knowing_of_a_wildcard_only_absence_counts() {
    let (address, _) = server(|question, name| match name {
        "ours.be" => Some(answer(question, [0x80, 0], &[(1, 2, SINK)])),
        "absent.be" => Some(answer(question, NXDOMAIN, &[])),
        _ => None,
    })
    .await;
    let (seen, _) = collected(&names(&["ours.be", "absent.be"]), &options(address)).await;
    assert_eq!(told(&seen["absent.be"]), "absent");
    assert!(told(&seen["ours.be"]).starts_with("? nothing is known of a wildcard: "), "{}", told(&seen["ours.be"]));
}

#[tokio::test]
async fn aliases_in_a_circle_and_failures_behind_a_delegation_are_gaps() {
    // A resolver: of circle.be it tells an alias of itself, of broken.be nothing but its name servers.
    let resolve = |question: &[u8], name: &str| {
        let end = 12 + question[12..].iter().position(|b| *b == 0).unwrap();
        let kind = question[end + 2];
        let ok = [0x81, 0x80];
        Some(match (name, kind) {
            ("be", _) => answer(question, ok, &[(0, 6, SOA)]),
            ("circle.be" | "broken.be", 2) => answer(question, ok, &[(0, 2, SINK)]),
            ("circle.be", 6) => answer(question, ok, &[(0, 6, SOA)]),
            ("circle.be", _) => answer(question, ok, &[(0, 5, b"\xC0\x0C")]),
            ("broken.be", _) => answer(question, [0x81, 0x82], &[]),
            _ => answer(question, [0x81, 0x83], &[]),
        })
    };
    let (address, _) = server(resolve).await;
    let (seen, report) = collected(&names(&["circle.be", "broken.be"]), &options(address)).await;
    assert_eq!((report.told, report.with_gaps), (2, 2));
    let gaps = |name: &str| seen[name].gaps.iter().map(|gap| gap.reason.as_str()).collect::<Vec<_>>();
    let circle = "could not be learned: the answer has more than 16 aliases, or they go in a circle";
    assert_eq!(gaps("circle.be"), ["A", "AAAA", "MX"].map(|kind| format!("{kind} {circle}")));
    let broken = "could not be learned: the server answers SERVFAIL";
    assert_eq!(gaps("broken.be"), ["SOA", "A", "AAAA", "MX"].map(|kind| format!("{kind} {broken}")));
    assert_eq!(told(&seen["circle.be"]), "delegated ns1.sink.test");
    assert!(seen["circle.be"].presence.as_ref().unwrap().fact.soa.is_some());
}
