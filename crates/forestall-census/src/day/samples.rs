// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Several samples of one hour: who came to which address of which sensor.
//!
//! What comes to one address of a sensor is a sample of the machines that ask in the hour: sensors, and the addresses that stand for groups of names, hold unlike names. Who is in several samples says how
//! many are in none ([`recapture`](super::recapture)). Addresses of IPv4 alone are kept, of each sample and hour; a day of which all came to one address needs none of it, and keeps nothing.

use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};

use crate::hours::HourlyAddresses;
use crate::occasions::{self, Occasions};
use crate::source::{Protocol, Source};

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

/// Sets of addresses by sample and hour.
#[derive(Debug, Default)]
pub(super) struct SampleSets {
    /// The sample of the first visit. As long as there is no other, its sets are those of all.
    first: Option<u16>,
    each: Vec<(u16, Hours)>,
}

impl SampleSets {
    /// Adds an address to a sample. `all` has what came before.
    pub(super) fn add(&mut self, sample: u16, hour: u32, source: Source, all: &HourlyAddresses) {
        let sample = sample % MOST_SAMPLES;
        let first = *self.first.get_or_insert(sample);
        if self.each.is_empty() {
            if sample == first {
                return;
            }
            let of_first = |hour: usize| all.hour(hour).map(|set| set.v4.clone()).unwrap_or_default();
            self.each.push((first, std::array::from_fn(of_first)));
        }
        let Source::V4(address) = source else { return };
        let place = self.each.iter().position(|(other, _)| *other == sample).unwrap_or_else(|| {
            self.each.push((sample, Hours::default()));
            self.each.len() - 1
        });
        if let Some(set) = self.each.get_mut(place).and_then(|(_, hours)| hours.get_mut(hour as usize)) {
            set.insert(address);
        }
    }

    /// Counts who was in which sample in the busiest hour; `None` where there was one sample alone. Samples are called by `names`, by their number.
    pub(super) fn finish(self, all: &HourlyAddresses, names: &[String]) -> Option<Samples> {
        if self.each.is_empty() {
            return None;
        }
        let (hour, _) = all.busiest(Protocol::V4);
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
