// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The file of settings of a lake: how long what is kept, where the keys are, and what is known of addresses.

use std::path::PathBuf;

use serde::Deserialize;

use crate::enrich;
use crate::retention::Policy;
use crate::tally;

/// The version of the file.
const VERSION: u32 = 1;

/// The settings of a lake.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    version: u32,
    /// The file of the keys of pseudonyms; where it is relative, from the folder of this file.
    pub keys: Option<PathBuf>,
    /// How long what is kept.
    #[serde(default)]
    pub retention: Policy,
    /// What is known of addresses.
    #[serde(default)]
    pub enrich: enrich::Settings,
    /// What is known of the names that sinkholes held.
    #[serde(default)]
    pub census: tally::Settings,
}

/// A file of settings that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(String);

impl Settings {
    /// Reads settings. What is not given is as [`Policy::default`] says.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] with line, what was found and what was expected; a key that nobody knows is one.
    pub fn from_toml(text: &str) -> Result<Self, SettingsError> {
        let settings: Self =
            toml::from_str(text).map_err(|error| SettingsError(error.to_string().trim_end().to_owned()))?;
        if settings.version != VERSION {
            return Err(SettingsError(format!("version = {}; expected {VERSION}", settings.version)));
        }
        settings.retention.check().map_err(|error| SettingsError(format!("[retention] {error}")))?;
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;
    use crate::retention::Policy;

    #[test]
    fn reads_what_is_given_and_refuses_what_nobody_knows() {
        let settings = Settings::from_toml("version = 1\n[retention]\nclear_days = 3\n").unwrap();
        assert_eq!(settings.retention, Policy { clear_days: 3, ..Policy::default() });
        assert_eq!(Settings::from_toml("version = 1").unwrap().retention, Policy::default());
        for (text, word) in [
            ("", "version"),
            ("version = 2", "expected 1"),
            ("version = 1\n[retention]\nclear_day = 3", "clear_days"),
            ("version = 1\n[retention]\nrow_days = 3", "less than clear_days"),
            ("version = 1\n[retention]\nclear_days = -1", "clear_days"),
            ("version = 1\nkey = 3", "keys"),
        ] {
            let error = Settings::from_toml(text).unwrap_err().to_string();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
