// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Cuts a numbered list for a registry.

use forestall_model::party::PartyId;
use forestall_model::{Action, CampaignId, DayRange, Digest, Instant, Tld};

use super::request::{Override, Request};
use super::{legal_basis, need_slice};
use crate::case::{self, Case};
use crate::command::Refusal;
use crate::cut::next_number;
use crate::event::{Body, ListDifference, Purpose};

/// Cuts the next numbered list of a slice. Its names, digest and counts were computed from the state at [`Self::basis`].
#[derive(Clone, Debug)]
pub struct Cut {
    /// The slice.
    pub tld: Tld,
    /// What it is for.
    pub purpose: Purpose,
    /// Whom it is for, where a party runs the domain.
    pub party: Option<PartyId>,
    /// The number of the last event of the case that the list was computed from.
    pub basis: u64,
    /// How many lists of other slices were cut since, in the same step: nothing else may lie between the state and the list.
    pub beside: u64,
    /// The number of the list with which it was compared.
    pub previous: Option<u32>,
    /// The days whose lists are asked for anew; empty where none is.
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
    /// SHA-256 over the distinct names in order, each followed by a line feed.
    pub digest: Digest,
    /// How many names it holds, and how it differs.
    pub counts: ListDifference,
    /// Until when the registry has to act.
    pub act_by: Option<Instant>,
}

impl Cut {
    pub(crate) fn decide(&self, case: &Case) -> Result<Body, Refusal> {
        need_slice(case, &self.tld)?;
        if self.basis + self.beside != case.version {
            return Err(Refusal::CaseMoved { basis: self.basis, version: case.version });
        }
        let counts = self.counts;
        if counts.names + counts.added + counts.withdrawn + counts.expired == 0 {
            return Err(Refusal::Empty("at least one name to be asked for or handed back"));
        }
        let last = case.slices.get(&self.tld).and_then(|slice| slice.last_acknowledged(self.purpose));
        if self.previous != last.map(|cut| cut.number) {
            return Err(Refusal::CaseMoved { basis: self.basis, version: case.version });
        }
        let legal_basis = legal_basis(self.legal_basis.as_deref())?;
        match self.purpose {
            Purpose::Release => {
                if self.action != Action::Release || !self.days.is_empty() || self.fallback.is_some() {
                    return Err(Refusal::NotForLists { action: self.action });
                }
            }
            // A list that asks nothing anew repeats what was asked; then that was decided before.
            Purpose::Protect if self.days.is_empty() => {
                let asked =
                    |request: &case::Request| [Some(request.action), request.fallback].contains(&Some(self.action));
                if case.slices.get(&self.tld).is_none_or(|slice| !slice.requests.iter().any(asked)) {
                    return Err(Refusal::NotRequested { tld: self.tld.clone() });
                }
                if self.action.touches_a_holder() && legal_basis.is_none() {
                    return Err(Refusal::NeedsLegalBasis { action: self.action });
                }
            }
            Purpose::Protect => drop(self.request().decide(case)?),
        }
        Ok(Body::Cut {
            tld: self.tld.clone(),
            number: next_number(case, &self.tld),
            purpose: self.purpose,
            party: self.party.clone(),
            basis: self.basis,
            previous: self.previous,
            days: self.days,
            campaigns: self.campaigns.clone(),
            action: self.action,
            fallback: self.fallback,
            legal_basis: legal_basis.map(str::to_owned),
            override_evidence: self.override_by.as_ref().map(|two| two.evidence.clone()),
            digest: self.digest,
            counts,
            act_by: self.act_by,
        })
    }

    /// Returns the request that the list makes: it is held to the same rules.
    fn request(&self) -> Request {
        Request {
            tld: self.tld.clone(),
            days: self.days,
            campaigns: self.campaigns.clone(),
            action: self.action,
            fallback: self.fallback,
            legal_basis: self.legal_basis.clone(),
            override_by: self.override_by.clone(),
        }
    }
}
