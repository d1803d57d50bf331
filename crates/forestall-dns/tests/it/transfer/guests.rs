// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Connections by hand, for what no honest program sends.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::played::ZONE;

/// Long enough for any machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Writes a question for a type of records of the zone, with its length before it.
pub(crate) fn question(rtype: u8) -> Vec<u8> {
    let mut message = vec![0xAB, 0xCD, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in ZONE.split('.') {
        message.push(u8::try_from(label.len()).unwrap());
        message.extend_from_slice(label.as_bytes());
    }
    message.extend_from_slice(&[0, 0, rtype, 0, 1]);
    framed(&message)
}

pub(crate) fn framed(message: &[u8]) -> Vec<u8> {
    let mut octets = u16::try_from(message.len()).unwrap().to_be_bytes().to_vec();
    octets.extend_from_slice(message);
    octets
}

/// Connects and says something.
pub(crate) async fn say(to: SocketAddr, octets: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(to).await.unwrap();
    stream.write_all(octets).await.unwrap();
    stream
}

/// Reads one message.
pub(crate) async fn hear(stream: &mut TcpStream) -> Vec<u8> {
    let read = async {
        let length = stream.read_u16().await.unwrap();
        let mut message = vec![0; usize::from(length)];
        stream.read_exact(&mut message).await.unwrap();
        message
    };
    timeout(PATIENCE, read).await.unwrap()
}

/// Reads until the other side has closed, or broken off; returns how many octets came.
pub(crate) async fn until_closed(stream: &mut TcpStream) -> usize {
    let mut all = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut all)).await.expect("the connection is closed");
    all.len()
}

/// Waits until something is so.
pub(crate) async fn until(what: impl Fn() -> bool) {
    let wait = async {
        while !what() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, wait).await.expect("it never came to be so");
}
