// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names with a legitimate holder, which are never acted on.

use forestall_model::{DomainName, NameClass};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::Record;
use crate::words::{ClassWord, NameText};

/// Excludes a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Exclude {
    /// The name.
    #[serde(with = "crate::names::strictly_one")]
    #[schema(value_type = NameText)]
    pub name: DomainName,
    /// What is known of it.
    #[schema(value_type = ClassWord)]
    pub class: NameClass,
    /// Why, in words.
    #[schema(max_length = 4_000)]
    pub reason: String,
    /// What stands in the log beside it.
    #[serde(default)]
    pub record: Record,
}

/// Takes an exclusion back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Readmit {
    /// The name.
    #[serde(with = "crate::names::strictly_one")]
    #[schema(value_type = NameText)]
    pub name: DomainName,
    /// Why, in words.
    #[schema(max_length = 4_000)]
    pub reason: String,
    /// What stands in the log beside it.
    #[serde(default)]
    pub record: Record,
}
