// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Ranges of addresses: one address, or all that begin with the same bits.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// An address, with the bits that count; no bit behind them is set where it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressRange {
    /// The first address.
    pub address: IpAddr,
    /// The bits from the left that count.
    pub prefix: u8,
}

/// A text that is no address and no range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address; expected 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32 with no bit set behind the prefix")]
pub struct AddressRangeError(String);

impl AddressRange {
    /// Says whether an address is in the range. An address of four octets and the same one in sixteen, as sockets for both give it, are one.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let Self { address: first, prefix } = self.canonical();
        match (first, address.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                (first.to_bits() ^ address.to_bits()).leading_zeros() >= u32::from(prefix.min(32))
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                (first.to_bits() ^ address.to_bits()).leading_zeros() >= u32::from(prefix.min(128))
            }
            _ => false,
        }
    }

    /// Returns the range with addresses of four octets where it has none but those, mapped into sixteen.
    #[must_use]
    pub fn canonical(self) -> Self {
        /// Bits before an address of four octets that is mapped into sixteen (RFC 4291, section 2.5.5.2).
        const MAPPED: u8 = 96;
        match (self.address, self.prefix.checked_sub(MAPPED)) {
            (IpAddr::V6(address), Some(prefix)) => match Ipv6Addr::to_ipv4_mapped(&address) {
                Some(address) => Self { address: address.into(), prefix },
                None => self,
            },
            _ => self,
        }
    }
}

impl From<IpAddr> for AddressRange {
    fn from(address: IpAddr) -> Self {
        Self { address, prefix: width(address) }
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.prefix == width(self.address) {
            self.address.fmt(f)
        } else {
            write!(f, "{}/{}", self.address, self.prefix)
        }
    }
}

impl FromStr for AddressRange {
    type Err = AddressRangeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || AddressRangeError(text.chars().take(60).collect());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let prefix = prefix.unwrap_or(width(address));
        let behind = u32::from(width(address).checked_sub(prefix).ok_or_else(wrong)?);
        let clear = match address {
            IpAddr::V4(address) => address.to_bits().trailing_zeros() >= behind,
            IpAddr::V6(address) => address.to_bits().trailing_zeros() >= behind,
        };
        if clear { Ok(Self { address, prefix }) } else { Err(wrong()) }
    }
}

const fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::AddressRange;

    #[test]
    fn a_range_has_the_addresses_that_begin_alike() {
        let check = |range: &str, address: &str, expected: bool| {
            let (range, address): (AddressRange, IpAddr) = (range.parse().unwrap(), address.parse().unwrap());
            assert_eq!(range.contains(address), expected, "{range} {address}");
        };
        check("192.0.2.0/24", "192.0.2.255", true);
        check("192.0.2.0/24", "192.0.3.0", false);
        check("192.0.2.0/24", "::ffff:192.0.2.7", true);
        check("::ffff:192.0.2.0/120", "192.0.2.7", true);
        check("192.0.2.1", "192.0.2.1", true);
        check("192.0.2.1", "192.0.2.2", false);
        check("0.0.0.0/0", "203.0.113.1", true);
        check("0.0.0.0/0", "2001:db8::1", false);
        check("2001:db8::/32", "2001:db8:ffff::1", true);
        check("2001:db8::/32", "2001:db9::1", false);
        check("::/0", "2001:db8::1", true);
    }

    #[test]
    fn ranges_are_read_as_they_are_written() {
        for text in ["192.0.2.1", "192.0.2.0/24", "0.0.0.0/0", "2001:db8::/32", "::1"] {
            assert_eq!(text.parse::<AddressRange>().unwrap().to_string(), text);
        }
        for text in ["192.0.2.1/24", "192.0.2.0/33", "192.0.2.0/", "/8", "", "2001:db8::1/64", "a/8"] {
            assert!(text.parse::<AddressRange>().is_err(), "{text}");
        }
    }
}
