// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which word lists a catalogue needs.
//!
//! What a family asks for is what it needs: its campaigns are prepared, and every list that they ask for is noted. No table of
//! lists can thus differ from the families.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use forestall_model::{CampaignId, Digest, FamilySlug, Params};

use crate::{Catalogue, ParamError, WordLists};

/// Most lists that one campaign is asked for; none of a published family has more than four.
const MOST_LISTS: usize = 64;

/// A word list that families need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    /// SHA-256 of its text.
    pub digest: Digest,
    /// What the family calls it.
    pub name: String,
    /// The family that asked for it first.
    pub family: FamilySlug,
    /// The campaigns that need it, in the order of the catalogue.
    pub campaigns: Vec<CampaignId>,
}

/// Returns every word list that campaigns of the catalogue need, in the order in which they ask.
///
/// A family that looks at its first list before it asks for the second one is given `words` to look at; where a list is not among
/// them, the family gets a list of one word in its place, and may then ask for no more.
#[must_use]
pub fn needed(catalogue: &Catalogue, words: &dyn WordLists) -> Vec<Needed> {
    of_campaigns(catalogue, catalogue.campaigns(), words)
}

/// Returns every word list that the campaigns of one family need, as [`needed`] does.
#[must_use]
pub fn needed_by(catalogue: &Catalogue, slug: &str, words: &dyn WordLists) -> Vec<Needed> {
    of_campaigns(catalogue, catalogue.campaigns_of(slug), words)
}

fn of_campaigns<'a>(
    catalogue: &Catalogue,
    campaigns: impl IntoIterator<Item = &'a crate::Campaign>,
    words: &dyn WordLists,
) -> Vec<Needed> {
    let mut needed: Vec<Needed> = Vec::new();
    let mut names = BTreeMap::new();
    for campaign in campaigns {
        for digest in asked(catalogue, campaign, words, &mut names) {
            match needed.iter_mut().find(|list| list.digest == digest) {
                Some(list) => list.campaigns.push(campaign.id.clone()),
                None => needed.push(Needed {
                    digest,
                    name: names.get(&digest).cloned().unwrap_or_default(),
                    family: campaign.family.clone(),
                    campaigns: vec![campaign.id.clone()],
                }),
            }
        }
    }
    needed
}

/// Returns the digests of the lists that a campaign asks for, and learns what they are called.
fn asked(
    catalogue: &Catalogue,
    campaign: &crate::Campaign,
    words: &dyn WordLists,
    names: &mut BTreeMap<Digest, String>,
) -> Vec<Digest> {
    let mut digests: Vec<Digest> = Vec::new();
    // Each round refuses the first list whose name is not known yet, so that the error tells it.
    while digests.len() < MOST_LISTS {
        let probe = Probe { words, known: &digests, asked: Mutex::default() };
        let outcome = catalogue.prepare(campaign, &Params::new(), &probe);
        let Err(ParamError::MissingWordList { name, digest }) = outcome else { break };
        if digests.contains(&digest) || !probe.asked.lock().unwrap_or_else(PoisonError::into_inner).contains(&digest) {
            break;
        }
        names.entry(digest).or_insert(name);
        digests.push(digest);
    }
    digests
}

/// Lists that let a family ask on: those known already are there, the next one is not.
struct Probe<'a> {
    words: &'a dyn WordLists,
    known: &'a [Digest],
    asked: Mutex<Vec<Digest>>,
}

impl WordLists for Probe<'_> {
    fn word_list(&self, digest: Digest) -> Option<Arc<str>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(digest);
        let known = self.known.contains(&digest);
        known.then(|| self.words.word_list(digest).unwrap_or_else(|| Arc::from("word\n")))
    }
}
