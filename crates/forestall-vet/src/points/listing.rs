// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What registers, exclusion lists and shared zones say.

use forestall_model::dossier::{Listing, ListingKind};

use super::{Limit, PointName, Points};
use crate::evidence::{Evidence, told};

pub(crate) fn collect(evidence: &Evidence<'_>, points: &mut Points<'_>) {
    if let Some(asked) = &evidence.circumstances.asked {
        let text = format!("{asked} was asked for; vetted is the registrable name {}", evidence.dossier.name);
        points.add(PointName::BelowRegistrable, text, "");
    }
    if let Some(zone) = &evidence.circumstances.providers_zone {
        let text = format!("it lies below {zone}: its provider can act on it, the registry only on {zone} as a whole");
        points.add(PointName::ProvidersZone, text, "");
    }
    for listing in &evidence.dossier.listings {
        let (point, text) = match listing.kind {
            ListingKind::Excluded if listing.settles() => (PointName::Excluded, format!("excluded by {}", listing.who)),
            ListingKind::Excluded => (PointName::ExclusionProposed, format!("{} proposes to exclude it", listing.who)),
            ListingKind::Sinkhole if listing.settles() => {
                (PointName::Sinkhole, format!("sinkhole of {}: {}", listing.who, listing.value))
            }
            ListingKind::Sinkhole => {
                (PointName::SinkholeProposed, format!("perhaps a sinkhole of {}: {}", listing.who, listing.value))
            }
            ListingKind::Friendly if listing.settles() => {
                (PointName::Friendly, format!("held by {}: {}", listing.who, listing.value))
            }
            ListingKind::Friendly => {
                (PointName::FriendlyProposed, format!("perhaps held by {}: {}", listing.who, listing.value))
            }
            ListingKind::SharedZone => {
                (PointName::SharedZone, format!("third parties have names below it, by {}", listing.who))
            }
            // Counted with the infrastructure.
            ListingKind::Parking => continue,
        };
        points.add(point, text, list(listing));
    }
    let most = evidence.presence.iter().max_by_key(|look| look.fact.hosts.len());
    if let Some(look) = most
        && i64::try_from(look.fact.hosts.len()).unwrap_or(i64::MAX) >= points.limit(Limit::ThirdPartyHosts)
    {
        let text = format!("at least {} host names below it were seen", look.fact.hosts.len());
        points.add(PointName::ThirdPartyHosts, text, told(look));
    }
}

fn list(listing: &Listing) -> String {
    match listing.since {
        Some(since) => format!("{}, since {since}", listing.list),
        None => listing.list.clone(),
    }
}
