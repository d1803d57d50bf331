// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The catalogue: families and campaigns as one value that callers build and hand down.

use std::sync::Arc;

use forestall_model::{CampaignId, Digest, Params};

use crate::campaign::{Campaign, CampaignFile};
use crate::families;
use crate::family::{Family, Generator, ParamError, WordLists};

/// Families and their campaigns, in the order in which they are listed.
#[derive(Debug, Default)]
pub struct Catalogue {
    families: Vec<Arc<dyn Family>>,
    campaigns: Vec<Campaign>,
}

/// A campaign that is ready to compute names.
#[derive(Debug)]
pub struct Prepared {
    /// The campaign.
    pub campaign: Campaign,
    /// The family.
    pub family: Arc<dyn Family>,
    /// The family with the campaign's parameters.
    pub generator: Box<dyn Generator>,
    /// The digest of family, generator version and parameters, and of the code of a family that came from outside.
    pub digest: Digest,
}

impl Catalogue {
    /// Makes a catalogue without anything.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Makes the catalogue of the built-in families and campaigns.
    ///
    /// # Examples
    ///
    /// ```
    /// use forestall_dga::Catalogue;
    ///
    /// let catalogue = Catalogue::built_in();
    /// let family = catalogue.family("dyreza").expect("an alias");
    /// assert_eq!(family.info().slug, "dyre");
    /// assert_eq!(catalogue.campaigns_of("conficker-a").count(), 1);
    /// ```
    ///
    /// # Panics
    ///
    /// Never: a test reads every compiled-in file.
    #[must_use]
    pub fn built_in() -> Self {
        let mut catalogue = Self::empty();
        for family in families::all() {
            catalogue.families.push(family);
        }
        for (name, text) in families::CAMPAIGN_FILES {
            if let Err(error) = catalogue.add_campaigns(text) {
                panic!("campaigns/{name}: {error}");
            }
        }
        catalogue
    }

    /// Adds a family.
    ///
    /// # Errors
    ///
    /// [`CatalogueError::Twice`] where its slug is taken.
    pub fn add_family(&mut self, family: Arc<dyn Family>) -> Result<(), CatalogueError> {
        let slug = family.info().slug.to_string();
        if self.family(&slug).is_some() {
            return Err(CatalogueError::Twice { what: "family", id: slug });
        }
        self.families.push(family);
        Ok(())
    }

    /// Adds a family with its campaigns, in the form of a file of the catalogue. Nothing is added where there is an error.
    ///
    /// # Errors
    ///
    /// As [`Self::add_family`] and [`Self::add_campaigns`].
    pub fn add_family_with(&mut self, family: Arc<dyn Family>, campaigns: &str) -> Result<(), CatalogueError> {
        self.add_family(family)?;
        self.add_campaigns(campaigns).inspect_err(|_| drop(self.families.pop()))
    }

    /// Adds the campaigns of one file of the catalogue, in TOML. Nothing is added where there is an error.
    ///
    /// # Errors
    ///
    /// [`CatalogueError`] for a text that is no such file, an unknown family, an id that is taken, an empty source or
    /// parameters that the family has not.
    pub fn add_campaigns(&mut self, text: &str) -> Result<(), CatalogueError> {
        let file: CampaignFile = toml::from_str(text).map_err(|e| CatalogueError::Syntax(e.to_string()))?;
        let mut new: Vec<Campaign> = Vec::new();
        for campaign in file.into_campaigns() {
            let id = campaign.id.to_string();
            let Some(family) = self.family(campaign.family.as_str()) else {
                return Err(CatalogueError::UnknownFamily { id, family: campaign.family.to_string() });
            };
            if campaign.source.trim().is_empty() || campaign.draws.iter().any(|d| d.source.trim().is_empty()) {
                return Err(CatalogueError::NoSource { id });
            }
            check_keys(family.as_ref(), &campaign.params)?;
            if self.campaign(&id).is_some() || new.iter().any(|c| c.id == campaign.id) {
                return Err(CatalogueError::Twice { what: "campaign", id });
            }
            new.push(campaign);
        }
        self.campaigns.append(&mut new);
        Ok(())
    }

    /// Returns the families in order.
    #[must_use]
    pub fn families(&self) -> &[Arc<dyn Family>] {
        &self.families
    }

    /// Returns the family with this slug or alias.
    #[must_use]
    pub fn family(&self, name: &str) -> Option<&Arc<dyn Family>> {
        let slug = self.families.iter().find(|f| f.info().slug == name);
        slug.or_else(|| self.families.iter().find(|f| f.info().aliases.iter().any(|a| a == name)))
    }

    /// Returns the campaign with this id.
    #[must_use]
    pub fn campaign(&self, id: &str) -> Option<&Campaign> {
        self.campaigns.iter().find(|c| c.id.as_str() == id)
    }

    /// Returns the campaigns of a family in order; the first is the default.
    pub fn campaigns_of<'a>(&'a self, slug: &'a str) -> impl Iterator<Item = &'a Campaign> {
        self.campaigns.iter().filter(move |c| c.family.as_str() == slug)
    }

    /// Returns all campaigns in order.
    #[must_use]
    pub fn campaigns(&self) -> &[Campaign] {
        &self.campaigns
    }

    /// Makes a campaign ready, with single parameters replaced.
    ///
    /// A campaign with replaced parameters is another one: its id gets them as suffix, `conficker-a.sine-exact`.
    ///
    /// # Errors
    ///
    /// [`ParamError`] for a key or a value that the family does not take.
    ///
    /// # Examples
    ///
    /// ```
    /// use forestall_dga::family::NoWordLists;
    /// use forestall_dga::{Catalogue, ParamError};
    /// use forestall_model::Params;
    ///
    /// let catalogue = Catalogue::built_in();
    /// let campaign = catalogue.campaigns_of("ramdo").next().expect("a built-in family");
    /// let mut replace = Params::new();
    /// replace.set("seed", "1234");
    /// let prepared = catalogue.prepare(campaign, &replace, &NoWordLists)?;
    /// assert!(prepared.campaign.id.as_str().ends_with(".seed-1234"));
    /// replace.set("sede", "1234");
    /// let refused = catalogue.prepare(campaign, &replace, &NoWordLists);
    /// assert!(matches!(refused, Err(ParamError::UnknownKey { .. })));
    /// # Ok::<(), ParamError>(())
    /// ```
    pub fn prepare(
        &self,
        campaign: &Campaign,
        replace: &Params,
        words: &dyn WordLists,
    ) -> Result<Prepared, ParamError> {
        let mut campaign = campaign.clone();
        let family = self.family(campaign.family.as_str()).cloned().ok_or_else(|| ParamError::BadValue {
            key: "family".to_owned(),
            found: campaign.family.to_string(),
            expected: "a family of this catalogue".to_owned(),
        })?;
        check_keys(family.as_ref(), replace)?;
        let mut suffix = String::new();
        for (key, value) in replace.iter() {
            let same = campaign.params.value(key) == Some(value)
                || (campaign.params.value(key).is_none()
                    && family.info().keys.iter().any(|k| k.key == key && k.default.as_deref() == Some(value)));
            if !same {
                suffix.push_str(&format!(".{key}-{value}"));
            }
            campaign.params.set(key, value);
        }
        if !suffix.is_empty() {
            let clean: String = suffix
                .to_ascii_lowercase()
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' })
                .collect();
            let id = format!("{}{clean}", campaign.id);
            campaign.id = id.parse::<CampaignId>().unwrap_or(campaign.id);
        }
        let generator = family.generator(&campaign.params, words)?;
        let digest = campaign.params.digest(&family.info().slug, family.info().generator_version);
        let digest = family.code().map_or(digest, |code| Digest::of_parts(&[&digest.0, &code.0]));
        Ok(Prepared { campaign, family, generator, digest })
    }
}

fn check_keys(family: &dyn Family, params: &Params) -> Result<(), ParamError> {
    let info = family.info();
    match params.iter().find(|(key, _)| !info.keys.iter().any(|k| k.key == *key)) {
        None => Ok(()),
        Some((key, _)) => Err(ParamError::UnknownKey {
            family: info.slug.to_string(),
            key: key.to_owned(),
            known: info.keys.iter().map(|k| k.key.to_string()).collect(),
        }),
    }
}

/// A campaign or a family that the catalogue does not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// A text that is no file of campaigns.
    #[error("not a file of campaigns: {0}")]
    Syntax(String),
    /// An identifier that is taken.
    #[error("the {what} {id} is listed twice")]
    Twice {
        /// "family" or "campaign".
        what: &'static str,
        /// The identifier.
        id: String,
    },
    /// A campaign of a family that is not there.
    #[error("the campaign {id} is of the family {family}, which is not in the catalogue")]
    UnknownFamily {
        /// The campaign.
        id: String,
        /// The family.
        family: String,
    },
    /// A campaign that does not say where it comes from.
    #[error("the campaign {id} or one of its readings has no source")]
    NoSource {
        /// The campaign.
        id: String,
    },
    /// Parameters that the family does not take.
    #[error(transparent)]
    Param(#[from] ParamError),
}
