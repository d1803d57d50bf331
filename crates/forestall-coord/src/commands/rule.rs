// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Records what a person decided about registered names.

use forestall_model::{Action, Actor, Digest, DomainName, Ruling};

use super::{each_once, legal_basis, need_campaign, need_names, need_text, same_person};
use crate::case::Case;
use crate::command::Refusal;
use crate::event::{Body, Occurrence};
use crate::holding::Stance;

/// Records a ruling about registered names, each of which the person had before them.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The names, at least one.
    pub names: Vec<DomainName>,
    /// [`list_digest`] of the names that the person confirmed.
    pub digest: Digest,
    /// What was decided.
    pub ruling: Ruling,
    /// What the registry is asked to do, where the ruling is to act.
    pub action: Option<Action>,
    /// The legal basis, in words.
    pub legal_basis: Option<String>,
    /// Why, in words.
    pub reason: String,
    /// On what evidence, in words.
    pub evidence: String,
    /// The second person, where the case asks for two.
    pub second: Option<Actor>,
}

/// Returns what stands for a list that a person confirmed: SHA-256 over the names in order, each followed by a line feed.
#[must_use]
pub fn list_digest(names: &[DomainName]) -> Digest {
    let mut hasher = forestall_model::digest::Hasher::default();
    for name in each_once(names) {
        hasher.update(name.as_str().as_bytes());
        hasher.update(b"\n");
    }
    hasher.finish()
}

impl Rule {
    pub(crate) fn decide(&self, case: &Case, actor: &Actor) -> Result<Body, Refusal> {
        let names = need_names(&self.names)?;
        need_text("the reason", &self.reason)?;
        need_text("the evidence", &self.evidence)?;
        let digest = list_digest(&names);
        if digest != self.digest {
            return Err(Refusal::ListChanged { confirmed: self.digest, given: digest });
        }
        if case.four_eyes {
            let second = self.second.as_ref().ok_or(Refusal::SecondNeeded)?;
            if same_person(actor, second) {
                return Err(Refusal::OnePerson);
            }
        }
        let legal_basis = legal_basis(self.legal_basis.as_deref())?;
        match (self.ruling, self.action) {
            (Ruling::Act, None) => return Err(Refusal::Empty("an action, where the ruling is to act")),
            (Ruling::Act, Some(action)) => need_holder_action(action, legal_basis)?,
            (_, Some(action)) => return Err(Refusal::ActionNotRuled { action, ruling: self.ruling }),
            (_, None) => {}
        }
        for name in &names {
            self.need_name(case, name)?;
        }
        Ok(Body::Ruled {
            names,
            digest,
            ruling: self.ruling,
            action: self.action,
            legal_basis: legal_basis.map(str::to_owned),
            reason: self.reason.trim().to_owned(),
            evidence: self.evidence.trim().to_owned(),
        })
    }

    fn need_name(&self, case: &Case, name: &DomainName) -> Result<(), Refusal> {
        let holding = case.holdings.get(name).ok_or_else(|| Refusal::NotVetted { name: name.clone() })?;
        if holding.stance() == Stance::Disputed {
            return Err(Refusal::Disputed { name: name.clone() });
        }
        if self.ruling != Ruling::Act {
            return Ok(());
        }
        if !holding.verdict.as_ref().is_some_and(crate::holding::Verdict::is_of_others) {
            return Err(Refusal::NotVetted { name: name.clone() });
        }
        if !is_a_unit_of_action(name) {
            return Err(Refusal::NotAUnit { name: name.clone() });
        }
        let of = |occurrence: &Occurrence| need_campaign(case, &occurrence.campaign);
        holding.occurrences.iter().try_for_each(of)?;
        let unverified = holding.occurrences.iter().find_map(|occurrence| {
            let campaign = case.campaigns.iter().find(|c| c.id == occurrence.campaign)?;
            (!campaign.verified).then(|| campaign.id.clone())
        });
        match (unverified, self.action) {
            (Some(campaign), Some(action)) if !action.open_to_unverified() && self.second.is_none() => {
                Err(Refusal::Unverified { campaign, action })
            }
            _ => Ok(()),
        }
    }
}

/// Says whether a name can be acted on by itself: it is no public suffix and not above a registrable name. Below the zone of a provider
/// that the public suffix list knows, each customer's name is one.
#[must_use]
pub fn is_a_unit_of_action(name: &DomainName) -> bool {
    name.registrable().is_some()
}

fn need_holder_action(action: Action, legal_basis: Option<&str>) -> Result<(), Refusal> {
    let possible = matches!(
        action,
        Action::RedirectNs | Action::Suspend | Action::Lock | Action::NotifyRegistrar | Action::Monitor
    );
    if !possible {
        return Err(Refusal::NotForHolders { action });
    }
    if action.touches_a_holder() && legal_basis.is_none() {
        return Err(Refusal::NeedsLegalBasis { action });
    }
    Ok(())
}
