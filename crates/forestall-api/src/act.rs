// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What every act on a case shares: what stands in the log beside it, and what was recorded.

use forestall_model::{Actor, CaseId, DayRange, Digest, Instant, UtcDay};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::{ActorText, CaseIdText, DayText, DigestText, InstantText};

/// The most characters of a text that the log keeps.
pub const MAX_TEXT: usize = 4_000;

/// What stands in the log beside an act.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// When it happened, where that was earlier than now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<InstantText>)]
    pub occurred: Option<Instant>,
    /// Where the fact was learned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4_000, example = "mail of the registry's abuse desk")]
    pub source: Option<String>,
    /// A free comment. It is kept outside the log and can be erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4_000)]
    pub comment: Option<String>,
}

/// What an act put on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Recorded {
    /// The case.
    #[schema(value_type = CaseIdText)]
    pub case: CaseId,
    /// The events, in order; none where there was nothing to record.
    pub events: Vec<RecordedEvent>,
}

/// An event that was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordedEvent {
    /// Its number in the case, from 1; none for whoever sees one slice of the case only.
    pub version: Option<u64>,
    /// Its kind.
    #[schema(example = "requested")]
    pub kind: String,
    /// The hash of the event as a leaf of the log.
    #[schema(value_type = DigestText)]
    pub leaf: Digest,
}

/// Days in a row: the first, and the day after the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Days {
    /// The first day.
    #[schema(value_type = DayText)]
    pub from: UtcDay,
    /// The day after the last.
    #[schema(value_type = DayText)]
    pub until: UtcDay,
}

impl From<DayRange> for Days {
    fn from(days: DayRange) -> Self {
        Self { from: days.from, until: days.until }
    }
}

impl From<Days> for DayRange {
    fn from(days: Days) -> Self {
        Self { from: days.from, until: days.until }
    }
}

/// Two people who ask more of a campaign than its marking allows, or take what did not pass a guard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The first person.
    #[schema(value_type = ActorText)]
    pub first: Actor,
    /// The second person; somebody else.
    #[schema(value_type = ActorText)]
    pub second: Actor,
    /// On what evidence.
    #[schema(max_length = 4_000)]
    pub evidence: String,
}
