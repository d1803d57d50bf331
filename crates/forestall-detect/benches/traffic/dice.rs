// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Numbers without pattern that are the same in each run.

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let wide = u128::from(self.next()) * end as u128;
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// Says yes in so many of a million cases.
    pub(crate) fn in_a_million(&mut self, cases: usize) -> bool {
        self.below(1_000_000) < cases
    }

    /// Returns one of some values; each stands there with its share of 1,000.
    pub(crate) fn one_of<T: Copy>(&mut self, values: &[(T, usize)]) -> T {
        let mut left = self.below(values.iter().map(|(_, share)| share).sum());
        let found = values.iter().find(|(_, share)| {
            let is_it = left < *share;
            left = left.saturating_sub(*share);
            is_it
        });
        found.unwrap_or(&values[0]).0
    }
}
