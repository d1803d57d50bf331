// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a verdict needs besides the dossier of the name.

use forestall_model::{Digest, DomainName, FamilySlug, Instant, UtcDay, Window};
use serde::{Deserialize, Serialize};

/// What a verdict needs besides the dossier: when it is made, what the family is, and what other predicted names share.
///
/// // STORED FORMAT, version 1: its canonical form is compact JSON in field order; verdicts name it by SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Circumstances {
    /// When the verdict is made. A date of registration after it is not believed.
    pub at: Instant,
    /// The family that predicts the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<FamilySlug>,
    /// The day on which the family was first seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<UtcDay>,
    /// Whether the family makes names of words.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub made_of_words: bool,
    /// The nominal windows of the name, in order of time; none where nobody said them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<Window>,
    /// What it shares with other predicted names.
    #[serde(default)]
    pub cohort: Cohort,
    /// Why nobody can register the name, where the directory of top-level domains says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_registrable: Option<String>,
    /// The deeper name that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<DomainName>,
    /// The zone of a provider that the name lies below: the provider acts on it, and no registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub providers_zone: Option<DomainName>,
}

/// How many other predicted names share something with this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cohort {
    /// Others that were registered on the same UTC day at the same registrar.
    pub day_and_registrar: u32,
    /// Others with the same set of name servers.
    pub name_servers: u32,
    /// All other predicted names that somebody holds, as far as is known: what the two counts are out of.
    pub among: u32,
}

impl Circumstances {
    /// Makes circumstances of which nothing is known but the time.
    #[must_use]
    pub const fn at(at: Instant) -> Self {
        Self {
            at,
            family: None,
            first_seen: None,
            made_of_words: false,
            windows: Vec::new(),
            cohort: Cohort { day_and_registrar: 0, name_servers: 0, among: 0 },
            not_registrable: None,
            asked: None,
            providers_zone: None,
        }
    }

    /// Returns the SHA-256 of the canonical form.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "circumstances hold no map and no float")]
    pub fn digest(&self) -> Digest {
        Digest::of(&serde_json::to_vec(self).expect("circumstances have a JSON form"))
    }

    /// Returns when the first window opens.
    pub(crate) fn opens(&self) -> Option<Instant> {
        self.windows.iter().map(|window| window.from).min()
    }

    /// Returns when the last window closes.
    pub(crate) fn closes(&self) -> Option<Instant> {
        self.windows.iter().map(|window| window.until).max()
    }
}
