// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How many names fall to whom: counts of a computed list, as values.
//!
//! Counts are a cache of what a generator computes. Deciding code gets them handed in and never sees a generator.

use crate::{CampaignId, Instant, Tld, UtcDay, Window};

/// Returns the UTC day on which the origin period with this key starts.
#[must_use]
pub fn period_day(key: i64) -> UtcDay {
    UtcDay::holding(Instant::from_seconds(key))
}

/// The counts of one campaign over a span: one entry an origin period, in order of time.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ListCounts {
    /// The campaign.
    pub campaign: CampaignId,
    /// The origin periods, in order of time.
    pub periods: Vec<PeriodCounts>,
}

impl ListCounts {
    /// Returns the counts of the origin period with this key.
    #[must_use]
    pub fn of_period(&self, key: i64) -> Option<&PeriodCounts> {
        self.periods.binary_search_by_key(&key, |period| period.key).ok().map(|index| &self.periods[index])
    }
}

/// The counts of one origin period: distinct names, per top-level domain.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PeriodCounts {
    /// The key of the period: its start in seconds since 1970-01-01T00:00:00Z, 0 for a family without dates.
    pub key: i64,
    /// From when until when names of the list are live, nominal: the window of the period, and before and after it as long as names of it
    /// live without a break. The asked span for a family without dates; to [`Self::NO_END`] where names never expire.
    pub window: Window,
    /// Distinct names in the whole list of the period; what a bot draws from.
    pub distinct: u32,
    /// Distinct names per top-level domain, in the order of the A-labels; domains without a name are left out.
    pub by_tld: Vec<TldCount>,
}

impl PeriodCounts {
    /// Where windows end that have no end: the last day that this program knows.
    pub const NO_END: Instant = UtcDay::MAX.start();

    /// Returns the entry of one top-level domain.
    #[must_use]
    pub fn of_tld(&self, tld: &str) -> Option<&TldCount> {
        self.by_tld.binary_search_by(|entry| entry.tld.as_str().cmp(tld)).ok().map(|i| &self.by_tld[i])
    }
}

/// The names of one origin period under one top-level domain.
///
/// A name's *place* is its index among the distinct names of (campaign, period, top-level domain), in generation order,
/// from 0. Answers, exclusions and sweeps name single names by place, so that a set is a few bytes.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TldCount {
    /// The top-level domain.
    pub tld: Tld,
    /// Distinct names.
    pub names: u32,
    /// Places of the names that cannot be registered because a source in the directory says so; in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_registrable: Vec<u32>,
}
