// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What was decided about a case at large.

use forestall_model::{Actor, Instant};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::Record;
use crate::words::{ActorText, InstantText};

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// The number of its event.
    pub version: u64,
    /// When.
    #[schema(value_type = InstantText)]
    pub at: Instant,
    /// What.
    pub title: String,
    /// On what ground.
    pub ground: String,
}

/// A new decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// What.
    #[schema(max_length = 4_000)]
    pub title: String,
    /// On what ground.
    #[schema(max_length = 4_000)]
    pub ground: String,
    /// The second person, where the case asks for two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ActorText>)]
    pub second: Option<Actor>,
    /// What stands in the log beside it.
    #[serde(default)]
    pub record: Record,
}
