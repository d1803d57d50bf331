// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Records what a registry answered.

use forestall_model::{Action, AnswerResult, Digest, Tld};

use super::{need_campaign, need_days, need_slice};
use crate::case::{Case, names_campaign};
use crate::command::Refusal;
use crate::event::{AnswerScope, Body};
use crate::party::need_one_side;
use crate::proof::Level;

/// Records a registry's answer for a whole slice, a range of days, or single names.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The slice.
    pub tld: Tld,
    /// What the answer speaks of.
    pub scope: AnswerScope,
    /// What was done, or was asked.
    pub action: Action,
    /// The result.
    pub result: AnswerResult,
    /// The list that the registry signed, where it did and the signature was checked.
    pub attested: Option<Attested>,
}

/// A list that a registry signed, beside ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attested {
    /// The digest of our list for the scope of the answer.
    pub ours: Digest,
    /// The digest of the list that the registry signed.
    pub theirs: Digest,
}

impl Answer {
    pub(crate) fn decide(&self, case: &Case) -> Result<Body, Refusal> {
        need_slice(case, &self.tld)?;
        match &self.scope {
            AnswerScope::Days { days, campaigns } => {
                need_days(case, *days)?;
                campaigns.iter().try_for_each(|campaign| need_campaign(case, campaign))?;
                need_one_side(case, &self.tld, |held| names_campaign(campaigns, &held.id))?;
            }
            AnswerScope::Places(sets) => {
                if sets.iter().all(|set| set.places.is_empty()) {
                    return Err(Refusal::NothingAnswered { tld: self.tld.clone() });
                }
                sets.iter().try_for_each(|set| need_campaign(case, &set.campaign))?;
            }
        }
        if self.action == Action::Exclude {
            return Err(Refusal::ResultDiffers { action: self.action, result: self.result });
        }
        let level = match self.attested {
            None => Level::Claimed,
            Some(Attested { ours, theirs }) if ours != theirs => return Err(Refusal::DigestDiffers { ours, theirs }),
            Some(_) if !self.result.claims() => {
                return Err(Refusal::ResultDiffers { action: self.action, result: self.result });
            }
            Some(_) => Level::Attested,
        };
        Ok(Body::Answered {
            tld: self.tld.clone(),
            scope: self.scope.clone(),
            action: self.action,
            result: self.result,
            level,
            list_digest: self.attested.map(|a| a.theirs),
        })
    }
}
