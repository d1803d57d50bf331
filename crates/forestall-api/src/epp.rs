// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Batches of commands for registries over EPP: what two people are asked to approve, what a dry run found out, what came of each command, the switch
//! that stops them all, and the journal.

use forestall_model::{Action, CaseId, Digest, DomainName, Instant, Tld};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::{ActionWord, CaseIdText, DigestText, InstantText, NameText, TldText};

/// The most octets of a batch that the API takes: the most commands, each of a line.
pub const MAX_BATCH: usize = 16 << 20;
/// Days for which an approval counts where nobody says how many.
pub const USUAL_DAYS: u16 = 7;
/// The most days for which an approval may count.
pub const MOST_DAYS: u16 = 365;
/// Records of a page of the journal.
pub const RECORDS: u32 = 500;

/// A batch, with where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EppBatch {
    /// SHA-256 of its text, by which it is named.
    #[schema(value_type = DigestText)]
    pub sha256: Digest,
    /// The account at a registry.
    pub account: String,
    /// The case.
    #[schema(value_type = CaseIdText)]
    pub case: CaseId,
    /// The slice.
    #[schema(value_type = TldText)]
    pub slice: Tld,
    /// How many commands it has.
    pub commands: u32,
    /// When it was first laid before the people who approve it.
    #[schema(value_type = InstantText)]
    pub proposed: Instant,
    /// Who did so.
    pub proposed_by: String,
    /// For how many days an approval counts.
    pub approval_days: u32,
    /// Whether only approvals count that people gave with accounts of their own.
    pub signed_in_only: bool,
    /// Who approved it, the earliest first.
    pub approvals: Vec<EppApproval>,
    /// Whether two different people did, in time.
    pub approved: bool,
    /// Commands by what came of them.
    pub outcomes: Vec<EppOutcomeCount>,
    /// Commands of which a frame went out and nobody knows what came of it.
    pub in_doubt: u64,
    /// Commands without an outcome, those in doubt among them.
    pub open: u64,
}

/// That somebody approved a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EppApproval {
    /// Who.
    pub by: String,
    /// Whether they were signed in with an account of their own; else somebody said the name on the command line, which nobody checks.
    pub signed_in: bool,
    /// When.
    #[schema(value_type = InstantText)]
    pub at: Instant,
}

/// How many commands came to the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EppOutcomeCount {
    /// What came of them.
    pub outcome: String,
    /// How many.
    pub commands: u64,
}

/// A batch with its commands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EppBatchCommands {
    /// The batch.
    pub batch: EppBatch,
    /// The commands, in their order.
    pub commands: Vec<EppCommand>,
    /// The text whose SHA-256 people approve, as `forestall epp run` takes it.
    pub text: String,
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EppCommand {
    /// Its place in the batch, from 1.
    pub number: u32,
    /// The name.
    #[schema(value_type = NameText)]
    pub name: DomainName,
    /// What is asked for, of which this is a part.
    #[schema(value_type = ActionWord)]
    pub action: Action,
    /// What is done, in words.
    pub command: String,
    /// By what right, in words.
    pub ground: String,
    /// Until when the name is needed, margins included; none where it is needed at all times.
    #[schema(value_type = Option<InstantText>)]
    pub needed_until: Option<Instant>,
    /// What the last dry run found out.
    pub rehearsed: Option<EppRehearsed>,
    /// What came of it.
    pub came: Option<EppCame>,
}

/// What a dry run found out about a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EppRehearsed {
    /// When the registry was asked.
    #[schema(value_type = InstantText)]
    pub at: Instant,
    /// What would be done, in words.
    pub what: String,
    /// What would change: of an update what is not so yet, and nothing else.
    pub changes: Vec<EppChanged>,
}

/// A property of a name before a command and after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EppChanged {
    /// The property.
    pub what: String,
    /// What it is.
    pub before: String,
    /// What it will be.
    pub after: String,
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EppCame {
    /// The outcome; none while it is in doubt.
    pub outcome: Option<String>,
    /// The code of the registry's answer.
    pub code: Option<u16>,
    /// What was said, in words.
    pub text: String,
    /// When it went out; none where nothing was sent.
    #[schema(value_type = Option<InstantText>)]
    pub sent: Option<Instant>,
    /// The transaction identifier of the frame, or of the command that needed none.
    pub id: String,
}

/// A record of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EppRecord {
    /// The transaction identifier.
    pub id: String,
    /// The account.
    pub account: String,
    /// The batch.
    #[schema(value_type = DigestText)]
    pub batch: Digest,
    /// The place of the command in it, from 1.
    pub number: u32,
    /// The word for the command.
    pub command: String,
    /// The name.
    #[schema(value_type = NameText)]
    pub name: DomainName,
    /// When the frame went out; none where nothing was sent.
    #[schema(value_type = Option<InstantText>)]
    pub sent: Option<Instant>,
    /// When the outcome was known.
    #[schema(value_type = Option<InstantText>)]
    pub ended: Option<Instant>,
    /// The outcome; none while it is in doubt.
    pub outcome: Option<String>,
    /// The code of the registry's answer.
    pub code: Option<u16>,
    /// The registry's transaction identifier.
    pub theirs: Option<String>,
    /// What was said, in words.
    pub text: String,
}

/// An approval that somebody gives over what they saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveEpp {
    /// How many commands they saw.
    pub commands: u32,
    /// The SHA-256 that they saw; it must be that of the address.
    #[schema(value_type = DigestText)]
    pub sha256: Digest,
}

/// Whether anything may be written at registries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EppSwitch {
    /// Who stopped it; none where batches may run.
    pub stopped: Option<EppStopped>,
}

/// That somebody stopped everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EppStopped {
    /// Who.
    pub by: String,
    /// When.
    #[schema(value_type = InstantText)]
    pub at: Instant,
    /// Why.
    pub reason: String,
}

/// Stops everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StopEpp {
    /// Why.
    #[schema(max_length = 2_000)]
    pub reason: String,
}
