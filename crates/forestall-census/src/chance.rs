// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Chance that is the same each time: a generator that starts from a number and knows nothing else.
//!
//! SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014). It is for simulation, not for secrets.

/// A generator of random numbers.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// Starts a generator. Numbers that differ give streams that have nothing to do with each other.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut chance = Self(seed);
        let seed = chance.bits();
        Self(seed ^ stream.wrapping_mul(0xD134_2543_DE82_EF95))
    }

    /// Returns 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    /// Returns a number from 0 on and below 1.
    pub fn share(&mut self) -> f64 {
        // 53 bits are what such a number holds.
        (self.bits() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// Says yes with this probability.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// Returns a number below `end`, each equally likely; 0 where that is 0.
    pub fn below(&mut self, end: u32) -> u32 {
        // The upper half of the product (Lemire, ACM TOMACS 29, 2019); the bias is below 2^-32.
        u32::try_from(((self.bits() >> 32) * u64::from(end)) >> 32).unwrap_or(0)
    }

    /// Returns a waiting time with this mean, exponentially distributed.
    pub fn waiting(&mut self, mean: f64) -> f64 {
        -mean * (-self.share()).ln_1p()
    }

    /// Returns a place in a row of shares that make 1, each as likely as its share.
    pub fn place(&mut self, shares: &[f64]) -> usize {
        let mut left = self.share();
        for (place, share) in shares.iter().enumerate() {
            left -= share;
            if left < 0.0 {
                return place;
            }
        }
        shares.len().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::Chance;

    #[test]
    fn agrees_with_the_reference_of_its_authors() {
        // The first numbers of SplitMix64 from 1234567.
        let mut chance = Chance(1_234_567);
        assert_eq!([chance.bits(), chance.bits()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn has_the_means_that_it_should() {
        let mut chance = Chance::new(1, 2);
        let mean = |chance: &mut Chance, draw: &dyn Fn(&mut Chance) -> f64| {
            (0..20_000).map(|_| draw(chance)).sum::<f64>() / 20_000.0
        };
        let check = |found: f64, expected: f64, error: f64| assert!((found - expected).abs() < 4.0 * error, "{found}");
        check(mean(&mut chance, &|chance| chance.share()), 0.5, 0.002_1);
        check(mean(&mut chance, &|chance| chance.waiting(3.0)), 3.0, 0.022);
        check(mean(&mut chance, &|chance| f64::from(chance.below(10))), 4.5, 0.021);
        check(mean(&mut chance, &|chance| [0.0, 1.0, 2.0][chance.place(&[0.2, 0.3, 0.5])]), 1.3, 0.006);
        assert_ne!(Chance::new(1, 2).bits(), Chance::new(1, 3).bits());
        assert_ne!(Chance::new(1, 2).bits(), Chance::new(2, 2).bits());
    }
}
