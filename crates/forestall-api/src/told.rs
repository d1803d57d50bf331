// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Files in which others tell of names: what a case makes of one, before and after it is taken in.

use forestall_model::told::ToldForm;
use forestall_model::{CampaignId, CaseId, Digest, DomainName, Marking, UtcDay};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::Recorded;
use crate::words::{CampaignIdText, CaseIdText, DayText, DigestText, NameText, PapWord, TlpWord, ToldFormWord};

/// The most octets of a file that the API takes; a larger one is taken in by the command line at the store.
pub const MAX_TOLD: usize = 16 << 20;
/// The most names that a preview lists.
pub const MAX_SHOWN: usize = 20;

/// What a file tells, held against a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ToldPreview {
    /// The case.
    #[schema(value_type = CaseIdText)]
    pub case: CaseId,
    /// The form in which it was read.
    #[schema(value_type = ToldFormWord)]
    pub form: ToldForm,
    /// SHA-256 of the file.
    #[schema(value_type = DigestText)]
    pub file: Digest,
    /// Who says so, in the words of the file.
    pub by: Option<String>,
    /// What it is called, in the words of the file.
    pub title: Option<String>,
    /// Its marking, where it or whoever hands it in says one.
    pub marking: Option<ToldMarking>,
    /// The marking of the case.
    pub case_marking: ToldMarking,
    /// Whether taking it in makes the marking of the case stricter.
    pub raises: bool,
    /// The event by which the same file was taken in before, where it was.
    pub before: Option<u64>,
    /// Distinct names.
    pub names: u64,
    /// Names of the case.
    pub known: u64,
    /// Names of the case that are excluded for a legitimate holder; they are among the known.
    pub excluded: u64,
    /// Names of the case that are told for days on which it does not have them.
    pub other_days: u64,
    /// Names that a campaign of the case has within 90 days of its horizon.
    pub outside_horizon: u64,
    /// Names that no campaign of the case makes, as far as was looked.
    pub new: u64,
    /// Entries that are no names. With one of them nothing is taken in.
    pub malformed: u64,
    /// The first of them, with their places.
    pub problems: Vec<String>,
    /// What was passed over, by kind.
    pub passed_over: Vec<ToldCount>,
    /// The names of each campaign.
    pub campaigns: Vec<ToldCampaign>,
    /// Entries that the case does not hold, by the family that the file names; an empty word where it names none.
    pub families: Vec<ToldCount>,
    /// The first of the names that the case does not hold.
    #[schema(value_type = Vec<NameText>)]
    pub first_others: Vec<DomainName>,
    /// Entries that the case does not hold.
    pub others: u64,
}

/// A marking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ToldMarking {
    /// Who may see it.
    #[schema(value_type = TlpWord)]
    pub tlp: forestall_model::Tlp,
    /// What may be done with it.
    #[schema(value_type = PapWord)]
    pub pap: forestall_model::Pap,
}

impl From<Marking> for ToldMarking {
    fn from(marking: Marking) -> Self {
        Self { tlp: marking.tlp, pap: marking.pap }
    }
}

/// How many there are of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ToldCount {
    /// The kind.
    pub what: String,
    /// How many.
    pub count: u64,
}

/// The names of one campaign that a file tells of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ToldCampaign {
    /// The campaign.
    #[schema(value_type = CampaignIdText)]
    pub campaign: CampaignId,
    /// Distinct names.
    pub names: u64,
    /// The day of the first list that has one.
    #[schema(value_type = DayText)]
    pub first_day: UtcDay,
    /// The day of the last.
    #[schema(value_type = DayText)]
    pub last_day: UtcDay,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ToldReport {
    /// What it tells.
    pub preview: ToldPreview,
    /// What was recorded; none where it was only looked at.
    pub recorded: Option<Recorded>,
}
