// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The cases that somebody sees.

use forestall_model::{CampaignId, CaseId, Instant, Pap, Tld, Tlp, UtcDay};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::Days;
use crate::words::{
    CampaignIdText, CaseIdText, CaseKind, CaseKindWord, DayText, InstantText, PapWord, TldText, TlpWord,
};

/// The marking of an object, as it is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Marking {
    /// Who may see it.
    #[schema(value_type = TlpWord)]
    pub tlp: Tlp,
    /// What may be done with it.
    #[schema(value_type = PapWord)]
    pub pap: Pap,
    /// From this instant on it counts as TLP:CLEAR; none where the label holds without end.
    #[serde(default)]
    #[schema(value_type = Option<InstantText>)]
    pub embargo_until: Option<Instant>,
}

impl From<forestall_model::Marking> for Marking {
    fn from(marking: forestall_model::Marking) -> Self {
        Self { tlp: marking.tlp, pap: marking.pap, embargo_until: marking.embargo_until }
    }
}

/// A case of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseEntry {
    /// The case.
    #[schema(value_type = CaseIdText)]
    pub id: CaseId,
    /// What people call it.
    pub title: String,
    /// Its marking.
    pub marking: Marking,
    /// The slices of whoever asks, where they run registries that the case asks.
    #[schema(value_type = Vec<TldText>)]
    pub own_slices: Vec<Tld>,
    /// What only those see who see all of the case.
    pub whole: Option<CaseNumbers>,
}

/// What the list says of a case to those who see all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseNumbers {
    /// Whether it is under way.
    #[schema(value_type = CaseKindWord)]
    pub kind: CaseKind,
    /// The days whose lists it holds.
    pub horizon: Days,
    /// The day from which a reconstruction is looked at.
    #[schema(value_type = Option<DayText>)]
    pub board_day: Option<UtcDay>,
    /// Its campaigns, in the order in which they were given.
    #[schema(value_type = Vec<CampaignIdText>)]
    pub campaigns: Vec<CampaignId>,
    /// Whether one of its campaigns is unverified.
    pub unverified: bool,
    /// The number of its last event.
    pub version: u64,
    /// When it was opened.
    #[schema(value_type = InstantText)]
    pub opened: Instant,
    /// When its last event was recorded.
    #[schema(value_type = InstantText)]
    pub changed: Instant,
    /// Its slices.
    pub slices: u64,
    /// Requests to registries.
    pub requests: u64,
    /// Answers of registries.
    pub answers: u64,
    /// Names with a legitimate holder.
    pub exclusions: u64,
    /// Looks from outside at whole lists.
    pub sweeps: u64,
    /// Files of looks at single names.
    pub looks: u64,
    /// Notes.
    pub notes: u64,
}
