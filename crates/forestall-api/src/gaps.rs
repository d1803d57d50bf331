// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The gaps of a case: what opens within some days and is not proved.

use forestall_model::{CampaignId, CaseId, Instant, Tld, UtcDay};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::case::Reach;
use crate::words::{CampaignIdText, CaseIdText, DayText, InstantText, TldText};

/// The days where nobody asks for others.
pub const USUAL_DAYS: u16 = 7;
/// The most days.
pub const MAX_DAYS: u16 = 3_660;

/// The gaps of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Gaps {
    /// The case.
    #[schema(value_type = CaseIdText)]
    pub case: CaseId,
    /// The instant from which it was looked at.
    #[schema(value_type = InstantText)]
    pub seen_from: Instant,
    /// How many days ahead.
    pub days: u16,
    /// The gaps, the largest reach first.
    pub items: Vec<Gap>,
}

/// A gap: lists of one campaign and one slice that are not proved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Gap {
    /// The slice.
    #[schema(value_type = TldText)]
    pub tld: Tld,
    /// The campaign.
    #[schema(value_type = CampaignIdText)]
    pub campaign: CampaignId,
    /// Whether its list is unverified.
    pub unverified: bool,
    /// When the first guard window opens.
    #[schema(value_type = InstantText)]
    pub opens: Instant,
    /// Whether it is open.
    pub open: bool,
    /// Registrable names whose protection nobody observed.
    pub unproved: u32,
    /// Those of them that the registry claims.
    pub claimed: u32,
    /// Lists.
    pub lists: u32,
    /// The worst reach that these names make by themselves.
    pub reach: Reach,
    /// The day of the worst reach.
    #[schema(value_type = DayText)]
    pub worst_day: UtcDay,
}
