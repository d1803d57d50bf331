// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a name server answers about the addresses of a name: its code and its records, as text.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use crate::question::{A, exchange};

/// The types of records that are read besides [`A`] (RFC 1035, section 3.2.2; RFC 3596, section 2.1).
const CNAME: u16 = 5;
const AAAA: u8 = 28;
const PATIENCE: Duration = Duration::from_secs(10);

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The code: 0 that the name exists, 3 that it does not.
    pub code: u8,
    /// Type and data of the records of the answer section, in order: `A 192.0.2.1`, `CNAME sink.example`. Other types than these and AAAA are left out.
    pub records: Vec<String>,
}

/// Asks for the IPv4 addresses of a name.
///
/// # Errors
///
/// Where no answer comes in time, or one that is none.
pub fn ipv4(server: SocketAddr, name: &str) -> io::Result<Answer> {
    of(server, name, A)
}

/// Asks for the IPv6 addresses of a name.
///
/// # Errors
///
/// As [`ipv4`].
pub fn ipv6(server: SocketAddr, name: &str) -> io::Result<Answer> {
    of(server, name, AAAA)
}

fn of(server: SocketAddr, name: &str, qtype: u8) -> io::Result<Answer> {
    let octets = exchange(server, Ipv4Addr::LOCALHOST, name, qtype, PATIENCE)?;
    read(&octets).ok_or_else(|| io::Error::other(format!("the answer is none: {octets:02x?}")))
}

fn read(octets: &[u8]) -> Option<Answer> {
    let number = |at: usize| Some(u16::from_be_bytes(*octets.get(at..)?.first_chunk()?));
    let mut at = 12;
    for _ in 0..number(4)? {
        at = name(octets, at)?.1 + 4;
    }
    let mut records = Vec::new();
    for _ in 0..number(6)? {
        at = name(octets, at)?.1;
        let (kind, length) = (number(at)?, usize::from(number(at + 8)?));
        at += 10;
        let data = octets.get(at..at + length)?;
        if kind == u16::from(A) {
            records.push(format!("A {}", Ipv4Addr::from(<[u8; 4]>::try_from(data).ok()?)));
        } else if kind == u16::from(AAAA) {
            records.push(format!("AAAA {}", Ipv6Addr::from(<[u8; 16]>::try_from(data).ok()?)));
        } else if kind == CNAME {
            records.push(format!("CNAME {}", name(octets, at)?.0));
        }
        at += length;
    }
    Some(Answer { code: octets.get(3)? & 0x0F, records })
}

/// Returns the name at a place, and the place behind it. References point back (RFC 1035, section 4.1.4), so that they come to an end.
fn name(octets: &[u8], mut at: usize) -> Option<(String, usize)> {
    let (mut labels, mut behind) = (Vec::new(), None);
    loop {
        let length = usize::from(*octets.get(at)?);
        match length {
            0 => return Some((labels.join("."), behind.unwrap_or(at + 1))),
            192.. => {
                let target = (length & 0x3F) << 8 | usize::from(*octets.get(at + 1)?);
                behind = behind.or(Some(at + 2));
                at = Some(target).filter(|target| *target < at)?;
            }
            _ => {
                labels.push(String::from_utf8_lossy(octets.get(at + 1..=at + length)?).to_ascii_lowercase());
                at += 1 + length;
            }
        }
    }
}
