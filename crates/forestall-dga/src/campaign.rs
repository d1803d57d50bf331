// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Campaigns: one family with one set of parameters, where it was seen, and how its bots draw from the list.

use forestall_model::{CampaignId, Draws, FamilySlug, Params, UtcDay};

/// A family with one set of parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    /// The identifier.
    pub id: CampaignId,
    /// The family.
    pub family: FamilySlug,
    /// The values that differ from the family's defaults.
    pub params: Params,
    /// When it was first seen, where known.
    pub first_seen: Option<UtcDay>,
    /// Where it was published. Never empty.
    pub source: String,
    /// How many names of an endless list count; none for a family with lists of its own length.
    pub count: Option<u64>,
    /// How bots draw from a day's list: one entry a reading, where sources disagree.
    pub draws: Vec<Draws>,
}

/// One file of the catalogue as it is written.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CampaignFile {
    family: FamilySlug,
    campaign: Vec<CampaignEntry>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct CampaignEntry {
    id: CampaignId,
    first_seen: Option<UtcDay>,
    source: String,
    count: Option<u64>,
    #[serde(default)]
    set: Params,
    #[serde(default)]
    draws: Vec<Draws>,
}

impl CampaignFile {
    pub(crate) fn into_campaigns(self) -> impl Iterator<Item = Campaign> {
        let family = self.family;
        self.campaign.into_iter().map(move |entry| Campaign {
            id: entry.id,
            family: family.clone(),
            params: entry.set,
            first_seen: entry.first_seen,
            source: entry.source,
            count: entry.count,
            draws: entry.draws,
        })
    }
}
