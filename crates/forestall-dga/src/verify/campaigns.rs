// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The campaigns against which a list is held: by their ids, with the parameters that stand behind these.

use std::collections::{BTreeMap, BTreeSet};

use forestall_model::{CampaignId, FamilySlug, Params, Tld};

use super::{Against, Line};
use crate::{Campaign, Catalogue, Prepared, WordLists};

/// The campaigns that were made ready, or why they could not be.
pub(super) struct Campaigns<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) words: &'a dyn WordLists,
    pub(super) against: &'a Against,
    pub(super) ready: BTreeMap<CampaignId, Result<Prepared, String>>,
}

impl Campaigns<'_> {
    /// Returns a campaign with its generator, made ready where it was not yet; why not in words.
    pub(super) fn get(&mut self, id: &CampaignId) -> Result<&Prepared, String> {
        if !self.ready.contains_key(id) {
            let ready = self.prepare(id);
            self.ready.insert(id.clone(), ready);
        }
        self.ready.get(id).map_or_else(|| Err(String::new()), |ready| ready.as_ref().map_err(Clone::clone))
    }

    fn prepare(&self, id: &CampaignId) -> Result<Prepared, String> {
        let refuse = |error: crate::ParamError| error.to_string();
        if let Some(campaign) = self.catalogue.campaign(id.as_str()) {
            return self.catalogue.prepare(campaign, &Params::new(), self.words).map_err(refuse);
        }
        // With parameters replaced, the id of a campaign has them behind it: as they were given, else as they stand there.
        let given = self.against.campaigns.iter().find(|(known, _, _)| known == id);
        let bases: Vec<&Campaign> = self.catalogue.campaigns().iter().filter(|base| is_based_on(id, base)).collect();
        for base in bases {
            let params = match given {
                Some((_, _, params)) => params.clone(),
                None => self.written_parameters(id, base),
            };
            if let Ok(prepared) = self.catalogue.prepare(base, &params, self.words)
                && prepared.campaign.id == *id
            {
                return Ok(prepared);
            }
        }
        Err("it is no campaign of this program; a plug-in or a newer version may hold it".to_owned())
    }

    /// Returns the parameters that stand behind the id of a campaign: `conficker-a.sine-exact`.
    fn written_parameters(&self, id: &CampaignId, base: &Campaign) -> Params {
        let mut params = Params::new();
        let Some(family) = self.catalogue.family(base.family.as_str()) else { return params };
        let written = id.as_str().strip_prefix(base.id.as_str()).unwrap_or_default();
        let mut starts: Vec<(usize, &str)> = Vec::new();
        for key in &family.info().keys {
            let mark = format!(".{}-", key.key.to_ascii_lowercase());
            starts.extend(written.find(&mark).map(|at| (at, key.key.as_ref())));
        }
        starts.sort_unstable();
        for (number, (at, key)) in starts.iter().enumerate() {
            let end = starts.get(number + 1).map_or(written.len(), |(next, _)| *next);
            if let Some(value) = written.get(at + key.len() + 2..end) {
                params.set(key, value);
            }
        }
        params
    }

    /// Returns the campaigns in which names are searched for.
    pub(super) fn wanted(&self, lines: &[Line], loose: &[usize]) -> Vec<CampaignId> {
        if !self.against.campaigns.is_empty() {
            return self.against.campaigns.iter().map(|(id, _, _)| id.clone()).collect();
        }
        let families: Option<BTreeSet<&str>> =
            loose.iter().map(|index| lines[*index].family.as_ref().map(FamilySlug::as_str)).collect();
        let tlds: BTreeSet<Tld> = loose.iter().map(|index| lines[*index].name.tld()).collect();
        let fits = |campaign: &&Campaign| match &families {
            Some(families) => families.contains(campaign.family.as_str()),
            None => self.catalogue.family(campaign.family.as_str()).is_some_and(|family| {
                let suffixes = &family.info().suffixes;
                suffixes
                    .iter()
                    .any(|suffix| tlds.iter().any(|tld| forestall_model::name::last_label(suffix) == tld.as_str()))
            }),
        };
        self.catalogue.campaigns().iter().filter(fits).map(|campaign| campaign.id.clone()).collect()
    }
}

fn is_based_on(id: &CampaignId, base: &Campaign) -> bool {
    id.as_str().strip_prefix(base.id.as_str()).is_some_and(|rest| rest.starts_with('.'))
}
