// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How long a registry takes (K5): from a request to its acknowledgement, to the claim that it is done, and to the proof.

use std::collections::BTreeMap;

use forestall_model::{DayRange, Instant, Tld, UtcDay};

use crate::case::names_campaign;

/// A request that is followed.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) tld: Tld,
    pub(super) at: Instant,
    days: DayRange,
    campaigns: Vec<usize>,
    /// When it was acknowledged, claimed and verified, in this order.
    reached: [Option<Instant>; 3],
}

/// What a request can come to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stage {
    Acknowledged,
    Claimed,
    Verified,
}

impl Asked {
    pub(super) const fn new(tld: Tld, at: Instant, days: DayRange, campaigns: Vec<usize>) -> Self {
        Self { tld, at, days, campaigns, reached: [None; 3] }
    }

    /// Notes that a stage was reached, where it was not before. An answer acknowledges as well.
    pub(super) fn reach(&mut self, stage: Stage, at: Instant) {
        if at < self.at {
            return;
        }
        let [acknowledged, claimed, verified] = &mut self.reached;
        match stage {
            Stage::Acknowledged => _ = acknowledged.get_or_insert(at),
            Stage::Claimed => {
                acknowledged.get_or_insert(at);
                claimed.get_or_insert(at);
            }
            // A look proves a list whether or not anybody said a word.
            Stage::Verified => _ = verified.get_or_insert(at),
        }
    }

    /// Says whether the request holds a list.
    pub(super) fn covers(&self, campaign: usize, day: UtcDay) -> bool {
        self.days.contains(day) && self.of(campaign)
    }

    /// Says whether the request and a range of days of some campaigns, of all where none is given, have something in common.
    pub(super) fn meets(&self, days: DayRange, campaigns: &[usize]) -> bool {
        let common = self.days.from < days.until && days.from < self.days.until;
        common && (campaigns.is_empty() || campaigns.iter().any(|campaign| self.of(*campaign)))
    }

    fn of(&self, campaign: usize) -> bool {
        names_campaign(&self.campaigns, &campaign)
    }
}

/// How long the requests to one slice took to one stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// The seconds of those that got there, the shortest first.
    pub seconds: Vec<i64>,
    /// Those that have not got there.
    pub waiting: u32,
    /// The longest that one of those has waited, in seconds.
    pub longest_wait: Option<i64>,
}

impl Stretch {
    /// Returns the median in seconds, of an even number the lower of the two in the middle; none where nothing got there.
    #[must_use]
    pub fn median(&self) -> Option<i64> {
        median(&self.seconds)
    }

    /// Adds those of another slice.
    pub(super) fn add(&mut self, other: &Self) {
        self.seconds.extend(&other.seconds);
        self.seconds.sort_unstable();
        self.waiting += other.waiting;
        self.longest_wait = self.longest_wait.max(other.longest_wait);
    }
}

/// Returns the median of sorted numbers, of an even number the lower of the two in the middle; none of none.
pub(super) fn median(sorted: &[i64]) -> Option<i64> {
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

/// How long one registry takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SliceLatency {
    /// The slice.
    pub tld: Tld,
    /// Requests to it.
    pub requests: u32,
    /// When it was last asked.
    pub last_asked: Instant,
    /// To the acknowledgement.
    pub acknowledged: Stretch,
    /// To the claim.
    pub claimed: Stretch,
    /// To the proof.
    pub verified: Stretch,
}

/// Puts the requests together by slice, as they stand at `now`.
pub(super) fn by_slice(asked: &[Asked], now: Instant) -> Vec<SliceLatency> {
    let mut slices: BTreeMap<&Tld, SliceLatency> = BTreeMap::new();
    for request in asked {
        let slice = slices.entry(&request.tld).or_insert_with(|| SliceLatency {
            tld: request.tld.clone(),
            requests: 0,
            last_asked: request.at,
            acknowledged: Stretch::default(),
            claimed: Stretch::default(),
            verified: Stretch::default(),
        });
        slice.requests += 1;
        slice.last_asked = slice.last_asked.max(request.at);
        let stretches = [&mut slice.acknowledged, &mut slice.claimed, &mut slice.verified];
        for (stretch, reached) in stretches.into_iter().zip(request.reached) {
            match reached {
                Some(at) => stretch.seconds.push(at.seconds_since(request.at)),
                None => {
                    stretch.waiting += 1;
                    stretch.longest_wait = stretch.longest_wait.max(Some(now.seconds_since(request.at).max(0)));
                }
            }
        }
    }
    let mut slices: Vec<SliceLatency> = slices.into_values().collect();
    for slice in &mut slices {
        for stretch in [&mut slice.acknowledged, &mut slice.claimed, &mut slice.verified] {
            stretch.seconds.sort_unstable();
        }
    }
    slices
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_lower_of_the_two_in_the_middle() {
        assert_eq!([median(&[]), median(&[3]), median(&[3, 5]), median(&[3, 5, 9])], [None, Some(3), Some(3), Some(5)]);
    }
}
