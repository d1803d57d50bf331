// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Asking a registry, and recording that it received what was asked.

use forestall_model::{Action, CampaignId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::{Days, Override, Record};
use crate::words::{ActionWord, CampaignIdText};

/// What a registry is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskRegistry {
    /// What is asked.
    #[schema(value_type = ActionWord)]
    pub action: Action,
    /// The days; the whole horizon where they are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<Days>,
    /// The campaigns; all where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<CampaignIdText>)]
    pub campaigns: Vec<CampaignId>,
    /// What should be done where that cannot be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ActionWord>)]
    pub fallback: Option<Action>,
    /// The legal basis, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4_000)]
    pub legal_basis: Option<String>,
    /// Two people who ask more of an unverified campaign than its marking allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_by: Option<Override>,
    /// What stands in the log beside it.
    #[serde(default)]
    pub record: Record,
}

/// That a registry received something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acknowledge {
    /// The number of the list; the last request where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub list: Option<u32>,
    /// What stands in the log beside it.
    #[serde(default)]
    pub record: Record,
}
