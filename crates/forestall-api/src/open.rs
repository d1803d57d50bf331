// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Opening a case.

use forestall_model::{CaseId, DomainName, UtcDay};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::{Days, Override, Record};
use crate::case_list::Marking;
use crate::words::{CampaignSpecText, CaseIdText, CaseKind, CaseKindWord, DayText, NameText};

/// The most campaigns of a case.
pub const MAX_CAMPAIGNS: usize = 100;
/// The most name servers of a case.
pub const MAX_NAME_SERVERS: usize = 20;
/// The most days that a horizon reaches ahead of each day.
pub const MAX_AHEAD: u16 = 366;
/// The most days of a horizon: counting the names of ten years takes a while, and nobody plans further.
pub const MAX_HORIZON: usize = 3_660;

/// What a new case is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenCase {
    /// The case.
    #[schema(value_type = CaseIdText)]
    pub id: CaseId,
    /// What people call it.
    #[schema(max_length = 4_000, example = "Conficker, spring 2009")]
    pub title: String,
    /// Whether it is under way.
    #[serde(default = "live")]
    #[schema(value_type = CaseKindWord)]
    pub kind: CaseKind,
    /// The campaigns.
    #[schema(value_type = Vec<CampaignSpecText>, min_items = 1, max_items = 100)]
    pub campaigns: Vec<String>,
    /// The days whose lists it holds.
    pub horizon: Days,
    /// The day from which a reconstruction is looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DayText>)]
    pub board_day: Option<UtcDay>,
    /// The marking; TLP:AMBER+STRICT and PAP:GREEN where none is given. A stricter one of a family holds as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marking: Option<Marking>,
    /// The name servers of the response's own sinkhole.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "crate::names::strictly")]
    #[schema(value_type = Vec<NameText>, max_items = 20)]
    pub name_servers: Vec<DomainName>,
    /// Two people who take name servers that do not pass the guard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard_override: Option<Override>,
    /// Whether decisions about registered names need two people.
    #[serde(default)]
    pub four_eyes: bool,
    /// How many days the horizon reaches ahead of each day, where it is to be moved each day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 366)]
    pub ahead: Option<u16>,
    /// What stands in the log beside it.
    #[serde(default)]
    pub record: Record,
}

const fn live() -> CaseKind {
    CaseKind::Live
}

/// Moves the end of a case's horizon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveHorizon {
    /// The day after the last, later than it is.
    #[schema(value_type = DayText)]
    pub until: UtcDay,
    /// What stands in the log beside it.
    #[serde(default)]
    pub record: Record,
}
