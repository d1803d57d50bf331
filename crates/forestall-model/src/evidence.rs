// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What was seen from outside, as values: sights, and sweeps over a computed list.

use crate::{CampaignId, Digest, DomainName, Instant, Tld, vocabulary};

vocabulary! {
    /// What one look at one name saw.
    pub enum Sight as "a sight" {
        /// Delegated at the parent to the response's own name servers, all of them.
        OurNameServers = "our-name-servers",
        /// Delegated at the parent to other name servers.
        OtherNameServers = "other-name-servers",
        /// The parent says that the name does not exist.
        Nxdomain = "nxdomain",
        /// The parent knows the name, but not as a delegation.
        NoDelegation = "no-delegation",
        /// The parent answers for every name (wildcard): nothing follows for this one.
        Wildcard = "wildcard",
        /// Registration data show a hold (serverHold or clientHold) and the holder is the response's account.
        OurHold = "our-hold",
        /// Registration data show a hold on a name of somebody else's.
        OtherHold = "other-hold",
        /// Registration data or a check command say that the registry reserves the name.
        Reserved = "reserved",
        /// A check command says that the name cannot be registered, without a reason.
        Unavailable = "unavailable",
        /// A check command or registration data say that the name can be registered.
        Available = "available",
        /// The look failed, or its answer could not be understood.
        Unknown = "unknown",
    }
}

vocabulary! {
    /// How somebody looked.
    pub enum Method as "a method" {
        /// Questions over DNS to a resolver or to the servers of the top-level domain.
        Dns = "dns",
        /// A copy of the zone file.
        Zone = "zone",
        /// Registration data over RDAP.
        Rdap = "rdap",
        /// The EPP check command.
        EppCheck = "epp-check",
        /// WHOIS over TCP port 43.
        Whois = "whois",
        /// The EPP info command: registration data as the registry shows them to a registrar.
        EppInfo = "epp-info",
    }
}

/// One sweep: a look at every name of some lists, by one method, from one place, at one time.
///
/// // STORED FORMAT, version 1: part of the event log.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Sweep {
    /// How it looked.
    pub method: Method,
    /// From where it looked, in words: "127.0.0.1:53 from this host", "be.zone of 2009-03-31".
    pub vantage: String,
    /// When the sweep began.
    pub at: Instant,
    /// The name servers that counted as the response's own.
    pub name_servers: Vec<DomainName>,
    /// What it saw, list by list.
    pub lists: Vec<SweptList>,
}

/// What a sweep saw of the names of one (campaign, origin period, top-level domain).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SweptList {
    /// The campaign.
    pub campaign: CampaignId,
    /// The key of the origin period: its start in seconds since 1970-01-01T00:00:00Z.
    pub period: i64,
    /// The top-level domain.
    pub tld: Tld,
    /// SHA-256 of the list: its distinct names in generation order, each followed by a line feed.
    pub digest: Digest,
    /// The version of the generator that computed the list.
    pub generator_version: u32,
    /// Names in the list.
    pub expected: u32,
    /// Places that were looked at, where the sweep drew a sample; all where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Places>,
    /// What most names showed.
    pub usual: Sight,
    /// Places of the names whose look failed.
    #[serde(default, skip_serializing_if = "Places::is_empty")]
    pub unknown: Places,
    /// The names that showed something else than `usual` and did not fail, in order of place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differing: Vec<SeenName>,
}

/// One name of a sweep that differs from its list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SeenName {
    /// Its place in the list.
    pub place: u32,
    /// The name.
    pub name: DomainName,
    /// What was seen.
    pub sight: Sight,
    /// The name servers seen, in order; at most eight are kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub name_servers: Vec<DomainName>,
}

/// A set of places in a list: a bitmap, written as hexadecimal digits, first place in the lowest bit of the first octet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Places(Vec<u8>);

impl Places {
    /// Returns the set without any place.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a place.
    pub fn insert(&mut self, place: u32) {
        let byte = place as usize / 8;
        if self.0.len() <= byte {
            self.0.resize(byte + 1, 0);
        }
        self.0[byte] |= 1 << (place % 8);
    }

    /// Says whether the place is in the set.
    #[must_use]
    pub fn contains(&self, place: u32) -> bool {
        self.0.get(place as usize / 8).is_some_and(|b| b & (1 << (place % 8)) != 0)
    }

    /// Says whether the set is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|b| *b == 0)
    }

    /// Returns the number of places.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.0.iter().map(|b| b.count_ones()).sum()
    }

    /// Returns the places in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        (0_u32..)
            .zip(&self.0)
            .flat_map(|(i, byte)| (0..8).filter(move |bit| byte & (1 << bit) != 0).map(move |bit| i * 8 + bit))
    }
}

impl FromIterator<u32> for Places {
    fn from_iter<I: IntoIterator<Item = u32>>(places: I) -> Self {
        let mut set = Self::new();
        places.into_iter().for_each(|place| set.insert(place));
        set
    }
}

impl std::fmt::Display for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A text that is no set of places.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a set of places; expected pairs of hexadecimal digits")]
pub struct PlacesError;

impl std::str::FromStr for Places {
    type Err = PlacesError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !text.len().is_multiple_of(2) || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(PlacesError);
        }
        let byte = |i: usize| u8::from_str_radix(&text[i..i + 2], 16).map_err(|_| PlacesError);
        let mut bytes: Vec<u8> = (0..text.len()).step_by(2).map(byte).collect::<Result<_, _>>()?;
        // One set has one text: empty octets at the end are not written, so they are not kept.
        while bytes.last() == Some(&0) {
            bytes.pop();
        }
        Ok(Self(bytes))
    }
}

crate::serialise_as_text!(Places);

#[cfg(test)]
mod tests {
    use super::Places;

    #[test]
    fn places_survive_text() {
        let places: Places = [0, 7, 8, 431].into_iter().collect();
        assert_eq!(places.len(), 4);
        assert_eq!(places.to_string().parse::<Places>().unwrap().iter().collect::<Vec<_>>(), [0, 7, 8, 431]);
        assert!(places.contains(431) && !places.contains(430) && !places.contains(100_000));
        assert_eq!("0100".parse::<Places>().unwrap().to_string(), "01");
    }
}
