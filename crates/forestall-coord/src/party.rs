// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who is asked about the names of a slice.
//!
//! The registry of the top-level domain can act on the names that it or a registrar of it handed out. Below the zone of a provider, such as a
//! dynamic-DNS service, the names are the provider's: the registry knows only the zone, and whatever it did to the zone would hit every
//! customer. A request or an answer for whole days therefore covers campaigns with names below such zones, or campaigns without, never both.

use std::fmt;

use forestall_model::{Tld, name::last_label};

use crate::case::Case;
use crate::command::Refusal;
use crate::event::{CaseCampaign, ProviderZone};

/// Who can act on names of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party<'a> {
    /// The registry of the top-level domain.
    Registry,
    /// The provider of a zone, for the names below it.
    Provider(&'a ProviderZone),
}

impl fmt::Display for Party<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registry => f.write_str("the registry"),
            Self::Provider(zone) => write!(f, "provider of {}", zone.zone),
        }
    }
}

impl CaseCampaign {
    /// Returns who can act on the campaign's names under a top-level domain, the registry first; of a campaign without zones that is the
    /// registry, whether it has a name there or not.
    pub fn parties(&self, tld: &Tld) -> impl Iterator<Item = Party<'_>> + use<'_> {
        let registry = self.zones.is_empty() || self.registries.contains(tld);
        let below: Vec<&ProviderZone> = self.zones_under(tld).collect();
        registry.then_some(Party::Registry).into_iter().chain(below.into_iter().map(Party::Provider))
    }

    fn zones_under(&self, tld: &Tld) -> impl Iterator<Item = &ProviderZone> {
        self.zones.iter().filter(move |zone| last_label(&zone.zone) == tld.as_str())
    }
}

/// Refuses to ask, or to record an answer of, the registry and a provider in one, where `asked` says which campaigns it is about.
///
/// A single campaign with names on both sides, under one top-level domain, cannot be parted and is let pass.
pub(crate) fn need_one_side(case: &Case, tld: &Tld, asked: impl Fn(&CaseCampaign) -> bool) -> Result<(), Refusal> {
    let asked = || case.campaigns.iter().filter(|campaign| asked(campaign));
    let below = asked().find(|campaign| campaign.zones_under(tld).next().is_some());
    let other =
        asked().find(|campaign| campaign.zones_under(tld).next().is_none() && campaign.parties(tld).next().is_some());
    match (below, other) {
        (Some(below), Some(other)) => Err(Refusal::TwoParties {
            tld: tld.clone(),
            below: below.id.clone(),
            zones: below.zones_under(tld).map(|zone| zone.zone.as_str()).collect::<Vec<_>>().join(", "),
            other: other.id.clone(),
        }),
        _ => Ok(()),
    }
}
