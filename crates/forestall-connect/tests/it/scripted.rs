// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Servers that answer as a test says, in octets that no honest server would send.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::UdpSocket;

pub(crate) const NXDOMAIN: [u8; 2] = [0x84, 3];
pub(crate) const SINK: &[u8] = b"\x03ns1\x04sink\x04test\x00";

/// Starts a server that answers each question by `script`, given the question and the text of its name; counts the questions.
pub(crate) async fn server(
    script: impl Fn(&[u8], &str) -> Option<Vec<u8>> + Send + 'static,
) -> (SocketAddr, Arc<AtomicUsize>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        let mut buffer = [0; 2_048];
        while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
            count.fetch_add(1, Ordering::Relaxed);
            if let Some(answer) = script(&buffer[..length], &name_of(&buffer[12..length])) {
                socket.send_to(&answer, peer).await.unwrap();
            }
        }
    });
    (address, asked)
}

fn name_of(mut octets: &[u8]) -> String {
    let mut labels = Vec::new();
    while let Some((length, rest)) = octets.split_first().filter(|(length, _)| **length > 0) {
        let (label, rest) = rest.split_at(usize::from(*length));
        labels.push(String::from_utf8_lossy(label).to_ascii_lowercase());
        octets = rest;
    }
    labels.join(".")
}

/// Makes an answer of a question: flags, response code, and records as (section 0 or 1, type, data) of the asked name.
pub(crate) fn answer(question: &[u8], flags: [u8; 2], records: &[(usize, u8, &[u8])]) -> Vec<u8> {
    let end = 12 + question[12..].iter().position(|b| *b == 0).unwrap() + 5;
    let mut message = question[..end].to_vec();
    message[2..4].copy_from_slice(&flags);
    let mut counts = [0_u8; 2];
    for (section, kind, data) in records {
        counts[*section] += 1;
        message.extend_from_slice(&[0xC0, 12, 0, *kind, 0, 1, 0, 0, 0, 60, 0, u8::try_from(data.len()).unwrap()]);
        message.extend_from_slice(data);
    }
    message[4..12].copy_from_slice(&[0, 1, 0, counts[0], 0, counts[1], 0, 0]);
    message
}
