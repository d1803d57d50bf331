// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Several samples of one hour: who came to which address of which sensor.
//!
//! What comes to one address of a sensor is a sample of the machines that ask in the hour: sensors, and the addresses that stand for groups of names, hold unlike names. Who is in several samples says how
//! many are in none ([`recapture`](super::recapture)). Addresses of IPv4 alone are kept, of each sample and hour; a day of which all came to one address needs none of it, and keeps nothing.

use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};

use crate::occasions::{self, Occasions};
use crate::source::Source;

/// The most samples that are told apart; those beyond are taken together with the others, in turn.
pub const MOST_SAMPLES: u16 = 16;

/// The fewest addresses of a sample: smaller ones are looked at by nobody but those who look for sinkholes.
pub(super) const LEAST_OF_SAMPLE: u64 = 20;

/// Who was in which of several samples of the busiest hour, in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Samples {
    /// The hour of the day, 0 to 23.
    pub hour: u8,
    /// What the samples are, in their order.
    pub of: Vec<String>,
    /// Samples with fewer than 20 addresses, which are left out.
    pub small: u64,
    /// The counts of the samples, each an occasion.
    pub occasions: Occasions,
}

/// The hours of a sample.
type Hours = [RoaringBitmap; 24];

/// Addresses that wait to be put into their sets at most. In order, they take a part of the time.
const WAITING: usize = 1 << 20;

/// Sets of addresses by sample and hour.
#[derive(Debug, Default)]
pub(super) struct SampleSets {
    /// The sample of the first visit. As long as there is no other, its sets are those of all.
    first: Option<u16>,
    each: Vec<(u16, Hours)>,
    /// Sample, hour and address, in one number.
    waiting: Vec<u64>,
}

impl SampleSets {
    /// Says whether a visit is the first one of a second sample: [`Self::begin`] comes before it is added.
    #[inline]
    pub(super) fn is_second(&mut self, sample: u16) -> bool {
        let sample = sample % MOST_SAMPLES;
        self.each.is_empty() && *self.first.get_or_insert(sample) != sample
    }

    /// Takes the addresses of each hour that all came to the first sample.
    pub(super) fn begin(&mut self, of_hour: impl Fn(u32) -> Vec<u32>) {
        let Some(first) = self.first else { return };
        let set = |hour: usize| {
            let addresses = u32::try_from(hour).map(&of_hour).unwrap_or_default();
            RoaringBitmap::from_sorted_iter(addresses).unwrap_or_default()
        };
        self.each.push((first, std::array::from_fn(set)));
    }

    /// Adds an address to a sample.
    #[inline]
    pub(super) fn add(&mut self, sample: u16, hour: u32, source: Source) {
        let Source::V4(address) = source else { return };
        if self.each.is_empty() {
            return;
        }
        let sample = sample % MOST_SAMPLES;
        self.waiting.push(u64::from(sample) << 40 | u64::from(hour) << 32 | u64::from(address));
        if self.waiting.len() >= WAITING {
            self.take();
        }
    }

    fn take(&mut self) {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.sort_unstable();
        waiting.dedup();
        for some in waiting.chunk_by(|one, other| one >> 32 == other >> 32) {
            let Some(first) = some.first() else { continue };
            let sample = u16::try_from(first >> 40).unwrap_or(0);
            let place = self.each.iter().position(|(other, _)| *other == sample).unwrap_or_else(|| {
                self.each.push((sample, Hours::default()));
                self.each.len() - 1
            });
            let hour = usize::try_from(first >> 32 & 31).unwrap_or(0);
            if let Some(set) = self.each.get_mut(place).and_then(|(_, hours)| hours.get_mut(hour)) {
                set.extend(some.iter().map(|one| u32::try_from(one & 0xFFFF_FFFF).unwrap_or(0)));
            }
        }
        waiting.clear();
        self.waiting = waiting;
    }

    /// Counts who was in which sample in the busiest hour; `None` where there was one sample alone. `hour` is the busiest. Samples are called by `names`, by their number.
    pub(super) fn finish(mut self, hour: usize, names: &[String]) -> Option<Samples> {
        self.take();
        if self.each.is_empty() {
            return None;
        }
        let mut sets: Vec<(String, RoaringBitmap)> = self
            .each
            .into_iter()
            .map(|(number, mut hours)| {
                let set = hours.get_mut(hour).map(std::mem::take).unwrap_or_default();
                (name(number, names), set)
            })
            .collect();
        let each = sets.len();
        sets.retain(|(_, set)| set.len() >= LEAST_OF_SAMPLE);
        sets.sort_by(|(one, _), (other, _)| one.cmp(other));
        let occasions = occasions::of_bitmaps(&sets.iter().map(|(_, set)| set).collect::<Vec<_>>());
        let small = (each - sets.len()) as u64;
        Some(Samples {
            hour: u8::try_from(hour).unwrap_or(0),
            of: sets.into_iter().map(|(name, _)| name).collect(),
            small,
            occasions,
        })
    }
}

/// Returns what a sample is, with all that were taken together in it.
fn name(number: u16, names: &[String]) -> String {
    let own = names.iter().skip(usize::from(number)).step_by(usize::from(MOST_SAMPLES));
    let own: Vec<&str> = own.map(String::as_str).collect();
    if own.is_empty() { format!("sample {number}") } else { own.join(" and ") }
}
