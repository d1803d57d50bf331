// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The lists that a sweep looks at, and how single looks become what is stored.

use std::collections::{BTreeMap, HashSet};

use forestall_model::evidence::{Places, SeenName, Sweep, SweptList};
use forestall_model::{CampaignId, Digest, DomainName, OwnerName, Sight, Tld};

/// Most name servers that are kept of one name.
const KEPT_SERVERS: usize = 8;

/// The names of one (campaign, origin period, top-level domain), to be looked at.
#[derive(Clone, Debug)]
pub struct AskedList {
    /// The campaign.
    pub campaign: CampaignId,
    /// The family's key of the origin period.
    pub period: i64,
    /// The top-level domain.
    pub tld: Tld,
    /// SHA-256 of the list: its distinct names in generation order, each followed by a line feed.
    pub digest: Digest,
    /// The version of the generator that computed the list.
    pub generator_version: u32,
    /// The distinct names in generation order: the index is the place.
    pub names: Vec<DomainName>,
    /// The places that are looked at; all where there is none.
    pub sample: Option<Places>,
}

impl AskedList {
    /// Returns the names that are looked at, with their places.
    pub(crate) fn asked(&self) -> impl Iterator<Item = (u32, &DomainName)> {
        let wanted = |place: u32| self.sample.as_ref().is_none_or(|sample| sample.contains(place));
        (0_u32..).zip(&self.names).filter(move |(place, _)| wanted(*place))
    }
}

/// What a sweep saw, and why some looks failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepReport {
    /// The evidence.
    pub sweep: Sweep,
    /// Distinct names that were looked at.
    pub names: usize,
    /// Why looks failed, the most frequent reason first.
    pub unknown: Vec<Reason>,
}

/// Why looks failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The reason in words.
    pub what: String,
    /// Distinct names whose look failed for it.
    pub names: usize,
    /// One of them.
    pub example: DomainName,
}

/// What one look at one name saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) sight: Sight,
    /// The name servers, where the name is delegated; at most [`KEPT_SERVERS`].
    pub(crate) name_servers: Vec<DomainName>,
    /// Why nothing was seen, where `sight` is unknown.
    pub(crate) reason: Option<String>,
}

impl Look {
    /// Returns a look that saw something without name servers.
    pub(crate) const fn plain(sight: Sight) -> Self {
        Self { sight, name_servers: Vec::new(), reason: None }
    }

    /// Returns a look that failed.
    pub(crate) fn failed(reason: &impl std::fmt::Display) -> Self {
        Self { reason: Some(reason.to_string()), ..Self::plain(Sight::Unknown) }
    }

    /// Returns a look that saw a delegation.
    pub(crate) fn delegated(ours: &Ours, servers: &[OwnerName]) -> Self {
        let sight = if !servers.is_empty() && servers.iter().all(|server| ours.hold(server.as_str())) {
            Sight::OurNameServers
        } else {
            Sight::OtherNameServers
        };
        Self {
            sight,
            name_servers: servers.iter().filter_map(OwnerName::to_domain).take(KEPT_SERVERS).collect(),
            reason: None,
        }
    }
}

/// The name servers that count as the response's own.
#[derive(Debug)]
pub(crate) struct Ours(HashSet<Box<str>>);

impl Ours {
    pub(crate) fn new(name_servers: &[DomainName]) -> Self {
        Self(name_servers.iter().map(|server| server.as_str().into()).collect())
    }

    /// Says whether a name in canonical text is one of them.
    pub(crate) fn hold(&self, server: &str) -> bool {
        self.0.contains(server)
    }
}

/// Puts the looks at single names back into their lists.
pub(crate) fn swept<'a, 'b: 'a>(
    lists: impl IntoIterator<Item = &'a AskedList>,
    look_at: impl Fn(&DomainName) -> &'b Look,
) -> Vec<SweptList> {
    lists.into_iter().map(|list| swept_list(list, &look_at)).collect()
}

fn swept_list<'b>(list: &AskedList, look_at: &impl Fn(&DomainName) -> &'b Look) -> SweptList {
    let mut counts: BTreeMap<Sight, usize> = BTreeMap::new();
    for (_, name) in list.asked() {
        *counts.entry(look_at(name).sight).or_default() += 1;
    }
    // Of sights equally frequent, the first of the vocabulary, so that the same looks always give the same event.
    let usual = counts
        .iter()
        .filter(|(sight, _)| **sight != Sight::Unknown)
        .rev()
        .max_by_key(|(_, count)| **count)
        .map_or(Sight::Unknown, |(sight, _)| *sight);
    let mut unknown = Places::new();
    let mut differing = Vec::new();
    for (place, name) in list.asked() {
        let look = look_at(name);
        if look.sight == Sight::Unknown {
            unknown.insert(place);
        } else if look.sight != usual {
            differing.push(SeenName {
                place,
                name: name.clone(),
                sight: look.sight,
                name_servers: look.name_servers.clone(),
            });
        }
    }
    SweptList {
        campaign: list.campaign.clone(),
        period: list.period,
        tld: list.tld.clone(),
        digest: list.digest,
        generator_version: list.generator_version,
        expected: u32::try_from(list.names.len()).unwrap_or(u32::MAX),
        sample: list.sample.clone(),
        usual,
        unknown,
        differing,
    }
}

/// Counts why looks failed, the most frequent reason first.
pub(crate) fn reasons<'a>(looks: impl IntoIterator<Item = (&'a DomainName, &'a Look)>) -> Vec<Reason> {
    let mut counted: BTreeMap<&str, (usize, &DomainName)> = BTreeMap::new();
    for (name, look) in looks {
        if let Some(reason) = &look.reason {
            counted.entry(reason).or_insert((0, name)).0 += 1;
        }
    }
    let mut reasons: Vec<Reason> = counted
        .into_iter()
        .map(|(what, (names, example))| Reason { what: what.to_owned(), names, example: example.clone() })
        .collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.names));
    reasons
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::{AskedList, Look, Ours, swept};
    use forestall_model::{Digest, DomainName, Sight};

    fn name(text: &str) -> DomainName {
        text.parse().unwrap()
    }

    #[test]
    fn keeps_what_differs_from_the_usual() {
        let sights = [Sight::Nxdomain, Sight::OurNameServers, Sight::Unknown, Sight::OurNameServers, Sight::Nxdomain];
        let names: Vec<_> = (0..sights.len()).map(|i| name(&format!("n{i}.be"))).collect();
        let looks: HashMap<_, _> = names.iter().cloned().zip(sights.map(Look::plain)).collect();
        let list = AskedList {
            campaign: "a".parse().unwrap(),
            period: 14_335,
            tld: "be".parse().unwrap(),
            digest: Digest::of(b""),
            generator_version: 1,
            names,
            sample: None,
        };
        let seen = &swept([&list], |name| &looks[name])[0];
        assert_eq!(seen.usual, Sight::OurNameServers, "the first of equally frequent sights");
        assert_eq!(seen.differing.iter().map(|seen| seen.place).collect::<Vec<_>>(), [0, 4]);
        assert_eq!(seen.unknown.iter().collect::<Vec<_>>(), [2]);
        assert_eq!(seen.expected, 5);
    }

    #[test]
    fn one_foreign_name_server_makes_a_delegation_foreign() {
        let ours = Ours::new(&[name("ns1.sink.test"), name("ns2.sink.test")]);
        let check = |servers: &[&str], expected: Sight| {
            let servers: Vec<_> = servers.iter().map(|server| server.parse().unwrap()).collect();
            assert_eq!(Look::delegated(&ours, &servers).sight, expected);
        };
        check(&["NS1.sink.test."], Sight::OurNameServers);
        check(&["ns1.sink.test", "ns2.sink.test"], Sight::OurNameServers);
        check(&["ns1.sink.test", "ns3.sink.test"], Sight::OtherNameServers);
        check(&["localhost"], Sight::OtherNameServers);
        check(&[], Sight::OtherNameServers);
    }
}
