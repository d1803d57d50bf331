// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Fields of records, read from octets that nobody vouches for. Numbers have the least octet first.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::event::Endpoint;

/// What is left to read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a>(pub(crate) &'a [u8]);

impl<'a> Cursor<'a> {
    #[inline]
    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (octets, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*octets)
    }

    #[inline]
    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    #[inline]
    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    #[inline]
    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    #[inline]
    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    #[inline]
    pub(crate) fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_le_bytes)
    }

    #[inline]
    pub(crate) fn octets(&mut self, length: usize) -> Option<&'a [u8]> {
        let (octets, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(octets)
    }

    /// Reads octets with their number, in two octets, before them.
    #[inline]
    pub(crate) fn field(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        self.octets(usize::from(length))
    }

    /// Reads octets with their number, in one octet, before them.
    #[inline]
    pub(crate) fn short(&mut self) -> Option<&'a [u8]> {
        let length = self.u8()?;
        self.octets(usize::from(length))
    }

    /// Reads a version of the Internet protocol, an address and a port.
    #[inline]
    pub(crate) fn endpoint(&mut self) -> Option<Endpoint> {
        let address = match self.u8()? {
            4 => IpAddr::V4(Ipv4Addr::from(self.array::<4>()?)),
            6 => IpAddr::V6(Ipv6Addr::from(self.array::<16>()?)),
            _ => return None,
        };
        Some(Endpoint { address, port: self.u16()? })
    }
}

/// Appends octets with their number, in two octets, before them. The caller has cut them.
pub(crate) fn put_field(out: &mut Vec<u8>, octets: &[u8]) {
    out.extend_from_slice(&u16::try_from(octets.len()).unwrap_or(0).to_le_bytes());
    out.extend_from_slice(octets);
}

/// Appends octets with their number, in one octet, before them. The caller has cut them.
pub(crate) fn put_short(out: &mut Vec<u8>, octets: &[u8]) {
    out.push(u8::try_from(octets.len()).unwrap_or(0));
    out.extend_from_slice(octets);
}

/// Appends a version of the Internet protocol, an address and a port.
pub(crate) fn put_endpoint(out: &mut Vec<u8>, endpoint: Endpoint) {
    match endpoint.address {
        IpAddr::V4(address) => {
            out.push(4);
            out.extend_from_slice(&address.octets());
        }
        IpAddr::V6(address) => {
            out.push(6);
            out.extend_from_slice(&address.octets());
        }
    }
    out.extend_from_slice(&endpoint.port.to_le_bytes());
}

/// Returns the place of a value among all that there are, as it is stored.
pub(crate) fn place<T: PartialEq>(all: &[T], one: &T) -> u8 {
    all.iter().zip(0..).find_map(|(other, place)| (other == one).then_some(place)).unwrap_or(0)
}
