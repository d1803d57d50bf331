// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How far the clock of this machine is from that of a time server: one question of a simple client (SNTP: RFC 4330, RFC 5905, section 14).
//!
//! Nothing is set, and nothing is kept: whoever asks decides. In the place of the time of sending stands a random number, which the server gives back as
//! it came: it learns nothing of the clock, and nobody who does not see the question can answer it.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::net::{UdpSocket, lookup_host};
use tokio::time::{Instant as Moment, timeout_at};

use crate::host_port::HostPort;

/// The port of time servers.
const PORT: u16 = 123;
/// Octets of a message without authentication.
const MESSAGE: usize = 48;
/// Octets that are taken of a message; what follows the first is not looked at.
const BUFFER: usize = 512;
/// Datagrams that do not answer the question and are passed over.
const MOST_FOREIGN: u32 = 16;
/// How long one try waits, and how often the question is sent.
const PATIENCE: Duration = Duration::from_secs(2);
const TRIES: u32 = 3;
/// Version 4, a client (RFC 5905, section 7.3).
const CLIENT: u8 = (4 << 3) | 3;
/// Microseconds from 1900, in which the protocol begins, to 1970.
const TO_1970: i64 = 2_208_988_800 * 1_000_000;
/// Microseconds of the 2^32 seconds of an era.
const ERA: i64 = (1 << 32) * 1_000_000;

/// A time server: a host, and a port where it is another than 123.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NtpServer(HostPort);

/// A text that is no time server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no time server; expected a host, and its port behind a colon where that is not {PORT}")]
pub struct NtpServerError(String);

impl std::str::FromStr for NtpServer {
    type Err = NtpServerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = HostPort::read(text, Some(PORT)).map(Self);
        read.ok_or_else(|| NtpServerError(text.chars().take(80).collect()))
    }
}

impl std::fmt::Display for NtpServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.port == PORT { f.write_str(&self.0.host) } else { self.0.fmt(f) }
    }
}

/// What a time server says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NtpReading {
    /// How far the server's clock is before ours, in microseconds; negative where it is behind.
    pub offset: i64,
    /// How long the question and its answer were on their way, in microseconds: the offset is known to half of it.
    pub delay: i64,
    /// How many servers there are between it and a clock that is the time: 1 where it has one itself, at most 15.
    pub stratum: u8,
}

/// Why a time server told nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NtpError {
    /// Its name has no address.
    #[error("{server} has no address: {reason}")]
    NoAddress {
        /// The server.
        server: String,
        /// What the operating system says.
        reason: String,
    },
    /// It cannot be reached.
    #[error("{server} cannot be reached: {reason}")]
    Unreachable {
        /// The server.
        server: String,
        /// What the operating system says.
        reason: String,
    },
    /// Nothing came that answers the question.
    #[error("{server} did not answer {TRIES} times within {PATIENCE:?} each")]
    Silent {
        /// The server.
        server: String,
    },
    /// It does not know the time itself.
    #[error("{server} is not synchronised itself and tells no time")]
    Unsynchronised {
        /// The server.
        server: String,
    },
    /// It does not want to be asked (RFC 4330, section 8).
    #[error("{server} refuses to tell the time: {code}")]
    Refused {
        /// The server.
        server: String,
        /// Its word for why, such as RATE or DENY.
        code: String,
    },
    /// The operating system gave no random number, without which an answer can be forged.
    #[error("the operating system gives no random numbers: {0}")]
    NoRandomness(String),
}

/// Asks a time server how far our clock is from its own.
///
/// # Errors
///
/// [`NtpError`].
pub async fn ask(server: &NtpServer) -> Result<NtpReading, NtpError> {
    let named = || server.to_string();
    let no_address = |reason: String| NtpError::NoAddress { server: named(), reason };
    let unreachable = |error: io::Error| NtpError::Unreachable { server: named(), reason: error.to_string() };
    let host = (server.0.host.as_str(), server.0.port);
    let mut found = lookup_host(host).await.map_err(|error| no_address(error.to_string()))?;
    let address = found.next().ok_or_else(|| no_address("none is known".to_owned()))?;
    let any: SocketAddr = match address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    for _ in 0..TRIES {
        let mut nonce = [0; 8];
        getrandom::fill(&mut nonce).map_err(|error| NtpError::NoRandomness(error.to_string()))?;
        let socket = UdpSocket::bind(any).await.map_err(unreachable)?;
        // Connected, so that the system takes in only what comes from the server's address and port.
        socket.connect(address).await.map_err(unreachable)?;
        let (sent, begun) = (wall(), Moment::now());
        socket.send(&question(nonce)).await.map_err(unreachable)?;
        let mut buffer = [0; BUFFER];
        for _ in 0..MOST_FOREIGN {
            let length = match timeout_at(begun + PATIENCE, socket.recv(&mut buffer)).await {
                Ok(Ok(length)) => length,
                Ok(Err(error)) => return Err(unreachable(error)),
                Err(_) => break,
            };
            // By the clock that nobody sets: a step in between would count as the server's.
            let came = sent + micros(begun.elapsed());
            match answer(&buffer[..length], nonce, (sent, came)) {
                Said::Time(reading) => return Ok(reading),
                Said::Unsynchronised => return Err(NtpError::Unsynchronised { server: named() }),
                Said::Refused(code) => return Err(NtpError::Refused { server: named(), code }),
                Said::Foreign => {}
            }
        }
    }
    Err(NtpError::Silent { server: named() })
}

/// What a datagram says.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Time(NtpReading),
    Unsynchronised,
    Refused(String),
    /// It does not answer the question.
    Foreign,
}

fn question(nonce: [u8; 8]) -> [u8; MESSAGE] {
    let mut message = [0; MESSAGE];
    message[0] = CLIENT;
    message[40..].copy_from_slice(&nonce);
    message
}

/// Reads an answer. `ours` are the times of sending and of receiving by our clock, in microseconds since 1970.
fn answer(octets: &[u8], nonce: [u8; 8], (sent, came): (i64, i64)) -> Said {
    let Some(message) = octets.first_chunk::<MESSAGE>() else { return Said::Foreign };
    let (leap, version, mode, stratum) = (message[0] >> 6, (message[0] >> 3) & 7, message[0] & 7, message[1]);
    if mode != 4 || !(3..=4).contains(&version) || message[24..32] != nonce {
        return Said::Foreign;
    }
    if stratum == 0 {
        let code: String = message[12..16].iter().filter(|o| o.is_ascii_graphic()).map(|o| char::from(*o)).collect();
        return Said::Refused(if code.is_empty() { "without a word".to_owned() } else { code });
    }
    if leap == 3 || stratum > 15 || message[40..48] == [0; 8] {
        return Said::Unsynchronised;
    }
    let (received, replied) = (time(&message[32..40]), time(&message[40..48]));
    // RFC 5905, section 8.
    let offset = i64::midpoint(received - sent, replied - came);
    let delay = ((came - sent) - (replied - received)).max(0);
    Said::Time(NtpReading { offset, delay, stratum })
}

/// Reads a time in microseconds since 1970: seconds since 1900 and a fraction, each of 32 bits. Seconds below 2^31 are of the era that begins in 2036
/// (RFC 4330, section 3).
fn time(octets: &[u8]) -> i64 {
    let part = |octets: &[u8]| octets.iter().fold(0_i64, |number, octet| (number << 8) | i64::from(*octet));
    let (seconds, fraction) = (part(&octets[..4]), part(&octets[4..]));
    let era = if seconds < (1 << 31) { ERA } else { 0 };
    era + seconds * 1_000_000 + ((fraction * 1_000_000) >> 32) - TO_1970
}

/// Returns the time by the clock of this machine, in microseconds since 1970.
fn wall() -> i64 {
    let time = SystemTime::now();
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => micros(since),
        Err(before) => -micros(before.duration()),
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::{MESSAGE, NtpReading, NtpServer, Said, answer, question, time};

    const NONCE: [u8; 8] = *b"8 octets";

    /// 2026-11-27T23:00:00Z in seconds since 1900, and in microseconds since 1970.
    const SECONDS: u32 = 4_004_809_200;
    const OURS: i64 = 1_795_820_400_000_000;

    fn reply(head: [u8; 2], seconds: u32) -> Vec<u8> {
        let mut message = vec![0; MESSAGE];
        message[..2].copy_from_slice(&head);
        message[24..32].copy_from_slice(&NONCE);
        message[32..36].copy_from_slice(&seconds.to_be_bytes());
        message[40..44].copy_from_slice(&seconds.to_be_bytes());
        message
    }

    #[test]
    fn tells_the_offset_and_how_sure_it_is() {
        assert_eq!(question(NONCE)[0], 0x23);
        // Sent at 0 s, received 0.1 s later; the server is 5 s before.
        let said = answer(&reply([0x24, 2], SECONDS + 5), NONCE, (OURS, OURS + 100_000));
        assert_eq!(said, Said::Time(NtpReading { offset: 4_950_000, delay: 100_000, stratum: 2 }));
        let said = answer(&reply([0x1C, 1], SECONDS - 7_200), NONCE, (OURS, OURS));
        assert_eq!(said, Said::Time(NtpReading { offset: -7_200_000_000, delay: 0, stratum: 1 }));
    }

    #[test]
    fn what_tells_no_time_is_told_apart() {
        let check = |octets: &[u8], expected: Said| assert_eq!(answer(octets, NONCE, (OURS, OURS)), expected);
        check(&reply([0xE4, 2], SECONDS), Said::Unsynchronised);
        check(&reply([0x24, 16], SECONDS), Said::Unsynchronised);
        let mut refused = reply([0xE4, 0], SECONDS);
        refused[12..16].copy_from_slice(b"RATE");
        check(&refused, Said::Refused("RATE".to_owned()));
        // A client, another version, an answer to another question, and one that is cut.
        check(&reply([0x23, 2], SECONDS), Said::Foreign);
        check(&reply([0x14, 2], SECONDS), Said::Foreign);
        let mut other = reply([0x24, 2], SECONDS);
        other[24] ^= 1;
        check(&other, Said::Foreign);
        check(&reply([0x24, 2], SECONDS)[..MESSAGE - 1], Said::Foreign);
    }

    #[test]
    fn times_go_on_after_2036() {
        // The second era begins on 7 February 2036 at 06:28:16.
        assert_eq!(time(&[0; 8]), 2_085_978_496_000_000);
        assert_eq!(time(&[0xFF, 0xFF, 0xFF, 0xFF, 0x80, 0, 0, 0]), 2_085_978_495_500_000);
        assert_eq!(time(&[0x83, 0xAA, 0x7E, 0x80, 0, 0, 0, 0]), 0);
    }

    #[test]
    fn servers_are_written_with_and_without_port() {
        let check = |text: &str, expected: &str| assert_eq!(text.parse::<NtpServer>().unwrap().to_string(), expected);
        check("ntp.example", "ntp.example");
        check("127.0.0.1:4123", "127.0.0.1:4123");
        check("[2001:db8::1]:123", "2001:db8::1");
        for wrong in ["", "a b", ":123", "ntp.example:0", "ntp.example:x"] {
            assert!(wrong.parse::<NtpServer>().is_err(), "{wrong}");
        }
    }
}
