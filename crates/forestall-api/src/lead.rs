// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How much time a registry has, and whom to ring there.

use forestall_model::party::{Rhythm, Road, UtcOffset};
use forestall_model::{Action, Instant, UtcDay};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::{ActionWord, DayText, InstantText, OffsetText, RhythmWord, RoadWord, Timing, TimingWord};

/// How much time a registry has until a guard window opens in which a name is not protected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Lead {
    /// On what ground it acts.
    #[schema(value_type = RoadWord)]
    pub road: Road,
    /// The days that it needs, in words.
    pub needs: String,
    /// When the first guard window opens.
    #[schema(value_type = InstantText)]
    pub opens: Instant,
    /// When it must have the list: the opening, less the time to look from outside, less the days that it needs.
    #[schema(value_type = InstantText)]
    pub send_by: Instant,
    /// When it must have acted.
    #[schema(value_type = InstantText)]
    pub act_by: Instant,
    /// Its local time.
    #[schema(value_type = OffsetText)]
    pub offset: UtcOffset,
    /// `send_by` in its local time.
    pub send_by_there: String,
    /// `act_by` in its local time.
    pub act_by_there: String,
    /// Whether there is time enough.
    #[schema(value_type = TimingWord)]
    pub timing: Timing,
    /// What was asked for where the first action cannot be.
    #[schema(value_type = Option<ActionWord>)]
    pub fallback: Option<Action>,
    /// When the list must be there for the first window that its road still meets, where it comes too late for an earlier one.
    #[schema(value_type = Option<InstantText>)]
    pub in_time_by: Option<Instant>,
    /// When that window opens.
    #[schema(value_type = Option<InstantText>)]
    pub in_time_opens: Option<Instant>,
    /// The next day on which its rhythm cuts a list.
    #[schema(value_type = DayText)]
    pub next_list: UtcDay,
    /// How often it wants a new list.
    #[schema(value_type = RhythmWord)]
    pub rhythm: Rhythm,
    /// How the time stands, in one sentence.
    pub text: String,
}

/// Somebody who can be rung.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Callee {
    /// The name of the person or of the desk.
    pub name: String,
    /// What they do; empty where nobody says.
    pub role: String,
    /// The telephone number.
    pub phone: Option<String>,
    /// The mail address.
    pub mail: Option<String>,
    /// A second way that does not need the first.
    pub second: Option<String>,
    /// When the second way was last tried.
    #[schema(value_type = Option<DayText>)]
    pub tested: Option<UtcDay>,
    /// Whether that is too long ago to rely on.
    pub needs_test: bool,
    /// When they can be reached, in the registry's own time.
    pub hours: String,
    /// All of it on one line.
    pub text: String,
}

impl std::fmt::Debug for Callee {
    /// Shows nothing of the person: a log line must not hold it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Callee").field("tested", &self.tested).finish_non_exhaustive()
    }
}
