// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What events hold besides plain values: campaigns, places, what was seen, told, cut and sent.
//!
//! All of it is part of the canonical encoding of [`Event`](super::Event), with the same rules.

use forestall_model::dossier::Tenure;
use forestall_model::evidence::Places;
use forestall_model::{
    Band, CampaignId, DayRange, Digest, DomainName, Draws, FamilySlug, Instant, Margin, Method, NameClass, Params,
    Sight, Telling, Tld, UtcDay, vocabulary,
};
use serde::{Deserialize, Serialize};

vocabulary! {
    /// What a case is about.
    pub enum CaseKind as "a kind of case" {
        /// A response that is under way.
        Live = "live",
        /// A response of the past, from dated and sourced facts only.
        Reconstruction = "reconstruction",
    }
}

/// A campaign as a case holds it: everything that deciding needs, so that the case means the same in ten years.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseCampaign {
    /// The campaign.
    pub id: CampaignId,
    /// The family.
    pub family: FamilySlug,
    /// The parameters.
    pub params: Params,
    /// The digest of family, generator version and parameters.
    pub digest: Digest,
    /// The version of the generator that computed the counts.
    pub generator_version: u32,
    /// Whether the family's list was checked against the botnet's own.
    pub verified: bool,
    /// The guard margin: the larger of the family's own and the clock margin, on each side.
    pub guard: Margin,
    /// The first day on which bots use the list, where known; days before are not part of the case.
    pub first_day: Option<UtcDay>,
    /// How bots draw.
    pub draws: Vec<Draws>,
    /// The zones of providers below which names of the campaign stand; none for most campaigns, and then not written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<ProviderZone>,
    /// Where there are such zones, the top-level domains under which the campaign has names for the registry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub registries: Vec<Tld>,
}

/// A zone below which somebody hands out names to customers, such as a dynamic-DNS service or a host of web sites.
///
/// Its names are the provider's to act on. The zone itself is never to be blocked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderZone {
    /// The zone, in lower case, without leading dot.
    pub zone: String,
    /// Who runs it, in words.
    pub provider: String,
}

/// Names of one (campaign, origin period) under one top-level domain, by place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceSet {
    /// The campaign.
    pub campaign: CampaignId,
    /// The key of the origin period: its start in seconds since 1970-01-01T00:00:00Z.
    pub period: i64,
    /// The places.
    pub places: Places,
}

/// One occurrence of a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Occurrence {
    /// The campaign.
    pub campaign: CampaignId,
    /// The key of the origin period: its start in seconds since 1970-01-01T00:00:00Z.
    pub period: i64,
    /// The place in the list of the name's top-level domain.
    pub place: u32,
}

/// A name that comes again on lists that were not in the case before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recurrence {
    /// The name.
    pub name: DomainName,
    /// Where it stands in those lists; at least one place.
    pub occurrences: Vec<Occurrence>,
}

/// What an answer speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum AnswerScope {
    /// Every name of the slice in these days, of these campaigns; of all where none is named.
    Days {
        /// The days, by the start of the nominal window.
        days: DayRange,
        /// The campaigns.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        campaigns: Vec<CampaignId>,
    },
    /// Single names.
    Places(Vec<PlaceSet>),
}

/// What was seen of one name, from a file of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenRow {
    /// The name.
    pub name: DomainName,
    /// Where it stands in the case.
    pub occurrences: Vec<Occurrence>,
    /// How it was looked at.
    pub method: Method,
    /// What was seen.
    pub sight: Sight,
    /// When it was looked at.
    pub at: Instant,
    /// The name servers seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub name_servers: Vec<DomainName>,
    /// Where the row comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// When the registration ends unless it is renewed, where registration data say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Instant>,
}

/// A verdict over one name, as the case keeps it. The evidence stands outside the log, under its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VettedName {
    /// The name.
    pub name: DomainName,
    /// Where it stands in the case; at least one place.
    pub occurrences: Vec<Occurrence>,
    /// What is known of its registration.
    pub class: NameClass,
    /// The sinkhole that answers for it, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sinkhole: Option<String>,
    /// Who has to decide.
    pub band: Band,
    /// The sum of the points; positive speaks for a legitimate holder.
    pub score: i32,
    /// SHA-256 of the evidence: what the verdict can be computed from again.
    pub evidence: Digest,
    /// Who held it.
    #[serde(default)]
    pub tenure: Tenure,
    /// When the registration ends unless it is renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Instant>,
}

vocabulary! {
    /// Where a task stands.
    pub enum TaskState as "a state of a task" {
        /// It is to be done.
        Open = "open",
        /// It was done.
        Done = "done",
        /// It is not needed any more.
        Dropped = "dropped",
    }
}

/// How many names a list holds, and how many entries (name and window) differ from the list before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListDifference {
    /// Distinct names of the whole list.
    pub names: u64,
    /// Entries that the list before did not hold.
    pub added: u64,
    /// Entries that are not asked for any more although their window has not closed.
    pub withdrawn: u64,
    /// Entries of the list before whose window has closed.
    pub expired: u64,
}

/// One file of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentFile {
    /// Its name.
    pub name: String,
    /// SHA-256 of its octets.
    pub sha256: Digest,
}

/// Names of the case that others told of: those of one (campaign, origin period) under one top-level domain, by place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToldSet {
    /// What is said of them.
    pub telling: Telling,
    /// The top-level domain.
    pub tld: Tld,
    /// The campaign.
    pub campaign: CampaignId,
    /// The key of the origin period: its start in seconds since 1970-01-01T00:00:00Z.
    pub period: i64,
    /// The places.
    pub places: Places,
    /// When the first of them was seen, where that is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Instant>,
    /// When the last of them was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Instant>,
}

/// A name that others told of and that the case does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToldOther {
    /// The name.
    pub name: DomainName,
    /// What is said of it.
    pub telling: Telling,
    /// The family, in the words of whoever says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// When it was seen first, where that is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Instant>,
    /// When it was seen last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Instant>,
    /// From when on it is used or the statement holds, where that is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Instant>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
}
