// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The part `lake` of the settings: the lake of which the hub shows figures, and for which networks each party answers.

use std::collections::{BTreeMap, BTreeSet};

use forestall_formats::feed::Publisher;
use forestall_hub::census::CensusSettings;
use forestall_lake::enrich::Of;
use forestall_lake::tally::NamesHeld;
use forestall_model::{FamilySlug, MailAddress, Marking, PartyId};
use serde::Deserialize;

use crate::values;

/// The lake.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LakePart {
    url: String,
    #[serde(default)]
    tlp: Option<String>,
    #[serde(default)]
    shown_to_all: Vec<String>,
    #[serde(default)]
    basis: Option<String>,
    #[serde(default)]
    reporter: Option<String>,
    #[serde(default)]
    reporter_mail: Option<String>,
    #[serde(default)]
    names: Vec<NamesHeld>,
    #[serde(default)]
    networks: Vec<NetworksPart>,
}

/// For which networks a party answers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NetworksPart {
    party: String,
    of: Vec<String>,
    #[serde(default)]
    mail: bool,
}

/// The keys of the part.
pub(super) const LAKE_KEYS: [&str; 8] =
    ["url", "tlp", "shown_to_all", "basis", "reporter", "reporter_mail", "names", "networks"];

/// An example of the part, commented out.
pub(super) const EXAMPLE: &str = "\
# The lake of which the console shows figures; credentials of a provider come from the environment. Without this part there is no census.
# [lake]
# url = \"/srv/lake\"
# How figures are marked: counts of families, countries and networks, no addresses.
# tlp = \"TLP:AMBER\"
# Families whose totals by country anybody may see, with small counts left out:
# shown_to_all = [\"conficker\"]
# On what ground parties get the addresses of infected machines in their networks, and who reports in forms that say so:
# basis = \"the terms of this installation\"
# reporter = \"Example CERT\"
# reporter_mail = \"reports@cert.example\"
# For which networks a party answers: AS numbers, ranges, or a country for its CERT.
# [[lake.networks]]
# party = \"isp-example\"
# of = [\"AS64500\", \"192.0.2.0/24\"]
# Whether it is written to on each day after one on which machines were seen there; addresses go by encrypted mail alone:
# mail = true
";

impl LakePart {
    /// Returns the lake.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Returns the settings.
    ///
    /// # Errors
    ///
    /// A sentence that names the key and what was expected.
    pub(super) fn settings(&self) -> Result<CensusSettings, String> {
        let mut settings = CensusSettings::new(&self.url);
        if let Some(tlp) = &self.tlp {
            let tlp = values::tlp(tlp).map_err(|error| format!("lake.tlp: {error}"))?;
            settings.marking = Marking { tlp, ..settings.marking };
        }
        let mut public = BTreeSet::new();
        for family in &self.shown_to_all {
            let family: FamilySlug = family.parse().map_err(|error| format!("lake.shown_to_all: {error}"))?;
            public.insert(family.to_string());
        }
        settings.public = public;
        settings.basis = self.basis.clone().unwrap_or_default();
        let mail = self.reporter_mail.as_deref().map(str::parse::<MailAddress>).transpose();
        let mail = mail.map_err(|error| format!("lake.reporter_mail: {error}"))?;
        settings.publisher = Publisher {
            name: self.reporter.clone().unwrap_or_default(),
            mail: mail.as_ref().map(ToString::to_string).unwrap_or_default(),
        };
        settings.names.clone_from(&self.names);
        let mut networks: BTreeMap<PartyId, Vec<Of>> = BTreeMap::new();
        for part in &self.networks {
            let party: PartyId = part.party.parse().map_err(|error| format!("lake.networks.party: {error}"))?;
            if part.mail {
                settings.mailed.insert(party.clone());
            }
            let of = networks.entry(party).or_default();
            for text in &part.of {
                let network: Of = text.parse().map_err(|error| format!("lake.networks.of: {error}"))?;
                if of.contains(&network) {
                    return Err(format!("lake.networks.of: {network} is there twice for {}", part.party));
                }
                of.push(network);
            }
        }
        settings.networks = networks;
        settings.check().map_err(|error| format!("lake.{error}"))?;
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::{EXAMPLE, LakePart};

    fn part(text: &str) -> LakePart {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn the_example_is_read() {
        let settings = EXAMPLE
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| line.contains(" = ") || line.starts_with("[[lake"))
            .map(|line| format!("{}\n", line.replace("[[lake.", "[[")))
            .collect::<String>();
        let settings = part(&settings).settings().unwrap();
        assert_eq!((settings.url.as_str(), settings.basis.as_str()), ("/srv/lake", "the terms of this installation"));
        assert!(settings.public.contains("conficker"));
        assert_eq!(settings.mailed.len(), 1);
        let of: Vec<String> = settings.networks.values().flatten().map(ToString::to_string).collect();
        assert_eq!(of, ["AS64500", "192.0.2.0/24"]);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_its_key() {
        let check = |text: &str, word: &str| {
            let error = part(text).settings().unwrap_err();
            assert!(error.starts_with(word), "{error}");
        };
        check("url = \"\"", "lake.url: ");
        check("url = \"x\"\ntlp = \"white\"", "lake.tlp: ");
        check("url = \"x\"\nshown_to_all = [\"Not a slug\"]", "lake.shown_to_all: ");
        let network = |of: &str| format!("url = \"x\"\nbasis = \"law\"\n[[networks]]\nparty = \"isp\"\nof = [{of}]");
        check(&network("\"AS64500\", \"AS64500\""), "lake.networks.of: AS64500 is there twice");
        check(&network("\"192.0.2.1/24\""), "lake.networks.of: ");
        check(&network(""), "lake.networks: ");
        check("url = \"x\"\n[[networks]]\nparty = \"isp\"\nof = [\"BE\"]", "lake.basis: ");
    }
}
