// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Playbooks: the steps of a response, which become tasks of a case.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::Record;

/// A playbook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Playbook {
    /// What it is called in requests.
    #[schema(example = "date-based-dga-worm")]
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it is for.
    pub about: String,
    /// The steps, in order.
    pub steps: Vec<String>,
}

/// Lays a playbook over a case: all its steps become tasks, or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LayPlaybook {
    /// The playbook.
    #[schema(max_length = 100, example = "date-based-dga-worm")]
    pub name: String,
    /// What stands in the log beside it.
    #[serde(default)]
    pub record: Record,
}
