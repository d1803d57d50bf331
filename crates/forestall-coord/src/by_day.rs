// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Facts that hold for ranges of days, in the order in which they came: which was the last for one day.
//!
//! A response that runs for years gathers one for each day, each for days that lie ahead. The last one for a day of long ago would be
//! found behind all that came since; so each place knows the earliest day of everything from it on, and what begins too late is
//! stepped over at once.

use std::ops::Deref;

use forestall_model::{DayRange, UtcDay};

/// A fact that holds for a range of days.
pub trait Dated {
    /// Returns the days.
    fn days(&self) -> DayRange;
}

/// Facts in the order in which they came. Reads as a slice.
#[derive(Clone, Debug)]
pub struct ByDay<T> {
    facts: Vec<T>,
    /// By place: the earliest first day of the facts from there on. Rises with the place.
    earliest: Vec<UtcDay>,
}

impl<T> Default for ByDay<T> {
    fn default() -> Self {
        Self { facts: Vec::new(), earliest: Vec::new() }
    }
}

impl<T> Deref for ByDay<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.facts
    }
}

impl<T: Dated> ByDay<T> {
    /// Puts a fact at a place; those from there on move by one.
    pub(crate) fn insert(&mut self, place: usize, fact: T) {
        let from = fact.days().from;
        self.facts.insert(place, fact);
        self.earliest.insert(place, self.earliest.get(place).map_or(from, |later| from.min(*later)));
        for earliest in self.earliest[..place].iter_mut().rev() {
            if *earliest <= from {
                break;
            }
            *earliest = from;
        }
    }

    /// Puts a fact in its place by a key that rises along the others.
    pub(crate) fn insert_by_key<K: Ord>(&mut self, fact: T, key: impl Fn(&T) -> K) {
        let own = key(&fact);
        let place = self.facts.partition_point(|kept| key(kept) < own);
        self.insert(place, fact);
    }

    /// Returns the last fact that holds for `day` and that `fits`.
    pub(crate) fn last_for(&self, day: UtcDay, fits: impl Fn(&T) -> bool) -> Option<&T> {
        let end = self.earliest.partition_point(|earliest| *earliest <= day);
        self.facts[..end].iter().rev().find(|fact| fact.days().contains(day) && fits(fact))
    }
}

#[cfg(test)]
mod tests {
    use super::{ByDay, Dated};
    use forestall_model::{DayRange, UtcDay};
    use proptest::prelude::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Fact(DayRange, u32);

    impl Dated for Fact {
        fn days(&self) -> DayRange {
            self.0
        }
    }

    fn day(number: i32) -> UtcDay {
        UtcDay::from_epoch_days(14_000 + number)
    }

    proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(
            facts in prop::collection::vec((0..30_i32, 0..8_i32, 0..3_u32, any::<prop::sample::Index>()), 0..40),
            asked in 0..40_i32,
            odd in 0..3_u32,
        ) {
            let mut kept: ByDay<Fact> = ByDay::default();
            let mut plain: Vec<Fact> = Vec::new();
            for (from, length, number, place) in facts {
                let place = place.index(plain.len() + 1);
                let fact = Fact(DayRange { from: day(from), until: day(from + length) }, number);
                kept.insert(place, fact.clone());
                plain.insert(place, fact);
            }
            let fits = |fact: &Fact| fact.1 != odd;
            let expected = plain.iter().rev().find(|fact| fact.0.contains(day(asked)) && fits(fact));
            prop_assert_eq!(kept.last_for(day(asked), fits), expected);
            prop_assert_eq!(&*kept, &plain[..]);
        }
    }
}
