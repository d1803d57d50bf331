// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Cutting numbered lists, for one registry or for all.

use forestall_model::line::Purpose;
use forestall_model::{Action, CampaignId, CaseId, Tld};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::{Override, Record};
use crate::words::{ActionWord, CampaignIdText, CaseIdText, CutResult, CutWord, PurposeWord, TldText};

/// What is asked of the registries of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CutLists {
    /// The slices; all where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<TldText>)]
    pub slices: Vec<Tld>,
    /// What the lists are for.
    #[serde(default = "protect")]
    #[schema(value_type = PurposeWord)]
    pub purpose: Purpose,
    /// What is asked; that of the last list where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ActionWord>)]
    pub action: Option<Action>,
    /// What should be done where that cannot be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ActionWord>)]
    pub fallback: Option<Action>,
    /// The campaigns; where none is named, those that the registry can act on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<CampaignIdText>)]
    pub campaigns: Vec<CampaignId>,
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

const fn protect() -> Purpose {
    Purpose::Protect
}

/// What became of each slice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CutOutcomes {
    /// The case.
    #[schema(value_type = CaseIdText)]
    pub case: CaseId,
    /// The slices in order.
    pub items: Vec<CutOutcome>,
}

/// What became of one slice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CutOutcome {
    /// The slice.
    #[schema(value_type = TldText)]
    pub slice: Tld,
    /// What became of it.
    #[schema(value_type = CutWord)]
    pub result: CutResult,
    /// The number of the list that was cut.
    pub list: Option<u32>,
    /// Why nothing was cut, where a rule refused it.
    pub reason: Option<String>,
}
