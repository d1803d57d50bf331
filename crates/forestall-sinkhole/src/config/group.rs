// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Groups of names with addresses of their own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::MOST_ADDRESSES;

/// Addresses of both kinds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// Of version 4.
    pub v4: Vec<Ipv4Addr>,
    /// Of version 6.
    pub v6: Vec<Ipv6Addr>,
}

impl Addresses {
    /// Puts addresses in order of their kind.
    pub(super) fn of(all: &[IpAddr]) -> Self {
        let mut addresses = Self::default();
        for address in all {
            match address {
                IpAddr::V4(address) => addresses.v4.push(*address),
                IpAddr::V6(address) => addresses.v6.push(*address),
            }
        }
        addresses
    }

    /// Says whether an answer can have all of them.
    pub(super) fn fit(&self) -> bool {
        self.v4.len().max(self.v6.len()) <= MOST_ADDRESSES
    }
}

/// Names that get addresses of their own, so that a visitor's address tells which names led there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Whose names they are; of any family where there is none.
    pub(super) family: Option<String>,
    /// Of which campaign; of any where there is none.
    pub(super) campaign: Option<String>,
    /// Their last label, in lower case and without a dot; any where there is none.
    pub(super) tld: Option<Vec<u8>>,
    /// The addresses.
    pub addresses: Addresses,
    /// Whether each day of the names has one of them, in turn.
    pub by_day: bool,
}

impl Group {
    /// Says whether names of a campaign can belong to it.
    #[must_use]
    pub fn takes(&self, family: &str, campaign: &str) -> bool {
        self.family.as_deref().is_none_or(|own| own == family)
            && self.campaign.as_deref().is_none_or(|own| own == campaign)
    }

    /// Says whether a name on the wire has its top-level domain.
    #[must_use]
    pub(crate) fn takes_tld(&self, qname: &[u8]) -> bool {
        let Some(tld) = &self.tld else { return true };
        let mut rest = qname;
        let mut last: &[u8] = &[];
        while let Some((length, after)) = rest.split_first().filter(|(length, _)| **length > 0) {
            let Some((label, after)) = after.split_at_checked(usize::from(*length)) else { break };
            (last, rest) = (label, after);
        }
        last.eq_ignore_ascii_case(tld)
    }
}
