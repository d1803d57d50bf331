// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Receipts: what was handed to whom, when, by what way.

use forestall_model::party::Channel;
use forestall_model::{Digest, Instant, Tld};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::{ChannelWord, DigestText, InstantText, TldText};

/// One handing over of a list or a reminder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Receipt {
    /// The slice.
    #[schema(value_type = TldText)]
    pub slice: Tld,
    /// The number of the list.
    pub list: u32,
    /// SHA-256 of the list's names.
    #[schema(value_type = Option<DigestText>)]
    pub list_sha256: Option<Digest>,
    /// How many reminders of the list this one makes; 0 for the list itself.
    pub reminder: u32,
    /// When.
    #[schema(value_type = InstantText)]
    pub at: Instant,
    /// By what way.
    #[schema(value_type = ChannelWord)]
    pub channel: Channel,
    /// Under what address; none where it was erased.
    pub address: Option<String>,
    /// What the receiver's machine or the person said; none where it was erased.
    pub answer: Option<String>,
    /// Whether it was taken.
    pub taken: bool,
    /// What was sent.
    pub files: Vec<SentFile>,
    /// When somebody first opened the list.
    #[schema(value_type = Option<InstantText>)]
    pub read: Option<Instant>,
    /// When the registry said that it came.
    #[schema(value_type = Option<InstantText>)]
    pub acknowledged: Option<Instant>,
    /// The number of the event in the case.
    pub event: u64,
    /// The hash of the event as a leaf of the log.
    #[schema(value_type = DigestText)]
    pub leaf: Digest,
}

/// A file that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SentFile {
    /// Its name.
    pub name: String,
    /// Its SHA-256.
    #[schema(value_type = DigestText)]
    pub sha256: Digest,
}
