// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Requests for a waiver that were sent to ICANN, and their clocks.

use forestall_model::party::Road;
use forestall_model::{Instant, Tld};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::Record;
use crate::words::{InstantText, RoadWord, TldText};

/// A request that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Waiver {
    /// Its number in the case, from 1.
    pub number: u32,
    /// Which request: that of registries (`ersr`) or that of registrars (`registrar-waiver`).
    #[schema(value_type = RoadWord)]
    pub road: Road,
    /// The slices that it is about.
    #[schema(value_type = Vec<TldText>)]
    pub tlds: Vec<Tld>,
    /// When it was sent.
    #[schema(value_type = InstantText)]
    pub sent: Instant,
    /// Until when an answer is due.
    #[schema(value_type = InstantText)]
    pub due: Instant,
    /// What it is called by whoever received it.
    pub reference: Option<String>,
    /// The answer, where there is one.
    pub answer: Option<WaiverAnswer>,
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WaiverAnswer {
    /// When it came.
    #[schema(value_type = InstantText)]
    pub at: Instant,
    /// Whether the waiver was granted.
    pub granted: bool,
    /// What was said.
    pub text: String,
}

/// A request is recorded as sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendWaiver {
    /// Which request: `ersr` or `registrar-waiver`.
    #[schema(value_type = RoadWord)]
    pub road: Road,
    /// The slices that it is about.
    #[schema(value_type = Vec<TldText>, min_items = 1, max_items = 2_000)]
    pub tlds: Vec<Tld>,
    /// What it is called by whoever received it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4_000)]
    pub reference: Option<String>,
    /// What stands in the log beside it; `occurred` says when it was sent, and its clock runs from then.
    #[serde(default)]
    pub record: Record,
}

/// An answer is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerWaiver {
    /// The number of the request.
    #[schema(minimum = 1)]
    pub number: u32,
    /// Whether the waiver was granted.
    pub granted: bool,
    /// What was said.
    #[schema(max_length = 4_000)]
    pub text: String,
    /// What stands in the log beside it.
    #[serde(default)]
    pub record: Record,
}
