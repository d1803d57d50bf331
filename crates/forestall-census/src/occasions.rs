// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who was seen when: what capture-recapture counts, from sets of addresses of several occasions.
//!
//! An occasion is short and the same each time: the busiest hour of each of several days for one, or one sinkhole of several that do not know
//! of each other.

use roaring::{RoaringBitmap, RoaringTreemap};
use serde::{Deserialize, Serialize};

use crate::addresses::Addresses;
use crate::source::Protocol;

/// The counts of one occasion among others in order of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Occasion {
    /// Seen on it: `n`.
    pub seen: u64,
    /// Of these, seen on an earlier one: `m`.
    pub before: u64,
    /// Of these, seen on a later one: `r`.
    pub after: u64,
    /// Not seen on it, but on an earlier and on a later one: `z`.
    pub around: u64,
}

/// Several occasions in the order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Occasions {
    /// Each of them.
    pub each: Vec<Occasion>,
    /// Distinct over all of them: `D`.
    pub distinct: u64,
    /// Seen exactly once: `f1`.
    pub once: u64,
    /// Seen exactly twice: `f2`.
    pub twice: u64,
}

impl Occasions {
    /// Counts the addresses of one kind.
    #[must_use]
    pub fn of(sets: &[&Addresses], protocol: Protocol) -> Self {
        match protocol {
            Protocol::V4 => counted(&sets.iter().map(|set| &set.v4).collect::<Vec<_>>()),
            Protocol::V6 => counted(&sets.iter().map(|set| &set.v6).collect::<Vec<_>>()),
        }
    }
}

/// What is asked of a set of either kind.
trait Set: Clone + Default {
    fn size(&self) -> u64;
    fn shared(&self, other: &Self) -> u64;
    fn add(&mut self, other: &Self);
    fn keep(&mut self, other: &Self);
}

macro_rules! set {
    ($kind:ty) => {
        impl Set for $kind {
            fn size(&self) -> u64 {
                self.len()
            }
            fn shared(&self, other: &Self) -> u64 {
                self.intersection_len(other)
            }
            fn add(&mut self, other: &Self) {
                *self |= other;
            }
            fn keep(&mut self, other: &Self) {
                *self &= other;
            }
        }
    };
}

set!(RoaringBitmap);
set!(RoaringTreemap);

/// Counts sets of IPv4 addresses.
pub(crate) fn of_bitmaps(sets: &[&RoaringBitmap]) -> Occasions {
    counted(sets)
}

fn counted<S: Set>(sets: &[&S]) -> Occasions {
    // What was seen after each occasion, from the last one back.
    let mut later = vec![S::default(); sets.len()];
    for i in (1..sets.len()).rev() {
        let mut next = later[i].clone();
        next.add(sets[i]);
        later[i - 1] = next;
    }
    // Seen once, twice, thrice or more so far: a set that meets one of them moves its members up.
    let (mut once, mut twice, mut thrice) = (S::default(), S::default(), S::default());
    let mut each = Vec::with_capacity(sets.len());
    for (set, later) in sets.iter().zip(&later) {
        let mut around = once.clone();
        around.keep(later);
        let between = around.size();
        let mut within = around;
        within.keep(set);
        each.push(Occasion {
            seen: set.size(),
            before: set.shared(&once),
            after: set.shared(later),
            around: between - within.size(),
        });
        let mut again = twice.clone();
        again.keep(set);
        thrice.add(&again);
        let mut again = once.clone();
        again.keep(set);
        twice.add(&again);
        once.add(set);
    }
    let (distinct, twice, thrice) = (once.size(), twice.size(), thrice.size());
    Occasions { each, distinct, once: distinct - twice, twice: twice - thrice }
}

#[cfg(test)]
mod tests {
    use super::{Occasion, Occasions};
    use crate::{Addresses, Protocol, Source};

    #[test]
    fn counts_who_was_seen_when() {
        let sets: Vec<Addresses> = [&[1, 2, 3][..], &[2, 3, 4, 5], &[1, 3, 5]]
            .iter()
            .map(|set| set.iter().flat_map(|n| [Source::V4(*n), Source::V6(u64::from(*n) << 40)]).collect())
            .collect();
        let sets: Vec<&Addresses> = sets.iter().collect();
        let occasion = |seen, before, after, around| Occasion { seen, before, after, around };
        let each = vec![occasion(3, 0, 3, 0), occasion(4, 2, 2, 1), occasion(3, 3, 0, 0)];
        let expected = Occasions { each, distinct: 5, once: 1, twice: 3 };
        assert_eq!(Occasions::of(&sets, Protocol::V4), expected);
        assert_eq!(Occasions::of(&sets, Protocol::V6), expected);
        assert_eq!(Occasions::of(&[], Protocol::V4), Occasions::default());
    }
}
