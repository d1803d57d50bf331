// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Queries of resolvers, one by one, to the numbers of a day. No resolver is a machine, and nothing here gives a number of machines.

use std::collections::{BTreeMap, HashSet};

use forestall_model::{Instant, UtcDay};

use super::count::count_in;
use super::muster::Place;
use super::seen::{Number, Seen};
use super::sketches::Sketches;
use super::totals::{Counts, Resolvers};
use crate::addresses::Addresses;
use crate::hours::hour_within;
use crate::sketch::SketchKey;
use crate::source::Source;

/// The most distinct names that are kept: those of Conficker C twenty times over. Beyond that they are no longer counted.
const MOST_NAMES: usize = 1_000_000;

/// What resolvers asked of one family's names on one day.
#[derive(Debug)]
pub struct Roll {
    day: UtcDay,
    v4: Seen<u32>,
    v6: Seen<u64>,
    names: HashSet<Box<[u8]>>,
    queries: u64,
    may_be_forged: u64,
}

impl Roll {
    /// Begins a day.
    #[must_use]
    pub fn new(day: UtcDay) -> Self {
        Self { day, v4: Seen::new(), v6: Seen::new(), names: HashSet::new(), queries: 0, may_be_forged: 0 }
    }

    /// Adds a query; `false` where it is of another day, and nothing is added. `forged` says that its address may be forged.
    pub fn add(&mut self, at: Instant, resolver: Source, forged: bool) -> bool {
        let Some(hour) = hour_within(self.day, at) else { return false };
        // A resolver has neither User-Agent nor q.
        let nothing = (0, None);
        match resolver {
            Source::V4(number) => self.v4.add(number, hour, nothing, Place::default(), 0),
            Source::V6(number) => self.v6.add(number, hour, nothing, Place::default(), 0),
        };
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
        if self.day == other.day {
            self.v4.join(other.v4);
            self.v6.join(other.v6);
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
    pub fn sketches(&mut self, key: &SketchKey) -> Sketches {
        self.take();
        Sketches::of(&Addresses::of_sorted(self.v4.numbers(None), self.v6.numbers(None)), key)
    }

    fn take(&mut self) {
        self.v4.take_all(0);
        self.v6.take_all(0);
    }

    /// Returns the numbers of the day.
    #[must_use]
    pub fn finish(mut self) -> Resolvers {
        self.take();
        Resolvers {
            queries: self.queries,
            v4: counts(&self.v4),
            v6: counts(&self.v6),
            names: self.names.len() as u64,
            names_of: BTreeMap::new(),
            may_be_forged: self.may_be_forged,
            sketches: None,
        }
    }
}

fn counts<N: Number>(seen: &Seen<N>) -> Counts {
    let mut counts = Counts::default();
    seen.for_each(|shown| count_in(&mut counts, shown.hours));
    counts
}
