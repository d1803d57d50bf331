// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! NOTIFY: telling a secondary that a zone has a new serial.
//!
//! # Source
//!
//! RFC 1996, sections 3.6 to 3.12.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use forestall_model::Instant;
use tokio::net::UdpSocket;
use tokio::time::{Instant as Clock, timeout_at};

use super::content::{Apex, rtype};
use super::messages::{CLASS, soa};
use super::tsig::{Key, Signer};
use crate::wire::octets_of;

/// The second half of the header: a notification from an authority.
const FLAGS: u8 = (4 << 3) | 0x04;
/// Messages that are passed over in one try: they answer something else.
const MOST_FOREIGN: u32 = 64;

/// What a secondary is told, and how.
#[derive(Clone, Debug)]
pub struct Notification<'a> {
    /// The zone.
    pub apex: &'a Apex,
    /// Its new serial.
    pub serial: u32,
    /// By which the message is signed.
    pub key: Option<&'a Key>,
    /// From which address of ours it comes; secondaries believe their primary alone.
    pub from: Option<IpAddr>,
    /// How often it is sent.
    pub tries: u32,
    /// How long the first try waits for an answer; each further one waits twice as long as the one before.
    pub patience: Duration,
}

/// Why a secondary did not hear.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotifyError {
    /// Nothing came back.
    #[error("{target} did not answer a notification that was sent {tries} times")]
    Silent {
        /// The secondary.
        target: SocketAddr,
        /// How often it was sent.
        tries: u32,
    },
    /// It answered that it will not hear.
    #[error("{target} refuses the notification with the response code {code}")]
    Refused {
        /// The secondary.
        target: SocketAddr,
        /// The response code.
        code: u8,
    },
    /// Nothing could be sent.
    #[error("no notification can be sent to {target}: {reason}")]
    Socket {
        /// The secondary.
        target: SocketAddr,
        /// What the operating system says.
        reason: String,
    },
}

/// Tells a secondary of a new serial and waits until it has heard.
///
/// The answer is known by its number and by where it comes from. Whoever forges one keeps a secondary from hearing at once, and no longer
/// than until it looks by itself.
///
/// # Errors
///
/// [`NotifyError`].
pub async fn notify(target: SocketAddr, told: &Notification<'_>, now: impl Fn() -> Instant) -> Result<(), NotifyError> {
    let wrong = |error: io::Error| NotifyError::Socket { target, reason: error.to_string() };
    let any = if target.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let from = told.from.filter(|from| from.is_ipv4() == target.is_ipv4()).unwrap_or(any);
    let socket = UdpSocket::bind((from, 0)).await.map_err(wrong)?;
    socket.connect(target).await.map_err(wrong)?;
    let mut patience = told.patience;
    for _ in 0..told.tries.max(1) {
        let mut id = [0; 2];
        getrandom::fill(&mut id).map_err(|error| wrong(io::Error::other(error.to_string())))?;
        let until = Clock::now() + patience;
        patience *= 2;
        // A secondary that is being started refuses the packet; it is there at the next try.
        let sent = socket.send(&message(told, id, now())).await;
        match heard(&socket, id, until).await {
            Some(0) => return Ok(()),
            Some(code) => return Err(NotifyError::Refused { target, code }),
            None if sent.is_err() => tokio::time::sleep_until(until).await,
            None => {}
        }
    }
    Err(NotifyError::Silent { target, tries: told.tries.max(1) })
}

/// Waits for the answer to a notification and returns its response code.
async fn heard(socket: &UdpSocket, id: [u8; 2], until: Clock) -> Option<u8> {
    let mut buffer = [0; 1_500];
    for _ in 0..MOST_FOREIGN {
        match timeout_at(until, socket.recv(&mut buffer)).await {
            Err(_) => return None,
            Ok(Err(_)) => {
                tokio::time::sleep_until(until).await;
                return None;
            }
            Ok(Ok(length)) if length >= 12 && buffer[..2] == id && buffer[2] & 0xF8 == 0x80 | (4 << 3) => {
                return Some(buffer[3] & 0x0F);
            }
            Ok(Ok(_)) => {}
        }
    }
    None
}

fn message(told: &Notification<'_>, id: [u8; 2], now: Instant) -> Vec<u8> {
    let mut out = vec![id[0], id[1], FLAGS, 0, 0, 1, 0, 1, 0, 0, 0, 0];
    out.extend_from_slice(&octets_of(&told.apex.zone));
    out.extend_from_slice(&rtype::SOA.to_be_bytes());
    out.extend_from_slice(&CLASS);
    soa(told.apex, told.serial, &mut out);
    if let Some(key) = told.key {
        Signer::first(key).sign(&mut out, now);
    }
    out
}
