// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Addresses that nobody can have on the public network.
//!
//! # Source
//!
//! IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890, RFC 8190, RFC 9637) and the registry of multicast (RFC 5771). Of IPv6, only 2000::/3 is given out at
//! all (RFC 4291, section 2.4). 6to4 and Teredo are looked up as the IPv4 addresses in them, 192.88.99.0/24 is no longer special (RFC 7526).

use super::about::{About, LeftOut};
use super::layer::Gather;
use super::prefix::Prefix;

const BOGONS: [&str; 21] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
    "::/3",
    "2001:2::/48",
    "2001:10::/28",
    "2001:20::/28",
    "2001:db8::/32",
    "3fff::/20",
    "4000::/2",
    "8000::/1",
];

/// Adds them.
pub(super) fn add(gather: &mut Gather) {
    for prefix in BOGONS.iter().filter_map(|text| text.parse::<Prefix>().ok()) {
        gather.add(prefix, About::left_out(LeftOut::Bogon), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::{BOGONS, Prefix};

    #[test]
    fn all_are_networks() {
        assert!(BOGONS.iter().all(|text| text.parse::<Prefix>().is_ok()));
    }
}
