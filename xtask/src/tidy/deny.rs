// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The part of `deny.toml` that tidy holds: the file is that of cargo-deny, which may be run beside it.

use anyhow::{Context, bail};
use serde::Deserialize;

/// Where the file stands.
pub(super) const FILE: &str = "deny.toml";

/// The file.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Deny {
    /// Which licences we may take.
    pub(super) licenses: Licenses,
    /// Which packages may come twice.
    pub(super) bans: Bans,
    /// Where packages may come from.
    pub(super) sources: Sources,
}

/// `[licenses]`
#[derive(Debug, Default, Deserialize)]
pub(super) struct Licenses {
    /// SPDX identifiers, or `ID WITH EXCEPTION`, that any package may have.
    pub(super) allow: Vec<String>,
    /// More licences for single packages.
    #[serde(default)]
    pub(super) exceptions: Vec<Exception>,
}

/// One entry of `exceptions`.
#[derive(Debug, Deserialize)]
pub(super) struct Exception {
    /// The package; all its versions.
    #[serde(rename = "crate")]
    pub(super) package: String,
    /// The licences that it may have besides.
    pub(super) allow: Vec<String>,
}

/// `[bans]`
#[derive(Debug, Default, Deserialize)]
pub(super) struct Bans {
    /// Versions that are let pass.
    #[serde(default)]
    pub(super) skip: Vec<Skip>,
}

/// One entry of `skip`.
#[derive(Debug, Deserialize)]
pub(super) struct Skip {
    /// `name@version`, where the version may stop at the first part that is not zero (`0.10`, `2`).
    #[serde(rename = "crate")]
    pub(super) spec: String,
    /// Who brings it and what would end it.
    #[serde(default)]
    pub(super) reason: String,
}

/// `[sources]`
#[derive(Debug, Default, Deserialize)]
pub(super) struct Sources {
    /// Addresses of registries.
    #[serde(default, rename = "allow-registry")]
    pub(super) allow_registry: Vec<String>,
}

impl Deny {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// Text that is not TOML or lacks one of the three tables; an entry of `skip` without `@version`.
    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        let deny: Self = toml::from_str(text).context("not a file of cargo-deny with licenses, bans and sources")?;
        for skip in &deny.bans.skip {
            if skip.spec.split_once('@').is_none_or(|(name, version)| name.is_empty() || !is_plain_version(version)) {
                bail!(
                    "'{}' in bans.skip: expected 'name@version' with a plain version such as 0.10 or 2.0.119",
                    skip.spec
                );
            }
        }
        Ok(deny)
    }
}

impl Skip {
    /// Returns true where the entry means this package.
    pub(super) fn is(&self, name: &str, version: &str) -> bool {
        let Some((skipped, start)) = self.spec.split_once('@') else {
            return false;
        };
        skipped == name && (version == start || version.strip_prefix(start).is_some_and(|rest| rest.starts_with('.')))
    }
}

fn is_plain_version(version: &str) -> bool {
    version.starts_with(|c: char| c.is_ascii_digit()) && version.split('.').all(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skip(spec: &str) -> Skip {
        Skip { spec: spec.to_owned(), reason: String::new() }
    }

    #[test]
    fn a_skip_stands_for_all_versions_that_begin_so() {
        assert!(skip("sha2@0.10").is("sha2", "0.10.9"));
        assert!(skip("sha2@0.10.9").is("sha2", "0.10.9"));
        assert!(!skip("sha2@0.1").is("sha2", "0.10.9"));
        assert!(!skip("sha2@0.10").is("sha3", "0.10.9"));
        assert!(!skip("sha2").is("sha2", "0.10.9"));
    }

    #[test]
    fn refuses_a_skip_that_is_no_plain_version() {
        for spec in ["sha2", "sha2@", "@1", "sha2@^0.10", "sha2@0..1"] {
            let text = format!("[licenses]\nallow = []\n[bans]\nskip = [{{ crate = \"{spec}\" }}]\n[sources]\n");
            let error = Deny::parse(&text).unwrap_err().to_string();
            assert!(error.contains("bans.skip"), "{spec}: {error}");
        }
    }

    #[test]
    fn refuses_a_file_without_its_tables() {
        assert!(Deny::parse("[licenses]\nallow = []\n").is_err());
    }
}
