// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Questions and their answers as packets: Ethernet, IPv4 or IPv6, UDP, DNS, in a pcap file.

use std::io::{self, Write};
use std::net::IpAddr;

use crate::traffic::{Question, address};

/// How long a resolver takes to answer, in microseconds.
const DELAY: i64 = 1_500;

/// Writes the header of a file with microseconds and Ethernet.
pub(crate) fn header(out: &mut impl Write) -> io::Result<()> {
    for word in [0xa1b2_c3d4, 0x0004_0002, 0, 0, 262_144, 1_u32] {
        out.write_all(&word.to_le_bytes())?;
    }
    Ok(())
}

/// Writes the packet of a question and that of its answer.
pub(crate) fn exchange(out: &mut impl Write, question: &Question<'_>) -> io::Result<()> {
    let client = address(question.client);
    let resolver: IpAddr = match client {
        IpAddr::V4(_) => [10, 0, 0, 53].into(),
        IpAddr::V6(_) => [0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x53].into(),
    };
    let mut body = Vec::with_capacity(96);
    for label in question.name.strip_suffix('.').unwrap_or(question.name).split('.') {
        body.push(u8::try_from(label.len()).unwrap_or(0));
        body.extend(label.as_bytes());
    }
    body.push(0);
    body.extend(question.qtype.to_be_bytes());
    body.extend(1_u16.to_be_bytes());
    let mut message = head(question.id, 0x0100, 0);
    message.extend(&body);
    packet(out, question.micros, (client, question.port), (resolver, 53), &message)?;
    let answers = u16::from(question.rcode == 0 && question.qtype == 1);
    let mut message = head(question.id, 0x8180 | question.rcode, answers);
    message.extend(&body);
    if answers == 1 {
        // A pointer to the name, an address of class IN for five minutes.
        message.extend([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 203, 0, 113, question.dice.to_le_bytes()[0]]);
    }
    packet(out, question.micros + DELAY, (resolver, 53), (client, question.port), &message)
}

fn head(id: u16, flags: u16, answers: u16) -> Vec<u8> {
    [id, flags, 1, answers, 0, 0].iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn packet(out: &mut impl Write, micros: i64, from: (IpAddr, u16), to: (IpAddr, u16), message: &[u8]) -> io::Result<()> {
    let length = |octets: usize| u16::try_from(octets).unwrap_or(u16::MAX).to_be_bytes();
    let mut packet: Vec<u8> = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
    match (from.0, to.0) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            packet.extend([0x08, 0x00, 0x45, 0]);
            packet.extend(length(28 + message.len()));
            packet.extend([0, 1, 0x40, 0, 64, 17, 0, 0]);
            packet.extend(from.octets());
            packet.extend(to.octets());
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            packet.extend([0x86, 0xdd, 0x60, 0, 0, 0]);
            packet.extend(length(8 + message.len()));
            packet.extend([17, 64]);
            packet.extend(from.octets());
            packet.extend(to.octets());
        }
        _ => return Err(io::Error::other("a packet has both ends of one version")),
    }
    packet.extend(from.1.to_be_bytes());
    packet.extend(to.1.to_be_bytes());
    packet.extend(length(8 + message.len()));
    packet.extend([0, 0]);
    packet.extend(message);
    let narrow = |number: i64| u32::try_from(number).unwrap_or(0).to_le_bytes();
    out.write_all(&narrow(micros / 1_000_000))?;
    out.write_all(&narrow(micros % 1_000_000))?;
    let captured = u32::try_from(packet.len()).unwrap_or(0).to_le_bytes();
    out.write_all(&captured)?;
    out.write_all(&captured)?;
    out.write_all(&packet)
}
