// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Facts on the record of a case.

use forestall_model::{Instant, Tld};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::Record;
use crate::words::{InstantText, TldText};

/// A note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Note {
    /// The number of its event.
    pub version: u64,
    /// When it happened.
    #[schema(value_type = InstantText)]
    pub at: Instant,
    /// The slice that it concerns.
    #[schema(value_type = Option<TldText>)]
    pub slice: Option<Tld>,
    /// The fact.
    pub text: String,
    /// Where it was learned.
    pub source: Option<String>,
}

/// A new note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddNote {
    /// The fact.
    #[schema(max_length = 4_000)]
    pub text: String,
    /// The slice that it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<TldText>)]
    pub slice: Option<Tld>,
    /// What stands in the log beside it.
    #[serde(default)]
    pub record: Record,
}
