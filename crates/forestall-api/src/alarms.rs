// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What somebody has to know at once.

use forestall_model::{CampaignId, CaseId, DomainName, Instant, Tld, vocabulary};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::{AlarmKindWord, CampaignIdText, CaseIdText, InstantText, NameText, TldText};

vocabulary! {
    /// What an alarm is about, the highest first.
    pub enum AlarmKind as "a kind of alarm" {
        /// Names were protected, and somebody else holds them now.
        Lost = "lost",
        /// A name that was free was registered by somebody who is in no register, and its window has not closed.
        UnknownRegistrant = "unknown-registrant",
        /// What was done to a name is not undone, and the time is over or nearly so.
        UndoDue = "undo-due",
        /// An appeal has no answer, and the time is over or nearly so.
        AppealDue = "appeal-due",
        /// A registry claims what the look from outside refutes.
        Mismatch = "mismatch",
        /// Names are protected by registrations that end before their windows do.
        Lapsing = "lapsing",
        /// A registered name changed hands.
        Changed = "changed",
        /// A request for a waiver has no answer, and the time is over or nearly so.
        WaiverDue = "waiver-due",
    }
}

/// The alarms of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Alarms {
    /// The case.
    #[schema(value_type = CaseIdText)]
    pub case: CaseId,
    /// The instant from which it was looked at.
    #[schema(value_type = InstantText)]
    pub seen_from: Instant,
    /// The alarms: the highest kind first, of those the first that is due.
    pub items: Vec<Alarm>,
}

/// An alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Alarm {
    /// What it is about.
    #[schema(value_type = AlarmKindWord)]
    pub kind: AlarmKind,
    /// The slice.
    #[schema(value_type = TldText)]
    pub tld: Tld,
    /// The name, where it is about one.
    #[schema(value_type = Option<NameText>)]
    pub name: Option<DomainName>,
    /// The campaign, where it is about one.
    #[schema(value_type = Option<CampaignIdText>)]
    pub campaign: Option<CampaignId>,
    /// Names that it is about.
    pub names: u32,
    /// When the window opens, or until when somebody must have acted; past where it is late.
    #[schema(value_type = InstantText)]
    pub due: Instant,
}
