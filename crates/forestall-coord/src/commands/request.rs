// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Asks a registry to act on its slice.

use forestall_model::{Action, Actor, CampaignId, DayRange, Tld};

use super::{legal_basis, need_campaign, need_days, need_slice, need_text, same_person};
use crate::case::{Case, names_campaign};
use crate::command::Refusal;
use crate::event::{Body, CaseCampaign};
use crate::party::need_one_side;

/// Asks a registry to act on the names of its slice.
#[derive(Clone, Debug)]
pub struct Request {
    /// The slice.
    pub tld: Tld,
    /// The days.
    pub days: DayRange,
    /// The campaigns; all of the case where none is named.
    pub campaigns: Vec<CampaignId>,
    /// What is asked.
    pub action: Action,
    /// What should be done where that cannot be.
    pub fallback: Option<Action>,
    /// The legal basis, in words.
    pub legal_basis: Option<String>,
    /// Two people who ask more of an unverified campaign than its marking allows.
    pub override_by: Option<Override>,
}

/// Two people and their evidence.
#[derive(Clone, Debug)]
pub struct Override {
    /// The one.
    pub first: Actor,
    /// The other.
    pub second: Actor,
    /// On what evidence.
    pub evidence: String,
}

impl Request {
    pub(crate) fn decide(&self, case: &Case) -> Result<Body, Refusal> {
        need_slice(case, &self.tld)?;
        need_days(case, self.days)?;
        self.campaigns.iter().try_for_each(|campaign| need_campaign(case, campaign))?;
        need_one_side(case, &self.tld, |held| names_campaign(&self.campaigns, &held.id))?;
        let legal_basis = legal_basis(self.legal_basis.as_deref())?;
        if let Some(two) = &self.override_by {
            two.check()?;
        }
        for action in [Some(self.action), self.fallback].into_iter().flatten() {
            if matches!(action, Action::Exclude | Action::Release | Action::Lock) {
                return Err(Refusal::NotForLists { action });
            }
            if action.touches_a_holder() && legal_basis.is_none() {
                return Err(Refusal::NeedsLegalBasis { action });
            }
            if !action.open_to_unverified() {
                self.need_verified(case, action)?;
            }
        }
        Ok(Body::Requested {
            tld: self.tld.clone(),
            days: self.days,
            campaigns: self.campaigns.clone(),
            action: self.action,
            fallback: self.fallback,
            legal_basis: legal_basis.map(str::to_owned),
            override_evidence: self.override_by.as_ref().map(|two| two.evidence.clone()),
        })
    }

    fn need_verified(&self, case: &Case, action: Action) -> Result<(), Refusal> {
        let asked = |held: &&CaseCampaign| names_campaign(&self.campaigns, &held.id);
        let Some(unverified) = case.campaigns.iter().filter(asked).find(|held| !held.verified) else {
            return Ok(());
        };
        if self.override_by.is_some() {
            return Ok(());
        }
        Err(Refusal::Unverified { campaign: unverified.id.clone(), action })
    }
}

impl Override {
    /// Returns the fields that stand outside the event: the names of both.
    pub(crate) fn withheld(&self) -> [(&'static str, String); 2] {
        [("first-person", self.first.to_string()), ("second-person", self.second.to_string())]
    }

    pub(super) fn check(&self) -> Result<(), Refusal> {
        if same_person(&self.first, &self.second) {
            return Err(Refusal::OnePerson);
        }
        need_text("the evidence of an override", &self.evidence)
    }
}
