// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One case: what it is about, and how far its names are protected.

use std::collections::BTreeMap;

use forestall_model::{CampaignId, CaseId, Digest, DomainName, FamilySlug, Instant, UtcDay};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::Days;
use crate::case_list::Marking;
use crate::words::{
    CampaignIdText, CaseIdText, CaseKind, CaseKindWord, DayText, DigestText, FamilyText, InstantText, Level, LevelWord,
    NameText,
};

/// A case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Case {
    /// The case.
    #[schema(value_type = CaseIdText)]
    pub id: CaseId,
    /// What people call it.
    pub title: String,
    /// Whether it is under way.
    #[schema(value_type = CaseKindWord)]
    pub kind: CaseKind,
    /// Its marking, and that of the families that it watches.
    pub marking: Marking,
    /// The days whose lists it holds.
    pub horizon: Days,
    /// How many days the horizon reaches ahead of each day, where it is moved.
    pub ahead: Option<u16>,
    /// The day from which a reconstruction is looked at.
    #[schema(value_type = Option<DayText>)]
    pub board_day: Option<UtcDay>,
    /// The day from which it is looked at now.
    #[schema(value_type = DayText)]
    pub looked_from: UtcDay,
    /// Its campaigns.
    pub campaigns: Vec<Campaign>,
    /// Its slices.
    pub slices: u64,
    /// The name servers of the response's own sinkhole.
    #[schema(value_type = Vec<NameText>)]
    pub name_servers: Vec<DomainName>,
    /// Whether decisions about registered names need two people.
    pub four_eyes: bool,
    /// When it was opened.
    #[schema(value_type = InstantText)]
    pub opened: Instant,
    /// When its last event was recorded.
    #[schema(value_type = InstantText)]
    pub changed: Instant,
    /// The number of its last event.
    pub version: u64,
    /// Coverage of the lists of the day from which it is looked at.
    pub on_day: Coverage,
    /// Coverage over the horizon.
    pub over_all: Coverage,
}

/// A campaign of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Campaign {
    /// The campaign.
    #[schema(value_type = CampaignIdText)]
    pub id: CampaignId,
    /// Its family.
    #[schema(value_type = FamilyText)]
    pub family: FamilySlug,
    /// The parameters.
    pub parameters: BTreeMap<String, String>,
    /// The digest of family, version and parameters.
    #[schema(value_type = DigestText)]
    pub digest: Digest,
    /// The version of the generator.
    pub generator_version: u32,
    /// Whether its list was checked against the botnet's own.
    pub verified: bool,
    /// The first day on which it has names.
    #[schema(value_type = Option<DayText>)]
    pub first_day: Option<UtcDay>,
}

/// How far names are protected over some days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Coverage {
    /// The days.
    pub days: Days,
    /// Where the names stand.
    pub counts: Counts,
    /// The three levels of proof, from the registry's word to what was seen from outside.
    pub levels: Vec<LevelCoverage>,
}

/// Coverage and reach at one level of proof.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LevelCoverage {
    /// The level.
    #[schema(value_type = LevelWord)]
    pub level: Level,
    /// Names protected at this level or a better one.
    pub names: u32,
    /// Those for each registrable name, 0 to 1; 1 where there is none to protect.
    pub coverage: f64,
    /// The worst variant on its worst day; none without lists.
    pub worst: Option<Worst>,
}

/// A reach: the share of a botnet that meets an unprotected name, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reach {
    /// The least by the published readings of how bots draw.
    pub low: f64,
    /// The most.
    pub high: f64,
}

/// The worst of some reaches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Worst {
    /// The variant.
    #[schema(value_type = CampaignIdText)]
    pub campaign: CampaignId,
    /// Whether its list is unverified.
    pub unverified: bool,
    /// The day.
    #[schema(value_type = DayText)]
    pub day: UtcDay,
    /// The least.
    pub low: f64,
    /// The most.
    pub high: f64,
}

/// Where names stand. A name of several lists counts in each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// Distinct names of each list, summed.
    pub names: u32,
    /// Names that can be registered and have no legitimate holder: what coverage is counted over.
    pub registrable: u32,
    /// Names that cannot be registered, by a rule with a source.
    pub not_registrable: u32,
    /// Names with a legitimate holder.
    pub held: u32,
    /// Names whose protection is at least claimed.
    pub claimed: u32,
    /// Names whose protection is at least attested.
    pub attested: u32,
    /// Names whose protection was observed.
    pub observed: u32,
    /// Names that a registry claims and the look from outside refutes.
    pub mismatch: u32,
    /// Names that were protected and are held by somebody else now.
    pub lost: u32,
    /// Names that a registry refused and nothing protects.
    pub refused: u32,
    /// Names held by somebody unknown, without a claim.
    pub suspect: u32,
    /// Names that somebody holds and about which a person has to decide.
    pub undecided: u32,
    /// Names whose registration ends before their window does.
    pub lapsing: u32,
    /// Names that were looked at and of which nothing followed.
    pub unknown: u32,
    /// Names that were looked at, with whatever outcome.
    pub looked: u32,
}
