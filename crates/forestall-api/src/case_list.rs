// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The cases that somebody sees.

use forestall_model::{CaseId, Instant, Pap, Tld, Tlp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::Days;
use crate::words::{CaseIdText, CaseKind, CaseKindWord, InstantText, PapWord, TldText, TlpWord};

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
    /// Whether one of its campaigns is unverified.
    pub unverified: bool,
    /// The number of its last event.
    pub version: u64,
    /// When that was recorded.
    #[schema(value_type = InstantText)]
    pub changed: Instant,
    /// Its slices.
    pub slices: u64,
    /// Answers of registries.
    pub answers: u64,
    /// Names with a legitimate holder.
    pub exclusions: u64,
}
