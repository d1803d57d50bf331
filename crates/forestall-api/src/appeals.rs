// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Appeals of holders, how they are answered, and taking back what was done to names.

use forestall_model::DomainName;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::Record;
use crate::words::NameText;

/// The most names that are taken back at once.
pub const MAX_UNDONE: usize = 10_000;

/// Records an appeal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Appeal {
    /// The name.
    #[serde(with = "crate::names::strictly_one")]
    #[schema(value_type = NameText)]
    pub name: DomainName,
    /// Who appeals, and how to reach them. It is kept outside the log and can be erased.
    #[schema(max_length = 4_000)]
    pub contact: String,
    /// How control of the name was proved; none where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4_000)]
    pub proof: Option<String>,
    /// Within how many hours a person has to answer; 24 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 336)]
    pub hours: Option<u16>,
    /// What stands in the log beside it.
    #[serde(default)]
    pub record: Record,
}

impl std::fmt::Debug for Appeal {
    /// Shows nothing of who appeals: a log line must not hold it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Appeal").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Answers an appeal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settle {
    /// The name.
    #[serde(with = "crate::names::strictly_one")]
    #[schema(value_type = NameText)]
    pub name: DomainName,
    /// Whether the name is excluded for good, and what was done to it undone; else it stands as before.
    pub upheld: bool,
    /// Why, in words.
    #[schema(max_length = 4_000)]
    pub reason: String,
    /// What stands in the log beside it.
    #[serde(default)]
    pub record: Record,
}

/// Takes back in one step what was done to names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Undo {
    /// The names.
    #[serde(with = "crate::names::strictly")]
    #[schema(value_type = Vec<NameText>, min_items = 1, max_items = 10_000)]
    pub names: Vec<DomainName>,
    /// Why, in words.
    #[schema(max_length = 4_000)]
    pub reason: String,
    /// What stands in the log beside it.
    #[serde(default)]
    pub record: Record,
}
