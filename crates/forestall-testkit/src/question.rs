// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A question to a name server on loopback, from any of its addresses.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

/// The types of records that are asked for (RFC 1035, section 3.2.2).
pub(crate) const A: u8 = 1;
pub(crate) const SOA: u8 = 6;

/// Asks `server` over UDP for the address of `name`, from `client`, and returns the code of the answer.
///
/// # Errors
///
/// Where the name is none, or no answer comes in time.
pub fn ask(server: SocketAddr, client: Ipv4Addr, name: &str, patience: Duration) -> io::Result<u8> {
    let answer = exchange(server, client, name, A, patience)?;
    Ok(answer[3] & 0x0F)
}

/// Asks for records of a type, recursion desired, and returns the answer: a whole header at least, to this very question.
pub(crate) fn exchange(
    server: SocketAddr,
    client: Ipv4Addr,
    name: &str,
    qtype: u8,
    patience: Duration,
) -> io::Result<Vec<u8>> {
    let socket = UdpSocket::bind((client, 0))?;
    socket.connect(server)?;
    socket.set_read_timeout(Some(patience))?;
    let mut question = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.').filter(|label| !label.is_empty()) {
        question.push(u8::try_from(label.len()).map_err(io::Error::other)?);
        question.extend_from_slice(label.as_bytes());
    }
    question.extend_from_slice(&[0, 0, qtype, 0, 1]);
    socket.send(&question)?;
    let mut answer = vec![0; 1_500];
    let length = socket.recv(&mut answer)?;
    answer.truncate(length);
    if length < 12 || answer[..2] != question[..2] {
        return Err(io::Error::other("the answer is to another question"));
    }
    Ok(answer)
}

/// Says whether a server answers at all.
pub(crate) fn answers(server: SocketAddr) -> Result<(), String> {
    ask(server, Ipv4Addr::LOCALHOST, "ready.invalid", Duration::from_millis(100))
        .map(drop)
        .map_err(|error| error.to_string())
}
