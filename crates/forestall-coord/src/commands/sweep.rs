// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Records a sweep as evidence.

use forestall_model::evidence::Sweep;
use forestall_model::{CampaignId, Method, Sight, Tld};

use super::{need_campaign, need_slice, need_text};
use crate::case::Case;
use crate::command::Refusal;
use crate::event::Body;

/// Records a sweep: one event, however many names it looked at.
#[derive(Clone, Debug)]
pub struct RecordSweep {
    /// What it saw.
    pub sweep: Sweep,
}

impl RecordSweep {
    pub(crate) fn decide(&self, case: &Case) -> Result<Body, Refusal> {
        need_text("the vantage", &self.sweep.vantage)?;
        if self.sweep.lists.is_empty() {
            return Err(Refusal::Empty("a sweep over at least one list"));
        }
        for list in &self.sweep.lists {
            need_slice(case, &list.tld)?;
            need_campaign(case, &list.campaign)?;
            need_generator(case, &list.campaign, list.generator_version)?;
            can_show(self.sweep.method, list.usual)?;
            for row in &list.differing {
                can_show(self.sweep.method, row.sight)?;
                need_place(&list.tld, list.expected, row.place)?;
            }
            if let Some(last) = list.unknown.iter().last() {
                need_place(&list.tld, list.expected, last)?;
            }
        }
        Ok(Body::Swept(self.sweep.clone()))
    }
}

fn need_generator(case: &Case, campaign: &CampaignId, found: u32) -> Result<(), Refusal> {
    match case.campaigns.iter().find(|c| c.id == *campaign) {
        Some(held) if held.generator_version != found => {
            Err(Refusal::GeneratorDiffers { campaign: campaign.clone(), found, expected: held.generator_version })
        }
        _ => Ok(()),
    }
}

fn need_place(tld: &Tld, expected: u32, place: u32) -> Result<(), Refusal> {
    if place < expected { Ok(()) } else { Err(Refusal::PlaceOutside { tld: tld.clone(), found: expected, place }) }
}

/// Refuses sights that a method cannot have: registration data are not seen in the DNS, delegations not in EPP.
pub(super) fn can_show(method: Method, sight: Sight) -> Result<(), Refusal> {
    let possible = match method {
        Method::Dns | Method::Zone => matches!(
            sight,
            Sight::OurNameServers
                | Sight::OtherNameServers
                | Sight::Nxdomain
                | Sight::NoDelegation
                | Sight::Wildcard
                | Sight::Unknown
        ),
        Method::EppCheck => {
            matches!(sight, Sight::Available | Sight::Unavailable | Sight::Reserved | Sight::Unknown)
        }
        Method::Rdap | Method::Whois | Method::EppInfo => {
            !matches!(sight, Sight::Nxdomain | Sight::NoDelegation | Sight::Wildcard)
        }
    };
    if possible { Ok(()) } else { Err(Refusal::ImpossibleSight { method, sight }) }
}
