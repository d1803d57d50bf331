// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The collision docket: registered names about which a person has to decide, and what was decided.

use forestall_model::{Action, Actor, Band, CampaignId, CaseId, Digest, DomainName, Instant, NameClass, Ruling};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::Record;
use crate::case::Reach;
use crate::words::{
    ActionWord, ActorText, BandWord, CampaignIdText, CaseIdText, ClassWord, DigestText, InstantText, NameText,
    RulingWord,
};

/// The most names of a docket that are answered with, and that one ruling is about.
pub const MAX_WAITING: usize = 20_000;

/// The names of a case that wait for a person, or those of a slice or a band.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Docket {
    /// The case.
    #[schema(value_type = CaseIdText)]
    pub case: CaseId,
    /// The instant from which it was looked at.
    #[schema(value_type = InstantText)]
    pub seen_from: Instant,
    /// What stands for the whole list in a ruling: SHA-256 over the names in their order, each followed by a line feed.
    #[schema(value_type = DigestText)]
    pub digest: Digest,
    /// The names: the first to open first, of those the larger reach.
    pub items: Vec<WaitingName>,
}

/// A registered name that waits for a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WaitingName {
    /// The name.
    #[schema(value_type = NameText)]
    pub name: DomainName,
    /// Why it waits, in words.
    pub why: String,
    /// When the guard window opens, which is open or the next to open.
    #[schema(value_type = InstantText)]
    pub opens: Instant,
    /// When it closes.
    #[schema(value_type = InstantText)]
    pub closes: Instant,
    /// The campaign of that window.
    #[schema(value_type = CampaignIdText)]
    pub campaign: CampaignId,
    /// Whether its list is unverified.
    pub unverified: bool,
    /// The reach if this name were the only miss of its list.
    pub reach: Reach,
    /// What is known of its registration; none where nobody made a verdict.
    #[schema(value_type = Option<ClassWord>)]
    pub class: Option<NameClass>,
    /// The band of the verdict.
    #[schema(value_type = Option<BandWord>)]
    pub band: Option<Band>,
    /// The points of the verdict.
    pub score: Option<i32>,
    /// The registrar.
    pub registrar: Option<String>,
    /// When it was registered.
    #[schema(value_type = Option<InstantText>)]
    pub created: Option<Instant>,
    /// Its name servers.
    pub name_servers: Vec<String>,
    /// The document from which the verdict follows.
    #[schema(value_type = Option<DigestText>)]
    pub evidence: Option<Digest>,
}

/// Records what a person decided about registered names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The names.
    #[serde(with = "crate::names::strictly")]
    #[schema(value_type = Vec<NameText>, min_items = 1, max_items = 20_000)]
    pub names: Vec<DomainName>,
    /// What stands for the list that the person had before them: SHA-256 over the names in their order, each followed by a line feed.
    #[schema(value_type = DigestText)]
    pub digest: Digest,
    /// What was decided.
    #[schema(value_type = RulingWord)]
    pub ruling: Ruling,
    /// What the registry is asked to do, where the ruling is to act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ActionWord>)]
    pub action: Option<Action>,
    /// The legal basis, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4_000)]
    pub legal_basis: Option<String>,
    /// Why, in words.
    #[schema(max_length = 4_000)]
    pub reason: String,
    /// On what evidence, in words.
    #[schema(max_length = 4_000)]
    pub evidence: String,
    /// The second person, where the case asks for two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ActorText>)]
    pub second: Option<Actor>,
    /// What stands in the log beside it.
    #[serde(default)]
    pub record: Record,
}
