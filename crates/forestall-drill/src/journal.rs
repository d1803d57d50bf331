// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The journal of a drill: what happened, in order of time. The report is a function of it.
//!
//! // WIRE FORMAT, version 1: a line of JSON each, as `forestall drill --journal` writes it.

use forestall_model::{Action, AnswerResult, CampaignId, CaseId, Instant, PartyId, Tld, UtcDay};
use serde::Serialize;

use crate::botnet::OfZone;
use crate::world::Count;

/// A journal, in order of time.
pub type Journal = Vec<Entry>;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// When, by the clock of the drill.
    pub at: Instant,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum What {
    /// The coordinator opened a case.
    CaseOpened {
        /// The case.
        case: CaseId,
        /// Its campaigns.
        campaigns: Vec<CampaignId>,
        /// Its slices.
        slices: u32,
    },
    /// The hub cut a list.
    Cut {
        /// The list.
        #[serde(flatten)]
        list: ListOf,
        /// How many names it holds.
        names: u64,
    },
    /// The hub handed a list or a reminder over.
    Handed {
        /// The list.
        #[serde(flatten)]
        list: ListOf,
        /// The number of the reminder; 0 for the list itself.
        reminder: u32,
        /// Which of the contacts, counted from 0.
        contact: u32,
        /// Whether it was taken.
        taken: bool,
    },
    /// A registry opened a list.
    Opened {
        /// The list.
        #[serde(flatten)]
        list: ListOf,
    },
    /// A registry said that a list came.
    Acknowledged {
        /// The list.
        #[serde(flatten)]
        list: ListOf,
    },
    /// A registry answered, and the hub took it.
    Answered {
        /// The list.
        #[serde(flatten)]
        list: ListOf,
        /// What it says it did, or was asked.
        action: Action,
        /// The result.
        result: AnswerResult,
        /// Names that it says are protected, and had not said so before.
        claimed: u64,
        /// Names that came under protection by it.
        protected: u64,
    },
    /// The hub did not take what a registry sent.
    NotTaken {
        /// The list.
        #[serde(flatten)]
        list: ListOf,
        /// The status of HTTP.
        status: u16,
        /// What the hub said.
        reason: String,
    },
    /// The enemy registered free names.
    Lost {
        /// The campaign.
        campaign: CampaignId,
        /// The day of the list.
        day: UtcDay,
        /// Under which domains, one entry a name.
        tlds: Vec<Tld>,
    },
    /// Somebody looked from outside at all lists of a case whose windows are open or open soon.
    Looked {
        /// The case.
        case: CaseId,
        /// Lists.
        lists: u32,
        /// Those of which the hub was told anew.
        handed: u32,
    },
    /// A guard window opened or closed.
    Edge {
        /// The case.
        case: CaseId,
        /// The campaign.
        campaign: CampaignId,
        /// The day of the list.
        day: UtcDay,
        /// Whether it opened.
        opens: bool,
        /// Distinct names of the whole list.
        names: u32,
        /// What the hub knows.
        known: Known,
        /// What is true, registry by registry.
        truth: Vec<(Tld, Count)>,
    },
    /// A UTC day of a campaign's machines is over.
    Met {
        /// The campaign.
        campaign: CampaignId,
        /// The day.
        day: UtcDay,
        /// Machines.
        machines: f64,
        /// Machines that were on in the busiest hour.
        busiest: f64,
        /// Distinct machines that met a name of the enemy's.
        met: f64,
        /// Distinct machines that would have met one if the enemy had registered all names that were free.
        could_meet: f64,
        /// The same by time zone, in the order of the scenario.
        zones: Vec<OfZone>,
    },
}

/// Which list of whom.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ListOf {
    /// The case.
    pub case: CaseId,
    /// The registry.
    pub party: PartyId,
    /// The slice.
    pub tld: Tld,
    /// The number of the list.
    pub list: u32,
}

/// What the hub knows of a list at an instant: names at each level of proof.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Known {
    /// Names that can be registered and are not left to a holder.
    pub registrable: u64,
    /// By the registries' word.
    pub claimed: u64,
    /// By signed lists.
    pub attested: u64,
    /// Seen from outside.
    pub observed: u64,
}
