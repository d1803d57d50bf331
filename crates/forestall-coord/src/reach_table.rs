// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Reach for every number of misses of one list, in whole parts of [`ONE`]: sums of parts do not depend on their order.

use forestall_model::Draws;

use crate::reach::ReachRange;

/// Certainty, in parts. The smallest difference that counts is so 2^-44, or 6 in 100 million million.
pub(crate) const ONE: u64 = 1 << 44;

/// A reach in parts, or a sum of some: the upper end in the upper 64 bits, the lower end in the others.
///
/// It is ordered as [`ReachRange::worse`] orders. Neither end is ever subtracted below nothing, and sums of less than half a million
/// lists stay within their half.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Parts(u128);

impl Parts {
    /// The reach that is certain.
    pub(crate) const CERTAIN: Self = Self((ONE as u128) << 64 | ONE as u128);

    /// Takes a range in parts.
    pub(crate) fn of(range: ReachRange) -> Self {
        Self(u128::from(parts(range.high)) << 64 | u128::from(parts(range.low)))
    }

    /// Adds another.
    pub(crate) const fn plus(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    /// Takes away one whose ends are not larger.
    pub(crate) const fn minus(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }

    /// Returns the mean where this is the sum over `lists`; of none, nothing.
    pub(crate) fn mean(self, lists: usize) -> ReachRange {
        if lists == 0 {
            return ReachRange::default();
        }
        let [high, low] = [self.0 >> 64, self.0 & u128::from(u64::MAX)];
        let mean = |sum: u128| sum as f64 / ONE as f64 / lists as f64;
        ReachRange { low: mean(low), high: mean(high) }
    }
}

/// Returns a share from 0 to 1 in parts, rounded, so that a half or a quarter computed in two ways is the same.
fn parts(share: f64) -> u64 {
    // From 1 to 2 the digits of a number of 64 bits lie evenly, 2^52 of them.
    let digits = (1.0 + share.clamp(0.0, 1.0)).to_bits() - 1.0_f64.to_bits();
    (digits + (1 << 7)) >> 8
}

/// Reach for every number of misses of lists with the same number of distinct names.
#[derive(Debug)]
pub(crate) struct ReachTable {
    /// The reach of each number of misses from 0, up to the most there are or the first that is certain.
    known: Vec<Parts>,
}

impl ReachTable {
    /// Computes the reach among `names` for 0 to `most` misses: one logarithm for each and each reading, where [`ReachRange::over`] takes up
    /// to some hundred.
    pub(crate) fn new(names: u32, most: u32, readings: &[Draws]) -> Self {
        let mut escapes: Vec<Escape> = readings.iter().map(|draws| Escape::new(names, draws)).collect();
        let mut known = vec![Parts::default()];
        for misses in 1..=most.min(names) {
            let range = if escapes.is_empty() {
                ReachRange { low: 1.0, high: 1.0 }
            } else {
                let start = ReachRange { low: f64::INFINITY, high: 0.0 };
                escapes
                    .iter_mut()
                    .map(Escape::next)
                    .fold(start, |range, reach| ReachRange { low: range.low.min(reach), high: range.high.max(reach) })
            };
            let parts = Parts::of(range);
            known.push(parts);
            if parts == Parts::CERTAIN {
                break;
            }
            debug_assert_eq!(known.len(), usize::try_from(misses).unwrap_or(usize::MAX) + 1);
        }
        Self { known }
    }

    /// Returns the reach of some misses, at most as many as the table was made for.
    pub(crate) fn of(&self, misses: u32) -> Parts {
        let place = usize::try_from(misses).unwrap_or(usize::MAX).min(self.known.len() - 1);
        self.known[place]
    }

    /// Says whether the reach of so many misses is the largest of the table, and that of fewer down to `least` as well.
    pub(crate) fn is_level_down_to(&self, least: u32) -> bool {
        usize::try_from(least).unwrap_or(usize::MAX) >= self.known.len() - 1
    }
}

/// How likely a bot by one reading escapes, miss by miss.
#[derive(Debug)]
struct Escape {
    names: u32,
    drawn: u32,
    rounds: u32,
    misses: u32,
    /// The logarithm of C(n-m, d) / C(n, d), summed as logarithms of 1-x so that many factors close to one keep their digits.
    log: f64,
}

impl Escape {
    fn new(names: u32, draws: &Draws) -> Self {
        let drawn = draws.names.unwrap_or(names).min(names);
        Self { names, drawn, rounds: draws.rounds, misses: 0, log: 0.0 }
    }

    /// Adds a miss and returns the reach.
    fn next(&mut self) -> f64 {
        if self.drawn == 0 || self.rounds == 0 {
            return 0.0;
        }
        let left = self.names - self.misses;
        self.misses += 1;
        if self.drawn >= left {
            self.log = f64::NEG_INFINITY;
            return 1.0;
        }
        self.log += (-f64::from(self.drawn) / f64::from(left)).ln_1p();
        -(self.log * f64::from(self.rounds)).exp_m1()
    }
}

#[cfg(test)]
mod tests {
    use forestall_model::Draws;
    use proptest::prelude::{any, prop_assert, proptest};

    use super::{ONE, Parts, ReachTable, parts};
    use crate::reach::ReachRange;

    proptest! {
        #[test]
        fn the_table_is_the_reach(
            names in 1..400_u32,
            readings in proptest::collection::vec((any::<bool>(), 0..420_u32, 0..5_u32), 0..3),
        ) {
            let draws = |(all, names, rounds)| Draws {
                names: if all { None } else { Some(names) }, rounds, source: "test".to_owned()
            };
            let readings: Vec<Draws> = readings.into_iter().map(draws).collect();
            let table = ReachTable::new(names, names, &readings);
            for misses in 0..=names {
                let [got, expected] = [table.of(misses).mean(1), ReachRange::over(names, misses, &readings)];
                prop_assert!((got.low - expected.low).abs() < 1e-12, "{misses}: {got:?} {expected:?}");
                prop_assert!((got.high - expected.high).abs() < 1e-12, "{misses}: {got:?} {expected:?}");
            }
        }
    }

    #[test]
    fn parts_are_whole() {
        assert_eq!([parts(0.0), parts(0.5), parts(1.0)], [0, ONE / 2, ONE]);
        assert_eq!(Parts::of(ReachRange { low: 1.0, high: 1.0 }), Parts::CERTAIN);
        let half = Parts::of(ReachRange { low: 0.25, high: 0.5 });
        let sum = half.plus(Parts::CERTAIN);
        assert_eq!(sum.mean(2), ReachRange { low: 0.625, high: 0.75 });
        assert_eq!(sum.minus(half), Parts::CERTAIN);
        assert_eq!(Parts::default().mean(0), ReachRange::default());
    }
}
