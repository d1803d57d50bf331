// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Coverage and reach day by day.

use forestall_model::{CampaignId, UtcDay};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::{CampaignIdText, DayText, Level, LevelWord, Phase, PhaseWord};

/// One list of one variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Day {
    /// The day of the list.
    #[schema(value_type = DayText)]
    pub day: UtcDay,
    /// The variant.
    #[schema(value_type = CampaignIdText)]
    pub campaign: CampaignId,
    /// Whether its list is unverified.
    pub unverified: bool,
    /// Where the guard window of the list stands.
    #[schema(value_type = PhaseWord)]
    pub phase: Phase,
    /// Distinct names.
    pub names: u32,
    /// Those that can be registered and have no legitimate holder.
    pub registrable: u32,
    /// Those with a legitimate holder.
    pub held: u32,
    /// The three levels of proof.
    pub levels: Vec<DayLevel>,
}

/// One level of proof.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DayLevel {
    /// The level.
    #[schema(value_type = LevelWord)]
    pub level: Level,
    /// Names protected at this level or a better one.
    pub names: u32,
    /// Those for each registrable name, 0 to 1.
    pub coverage: f64,
    /// The least reach of the others.
    pub low: f64,
    /// The most.
    pub high: f64,
}
