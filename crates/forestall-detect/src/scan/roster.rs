// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The families and campaigns of an index by number, as the tally counts them.

use std::collections::BTreeMap;

use forestall_index::{Index, IndexCampaign, Posting};
use forestall_model::{CampaignId, FamilySlug};

use super::Listing;

/// Families and campaigns by number.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    families: Vec<FamilySlug>,
    /// How many names of each family are listed; one of several campaigns counts for each.
    listed: Vec<u64>,
    /// The family of each campaign, and the campaign.
    campaigns: Vec<(u16, IndexCampaign)>,
    /// The number here of each campaign of the index, in the order of the index.
    places: Vec<u16>,
}

/// An index with more campaigns than a scan can count apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the index holds {found} campaigns; a scan takes at most {}", u16::MAX)]
pub struct TooManyCampaigns {
    /// How many there are.
    pub found: usize,
}

impl Roster {
    /// Numbers the families and campaigns of an index.
    ///
    /// # Errors
    ///
    /// [`TooManyCampaigns`].
    pub fn of<B: AsRef<[u8]>>(index: &Index<B>) -> Result<Self, TooManyCampaigns> {
        Self::default().renewed(index)
    }

    /// Returns the numbers for an index that takes the place of the one before: what was known by family and id keeps its number, so that counts go
    /// on, and is as the new index says.
    ///
    /// # Errors
    ///
    /// [`TooManyCampaigns`], those of the indexes before counted.
    pub fn renewed<B: AsRef<[u8]>>(&self, index: &Index<B>) -> Result<Self, TooManyCampaigns> {
        let mut roster = Self { places: Vec::new(), ..self.clone() };
        let mut listed = vec![0; roster.families.len()];
        let known = roster.campaigns.iter().zip(0..);
        let places: BTreeMap<(FamilySlug, CampaignId), usize> =
            known.map(|((_, campaign), place)| ((campaign.family.clone(), campaign.id.clone()), place)).collect();
        for (campaign, number) in index.campaigns().zip(0u32..) {
            let known = roster.families.iter().position(|family| *family == campaign.family);
            let family = known.unwrap_or_else(|| {
                roster.families.push(campaign.family.clone());
                listed.push(0);
                roster.families.len() - 1
            });
            listed[family] += index.names_of(number);
            let place = match places.get(&(campaign.family.clone(), campaign.id.clone())) {
                Some(place) => {
                    let known: &mut (u16, IndexCampaign) = &mut roster.campaigns[*place];
                    known.1 = campaign.clone();
                    *place
                }
                None => {
                    let family = u16::try_from(family).map_err(|_| TooManyCampaigns { found: family })?;
                    roster.campaigns.push((family, campaign.clone()));
                    roster.campaigns.len() - 1
                }
            };
            let place = u16::try_from(place).ok().filter(|place| *place < u16::MAX);
            roster.places.push(place.ok_or(TooManyCampaigns { found: roster.campaigns.len() })?);
        }
        // A family that is no longer listed keeps its number of names, for what was counted of it.
        for (family, now) in listed.into_iter().enumerate() {
            match roster.listed.get_mut(family) {
                Some(listed) if now > 0 => *listed = now,
                Some(_) => {}
                None => roster.listed.push(now),
            }
        }
        Ok(roster)
    }

    /// Returns the family with this number.
    #[must_use]
    pub fn family(&self, number: u16) -> Option<&FamilySlug> {
        self.families.get(usize::from(number))
    }

    /// Returns the campaign with this number.
    #[must_use]
    pub fn campaign(&self, number: u16) -> Option<&IndexCampaign> {
        self.campaigns.get(usize::from(number)).map(|(_, campaign)| campaign)
    }

    /// Returns how many names of a family are listed.
    #[must_use]
    pub fn listed(&self, family: u16) -> u64 {
        self.listed.get(usize::from(family)).copied().unwrap_or(0)
    }

    /// Returns a posting as the tally takes it.
    pub(super) fn listing<'a>(&self, posting: &Posting<'a>) -> Option<Listing<'a>> {
        let place = *self.places.get(posting.number as usize)?;
        let (family, campaign) = self.campaigns.get(usize::from(place))?;
        Some(Listing { family: *family, campaign: place, windows: posting.windows, margin: campaign.margin })
    }
}
