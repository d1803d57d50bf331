// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A plug-in: a module that was read, which can be checked and added to a catalogue.

use std::io::Read;
use std::sync::Arc;

use forestall_dga::family::NoWordLists;
use forestall_dga::{Catalogue, Family, FamilyInfo};
use forestall_model::{CampaignId, Digest, Marking, Params};

use crate::family::PluginFamily;
use crate::limits::MAX_MODULE;
use crate::metadata::{self, VectorTable};
use crate::{PluginError, module, vector};

/// A module with its metadata.
pub struct Plugin {
    family: Arc<PluginFamily>,
    campaigns: String,
    ids: Vec<CampaignId>,
    vectors: Vec<VectorTable>,
    digest: Digest,
}

/// What a check went through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Campaigns whose parameters the module takes.
    pub campaigns: usize,
    /// Vectors that it reproduces.
    pub vectors: usize,
    /// Names in them.
    pub names: u64,
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin")
            .field("family", &self.info().slug)
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

impl Plugin {
    /// Reads a module: its form, its exports and its metadata. Runs nothing of it.
    ///
    /// # Errors
    ///
    /// [`PluginError`], for the first thing found that a plug-in must not be.
    pub fn read(input: impl Read) -> Result<Self, PluginError> {
        let mut bytes = Vec::new();
        input.take(MAX_MODULE as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > MAX_MODULE {
            return Err(PluginError::TooLong);
        }
        let taken = module::take(&bytes)?;
        let metadata = metadata::read(&taken.metadata)?;
        let plugin = Self {
            family: Arc::new(PluginFamily::new(taken.module, &metadata, taken.code)),
            campaigns: metadata.campaigns,
            ids: metadata.ids,
            vectors: metadata.vectors,
            digest: Digest::of(&bytes),
        };
        vector::check_form(&plugin.vectors, plugin.info())?;
        // Whether a catalogue would take family and campaigns can be known here.
        plugin.alone()?;
        Ok(plugin)
    }

    /// Returns what is known of the family.
    #[must_use]
    pub fn info(&self) -> &FamilyInfo {
        self.family.info()
    }

    /// Returns who may see the plug-in and everything derived from it.
    #[must_use]
    pub fn marking(&self) -> Marking {
        Family::marking(self.family.as_ref())
    }

    /// Returns the ids of its campaigns in order; the first is the default.
    #[must_use]
    pub fn campaigns(&self) -> &[CampaignId] {
        &self.ids
    }

    /// Returns the number of its vectors, 1 at least.
    #[must_use]
    pub fn vectors(&self) -> usize {
        self.vectors.len()
    }

    /// Returns SHA-256 of the whole module.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Runs the module: whether it takes the parameters of every campaign, and reproduces every vector.
    ///
    /// # Errors
    ///
    /// [`PluginError::Campaign`] or [`PluginError::Vector`], for the first that it does not.
    pub fn check(&self) -> Result<Checked, PluginError> {
        let catalogue = self.alone()?;
        for campaign in catalogue.campaigns() {
            catalogue
                .prepare(campaign, &Params::new(), &NoWordLists)
                .map_err(|error| PluginError::Campaign { campaign: campaign.id.to_string(), error })?;
        }
        let mut names = 0;
        for (index, table) in self.vectors.iter().enumerate() {
            let reproduced = vector::reproduce(table, &catalogue, &self.family);
            names += reproduced.map_err(|reason| vector::error(index, table, reason))?;
        }
        Ok(Checked { campaigns: self.ids.len(), vectors: self.vectors.len(), names })
    }

    /// Adds family and campaigns to a catalogue. Nothing is added where there is an error.
    ///
    /// # Errors
    ///
    /// [`PluginError::Taken`] where slug, alias or campaign mean something in the catalogue: a plug-in never stands before what is there.
    pub fn add_to(&self, catalogue: &mut Catalogue) -> Result<(), PluginError> {
        let info = self.info();
        let names = std::iter::once(("the slug", info.slug.as_ref()))
            .chain(info.aliases.iter().map(|alias| ("the alias", alias.as_ref())))
            .chain(self.ids.iter().map(|id| ("the campaign", id.as_str())));
        for (what, id) in names {
            let taken = match (catalogue.family(id), catalogue.campaign(id)) {
                (Some(family), _) if family.info().slug == id => "a family".to_owned(),
                (Some(family), _) => format!("another name of {}", family.info().slug),
                (None, Some(campaign)) => format!("a campaign of {}", campaign.family),
                (None, None) => continue,
            };
            return Err(PluginError::Taken { what, id: id.to_owned(), taken });
        }
        let family: Arc<dyn Family> = Arc::clone(&self.family) as Arc<dyn Family>;
        Ok(catalogue.add_family_with(family, &self.campaigns)?)
    }

    /// Returns a catalogue of this plug-in alone.
    fn alone(&self) -> Result<Catalogue, PluginError> {
        let mut catalogue = Catalogue::empty();
        self.add_to(&mut catalogue)?;
        Ok(catalogue)
    }
}
