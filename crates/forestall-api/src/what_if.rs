// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What would change if some registries protected their slices, and which matter most next.

use forestall_model::{CampaignId, CaseId, Tld, UtcDay};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::Days;
use crate::case::{Reach, Worst};
use crate::words::{Aim, AimWord, CampaignIdText, CaseIdText, DayText, Level, LevelWord, TldText};

/// The steps of the order where nobody asks for more or fewer.
pub const USUAL_STEPS: usize = 20;
/// The most steps: more than there are top-level domains.
pub const MAX_STEPS: usize = 2_000;

/// What if, and what next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WhatIf {
    /// What would change; none where no slice was named.
    pub what_if: Option<Prospect>,
    /// Which slices matter most next.
    pub next: Order,
}

/// What would change if some registries protected their slices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Prospect {
    /// The case.
    #[schema(value_type = CaseIdText)]
    pub case: CaseId,
    /// The slices, in order.
    #[schema(value_type = Vec<TldText>)]
    pub slices: Vec<Tld>,
    /// The days over which they protect them, and over which the reach is looked at.
    pub days: Days,
    /// Each level of proof.
    pub levels: Vec<LevelProspect>,
}

/// One level of proof.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LevelProspect {
    /// The level.
    #[schema(value_type = LevelWord)]
    pub level: Level,
    /// Names that would be protected besides, summed over the lists.
    pub names: u64,
    /// As it is.
    pub before: Reaches,
    /// As it would be.
    pub after: Reaches,
    /// Each variant with a list in these days.
    pub variants: Vec<VariantProspect>,
}

/// Reach over the days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reaches {
    /// The worst variant on its worst day; none without lists.
    pub worst: Option<Worst>,
    /// The mean over variants and days.
    pub mean: Reach,
    /// Lists over which the mean goes.
    pub lists: u64,
}

/// One variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VariantProspect {
    /// The variant.
    #[schema(value_type = CampaignIdText)]
    pub campaign: CampaignId,
    /// Whether its list is unverified.
    pub unverified: bool,
    /// The worst day as it is.
    pub before: DayReach,
    /// The worst day as it would be.
    pub after: DayReach,
}

/// A reach on its day.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DayReach {
    /// The day.
    #[schema(value_type = DayText)]
    pub day: UtcDay,
    /// The least.
    pub low: f64,
    /// The most.
    pub high: f64,
}

/// Which registries matter most next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Order {
    /// The case.
    #[schema(value_type = CaseIdText)]
    pub case: CaseId,
    /// What is to fall.
    #[schema(value_type = AimWord)]
    pub aim: Aim,
    /// The level of proof that each slice reaches.
    #[schema(value_type = LevelWord)]
    pub level: Level,
    /// The days.
    pub days: Days,
    /// As it is.
    pub before: Reaches,
    /// Slices with a name that is not protected in these days.
    pub slices: u64,
    /// The first of them, the one that matters most first.
    pub steps: Vec<Step>,
}

/// One slice of the order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// Its place, from 1.
    pub number: u64,
    /// The slice.
    #[schema(value_type = TldText)]
    pub slice: Tld,
    /// Its unprotected names, summed over the lists.
    pub names: u64,
    /// Whether what is to fall does, by this step.
    pub felt: bool,
    /// As it would be with this slice and those before it.
    pub after: Reaches,
}
