// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where a page stands: the case, the slice or the party that its address names, and what the heading says of a case.

use forestall_coord::Case;
use forestall_coord::event::CaseKind;
use forestall_model::directory::Directory;
use forestall_model::{CaseId, Instant, PartyId, Released, Tld};

use super::frame::Banner;
use crate::desk::CaseFile;
use crate::number::counted;
use crate::server::{App, Problem, Waiting};

/// Reads a case id of an address.
pub(crate) fn case_id(text: &str) -> Result<CaseId, Problem> {
    text.parse().map_err(|error| Problem::not_found(format!("there is no such case: {error}")))
}

/// Reads the top-level domain of a slice of an address.
pub(crate) fn tld(text: &str) -> Result<Tld, Problem> {
    text.parse().map_err(|error| Problem::not_found(format!("there is no such slice: {error}")))
}

/// Reads the id of a party of an address.
pub(crate) fn party_id(text: &str) -> Result<PartyId, Problem> {
    text.parse().map_err(|error| Problem::not_found(format!("there is no such party: {error}")))
}

/// Refuses a slice that the case does not have.
pub(crate) fn need_slice(case: &Case, tld: &Tld) -> Result<(), Problem> {
    if case.slices.contains_key(tld) {
        return Ok(());
    }
    Err(Problem::not_found(format!("the case {} has no slice {tld}: none of its names is under it", case.id)))
}

/// Returns the instant from which a case is looked at: the start of its day for a reconstruction, else the present.
pub(crate) fn now_of(case: &Case, now: Instant) -> Instant {
    case.board_day.map_or(now, forestall_model::UtcDay::start)
}

/// What stands above every page of a case.
#[derive(Debug)]
pub(super) struct Heading {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) banner: Banner,
    pub(super) reconstruction: bool,
    pub(super) unverified: bool,
    /// The unverified campaigns by name.
    pub(super) unverified_names: String,
    pub(super) horizon: String,
    /// The day from which the case is looked at.
    pub(super) day: String,
    /// Names about which a person has to decide; empty where there is none.
    pub(super) waiting: String,
    /// Alarms; empty where there is none.
    pub(super) alarms: String,
}

impl Heading {
    /// Makes the heading of a released case.
    pub(super) async fn of(app: &App, file: &Released<CaseFile>) -> Result<Self, Problem> {
        let day = file.object().day(app.today()).to_string();
        Ok(Self::new(&*app.waiting(file).await?, Banner::of(file.marking()), day))
    }

    fn new(waiting: &Waiting, banner: Banner, day: String) -> Self {
        let case = &waiting.file.case;
        let count = |found: usize, one: &str, many: &str| {
            if found == 0 { String::new() } else { counted(found as u64, one, many) }
        };
        let unverified: Vec<&str> = case.campaigns.iter().filter(|c| !c.verified).map(|c| c.id.as_str()).collect();
        Self {
            id: case.id.to_string(),
            title: case.title.clone(),
            banner,
            reconstruction: case.kind == CaseKind::Reconstruction,
            unverified: !unverified.is_empty(),
            unverified_names: unverified.join(", "),
            horizon: case.horizon.to_string(),
            day,
            waiting: count(waiting.names.len(), "name waits", "names wait"),
            alarms: count(waiting.alarms.len(), "alarm", "alarms"),
        }
    }
}

/// A top-level domain as people know it: its U-label where that differs, and its country.
pub(super) fn about(tld: &Tld) -> String {
    let Some(entry) = Directory::built_in().entry(tld) else { return String::new() };
    let unicode = (entry.unicode.as_ref() != tld.as_str()).then(|| entry.unicode.to_string());
    let country = entry.country.as_ref().map(|fact| fact.value.to_string());
    unicode.into_iter().chain(country).collect::<Vec<_>>().join(" ")
}
