// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is to be done in a case.

use forestall_model::{Actor, Instant, Tld, UtcDay};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::Record;
use crate::words::{ActorText, DayText, InstantText, TaskState, TaskStateWord, TldText};

/// A task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Task {
    /// Its number, from 1.
    pub number: u32,
    /// What is to be done.
    pub title: String,
    /// The slice that it concerns.
    #[schema(value_type = Option<TldText>)]
    pub slice: Option<Tld>,
    /// Who does it; none where nobody was named, or the name was erased.
    pub owner: Option<String>,
    /// Until when.
    #[schema(value_type = Option<DayText>)]
    pub due: Option<UtcDay>,
    /// Where it stands.
    #[schema(value_type = TaskStateWord)]
    pub state: TaskState,
    /// Whether it is open and its day has passed.
    pub overdue: bool,
    /// When it was last changed.
    #[schema(value_type = InstantText)]
    pub changed: Instant,
}

/// A new task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddTask {
    /// What is to be done.
    #[schema(max_length = 4_000)]
    pub title: String,
    /// The slice that it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<TldText>)]
    pub slice: Option<Tld>,
    /// Who does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ActorText>)]
    pub owner: Option<Actor>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DayText>)]
    pub due: Option<UtcDay>,
    /// What stands in the log beside it.
    #[serde(default)]
    pub record: Record,
}

/// What changes of a task; what is left out stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeTask {
    /// Where it stands now.
    #[schema(value_type = TaskStateWord)]
    pub state: TaskState,
    /// Who does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ActorText>)]
    pub owner: Option<Actor>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DayText>)]
    pub due: Option<UtcDay>,
    /// What stands in the log beside it.
    #[serde(default)]
    pub record: Record,
}
