// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The slices of a case: one for each top-level domain.

use forestall_model::{Action, AnswerResult, CampaignId, CaseId, Instant, Method, PartyId, Tld, UtcDay};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::Days;
use crate::case::{Counts, Worst};
use crate::case_list::Marking;
use crate::list::List;
use crate::party::Terms;
use crate::words::{
    ActionWord, CampaignIdText, CaseIdText, DayText, InstantText, Level, LevelWord, MethodWord, PartyIdText,
    ResultWord, Timing, TimingWord, TldText,
};

/// A slice of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SliceEntry {
    /// The top-level domain.
    #[schema(value_type = TldText)]
    pub tld: Tld,
    /// The party that runs it, where it is kept.
    #[schema(value_type = Option<PartyIdText>)]
    pub registry: Option<PartyId>,
    /// The lists of the day from which the case is looked at.
    pub on_day: Counts,
    /// All its lists.
    pub over_all: Counts,
    /// The worst reach if it alone did nothing; none without lists.
    pub alone: Option<Worst>,
    /// What was asked last.
    pub asked: Option<Asked>,
    /// When the registry last said that it received something.
    #[schema(value_type = Option<InstantText>)]
    pub acknowledged: Option<Instant>,
    /// Numbered lists that were cut.
    pub lists: u32,
    /// Until when its next open list must be with the registry; none where nothing is left to protect.
    pub deadline: Option<Deadline>,
}

/// A slice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Slice {
    /// The case.
    #[schema(value_type = CaseIdText)]
    pub case: CaseId,
    /// What people call the case.
    pub title: String,
    /// The marking of the case.
    pub marking: Marking,
    /// The top-level domain.
    #[schema(value_type = TldText)]
    pub tld: Tld,
    /// The party that runs it, where it is kept.
    pub registry: Option<Registry>,
    /// On what terms the registry works; the usual ones where nobody entered it.
    pub terms: Terms,
    /// The campaigns that have names here.
    pub campaigns: Vec<SliceCampaign>,
    /// The days whose lists the case holds.
    pub horizon: Days,
    /// The day from which the case is looked at.
    #[schema(value_type = DayText)]
    pub looked_from: UtcDay,
    /// The lists of that day.
    pub on_day: Counts,
    /// All lists of the slice.
    pub over_all: Counts,
    /// The worst reach if it alone did nothing; for those who see all of the case.
    pub alone: Option<Worst>,
    /// What was asked last.
    pub asked: Option<Asked>,
    /// When the registry last said that it received something.
    #[schema(value_type = Option<InstantText>)]
    pub acknowledged: Option<Instant>,
    /// Until when its next open list must be with the registry; none where nothing is left to protect.
    pub deadline: Option<Deadline>,
    /// The last numbered list for each purpose.
    pub lists: Vec<List>,
    /// What the registry said of whole days, the newest first; at most 100.
    pub claims: Vec<Claim>,
    /// Answers in all, those for single names too.
    pub answers: u32,
    /// The last look from outside.
    pub last_look: Option<LastLook>,
}

/// The registry of a slice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Registry {
    /// The party.
    #[schema(value_type = PartyIdText)]
    pub id: PartyId,
    /// What people call it.
    pub name: String,
}

/// A campaign with names in a slice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SliceCampaign {
    /// The campaign.
    #[schema(value_type = CampaignIdText)]
    pub id: CampaignId,
    /// Whether its list is unverified.
    pub unverified: bool,
    /// Its names here, summed over its lists.
    pub names: u32,
}

/// What a registry was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Asked {
    /// What.
    #[schema(value_type = ActionWord)]
    pub action: Action,
    /// What should be done where that cannot be.
    #[schema(value_type = Option<ActionWord>)]
    pub fallback: Option<Action>,
    /// For which days.
    pub days: Days,
    /// For which campaigns; for all where none is named.
    #[schema(value_type = Vec<CampaignIdText>)]
    pub campaigns: Vec<CampaignId>,
    /// When.
    #[schema(value_type = InstantText)]
    pub at: Instant,
}

/// What a registry said of whole days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Claim {
    /// For which days.
    pub days: Days,
    /// For which campaigns; for all where none is named.
    #[schema(value_type = Vec<CampaignIdText>)]
    pub campaigns: Vec<CampaignId>,
    /// What was done, or was asked.
    #[schema(value_type = ActionWord)]
    pub action: Action,
    /// The result.
    #[schema(value_type = ResultWord)]
    pub result: AnswerResult,
    /// Claimed or attested.
    #[schema(value_type = LevelWord)]
    pub level: Level,
    /// When.
    #[schema(value_type = InstantText)]
    pub at: Instant,
    /// Where it was learned, where that is said.
    pub source: Option<String>,
}

/// Until when something must have happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deadline {
    /// When the first guard window opens in which a name is not protected by the registry's word.
    #[schema(value_type = InstantText)]
    pub opens: Instant,
    /// When the registry must have the list.
    #[schema(value_type = InstantText)]
    pub send_by: Instant,
    /// When it must have acted.
    #[schema(value_type = InstantText)]
    pub act_by: Instant,
    /// Whether there is time enough.
    #[schema(value_type = TimingWord)]
    pub timing: Timing,
}

/// A look from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LastLook {
    /// When.
    #[schema(value_type = InstantText)]
    pub at: Instant,
    /// How.
    #[schema(value_type = MethodWord)]
    pub method: Method,
}
