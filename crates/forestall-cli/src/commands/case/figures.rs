// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The figures of a case, always at all three levels of proof, for people and for programs.

use forestall_api::act::Days;
use forestall_api::case::{self, Coverage, LevelReach, Worst};
use forestall_api::lead::Lead;
use forestall_api::words::Level;
use forestall_coord::ReachRange;
use forestall_coord::reach::percent;
use forestall_model::CampaignId;
use forestall_model::party::UtcOffset;
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
    pub(super) fn of(counts: &case::Counts) -> Self {
        Self {
            names: counts.names,
            not_registrable: counts.not_registrable,
            legitimate_holder: counts.held,
            registrable: counts.registrable,
            protected: ByLevel::of(|level| at(counts, level)),
            coverage: ByLevel::of(|level| share(counts, level)),
            mismatch: counts.mismatch,
            lost: counts.lost,
            refused: counts.refused,
            suspect: counts.suspect,
            looked_at: counts.looked,
            nothing_followed: counts.unknown,
        }
    }
}

/// Returns the names protected at a level of proof or better.
const fn at(counts: &case::Counts, level: Level) -> u32 {
    match level {
        Level::Claimed => counts.claimed,
        Level::Attested => counts.attested,
        Level::Observed => counts.observed,
    }
}

/// Returns coverage, 0 to 1: protected names per registrable one; 1 where there is none to protect.
fn share(counts: &case::Counts, level: Level) -> f64 {
    match counts.registrable {
        0 => 1.0,
        registrable => f64::from(at(counts, level)) / f64::from(registrable),
    }
}

/// Coverage and reach of a case over some days.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Headline {
    days: Days,
    #[serde(flatten)]
    counts: Counts,
    reach: ByLevel<Option<Worst>>,
}

impl Headline {
    pub(super) fn of(coverage: &Coverage) -> Self {
        Self {
            days: coverage.days,
            counts: Counts::of(&coverage.counts),
            reach: ByLevel::of(|level| worst(coverage, level).cloned()),
        }
    }
}

/// Returns the worst reach over some days at a level of proof.
pub(super) fn worst(coverage: &Coverage, level: Level) -> Option<&Worst> {
    coverage.levels.iter().find(|of| of.level == level)?.worst.as_ref()
}

/// Returns the reach at a level of proof; none where it is not told.
pub(super) fn at_level(levels: &[LevelReach], level: Level) -> Option<ReachRange> {
    levels.iter().find(|of| of.level == level).map(|of| ReachRange { low: of.low, high: of.high })
}

/// Returns coverage as text at each level; a dash where nothing can be registered.
pub(super) fn coverage(counts: &case::Counts) -> ByLevel<String> {
    ByLevel::of(|level| if counts.registrable == 0 { "-".to_owned() } else { percent(share(counts, level)) })
}

/// Returns reach as text at each level; a dash where there is no list.
pub(super) fn reach<'a>(worst: impl Fn(Level) -> Option<&'a Worst>) -> ByLevel<String> {
    ByLevel::of(|level| worst(level).map_or_else(|| "-".to_owned(), range))
}

/// Returns a reach as text.
pub(super) fn range(worst: &Worst) -> String {
    ReachRange { low: worst.low, high: worst.high }.to_string()
}

/// Returns the id of a campaign, marked where its list is unverified.
pub(super) fn campaign(id: &CampaignId, unverified: bool) -> String {
    if unverified { format!("{id} UNVERIFIED") } else { id.to_string() }
}

/// Returns where a reach is worst, in words.
pub(super) fn place(worst: Option<&Worst>) -> String {
    worst.map_or_else(String::new, |worst| format!("{} on {}", campaign(&worst.campaign, worst.unverified), worst.day))
}

/// Returns both ends of a range for a table of values.
pub(super) fn ends(low: f64, high: f64) -> [String; 2] {
    [low.to_string(), high.to_string()]
}

/// Returns what a table says of lead time: the road, by when a list must be there in UTC and in the registry's own time, and how the time
/// stands.
pub(super) fn lead(lead: &Lead) -> [String; 4] {
    let there = if lead.offset == UtcOffset::UTC { String::new() } else { lead.send_by_there.clone() };
    [lead.road.to_string(), lead.send_by.to_minute(), there, lead.text.clone()]
}

/// Returns the same for a program: road, deadline in UTC and there, the timing, and the fallback.
pub(super) fn lead_fields(lead: &Lead) -> [String; 5] {
    let fallback = lead.fallback.map(|action| action.to_string()).unwrap_or_default();
    [lead.road.to_string(), lead.send_by.to_string(), lead.send_by_there.clone(), lead.timing.to_string(), fallback]
}
