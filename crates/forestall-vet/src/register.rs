// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The register of friends, sinkholes, parking services and shared zones, and what it says of a name.
//!
//! It is matched before any alarm: the response must not chase its own registrations. A name server counts only where *all* of a
//! name's servers belong to one holder, since whoever runs a name can add a sinkhole's server to his own; an address counts as a hint only.
//! An entry that knows a name and the name servers of its holder doubts the name when it is served elsewhere.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use forestall_model::dossier::{Dossier, Listing, ListingKind, MatchedBy};
use forestall_model::{DomainName, OwnerName, UtcDay, serialise_as_text};
use serde::{Deserialize, Serialize};

/// One entry of a register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Who holds the names or runs the service: a short word, as it is written behind `sinkholed-by:`.
    pub holder: String,
    /// What it is.
    pub kind: ListingKind,
    /// Names that it holds; for a shared zone, the zones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<DomainName>,
    /// Its name servers, or zones that hold them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub name_servers: Vec<OwnerName>,
    /// Addresses that answer for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Network>,
    /// Since when it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<UtcDay>,
    /// How to reach the holder.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub contact: String,
    /// Why this is believed: a source, a signed letter.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub proof: String,
}

/// An address, or all addresses with the same beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// A text that is no network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{found:?} is no address and no network; expected 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32 with no bit set behind the prefix"
)]
pub struct NetworkError {
    /// What was found, cut after 60 characters.
    pub found: String,
}

impl Network {
    /// Says whether an address lies in the network.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.address.is_ipv4() && masked(address, self.prefix) == Some(self.address)
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NetworkError { found: text.chars().take(60).collect() };
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let prefix = prefix.unwrap_or(if address.is_ipv4() { 32 } else { 128 });
        if masked(address, prefix) == Some(address) { Ok(Self { address, prefix }) } else { Err(wrong()) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = if self.address.is_ipv4() { 32 } else { 128 };
        if self.prefix == whole { self.address.fmt(f) } else { write!(f, "{}/{}", self.address, self.prefix) }
    }
}

serialise_as_text!(Network);

/// Returns the address with all bits behind the prefix cleared; `None` where there are not so many bits.
fn masked(address: IpAddr, prefix: u8) -> Option<IpAddr> {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32_u32.checked_sub(prefix.into())?).unwrap_or(0);
            Some(IpAddr::V4((address.to_bits() & mask).into()))
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128_u32.checked_sub(prefix.into())?).unwrap_or(0);
            Some(IpAddr::V6((address.to_bits() & mask).into()))
        }
    }
}

/// Entries of several registers, ready to be matched.
#[derive(Clone, Debug, Default)]
pub struct Register {
    entries: Vec<Listed>,
    names: HashMap<DomainName, Vec<usize>>,
    servers: HashMap<OwnerName, Vec<usize>>,
    networks: HashMap<Network, Vec<usize>>,
    /// The prefixes that occur, for addresses of four and of sixteen octets.
    prefixes: (BTreeSet<u8>, BTreeSet<u8>),
}

#[derive(Clone, Debug)]
struct Listed {
    list: String,
    trusted: bool,
    entry: Entry,
}

impl Register {
    /// Makes a register without entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an entry of a register that is called `list`; what is not trusted is a proposal.
    pub fn add(&mut self, list: &str, trusted: bool, entry: Entry) {
        let id = self.entries.len();
        for name in &entry.names {
            self.names.entry(name.clone()).or_default().push(id);
        }
        for server in &entry.name_servers {
            self.servers.entry(server.clone()).or_default().push(id);
        }
        for network in &entry.addresses {
            let prefixes = if network.address.is_ipv4() { &mut self.prefixes.0 } else { &mut self.prefixes.1 };
            prefixes.insert(network.prefix);
            self.networks.entry(*network).or_default().push(id);
        }
        self.entries.push(Listed { list: list.to_owned(), trusted, entry });
    }

    /// Returns the number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Says whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns what the register says of a name, given what is known of its name servers and addresses.
    ///
    /// In the order of the entries, for each by name, by name server, by address.
    #[must_use]
    pub fn listings(&self, dossier: &Dossier) -> Vec<Listing> {
        let servers = dossier.tenure().name_servers.unwrap_or_default();
        let served = self.served(&servers);
        let mut found: Vec<(usize, Listing)> = Vec::new();
        for id in self.names.get(&dossier.name).into_iter().flatten() {
            found.push((*id, self.by_name(*id, &dossier.name, &servers)));
        }
        for (id, count, value) in &served {
            let Some(listed) = self.entries.get(*id) else { continue };
            let all = *count == servers.len();
            if listed.entry.kind == ListingKind::SharedZone || (!all && listed.entry.kind == ListingKind::Parking) {
                continue;
            }
            let value = if all { value.clone() } else { format!("{value}, {count} of {} name servers", servers.len()) };
            found.push((*id, listing(listed, MatchedBy::NameServer, value, all)));
        }
        let addresses = dossier.latest_presence().map_or(&[][..], |look| &look.fact.addresses);
        let mut by_address: BTreeSet<usize> = BTreeSet::new();
        for address in addresses {
            for id in self.at(*address) {
                if by_address.insert(id)
                    && let Some(listed) = self.entries.get(id)
                {
                    found.push((id, listing(listed, MatchedBy::Address, address.to_string(), true)));
                }
            }
        }
        // The sort is stable: within an entry the order above stays.
        found.sort_by_key(|(id, _)| *id);
        found.into_iter().map(|(_, listing)| listing).collect()
    }

    fn by_name(&self, id: usize, name: &DomainName, servers: &[OwnerName]) -> Listing {
        let listed = &self.entries[id];
        let own = &listed.entry.name_servers;
        let elsewhere = !own.is_empty()
            && !servers.is_empty()
            && !servers.iter().all(|server| own.iter().any(|own| server.is_within(own)));
        let value = if elsewhere { format!("{name}, served by others") } else { name.to_string() };
        listing(listed, MatchedBy::Name, value, !elsewhere)
    }

    /// Returns for each entry that a name server belongs to: how many of the servers its holder has, and the first of them.
    fn served(&self, servers: &[OwnerName]) -> Vec<(usize, usize, String)> {
        // A holder may have several entries, and servers in each; what is proposed lends no server to what is trusted.
        let mut counts: HashMap<(bool, ListingKind, &str), (usize, usize, &OwnerName)> = HashMap::new();
        for server in servers {
            let mut of_this: BTreeSet<(bool, ListingKind, &str)> = BTreeSet::new();
            for id in self.above(server) {
                let Some(listed) = self.entries.get(id) else { continue };
                let key = (listed.trusted, listed.entry.kind, listed.entry.holder.as_str());
                let count = counts.entry(key).or_insert((id, 0, server));
                count.0 = count.0.min(id);
                if of_this.insert(key) {
                    count.1 += 1;
                }
            }
        }
        let mut served: Vec<_> =
            counts.into_values().map(|(id, count, server)| (id, count, server.to_string())).collect();
        served.sort_unstable();
        served
    }

    /// Returns the entries whose name servers are a name or a zone above it.
    fn above<'r>(&'r self, server: &OwnerName) -> impl Iterator<Item = usize> + use<'r> {
        let mut found = Vec::new();
        let mut rest = server.as_str();
        // At most 127 labels, by the length of a name.
        loop {
            if let Some(ids) = rest.parse::<OwnerName>().ok().and_then(|zone| self.servers.get(&zone)) {
                found.extend_from_slice(ids);
            }
            match rest.split_once('.') {
                Some((_, above)) if !above.is_empty() => rest = above,
                _ => break found.into_iter(),
            }
        }
    }

    /// Returns the entries with an address.
    fn at(&self, address: IpAddr) -> impl Iterator<Item = usize> {
        let prefixes = if address.is_ipv4() { &self.prefixes.0 } else { &self.prefixes.1 };
        prefixes
            .iter()
            .filter_map(move |prefix| Some(Network { address: masked(address, *prefix)?, prefix: *prefix }))
            .filter_map(|network| self.networks.get(&network))
            .flatten()
            .copied()
    }
}

fn listing(listed: &Listed, by: MatchedBy, value: String, whole: bool) -> Listing {
    Listing {
        list: listed.list.clone(),
        kind: listed.entry.kind,
        who: listed.entry.holder.clone(),
        by,
        value,
        trusted: listed.trusted && whole,
        since: listed.entry.since,
    }
}
