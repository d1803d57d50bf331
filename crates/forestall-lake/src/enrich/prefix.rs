// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A range of addresses: one of them, a network, or from one to another.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// Addresses from the first to the last one, both of one version and both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    first: IpAddr,
    last: IpAddr,
}

/// A text that is no range of addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{found:?} is no range of addresses; expected 192.0.2.1, 192.0.2.0/24, 2001:db8::/32 with no bit set behind the prefix, or 192.0.2.1-192.0.2.9"
)]
pub struct PrefixError {
    /// What was found, cut after 60 characters.
    pub found: String,
}

impl Prefix {
    /// Returns the range between two addresses; `None` where the last comes before the first or is of another version.
    #[must_use]
    pub fn between(first: IpAddr, last: IpAddr) -> Option<Self> {
        (first.is_ipv4() == last.is_ipv4() && first <= last).then_some(Self { first, last })
    }

    /// Returns the addresses whose first `length` bits are those of `address`; `None` where there are fewer bits, or one behind them is set.
    #[must_use]
    pub fn of_network(address: IpAddr, length: u8) -> Option<Self> {
        match address {
            IpAddr::V4(first) => {
                let behind = u32::MAX.checked_shr(u32::from(length)).unwrap_or(0);
                let fits = length <= 32 && first.to_bits() & behind == 0;
                fits.then(|| Self { first: address, last: IpAddr::V4((first.to_bits() | behind).into()) })
            }
            IpAddr::V6(first) => {
                let behind = u128::MAX.checked_shr(u32::from(length)).unwrap_or(0);
                let fits = length <= 128 && first.to_bits() & behind == 0;
                fits.then(|| Self { first: address, last: IpAddr::V6((first.to_bits() | behind).into()) })
            }
        }
    }

    /// Returns the addresses whose first `length` bits are those of `address`.
    ///
    /// # Errors
    ///
    /// [`PrefixError`] where there are fewer bits, or one behind them is set.
    pub fn new(address: IpAddr, length: u8) -> Result<Self, PrefixError> {
        Self::of_network(address, length).ok_or_else(|| PrefixError { found: format!("{address}/{length}") })
    }

    /// Returns the first address.
    #[must_use]
    pub fn first(&self) -> IpAddr {
        self.first
    }

    /// Returns the last address.
    #[must_use]
    pub fn last(&self) -> IpAddr {
        self.last
    }

    /// Says whether an address lies in the range.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.first.is_ipv4() && (self.first..=self.last).contains(&address)
    }
}

impl FromStr for Prefix {
    type Err = PrefixError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = || {
            if let Some((address, length)) = text.split_once('/') {
                let length = Some(length).filter(|length| length.bytes().all(|octet| octet.is_ascii_digit()));
                return Self::of_network(address.parse().ok()?, length?.parse().ok()?);
            }
            match text.split_once('-') {
                Some((first, last)) => Self::between(first.trim().parse().ok()?, last.trim().parse().ok()?),
                None => text.parse().ok().map(|address| Self { first: address, last: address }),
            }
        };
        parsed().ok_or_else(|| PrefixError { found: text.chars().take(60).collect() })
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            return self.first.fmt(f);
        }
        let length = (0..=128).find(|length| Self::of_network(self.first, *length).is_some_and(|of| of == *self));
        match length {
            Some(length) => write!(f, "{}/{length}", self.first),
            None => write!(f, "{}-{}", self.first, self.last),
        }
    }
}
