// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The numbered lists: what each registry was sent.

use forestall_model::line::Purpose;
use forestall_model::{Action, CampaignId, Digest, Instant, PartyId, Tld};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::Days;
use crate::words::{ActionWord, CampaignIdText, DigestText, InstantText, PartyIdText, PurposeWord, TldText};

/// A numbered list, without its names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct List {
    /// The slice.
    #[schema(value_type = TldText)]
    pub slice: Tld,
    /// Its number in the slice, from 1.
    pub number: u32,
    /// What it is for.
    #[schema(value_type = PurposeWord)]
    pub purpose: Purpose,
    /// Whom it is for.
    #[schema(value_type = Option<PartyIdText>)]
    pub party: Option<PartyId>,
    /// The number of the list with which it was compared.
    pub previous: Option<u32>,
    /// When it was cut.
    #[schema(value_type = InstantText)]
    pub cut: Instant,
    /// The days whose names it asked for anew.
    pub days: Days,
    /// The campaigns; all where none is named.
    #[schema(value_type = Vec<CampaignIdText>)]
    pub campaigns: Vec<CampaignId>,
    /// What is asked.
    #[schema(value_type = ActionWord)]
    pub action: Action,
    /// What should be done where that cannot be.
    #[schema(value_type = Option<ActionWord>)]
    pub fallback: Option<Action>,
    /// The legal basis, in words.
    pub legal_basis: Option<String>,
    /// SHA-256 over its distinct names in order, each followed by a line feed.
    #[schema(value_type = DigestText)]
    pub sha256: Digest,
    /// Distinct names.
    pub names: u64,
    /// Lines that the list before did not hold.
    pub added: u64,
    /// Lines that are not asked for any more although their window has not closed.
    pub withdrawn: u64,
    /// Lines of the list before whose window has closed.
    pub expired: u64,
    /// Until when the registry has to act.
    #[schema(value_type = Option<InstantText>)]
    pub act_by: Option<Instant>,
    /// Whether that has passed and nobody said that the list came.
    pub late: bool,
    /// When it, or a reminder of it, was last handed over.
    #[schema(value_type = Option<InstantText>)]
    pub delivered: Option<Instant>,
    /// Reminders that went out.
    pub reminders: u32,
    /// When somebody first opened it.
    #[schema(value_type = Option<InstantText>)]
    pub read: Option<Instant>,
    /// When the registry said that it came.
    #[schema(value_type = Option<InstantText>)]
    pub acknowledged: Option<Instant>,
    /// Whether it is the last of its slice and purpose.
    pub last: bool,
}
