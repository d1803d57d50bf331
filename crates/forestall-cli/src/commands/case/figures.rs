// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The figures of a case, always at all three levels of proof, for people and for programs.

use forestall_coord::board::Worst;
use forestall_coord::reach::percent;
use forestall_coord::{Board, Case, Level, ReachRange, Tally};
use forestall_hub::lead::LeadDocument;
use forestall_model::{DayRange, UtcDay};
use serde::Serialize;

/// A value at each level of proof.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ByLevel<T> {
    pub(super) claimed: T,
    pub(super) attested: T,
    pub(super) observed: T,
}

impl<T> ByLevel<T> {
    /// Asks for the value of each level.
    pub(super) fn of(value: impl Fn(Level) -> T) -> Self {
        Self { claimed: value(Level::Claimed), attested: value(Level::Attested), observed: value(Level::Observed) }
    }
}

impl ByLevel<String> {
    /// Returns the values in the order of the levels.
    pub(super) fn cells(self) -> [String; 3] {
        [self.claimed, self.attested, self.observed]
    }

    /// Returns the values with slashes between them, or the one where all are the same.
    pub(super) fn line(&self) -> String {
        if self.claimed == self.attested && self.attested == self.observed {
            self.claimed.clone()
        } else {
            format!("{} / {} / {}", self.claimed, self.attested, self.observed)
        }
    }
}

/// How many names stand where.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Counts {
    names: u32,
    not_registrable: u32,
    legitimate_holder: u32,
    registrable: u32,
    protected: ByLevel<u32>,
    /// Per registrable name, 0 to 1.
    coverage: ByLevel<f64>,
    mismatch: u32,
    lost: u32,
    refused: u32,
    suspect: u32,
    looked_at: u32,
    nothing_followed: u32,
}

impl Counts {
    pub(super) fn of(tally: &Tally) -> Self {
        Self {
            names: tally.names,
            not_registrable: tally.not_registrable,
            legitimate_holder: tally.held,
            registrable: tally.registrable(),
            protected: ByLevel::of(|level| tally.at(level)),
            coverage: ByLevel::of(|level| tally.coverage(level)),
            mismatch: tally.mismatch,
            lost: tally.lost,
            refused: tally.refused,
            suspect: tally.suspect,
            looked_at: tally.looked,
            nothing_followed: tally.unknown,
        }
    }
}

/// A reach with the variant and the day where it is worst.
#[derive(Clone, Debug, Serialize)]
pub(super) struct WorstReach {
    campaign: String,
    unverified: bool,
    day: UtcDay,
    low: f64,
    high: f64,
}

impl WorstReach {
    pub(super) fn of(case: &Case, worst: Option<Worst>) -> Option<Self> {
        worst.map(|worst| Self {
            campaign: case.campaigns[worst.campaign].id.to_string(),
            unverified: !case.campaigns[worst.campaign].verified,
            day: worst.day,
            low: worst.reach.low,
            high: worst.reach.high,
        })
    }
}

/// Coverage and reach of a case over some days.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Headline {
    days: DayRange,
    #[serde(flatten)]
    counts: Counts,
    reach: ByLevel<Option<WorstReach>>,
}

impl Headline {
    pub(super) fn of(board: &Board<'_>, days: DayRange) -> Self {
        Self {
            days,
            counts: Counts::of(&board.total(days)),
            reach: ByLevel::of(|level| WorstReach::of(board.case, board.worst(level, days))),
        }
    }
}

/// Returns coverage as text at each level; a dash where nothing can be registered.
pub(super) fn coverage(tally: &Tally) -> ByLevel<String> {
    ByLevel::of(|level| if tally.registrable() == 0 { "-".to_owned() } else { percent(tally.coverage(level)) })
}

/// Returns reach as text at each level; a dash where there is no list.
pub(super) fn reach(worst: impl Fn(Level) -> Option<Worst>) -> ByLevel<String> {
    ByLevel::of(|level| worst(level).map_or_else(|| "-".to_owned(), |worst| worst.reach.to_string()))
}

/// Returns the id of a campaign, marked where its list is unverified.
pub(super) fn campaign(case: &Case, index: usize) -> String {
    let campaign = &case.campaigns[index];
    if campaign.verified { campaign.id.to_string() } else { format!("{} UNVERIFIED", campaign.id) }
}

/// Returns where a reach is worst, in words.
pub(super) fn place(case: &Case, worst: Option<Worst>) -> String {
    worst.map_or_else(String::new, |worst| format!("{} on {}", campaign(case, worst.campaign), worst.day))
}

/// Returns both ends of a range for a table of values.
pub(super) fn ends(reach: ReachRange) -> [String; 2] {
    [reach.low.to_string(), reach.high.to_string()]
}

/// Returns what a table says of lead time: the road, by when a list must be there in UTC and in the registry's own time, and how the time
/// stands.
pub(super) fn lead(lead: &LeadDocument) -> [String; 4] {
    let there = if lead.is_elsewhere() { lead.send_by_there.clone() } else { String::new() };
    [lead.road.to_string(), lead.send_by_utc(), there, lead.to_string()]
}

/// Returns the same for a program: road, deadline in UTC and there, the timing, and the fallback.
pub(super) fn lead_fields(lead: &LeadDocument) -> [String; 5] {
    let fallback = lead.fallback.map(|action| action.to_string()).unwrap_or_default();
    [lead.road.to_string(), lead.send_by.to_string(), lead.send_by_there.clone(), lead.timing.to_string(), fallback]
}
