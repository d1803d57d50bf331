// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The record of what left with names or personal data in it.

use forestall_model::{CaseId, Instant, PartyId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::{CaseIdText, InstantText, PartyIdText};

/// Disclosures of a page.
pub const DISCLOSURES: u32 = 200;

/// A disclosure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Disclosure {
    /// Names the entry.
    pub id: String,
    /// When.
    #[schema(value_type = InstantText)]
    pub at: Instant,
    /// Who took it.
    pub actor: String,
    /// Their party, where they belong to one.
    #[schema(value_type = Option<PartyIdText>)]
    pub party: Option<PartyId>,
    /// The case that it is from, where it is from one.
    #[schema(value_type = Option<CaseIdText>)]
    pub case: Option<CaseId>,
    /// What: the kind of the data and the form.
    pub what: String,
    /// How many entries.
    pub count: u64,
    /// For what.
    pub purpose: String,
    /// On what ground.
    pub basis: String,
}
