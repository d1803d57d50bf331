// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! An address in the form in which it is counted.
//!
//! IPv4 and IPv6 are kept apart and never added up: a machine with both would count twice. An IPv4 address is counted as it is. An IPv6
//! address is counted as its network of 64 bits, the least that a household gets (RFC 6177), since one machine takes several addresses a day within
//! it (RFC 8981). Two forms of IPv6 are IPv4 in truth and counted as that: addresses mapped from IPv4 (RFC 4291, section 2.5.5.2) and 6to4 (RFC
//! 3056). Teredo (RFC 4380) puts all clients of one server into one network of 64 bits; there the IPv4 address of the client is counted, which stands
//! in the last 32 bits, inverted.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is counted of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// An IPv4 address.
    V4(u32),
    /// The upper 64 bits of an IPv6 address.
    V6(u64),
}

/// Which of the two kinds of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// IPv4 addresses.
    V4,
    /// IPv6 networks of 64 bits.
    V6,
}

impl Source {
    /// Returns what is counted of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::V4(address.to_bits()),
            IpAddr::V6(address) => Self::of_v6(address),
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        if let Some(mapped) = address.to_ipv4_mapped() {
            return Self::V4(mapped.to_bits());
        }
        let part = |place: usize| {
            let [a, b] = [address.segments()[place], address.segments()[place + 1]];
            Ipv4Addr::from_bits(u32::from(a) << 16 | u32::from(b))
        };
        match address.segments() {
            [0x2002, ..] => Self::V4(part(1).to_bits()),
            [0x2001, 0, ..] => Self::V4(!part(6).to_bits()),
            [a, b, c, d, ..] => Self::V6(u64::from(a) << 48 | u64::from(b) << 32 | u64::from(c) << 16 | u64::from(d)),
        }
    }

    /// Returns the octets that sketches hash: no two sources have the same.
    pub(crate) fn octets(self) -> [u8; 9] {
        let (kind, number) = match self {
            Self::V4(number) => (4, u64::from(number)),
            Self::V6(number) => (6, number),
        };
        let [a, b, c, d, e, f, g, h] = number.to_be_bytes();
        [kind, a, b, c, d, e, f, g, h]
    }
}

#[cfg(test)]
mod tests {
    use super::Source;

    #[test]
    fn counts_households_and_what_is_ipv4_in_truth() {
        let check = |text: &str, expected| assert_eq!(Source::of(text.parse().unwrap()), expected, "{text}");
        check("192.0.2.1", Source::V4(0xC000_0201));
        check("::ffff:192.0.2.1", Source::V4(0xC000_0201));
        check("2001:db8:1:2:3:4:5:6", Source::V6(0x2001_0DB8_0001_0002));
        check("2001:db8:1:2::1", Source::V6(0x2001_0DB8_0001_0002));
        // 6to4 of 192.0.2.1, and the example of RFC 4380, section 4: client 192.0.2.45 behind server 65.54.227.120.
        check("2002:c000:201:1::1", Source::V4(0xC000_0201));
        check("2001:0:4136:e378:8000:63bf:3fff:fdd2", Source::V4(0xC000_022D));
    }
}
