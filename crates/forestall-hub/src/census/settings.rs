// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where the lake is, who may see its figures, and for which networks each party answers.

use std::collections::{BTreeMap, BTreeSet};

use forestall_formats::feed::Publisher;
use forestall_lake::enrich::Of;
use forestall_lake::tally::NamesHeld;
use forestall_model::{Marking, PartyId, Tlp};

/// What the hub is told of a lake.
#[derive(Clone, Debug)]
pub struct CensusSettings {
    /// Where the lake is: a folder, `file://`, `s3://`, `gs://` or `az://`.
    pub url: String,
    /// How figures are marked. They hold counts of networks and countries, and no address.
    pub marking: Marking,
    /// Families whose totals anybody may see, by country and with small cells suppressed.
    pub public: BTreeSet<String>,
    /// What is known of names that were held, where that is better known than by what was asked for.
    pub names: Vec<NamesHeld>,
    /// For which networks, ranges or countries each party answers: it gets the addresses of infected machines in these, and of no others.
    pub networks: BTreeMap<PartyId, Vec<Of>>,
    /// Parties that are written to each day on which machines were seen in their networks.
    pub mailed: BTreeSet<PartyId>,
    /// On what ground it gets them, as the record of disclosures has it.
    pub basis: String,
    /// Who reports, in forms that say so; a form that must say it is refused where it is not known.
    pub publisher: Publisher,
}

/// Settings that cannot be meant so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CensusSettingsError {
    /// Nobody said where the lake is.
    #[error("url: it is empty; expected a folder, file://, s3://, gs:// or az://")]
    NoUrl,
    /// Addresses would leave on no ground.
    #[error(
        "basis: it is empty; expected on what ground parties get addresses of their networks, such as the article of a law"
    )]
    NoBasis,
    /// A party answers for nothing.
    #[error("networks: {0} has none; expected AS numbers, prefixes or countries")]
    NoNetworks(PartyId),
}

impl CensusSettings {
    /// Names a lake, of which nothing more is known.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            marking: Marking { tlp: Tlp::Amber, ..Marking::DEFAULT },
            public: BTreeSet::new(),
            names: Vec::new(),
            networks: BTreeMap::new(),
            mailed: BTreeSet::new(),
            basis: String::new(),
            publisher: Publisher::default(),
        }
    }

    /// Says whether a party answers for a whole country.
    pub(crate) fn has_country(&self, party: &PartyId) -> bool {
        self.networks.get(party).is_some_and(|all| all.iter().any(|of| matches!(of, Of::Country(_))))
    }

    /// Checks what does not hang on the catalogue or the store.
    ///
    /// # Errors
    ///
    /// [`CensusSettingsError`] with the key and what was expected.
    pub fn check(&self) -> Result<(), CensusSettingsError> {
        if self.url.trim().is_empty() {
            return Err(CensusSettingsError::NoUrl);
        }
        if let Some((party, _)) = self.networks.iter().find(|(_, networks)| networks.is_empty()) {
            return Err(CensusSettingsError::NoNetworks(party.clone()));
        }
        if !self.networks.is_empty() && self.basis.trim().is_empty() {
            return Err(CensusSettingsError::NoBasis);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{CensusSettings, CensusSettingsError};

    #[test]
    fn addresses_leave_on_a_stated_ground_only() {
        let mut settings = CensusSettings::new("/srv/lake");
        assert_eq!(settings.check(), Ok(()));
        settings.networks.insert("isp".parse().unwrap(), vec!["AS64500".parse().unwrap()]);
        assert_eq!(settings.check(), Err(CensusSettingsError::NoBasis));
        settings.basis = "the terms of the installation".to_owned();
        assert_eq!(settings.check(), Ok(()));
        settings.networks.insert("empty".parse().unwrap(), Vec::new());
        assert_eq!(settings.check(), Err(CensusSettingsError::NoNetworks("empty".parse().unwrap())));
        assert_eq!(CensusSettings::new(" ").check(), Err(CensusSettingsError::NoUrl));
    }
}
