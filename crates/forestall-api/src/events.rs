// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The events of a case, as its log shows them to people.

use forestall_model::{Digest, Instant, Tld};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::{DigestText, InstantText, TldText};

/// Events of a page.
pub const EVENTS: u32 = 100;
/// The highest number of an event that a request may name: no case has so many.
pub const MAX_EVENT: u64 = 2_147_483_647;

/// An event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Its number in the log of all cases; none for whoever may not see that log.
    pub seq: Option<u64>,
    /// Its number in the case, from 1.
    pub version: u64,
    /// Its kind.
    #[schema(example = "requested")]
    pub kind: String,
    /// When it happened.
    #[schema(value_type = InstantText)]
    pub at: Instant,
    /// When it was recorded.
    #[schema(value_type = InstantText)]
    pub recorded: Instant,
    /// The slice that it concerns.
    #[schema(value_type = Option<TldText>)]
    pub slice: Option<Tld>,
    /// What it says, in a sentence.
    pub text: String,
    /// Where the fact was learned.
    pub source: Option<String>,
    /// Who acted; none where the name was erased.
    pub actor: Option<String>,
    /// The comment; none where there is none or it was erased.
    pub comment: Option<String>,
    /// The fields that stood outside the event and were erased.
    pub erased: Vec<String>,
    /// The hash of the event as a leaf of the log.
    #[schema(value_type = DigestText)]
    pub leaf: Digest,
}
