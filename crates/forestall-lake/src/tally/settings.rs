// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The section `[census]` of the settings: which names the sinkholes held, where that is better known than by what was asked for.

use serde::Deserialize;

/// What is known of the names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// One for each campaign, and for each time at which another number of names was held.
    pub names: Vec<NamesHeld>,
}

/// How many names of a campaign's daily list were held, and by whom. What is not given comes from the catalogue of campaigns, and the number of names held from the names that resolvers asked for
/// and got.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NamesHeld {
    /// The family as requests speak, such as `conficker`.
    pub family: String,
    /// The campaign of the catalogue whose lists the machines use.
    pub campaign: Option<String>,
    /// The first day of which it holds, as `YYYY-MM-DD`.
    pub from: Option<String>,
    /// The day from which on it no longer holds.
    pub until: Option<String>,
    /// Names that our sinkholes held.
    pub held: Option<u32>,
    /// Names that the sinkholes of others held.
    #[serde(default)]
    pub others: u32,
    /// Whether a machine stops at the first name that answers: then those of others take machines away.
    #[serde(default)]
    pub stops: bool,
    /// Distinct names of the day's list.
    pub listed: Option<u32>,
    /// Names that a machine asks for in a round.
    pub asked: Option<u32>,
    /// Rounds of a day.
    pub rounds: Option<u32>,
    /// Who says so.
    #[serde(default)]
    pub source: String,
}
