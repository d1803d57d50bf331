// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Events: what happened in a case, in one canonical, versioned encoding.
//!
//! Personal and withheld fields (names of people, free comments) stand outside an event: it holds a commitment to each,
//! SHA-256 over a fresh salt and the value. A field can be erased, and the hash over the event stays what it was.

use std::collections::BTreeMap;

use forestall_model::evidence::Sweep;
use forestall_model::party::{Channel, PartyId, Road};
use forestall_model::told::ToldForm;
use forestall_model::{
    Action, AnswerResult, CampaignId, CaseId, DayRange, Digest, DomainName, Instant, Marking, NameClass, Ruling, Tld,
    UtcDay,
};
use serde::{Deserialize, Serialize};

mod parts;
mod withheld;

pub use forestall_model::line::Purpose;
pub use parts::{
    AnswerScope, CaseCampaign, CaseKind, ListDifference, Occurrence, PlaceSet, ProviderZone, Recurrence, SeenRow,
    SentFile, TaskState, ToldOther, ToldSet, VettedName,
};
pub use withheld::Withheld;

use crate::Level;

/// The version of the encoding that this program writes.
pub const ENCODING: u32 = 1;

/// One event of a case.
///
/// // STORED FORMAT, version 1: field order and names are the canonical encoding. A change makes version 2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// The version of the encoding.
    pub v: u32,
    /// The case.
    pub case: CaseId,
    /// The number of the event in its case, from 1 without gaps.
    pub version: u64,
    /// When it was recorded.
    pub recorded: Instant,
    /// When it happened; the same as `recorded` unless somebody recorded it later.
    pub occurred: Instant,
    /// Where it was learned, for facts that come from somewhere else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Commitments to the fields that stand outside: name of the field and SHA-256.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub withheld: BTreeMap<String, Digest>,
    /// What happened.
    pub body: Body,
}

impl Event {
    /// Returns the canonical encoding: compact JSON in field order.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "an event holds no map with other keys than text and no float")]
    pub fn canonical(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("an event has a JSON form")
    }

    /// Returns the hash of the event as a leaf of a Merkle tree (RFC 6962, section 2.1).
    #[must_use]
    pub fn leaf(&self) -> Digest {
        Digest::of_parts(&[&[0], &self.canonical()])
    }

    /// Reads the canonical encoding.
    ///
    /// # Errors
    ///
    /// [`EncodingError`] for another version, for a text that is no event, and for one that is not in canonical form.
    pub fn from_canonical(bytes: &[u8]) -> Result<Self, EncodingError> {
        #[derive(Deserialize)]
        struct Versioned {
            v: u32,
        }
        let versioned: Versioned = serde_json::from_slice(bytes).map_err(|e| EncodingError::Syntax(e.to_string()))?;
        if versioned.v != ENCODING {
            return Err(EncodingError::Version(versioned.v));
        }
        let event: Self = serde_json::from_slice(bytes).map_err(|e| EncodingError::Syntax(e.to_string()))?;
        if event.canonical() == bytes { Ok(event) } else { Err(EncodingError::NotCanonical) }
    }
}

/// Why bytes are no event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodingError {
    /// Written by another version of the program.
    #[error("the event has encoding {0}; this program reads encoding {ENCODING}")]
    Version(u32),
    /// No event.
    #[error("not an event: {0}")]
    Syntax(String),
    /// An event whose bytes are not the ones this program would write, so that its hash would differ.
    #[error("the event is not in canonical form")]
    NotCanonical,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Body {
    /// The case was opened.
    Opened {
        /// What people call it.
        title: String,
        /// Live or reconstruction.
        case_kind: CaseKind,
        /// The days whose lists the case holds, by the start of their nominal windows.
        horizon: DayRange,
        /// The day from which the board of a reconstruction looks; none where it is the day of the reader.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        board_day: Option<UtcDay>,
        /// The marking of everything derived from the case.
        marking: Marking,
        /// The campaigns.
        campaigns: Vec<CaseCampaign>,
        /// The top-level domains with a name, in order: the slices.
        slices: Vec<Tld>,
        /// The name servers of the response's own sinkhole.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        name_servers: Vec<DomainName>,
        /// The evidence on which two people took name servers for the sinkhole that did not pass the guard. Their names are
        /// withheld fields.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        guard_override: Option<String>,
        /// Whether decisions about registered names need two people.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        four_eyes: bool,
        /// How many days the horizon reaches ahead, where it is moved each day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ahead: Option<u16>,
    },
    /// A registry was asked.
    Requested {
        /// The slice.
        tld: Tld,
        /// The days asked for.
        days: DayRange,
        /// The campaigns asked for; all where none is named.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        campaigns: Vec<CampaignId>,
        /// What it was asked to do.
        action: Action,
        /// What it should do where it cannot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fallback: Option<Action>,
        /// The legal basis, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        legal_basis: Option<String>,
        /// The evidence on which two named people asked more of an unverified campaign than its marking allows. Their
        /// names are withheld fields.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        override_evidence: Option<String>,
    },
    /// A registry said that it received the request.
    Acknowledged {
        /// The slice.
        tld: Tld,
        /// The number of the list that it received, where it says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        list: Option<u32>,
    },
    /// A numbered list was cut for a registry: what it is asked to do, as one list with one digest. Its names are computed again from
    /// the state of the case after its event `basis` and the instant of this one.
    Cut {
        /// The slice.
        tld: Tld,
        /// The number of the list in its slice, from 1 without gaps.
        number: u32,
        /// What it is for.
        purpose: Purpose,
        /// Whom it is for, where a party runs the domain.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        party: Option<PartyId>,
        /// The number of the last event of the case that the list follows from.
        basis: u64,
        /// The number of the last acknowledged list of the same purpose, with which it was compared; none where there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        previous: Option<u32>,
        /// The days whose lists are asked for anew by it; may be none.
        days: DayRange,
        /// The campaigns asked for; all where none is named.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        campaigns: Vec<CampaignId>,
        /// What is asked.
        action: Action,
        /// What should be done where that cannot be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fallback: Option<Action>,
        /// The legal basis, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        legal_basis: Option<String>,
        /// The evidence on which two named people asked more of an unverified campaign than its marking allows. Their
        /// names are withheld fields.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        override_evidence: Option<String>,
        /// SHA-256 over the distinct names of the list in order, each followed by a line feed.
        digest: Digest,
        /// How many names it holds, and how it differs from the previous list.
        counts: ListDifference,
        /// Until when the registry has to act; none where nothing opens.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        act_by: Option<Instant>,
    },
    /// A list, or a reminder of it, was handed to somebody. To what address, and what the receiver's machine said, are withheld fields.
    Delivered {
        /// The slice.
        tld: Tld,
        /// The number of the list.
        number: u32,
        /// By what way.
        channel: Channel,
        /// Which of the party's contacts, counted from 0.
        contact: u32,
        /// How many reminders of the list this one makes; 0 for the list itself.
        reminder: u32,
        /// What was sent.
        files: Vec<SentFile>,
        /// Whether the receiver's machine took it.
        taken: bool,
    },
    /// Somebody opened a list for the first time.
    Read {
        /// The slice.
        tld: Tld,
        /// The number of the list.
        number: u32,
        /// By what way.
        channel: Channel,
    },
    /// The horizon was moved.
    Moved {
        /// The last day of the horizon, not included.
        until: UtcDay,
        /// The top-level domains that have their first name in the days that came, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        slices: Vec<Tld>,
        /// Names of which the case knew more than that they are predicted, and that come again in the days that came, in order: what holds of a name
        /// holds on every list. None where nobody looked for them, as once was so; then the next event that has them looks at those days too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recurring: Option<Vec<Recurrence>>,
    },
    /// Something is to be done. Who does it is a withheld field.
    Tasked {
        /// The number of the task in its case, from 1 without gaps.
        task: u32,
        /// What is to be done, in a few words.
        title: String,
        /// The slice that it concerns, where it concerns one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tld: Option<Tld>,
        /// Until when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<UtcDay>,
    },
    /// A task was done, dropped, or taken up again; or handed on, or put off. Who does it is a withheld field.
    TaskChanged {
        /// The number of the task.
        task: u32,
        /// Where it stands.
        state: TaskState,
        /// Until when it is to be done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<UtcDay>,
    },
    /// Something was decided about the case, on its ground.
    Decided {
        /// What was decided, in words.
        title: String,
        /// On what ground.
        ground: String,
    },
    /// A registry answered.
    Answered {
        /// The slice.
        tld: Tld,
        /// What the answer speaks of.
        scope: AnswerScope,
        /// What the registry did or was asked to do.
        action: Action,
        /// The result.
        result: AnswerResult,
        /// `claimed` or `attested`.
        level: Level,
        /// The digest of the list that the registry signed, where it did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        list_digest: Option<Digest>,
    },
    /// A name was excluded: it has a legitimate holder.
    Excluded {
        /// The name.
        name: DomainName,
        /// What is known of it.
        class: NameClass,
        /// Why, in words.
        reason: String,
        /// Where it stands in the case.
        occurrences: Vec<Occurrence>,
    },
    /// An exclusion was taken back.
    Readmitted {
        /// The name.
        name: DomainName,
        /// Why, in words.
        reason: String,
    },
    /// A sweep looked at whole lists.
    Swept(Sweep),
    /// Single names were looked at.
    Seen {
        /// The rows.
        rows: Vec<SeenRow>,
    },
    /// Names were vetted: one event, however many were looked at.
    Vetted {
        /// When the looks began.
        at: Instant,
        /// The version of the rules.
        rules: u32,
        /// SHA-256 of the rules with the operator's weights.
        rules_digest: Digest,
        /// Names that were looked at.
        looked: u32,
        /// Those among them of which no source gave anything.
        unknown: u32,
        /// The verdicts over names that somebody holds or held, in order of the names.
        rows: Vec<VettedName>,
    },
    /// A person decided about registered names.
    Ruled {
        /// The names, in order.
        names: Vec<DomainName>,
        /// SHA-256 of the names, each followed by a line feed: what the person had before them.
        digest: Digest,
        /// What was decided.
        ruling: Ruling,
        /// What the registry is asked to do, where the ruling is to act.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        action: Option<Action>,
        /// The legal basis, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        legal_basis: Option<String>,
        /// Why, in words.
        reason: String,
        /// On what evidence, in words.
        evidence: String,
    },
    /// Somebody says that a name is theirs and not to be touched. Who, and how to reach them, are withheld fields.
    Appealed {
        /// The name.
        name: DomainName,
        /// Where it stands in the case.
        occurrences: Vec<Occurrence>,
        /// How control of the name was proved; none where it was not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<String>,
        /// Until when a person has to answer.
        deadline: Instant,
    },
    /// A person answered an appeal.
    Settled {
        /// The name.
        name: DomainName,
        /// Whether the appeal is upheld: the name is excluded, and what was done to it is undone.
        upheld: bool,
        /// Why, in words.
        reason: String,
        /// Until when what was done must be undone, where something was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        undo_by: Option<Instant>,
    },
    /// What was done to names is taken back: the registry is to release them.
    Undone {
        /// The names, in order.
        names: Vec<DomainName>,
        /// Why, in words.
        reason: String,
        /// Until when it must have happened.
        undo_by: Instant,
    },
    /// A fact that changes no state: it is on the record with its source.
    Noted {
        /// The slice that it concerns, where it concerns one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tld: Option<Tld>,
        /// The fact, in words.
        text: String,
    },
    /// Others told of names: what a file from outside says. It changes no standing: it is no look at a registry.
    Told {
        /// The form of the file.
        form: ToldForm,
        /// SHA-256 of its octets.
        file: Digest,
        /// The strictest marking of what was taken from it, where it says one. The case has it from here on, as far as it is stricter.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        marking: Option<Marking>,
        /// Names of the case.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        sets: Vec<ToldSet>,
        /// Names that the case does not hold, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        others: Vec<ToldOther>,
    },
    /// A request for a waiver was sent to ICANN, and its clock runs.
    Filed {
        /// The number of the request in its case, from 1 without gaps.
        filing: u32,
        /// Which request: that of registries or that of registrars.
        road: Road,
        /// The slices that it is about, in order.
        tlds: Vec<Tld>,
        /// Until when ICANN says that it answers.
        due: Instant,
        /// What it is called by whoever received it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
    /// A request for a waiver was answered.
    FilingAnswered {
        /// The number of the request.
        filing: u32,
        /// Whether the waiver was granted.
        granted: bool,
        /// What was said, in words.
        text: String,
    },
}

impl Body {
    /// Returns the word for the kind of event.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Requested { .. } => "requested",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Answered { .. } => "answered",
            Self::Excluded { .. } => "excluded",
            Self::Readmitted { .. } => "readmitted",
            Self::Swept(_) => "swept",
            Self::Seen { .. } => "seen",
            Self::Vetted { .. } => "vetted",
            Self::Ruled { .. } => "ruled",
            Self::Appealed { .. } => "appealed",
            Self::Settled { .. } => "settled",
            Self::Undone { .. } => "undone",
            Self::Noted { .. } => "noted",
            Self::Cut { .. } => "cut",
            Self::Delivered { .. } => "delivered",
            Self::Read { .. } => "read",
            Self::Moved { .. } => "moved",
            Self::Tasked { .. } => "tasked",
            Self::TaskChanged { .. } => "task-changed",
            Self::Decided { .. } => "decided",
            Self::Told { .. } => "told",
            Self::Filed { .. } => "filed",
            Self::FilingAnswered { .. } => "filing-answered",
        }
    }

    /// Says whether the event may change for a single name whether it is left alone.
    #[must_use]
    pub(crate) fn bears_on_single_names(&self) -> bool {
        match self {
            Self::Moved { recurring, .. } => recurring.as_ref().is_some_and(|names| !names.is_empty()),
            Self::Requested { .. }
            | Self::Cut { .. }
            | Self::Excluded { .. }
            | Self::Readmitted { .. }
            | Self::Swept(_)
            | Self::Seen { .. }
            | Self::Vetted { .. }
            | Self::Ruled { .. }
            | Self::Appealed { .. }
            | Self::Settled { .. }
            | Self::Undone { .. }
            | Self::Answered { .. } => true,
            Self::Opened { .. }
            | Self::Acknowledged { .. }
            | Self::Delivered { .. }
            | Self::Read { .. }
            | Self::Tasked { .. }
            | Self::TaskChanged { .. }
            | Self::Decided { .. }
            | Self::Told { .. }
            | Self::Filed { .. }
            | Self::FilingAnswered { .. }
            | Self::Noted { .. } => false,
        }
    }

    /// Returns the slice that the event concerns, where it concerns exactly one.
    #[must_use]
    pub fn tld(&self) -> Option<Tld> {
        match self {
            Self::Requested { tld, .. }
            | Self::Acknowledged { tld, .. }
            | Self::Answered { tld, .. }
            | Self::Cut { tld, .. }
            | Self::Delivered { tld, .. }
            | Self::Read { tld, .. } => Some(tld.clone()),
            Self::Excluded { name, .. }
            | Self::Readmitted { name, .. }
            | Self::Appealed { name, .. }
            | Self::Settled { name, .. } => Some(name.tld()),
            Self::Noted { tld, .. } | Self::Tasked { tld, .. } => tld.clone(),
            Self::Opened { .. }
            | Self::Swept(_)
            | Self::Seen { .. }
            | Self::Vetted { .. }
            | Self::Ruled { .. }
            | Self::Undone { .. }
            | Self::Moved { .. }
            | Self::TaskChanged { .. }
            | Self::Decided { .. }
            | Self::Told { .. }
            | Self::Filed { .. }
            | Self::FilingAnswered { .. } => None,
        }
    }
}
