// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Those who send garbage, never read, never ask, or come in crowds.

use std::time::Duration;

use forestall_dns::transfer::Limits;
use tokio::io::AsyncReadExt;
use tokio::net::UdpSocket;

use super::guests::{framed, hear, question, say, until, until_closed};
use super::played::{Played, Serving, ZONE, many, names, serve};

const SOA: u8 = 6;
const AXFR: u8 = 252;

/// Serves a zone of 300,000 names to whoever asks.
async fn large(limits: Limits) -> Serving {
    let played = Played { unsigned: true, ..Played::default() };
    played.play(1, names([]), many(0, 300_000));
    serve(played, limits).await
}

fn limits(change: impl Fn(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_who_never_reads_is_let_go_and_its_place_is_free() {
    let serving = large(limits(|limits| limits.write = Duration::from_millis(300))).await;
    let mut silent = say(serving.address, &question(AXFR)).await;
    until(|| serving.server.counts().cut == 1).await;
    until(|| serving.server.connections() == 0).await;
    let ended = serving.server.zones().ended.lock().unwrap().clone();
    assert!(!ended[0].whole && ended[0].records < 600_003, "{ended:?}");
    // Whoever reads gets it, and the one who did not gets no end.
    let mut reader = say(serving.address, &question(AXFR)).await;
    let mut count = 0;
    while count < 600_003 {
        let message = hear(&mut reader).await;
        count += usize::from(u16::from_be_bytes([message[6], message[7]]));
    }
    assert_eq!(count, 600_003);
    assert!(until_closed(&mut silent).await < 16 << 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_that_is_cut_by_the_subscriber_ends_and_can_be_had_again() {
    let serving = large(Limits::default()).await;
    for cut in 1..=3 {
        let mut stream = say(serving.address, &question(AXFR)).await;
        hear(&mut stream).await;
        drop(stream);
        until(|| serving.server.counts().cut == cut).await;
    }
    until(|| serving.server.connections() == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_subscriber_gets_a_zone_once_at_a_time() {
    let serving = large(Limits::default()).await;
    let mut first = say(serving.address, &question(AXFR)).await;
    hear(&mut first).await;
    let mut second = say(serving.address, &question(AXFR)).await;
    let reply = hear(&mut second).await;
    assert_eq!((reply[3] & 15, u16::from_be_bytes([reply[6], reply[7]])), (2, 0), "SERVFAIL, to be asked again");
    // Other questions are answered meanwhile.
    let mut third = say(serving.address, &question(SOA)).await;
    assert_eq!(hear(&mut third).await[3] & 15, 0);
    drop(first);
    until(|| serving.server.counts().cut == 1).await;
    let mut again = say(serving.address, &question(AXFR)).await;
    assert!(hear(&mut again).await.len() > 10_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_have_their_numbers_and_their_time() {
    let few = limits(|limits| {
        (limits.connections, limits.of_address, limits.questions) = (3, 2, 4);
        limits.idle = Duration::from_millis(400);
    });
    let serving = serve(Played { unsigned: true, ..Played::small() }, few).await;
    let mut first = say(serving.address, &[]).await;
    let mut second = say(serving.address, &[]).await;
    until(|| serving.server.connections() == 2).await;
    let mut third = say(serving.address, &question(SOA)).await;
    assert_eq!(until_closed(&mut third).await, 0);
    assert_eq!(serving.server.counts().turned_away, 1);
    // Who never asks is let go.
    assert_eq!((until_closed(&mut first).await, until_closed(&mut second).await), (0, 0));
    until(|| serving.server.connections() == 0).await;
    // Five questions at once: four are answered.
    let mut eager = say(serving.address, &question(SOA).repeat(5)).await;
    for _ in 0..4 {
        assert_eq!(hear(&mut eager).await[3] & 15, 0);
    }
    assert_eq!(until_closed(&mut eager).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_answered_shortly_or_not_at_all() {
    let quick = limits(|limits| limits.idle = Duration::from_millis(400));
    let serving = serve(Played { unsigned: true, ..Played::small() }, quick).await;
    let whole = question(SOA)[2..].to_vec();
    let formerr = async |message: &[u8]| {
        let mut stream = say(serving.address, &framed(message)).await;
        let reply = hear(&mut stream).await;
        assert_eq!((&reply[..2], reply[3] & 15), (&message[..2], 1), "{message:?}");
    };
    for end in 12..whole.len() {
        formerr(&whole[..end]).await;
    }
    let changed = |place: usize, octet: u8| {
        let mut message = whole.clone();
        message[place] = octet;
        message
    };
    // Two questions, none, many records that are not there, octets behind the end.
    for message in [changed(5, 2), changed(5, 0), changed(7, 255), changed(9, 1), [&whole[..], &[0]].concat()] {
        formerr(&message).await;
    }
    // IXFR without the SOA that the secondary has.
    formerr(&question(251)[2..]).await;
    // No header, an answer, and a length that no question has: the connection is closed.
    for octets in
        [framed(&whole[..11]), framed(&changed(2, 0x80)), vec![0xFF, 0xFF], vec![0], question(SOA)[..9].to_vec()]
    {
        let mut stream = say(serving.address, &octets).await;
        assert_eq!(until_closed(&mut stream).await, 0, "{octets:?}");
    }
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    for octets in [&[][..], &whole[..5], &changed(2, 0x80), &[0xFF; 4_000]] {
        socket.send_to(octets, serving.address).await.unwrap();
    }
    // A whole zone does not fit into a packet; the last one is answered, and nothing before it was.
    socket.send_to(&question(AXFR)[2..], serving.address).await.unwrap();
    let mut buffer = [0; 600];
    let length = socket.recv(&mut buffer).await.unwrap();
    assert_eq!((buffer[3] & 15, length), (1, whole.len()), "{ZONE}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_kept_for_the_next_question() {
    let serving = serve(Played { unsigned: true, ..Played::small() }, Limits::default()).await;
    let mut stream = say(serving.address, &[question(SOA), question(AXFR), question(SOA)].concat()).await;
    for records in [1, 15, 1] {
        let reply = hear(&mut stream).await;
        assert_eq!(u16::from_be_bytes([reply[6], reply[7]]), records);
    }
    assert!(tokio::time::timeout(Duration::from_millis(50), stream.read_u8()).await.is_err(), "it is still open");
}
