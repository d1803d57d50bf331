// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The metadata as they are written.

use std::collections::BTreeMap;

use forestall_dga::info::{Predictability, Scheme, Seeding};
use forestall_model::{CampaignId, Digest, Instant, Pap, Params, Tlp, UtcDay};
use serde::Deserialize;

/// The whole.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[expect(dead_code, reason = "read before all else")]
    abi: i64,
    pub(super) tlp: Tlp,
    pub(super) pap: Option<Pap>,
    pub(super) family: FamilyTable,
    #[serde(default)]
    pub(super) parameter: Vec<ParameterTable>,
    /// Read by the catalogue, whose form they have.
    pub(super) campaign: Vec<toml::Table>,
    pub(super) vector: Vec<VectorTable>,
}

/// What is known of the family.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FamilyTable {
    pub(super) slug: String,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    pub(super) summary: String,
    pub(super) scheme: Scheme,
    pub(super) seeding: Seeding,
    #[serde(default = "deterministic")]
    pub(super) predictability: Predictability,
    pub(super) calendar: CalendarWord,
    pub(super) tries: Option<Vec<i32>>,
    pub(super) names_per_period: Option<u64>,
    pub(super) suffixes: Vec<String>,
    pub(super) margin_hours: Option<MarginHours>,
    pub(super) clock: String,
    pub(super) verified: bool,
    pub(super) verification: String,
    pub(super) generator_version: u32,
    pub(super) first_day: Option<UtcDay>,
    /// Suffixes that are zones of providers, and who runs each; the registry can act on the others.
    #[serde(default)]
    pub(super) providers: BTreeMap<String, String>,
    pub(super) treatment: String,
    pub(super) references: Vec<String>,
}

const fn deterministic() -> Predictability {
    Predictability::Deterministic
}

/// How time is cut.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum CalendarWord {
    /// `none`, `days` or `months`.
    Word(String),
    /// Equal steps.
    Steps(Steps),
}

/// Equal steps from an instant, in both directions.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Steps {
    pub(super) seconds: i64,
    pub(super) from: Instant,
}

/// The margin of the family.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MarginHours {
    pub(super) before: i64,
    pub(super) after: i64,
}

/// A parameter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ParameterTable {
    pub(super) key: String,
    pub(super) default: Option<String>,
    pub(super) meaning: String,
}

/// Names that the module must reproduce: those of the origin period that holds an instant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VectorTable {
    /// The campaign; the first where there is none.
    pub(crate) campaign: Option<CampaignId>,
    /// Parameters that are replaced.
    #[serde(default)]
    pub(crate) set: Params,
    pub(crate) on: Option<UtcDay>,
    pub(crate) at: Option<Instant>,
    /// The first names.
    #[serde(default)]
    pub(crate) names: Vec<String>,
    /// Names of the whole list, and
    pub(crate) count: Option<u64>,
    /// SHA-256 over them, each followed by a line feed.
    pub(crate) sha256: Option<Digest>,
    pub(crate) source: String,
}
