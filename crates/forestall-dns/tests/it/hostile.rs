// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Servers that are broken, slow or lie. Each is a socket on the loopback interface with a script of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use forestall_dns::{AskError, Client, Data, Delegation, Kind, Options, Question, Rcode};
use forestall_model::OwnerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};

const ASKED: &str = "abcd.be";

fn name() -> OwnerName {
    ASKED.parse().unwrap()
}

fn options() -> Options {
    Options { timeout: Duration::from_millis(400), tries: 2, per_second: None, ..Options::default() }
}

async fn ask(server: SocketAddr) -> Result<forestall_dns::Answer, AskError> {
    let question = Question { name: name(), kind: Kind::Ns };
    Client::new(server, options()).ask(&question).await
}

/// Starts a server that sends, for each question, the messages that `script` makes of it; counts the questions.
async fn server(script: impl Fn(&[u8], u32) -> Vec<Vec<u8>> + Send + 'static) -> (SocketAddr, Arc<AtomicU32>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        let mut buffer = [0; 2_048];
        while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
            let number = count.fetch_add(1, Ordering::Relaxed);
            for message in script(&buffer[..length], number) {
                socket.send_to(&message, peer).await.unwrap();
            }
        }
    });
    (address, asked)
}

/// Makes a referral for the asked name to `ns1.sink` out of a question.
fn referral(question: &[u8]) -> Vec<u8> {
    let mut message = head(question, 0x80, 0, [0, 1, 0, 0]);
    // NS, IN, ttl 60, data "ns1.sink."
    message.extend_from_slice(&[0xC0, 12, 0, 2, 0, 1, 0, 0, 0, 60, 0, 10]);
    message.extend_from_slice(b"\x03ns1\x04sink\x00");
    message
}

/// Repeats number and question of a message with the flags and counts given (answer, authority, additional; low octets).
fn head(question: &[u8], flags: u8, rcode: u8, counts: [u8; 4]) -> Vec<u8> {
    let end = 12 + question[12..].iter().position(|b| *b == 0).unwrap() + 5;
    let mut message = question[..end].to_vec();
    message[2] = flags;
    message[3] = rcode;
    message[4..12].copy_from_slice(&[0, 1, 0, counts[0], 0, counts[1], counts[2], counts[3]]);
    message
}

fn with(mut message: Vec<u8>, change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    change(&mut message);
    message
}

#[tokio::test]
async fn takes_the_one_true_answer_among_forged_ones() {
    let (address, _) = server(|question, _| {
        vec![
            with(referral(question), |m| m[0] ^= 1),
            with(referral(question), |m| m[2] = 0),
            with(referral(question), |m| m[2] |= 0x10),
            with(referral(question), |m| m[13] = b'x'),
            with(referral(question), |m| {
                let end = 12 + ASKED.len() + 2;
                m[end..end + 2].copy_from_slice(&[0, 1]);
            }),
            vec![],
            vec![0xFF; 40],
            referral(question),
        ]
    })
    .await;
    let answer = ask(address).await.unwrap();
    assert_eq!(answer.authority[0].data, Data::Ns("ns1.sink".parse().unwrap()));
}

#[tokio::test]
async fn questions_cannot_be_guessed() {
    let (send, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let (address, _) = server(move |question, _| {
        send.send((question[..2].to_vec(), question[12..21].to_vec())).unwrap();
        vec![referral(question)]
    })
    .await;
    for _ in 0..32 {
        ask(address).await.unwrap();
    }
    let (mut numbers, mut names) = (Vec::new(), Vec::new());
    while let Ok((number, name)) = seen.try_recv() {
        numbers.push(number);
        names.push(name);
    }
    numbers.sort();
    numbers.dedup();
    names.sort();
    names.dedup();
    assert!(numbers.len() > 28, "{} numbers", numbers.len());
    assert!(names.len() > 10, "{} letter cases", names.len());
}

#[tokio::test]
async fn silence_ends_after_the_tries() {
    let (address, asked) = server(|_, _| Vec::new()).await;
    let start = Instant::now();
    let error = ask(address).await.unwrap_err();
    assert!(matches!(error, AskError::Silent { tries: 2, .. }), "{error}");
    assert!(error.is_silence());
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    assert!(start.elapsed() >= Duration::from_millis(800) && start.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_closed_port_is_no_answer() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    let error = ask(address).await.unwrap_err();
    assert!(error.is_silence(), "{error}");
}

#[tokio::test]
async fn a_lost_question_is_asked_again() {
    let (address, asked) = server(|question, number| if number == 0 { vec![] } else { vec![referral(question)] }).await;
    ask(address).await.unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn garbage_alone_is_an_error() {
    let (address, _) = server(|question, _| vec![vec![0x55; 100], with(referral(question), |m| m[0] ^= 1)]).await;
    let error = ask(address).await.unwrap_err();
    assert!(matches!(error, AskError::NotOurs { messages: 2, .. }), "{error}");
}

#[tokio::test]
async fn a_flood_of_forged_answers_ends() {
    let (address, _) = server(|question, _| vec![with(referral(question), |m| m[0] ^= 1); 500]).await;
    let start = Instant::now();
    assert!(ask(address).await.is_err());
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn broken_records_are_an_error_and_no_panic() {
    type Break = fn(&mut Vec<u8>);
    let broken: [(&str, Break); 7] = [
        ("cut in the data", |m| m.truncate(m.len() - 3)),
        ("cut in the record", |m| m.truncate(12 + ASKED.len() + 2 + 4 + 5)),
        ("more records than there are", |m| m[9] = 9),
        ("a pointer to itself", |m| {
            let at = 12 + ASKED.len() + 2 + 4;
            m[at + 1] = u8::try_from(at).unwrap();
        }),
        ("a pointer past the end", |m| {
            let at = 12 + ASKED.len() + 2 + 4;
            m[at..at + 2].copy_from_slice(&[0xFF, 0xFF]);
        }),
        ("data longer than the message", |m| {
            let at = m.len() - 11;
            m[at] = 200;
        }),
        ("data that end inside a name", |m| {
            let at = m.len() - 11;
            m[at] = 5;
        }),
    ];
    let mut asking = tokio::task::JoinSet::new();
    for (what, damage) in broken {
        asking.spawn(async move {
            let (address, _) = server(move |question, _| vec![with(referral(question), damage)]).await;
            (what, ask(address).await.unwrap_err())
        });
    }
    while let Some(done) = asking.join_next().await {
        let (what, error) = done.unwrap();
        assert!(matches!(error, AskError::Malformed { .. }), "{what}: {error}");
    }
}

#[tokio::test]
async fn any_damage_to_an_answer_ends_without_panic() {
    let (address, _) = server(|question, number| {
        let message = referral(question);
        let at = 2 + number as usize % (message.len() - 2);
        vec![with(message, |m| m[at] ^= 0xFF)]
    })
    .await;
    let client = Client::new(address, Options { timeout: Duration::from_millis(20), tries: 1, ..options() });
    for _ in 0..80 {
        let _ = client.delegation(&name()).await;
    }
}

#[tokio::test]
async fn asks_without_edns_where_the_server_does_not_know_it() {
    let (address, asked) = server(|question, _| {
        let edns = question[11] == 1;
        vec![if edns { head(question, 0x80, 1, [0; 4]) } else { referral(question) }]
    })
    .await;
    ask(address).await.unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn asks_in_lower_case_where_the_server_does_not_keep_it() {
    let (address, _) = server(|question, _| vec![with(referral(question), |m| m[12..21].make_ascii_lowercase())]).await;
    ask(address).await.unwrap();
}

#[tokio::test]
async fn a_refusal_without_the_question_is_understood() {
    let (address, _) = server(|question, _| {
        let mut message = question[..12].to_vec();
        message[2..12].copy_from_slice(&[0x80, 5, 0, 0, 0, 0, 0, 0, 0, 0]);
        vec![message]
    })
    .await;
    assert_eq!(ask(address).await.unwrap().rcode, Rcode::Refused);
}

/// Starts a server that cuts every answer over UDP and sends `reply` over TCP.
async fn cutting(reply: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) -> SocketAddr {
    loop {
        let (address, _) = server(|question, _| vec![head(question, 0x82, 0, [0; 4])]).await;
        // The port may be taken for TCP; then another pair is tried.
        let Ok(listener) = TcpListener::bind(address).await else { continue };
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut question = vec![0; usize::from(stream.read_u16().await.unwrap())];
                stream.read_exact(&mut question).await.unwrap();
                let _ = stream.write_all(&reply(&question)).await;
            }
        });
        return address;
    }
}

fn framed(message: &[u8]) -> Vec<u8> {
    let mut framed = u16::try_from(message.len()).unwrap().to_be_bytes().to_vec();
    framed.extend_from_slice(message);
    framed
}

#[tokio::test]
async fn an_answer_cut_over_udp_comes_over_tcp() {
    let address = cutting(|question| framed(&referral(question))).await;
    let client = Client::new(address, options());
    let servers = vec!["ns1.sink".parse().unwrap()];
    assert_eq!(client.delegation(&name()).await, Delegation::Delegated { servers, referral: true });
}

#[tokio::test]
async fn an_answer_cut_over_tcp_as_well_is_an_error_and_no_loop() {
    let address = cutting(|question| framed(&head(question, 0x82, 0, [0; 4]))).await;
    let error = ask(address).await.unwrap_err();
    assert!(matches!(error, AskError::NoTcp { .. }), "{error}");
    assert!(!error.is_silence());
}

#[tokio::test]
async fn tcp_that_breaks_off_or_lies_is_an_error() {
    for reply in [
        |question: &[u8]| framed(&referral(question))[..20].to_vec(),
        |question: &[u8]| framed(&with(referral(question), |m| m[0] ^= 1)),
        |_: &[u8]| Vec::new(),
        |_: &[u8]| vec![0, 0],
    ] {
        let error = ask(cutting(reply).await).await.unwrap_err();
        assert!(matches!(error, AskError::NoTcp { .. }), "{error}");
    }
}

#[tokio::test]
async fn no_tcp_at_all_is_an_error() {
    let (address, _) = server(|question, _| vec![head(question, 0x82, 0, [0; 4])]).await;
    let error = ask(address).await.unwrap_err();
    assert!(matches!(error, AskError::NoTcp { .. }), "{error}");
}

#[tokio::test]
async fn keeps_to_its_rate() {
    let (address, asked) = server(|question, _| vec![referral(question)]).await;
    let client = Client::new(address, Options { per_second: Some(100), ..options() });
    let start = Instant::now();
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..31 {
        let client = client.clone();
        asking.spawn(async move { client.delegation(&name()).await });
    }
    while let Some(done) = asking.join_next().await {
        assert!(matches!(done.unwrap(), Delegation::Delegated { .. }));
    }
    assert_eq!(asked.load(Ordering::Relaxed), 31);
    assert!(start.elapsed() >= Duration::from_millis(299), "{:?}", start.elapsed());
}
