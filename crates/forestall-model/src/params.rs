// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The parameters of a family: named values that select one sequence of names.

use std::collections::BTreeMap;
use std::fmt;

use crate::Digest;

/// Named values as text, in the order of their keys.
///
/// The text is the canonical form that a family itself writes, so that two spellings of one seed have one digest.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Params(BTreeMap<String, String>);

impl Params {
    /// Returns no parameters.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a value, replacing the one before.
    pub fn set(&mut self, key: &str, value: &str) {
        self.0.insert(key.to_owned(), value.to_owned());
    }

    /// Returns the value of `key`.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Returns keys and values in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// Says whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the digest of the family, its generator version and these parameters.
    ///
    /// It is part of the identity of every name: (campaign, this digest, origin period, position, alternative).
    #[must_use]
    pub fn digest(&self, family: &str, generator_version: u32) -> Digest {
        let mut text = format!("{family}\n{generator_version}\n");
        for (key, value) in self.iter() {
            text.push_str(&format!("{}:{key}={}:{value}\n", key.len(), value.len()));
        }
        Digest::of(text.as_bytes())
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (key, value)) in self.iter().enumerate() {
            write!(f, "{}{key}={value}", if i == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}
