// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The figures of a case, K1 to K18.

use forestall_model::{CaseId, Instant, Tld, UtcDay};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::{CaseIdText, DayText, InstantText, TldText};

/// The figures of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Figures {
    /// The case.
    #[schema(value_type = CaseIdText)]
    pub case: CaseId,
    /// When it was opened, or the first thing happened.
    #[schema(value_type = InstantText)]
    pub from: Instant,
    /// Until when it was followed.
    #[schema(value_type = InstantText)]
    pub until: Instant,
    /// The figures in the order of their numbers.
    pub figures: Vec<Figure>,
    /// How long each registry takes; those that were never asked are left out.
    pub latency: Vec<Latency>,
    /// Coverage at opening by slice.
    pub coverage: Vec<SliceCoverage>,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Figure {
    /// Its number.
    #[schema(example = "K1")]
    pub id: String,
    /// What people call it.
    pub title: String,
    /// What it counts.
    pub definition: String,
    /// What is aimed at.
    pub target: String,
    /// What is counted over; empty where nothing is counted.
    pub window: String,
    /// What it says.
    pub readings: Vec<Reading>,
}

/// One number of a figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reading {
    /// What the number is; empty where the figure has no number.
    pub what: String,
    /// Whether the case says it.
    pub known: bool,
    /// The number in words, or why there is none.
    pub text: String,
    /// The number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// A number of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Value {
    /// A part of a whole.
    Share {
        /// The numerator.
        part: u64,
        /// The denominator.
        whole: u64,
        /// The quotient, 0 to 1.
        share: f64,
    },
    /// A count.
    Count {
        /// The count.
        count: u64,
    },
    /// A reach, 0 to 1.
    Reach {
        /// The least.
        low: f64,
        /// The largest.
        high: f64,
        /// Its day, where it is of one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<DayText>)]
        day: Option<UtcDay>,
    },
    /// A time.
    Time {
        /// Seconds.
        seconds: i64,
    },
}

/// How long one registry takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Latency {
    /// The slice.
    #[schema(value_type = TldText)]
    pub slice: Tld,
    /// Requests to it.
    pub requests: u32,
    /// When it was last asked.
    #[schema(value_type = InstantText)]
    pub last_asked: Instant,
    /// To the acknowledgement.
    pub acknowledged: Stretch,
    /// To the claim that it is done.
    pub claimed: Stretch,
    /// To the first look that showed a whole list protected.
    pub verified: Stretch,
}

/// How long requests took to one stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Stretch {
    /// Requests that got there.
    pub reached: u64,
    /// The median of their seconds.
    pub median_seconds: Option<i64>,
    /// The longest.
    pub longest_seconds: Option<i64>,
    /// Requests that have not got there.
    pub waiting: u32,
    /// How long the oldest of those has waited, in seconds.
    pub longest_wait_seconds: Option<i64>,
}

/// Coverage of one slice when its lists opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SliceCoverage {
    /// The slice.
    #[schema(value_type = TldText)]
    pub slice: Tld,
    /// Names whose protection had been observed.
    pub observed: u64,
    /// Names that could be registered.
    pub registrable: u64,
}
