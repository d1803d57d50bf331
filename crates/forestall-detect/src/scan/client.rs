// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who asked: an address, or whatever a log has in its place.

use std::fmt;
use std::net::IpAddr;

use crate::record::Asker;

/// Octets of a client's text that are kept; a longer one is cut. Longer than any address with zone and port.
const MOST_OCTETS: usize = 255;

/// A client as one key: IPv4 before IPv6 before texts, each in its own order.
///
/// An IPv4 address written in IPv6 (`::ffff:192.0.2.1`) is the IPv4 address. A text that is no address, such as a pseudonym, is a client of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Client(Box<[u8]>);

const V4: u8 = 4;
const V6: u8 = 6;
const TEXT: u8 = 255;

impl Client {
    /// Makes the client of a text as logged, blanks around it taken off.
    #[must_use]
    pub fn of_text(text: &[u8]) -> Self {
        let text = text.trim_ascii();
        match std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()) {
            Some(address) => Self::of_address(address),
            None => Self::of_octets(TEXT, &text[..text.len().min(MOST_OCTETS)]),
        }
    }

    /// Makes the client of an address.
    #[must_use]
    pub fn of_address(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::of_octets(V4, &address.octets()),
            IpAddr::V6(address) => Self::of_octets(V6, &address.octets()),
        }
    }

    /// Makes the client of who asked, as a source has it.
    #[must_use]
    pub(crate) fn of_asker(asker: Asker<'_>) -> Self {
        match asker {
            Asker::Text(text) => Self::of_text(text),
            Asker::V4(octets) => Self::of_address(octets.into()),
            Asker::V6(octets) => Self::of_address(octets.into()),
        }
    }

    /// Returns the address; none where the log had a text in its place.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        let (kind, octets) = self.0.split_first()?;
        match *kind {
            V4 => <[u8; 4]>::try_from(octets).ok().map(IpAddr::from),
            V6 => <[u8; 16]>::try_from(octets).ok().map(IpAddr::from),
            _ => None,
        }
    }

    /// Returns the octets by which clients are told apart.
    pub(super) fn key(&self) -> &[u8] {
        &self.0
    }

    /// Makes the client that [`Self::key`] was taken of.
    pub(super) fn of_key(key: &[u8]) -> Self {
        Self(key.into())
    }

    fn of_octets(kind: u8, octets: &[u8]) -> Self {
        Self(std::iter::once(kind).chain(octets.iter().copied()).collect())
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address() {
            Some(address) => address.fmt(f),
            None => f.write_str(&String::from_utf8_lossy(self.0.get(1..).unwrap_or_default())),
        }
    }
}
