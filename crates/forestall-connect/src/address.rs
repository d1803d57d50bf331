// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which addresses may be connected to: public ones, and those of the operator's own service.
//!
//! Names of hosts are resolved here, so that the address that was checked is the one that is connected to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Longest text that an error shows of what is no address, in characters.
const LONGEST_SHOWN: usize = 80;

/// Returns what an error shows of a text that is no address: without what stands before an at sign, which may be a password, and cut.
pub(crate) fn shown(text: &str) -> String {
    text.split('@').next_back().unwrap_or_default().chars().take(LONGEST_SHOWN).collect()
}

/// Returns the host of an address: a name, or an address without brackets; empty where it has none.
pub(crate) fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']')
}

/// Says whether nobody on the way reads what is sent to an address: it is `https`, or `http` on this machine.
pub(crate) fn https_or_here(url: &Url) -> bool {
    match url.scheme() {
        "https" => !host(url).is_empty(),
        "http" => is_this_machine(host(url)),
        _ => false,
    }
}

/// Says whether a host, as a name or as an address without brackets, is this machine.
pub(crate) fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A host that must not be connected to.
#[derive(Debug, thiserror::Error)]
#[error("{host} is at {address}, which is not a public address")]
pub(crate) struct NotPublic {
    pub(crate) host: String,
    pub(crate) address: IpAddr,
}

/// Resolves names of hosts to public addresses only; those of one host as they are.
#[derive(Debug)]
pub(crate) struct PublicOnly {
    /// The operator's own host.
    pub(crate) trusted: Option<String>,
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().trim_end_matches('.').to_ascii_lowercase();
        let is_trusted = self.trusted.as_deref() == Some(host.as_str());
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            // All of them must be: a host with one public address and one inside is a trap.
            if let Some(inside) = found.iter().find(|address| !is_trusted && !is_public(address.ip())) {
                return Err(NotPublic { host, address: inside.ip() }.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Says whether an address is one that the whole Internet reaches, by IANA's registries of special-purpose addresses.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b))
        || a >= 224;
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(v4) = address.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    let segments = address.segments();
    let octets = address.octets();
    let inner = |at: usize| Ipv4Addr::new(octets[at], octets[at + 1], octets[at + 2], octets[at + 3]);
    match segments {
        // Translation to IPv4 (RFC 6052), and 6to4.
        [0x64, 0xFF9B, 0, 0, 0, 0, ..] => is_public_v4(inner(12)),
        [0x2002, ..] => is_public_v4(inner(2)),
        // Protocol assignments, with Teredo and ORCHID; documentation.
        [0x2001, second, ..] if second < 0x200 || second == 0xDB8 => false,
        // Global unicast; nothing else is handed out.
        [first, ..] => first & 0xE000 == 0x2000 && first != 0x3FFF,
    }
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn tells_public_addresses_from_others() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "198.18.0.1",
            "192.0.0.8",
            "::",
            "::1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "3fff::1",
            "::7f00:1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for public in [
            "192.5.6.30",
            "8.8.8.8",
            "100.128.0.1",
            "2001:503:a83e::2:30",
            "2a00::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }
}
