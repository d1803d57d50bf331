// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a hub of a drill takes beside everything else: the time, people for scripted parties, and what is seen from outside.
//!
//! The addresses are there on a hub that was started for a drill and on no other, for the people who run it, and are no part of the document
//! of the API.

use forestall_model::evidence::Places;
use forestall_model::{CampaignId, CaseId, Instant, Method, PartyId, PersonId, Sight, Tld, UtcDay};
use serde::{Deserialize, Serialize};

use crate::route::{self, BASE, Route};

/// The clock: read, and moved by `PUT`.
pub const CLOCK_AT: &str = "/drill/clock";
/// People for parties.
pub const PEOPLE_AT: &str = "/drill/people";
/// What is seen from outside.
pub const SIGHTS_AT: &str = "/drill/cases/{id}/sights";

/// Reads the clock.
pub const CLOCK: Route =
    Route { method: route::Method::Get, template: CLOCK_AT, purpose: "What the clock of a drill shows." };
/// Moves the clock.
pub const MOVE_CLOCK: Route =
    Route { method: route::Method::Put, template: CLOCK_AT, purpose: "Moves the time, and does what is due by then." };
/// Adds somebody.
pub const ADD_PERSON: Route =
    Route { method: route::Method::Post, template: PEOPLE_AT, purpose: "Adds somebody at a party, with a token." };
/// Records sights.
pub const ADD_SIGHTS: Route =
    Route { method: route::Method::Post, template: SIGHTS_AT, purpose: "Records what is seen from outside." };

/// The most lists of one request: each has a few bitmaps of places, and all of them fit into a request in JSON.
pub const MAX_LISTS: usize = 1_000;

/// Returns the address of the clock.
#[must_use]
pub fn clock() -> String {
    format!("{BASE}{CLOCK_AT}")
}

/// Returns the address of people.
#[must_use]
pub fn people() -> String {
    format!("{BASE}{PEOPLE_AT}")
}

/// Returns the address of sights of a case.
#[must_use]
pub fn sights(id: &CaseId) -> String {
    format!("{BASE}/drill/cases/{id}/sights")
}

/// Moves the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveClock {
    /// To when; not before what it shows.
    pub to: Instant,
}

/// What the clock shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The time.
    pub now: Instant,
    /// Jobs that the hub had to do by then, and did before it answered.
    pub jobs: u64,
}

/// Somebody at a party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddPerson {
    /// The party; none for somebody who runs the drill.
    pub party: Option<PartyId>,
    /// The name under which they act.
    pub name: String,
}

/// Somebody who was added, with a token of theirs that is shown this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedPerson {
    /// The person.
    pub person: PersonId,
    /// The token.
    pub token: String,
}

impl std::fmt::Debug for AddedPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddedPerson").field("person", &self.person).finish_non_exhaustive()
    }
}

/// What is seen from outside of all names of some lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddSights {
    /// How somebody looked.
    pub method: Method,
    /// From where, in words.
    pub vantage: String,
    /// The lists, at least one.
    pub lists: Vec<SeenList>,
}

/// What is seen of one list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenList {
    /// The campaign.
    pub campaign: CampaignId,
    /// The day of the list.
    pub day: UtcDay,
    /// The slice.
    pub slice: Tld,
    /// What most names show.
    pub usual: Sight,
    /// The places of names that show something else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differing: Vec<Differing>,
}

/// Names that show something else than most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Differing {
    /// What they show.
    pub sight: Sight,
    /// Their places in the list, as a bitmap in hexadecimal digits.
    pub places: Places,
}

/// What was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedSights {
    /// Lists that were looked at; those that the case does not hold are left out.
    pub lists: u64,
    /// Names in them.
    pub names: u64,
}
