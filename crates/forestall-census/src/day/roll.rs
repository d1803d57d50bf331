// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Queries of resolvers, one by one, to the numbers of a day. No resolver is a machine, and nothing here gives a number of machines.

use std::collections::{BTreeMap, HashSet};

use forestall_model::{Instant, UtcDay};

use super::sketches::Sketches;
use super::totals::{Counts, Resolvers};
use crate::addresses::Addresses;
use crate::hours::HourlyAddresses;
use crate::sketch::SketchKey;
use crate::source::{Protocol, Source};

/// The most distinct names that are kept: those of Conficker C twenty times over. Beyond that they are no longer counted.
const MOST_NAMES: usize = 1_000_000;

/// What resolvers asked of one family's names on one day.
#[derive(Debug)]
pub struct Roll {
    hours: HourlyAddresses,
    names: HashSet<Box<[u8]>>,
    queries: u64,
    may_be_forged: u64,
}

impl Roll {
    /// Begins a day.
    #[must_use]
    pub fn new(day: UtcDay) -> Self {
        Self { hours: HourlyAddresses::new(day), names: HashSet::new(), queries: 0, may_be_forged: 0 }
    }

    /// Adds a query; `false` where it is of another day, and nothing is added. `forged` says that its address may be forged.
    pub fn add(&mut self, at: Instant, resolver: Source, forged: bool) -> bool {
        if !self.hours.insert(at, resolver) {
            return false;
        }
        self.queries += 1;
        self.may_be_forged += u64::from(forged);
        true
    }

    /// Adds a name that was asked for and answered with records, in lower case.
    pub fn add_name(&mut self, name: &[u8]) {
        if self.names.len() < MOST_NAMES && !self.names.contains(name) {
            self.names.insert(name.into());
        }
    }

    /// Returns this with the queries of another roll of the same day, as for several variants of a family; of another day, nothing is taken.
    #[must_use]
    pub fn joined(mut self, other: Self) -> Self {
        if self.hours.merge(&other.hours).is_ok() {
            self.queries += other.queries;
            self.may_be_forged += other.may_be_forged;
            let mut names: Vec<Box<[u8]>> = other.names.into_iter().collect();
            names.sort_unstable();
            names.iter().for_each(|name| self.add_name(name));
        }
        self
    }

    /// Returns sketches of the resolvers of the day.
    #[must_use]
    pub fn sketches(&self, key: &SketchKey) -> Sketches {
        Sketches::of(&self.hours.whole(), key)
    }

    /// Returns the numbers of the day.
    #[must_use]
    pub fn finish(self) -> Resolvers {
        let whole = self.hours.whole();
        Resolvers {
            queries: self.queries,
            v4: counts(&self.hours, &whole, Protocol::V4),
            v6: counts(&self.hours, &whole, Protocol::V6),
            names: self.names.len() as u64,
            names_of: BTreeMap::new(),
            may_be_forged: self.may_be_forged,
            sketches: None,
        }
    }
}

fn counts(hours: &HourlyAddresses, whole: &Addresses, protocol: Protocol) -> Counts {
    let of_hour = |hour: usize| hours.hour(hour).map_or(0, |set| set.count(protocol));
    Counts { day: whole.count(protocol), hours: std::array::from_fn(of_hour) }
}
