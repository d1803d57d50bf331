// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The random numbers of Java's class library, as its documentation specifies them bit by bit.

const MULTIPLIER: u64 = 0x5_DEEC_E66D;
const MASK: u64 = (1 << 48) - 1;

/// `java.util.Random`.
#[derive(Clone, Debug)]
pub struct Random {
    /// 48 bits.
    state: u64,
}

impl Random {
    /// Starts the sequence of a seed.
    #[must_use]
    pub fn new(seed: i64) -> Self {
        Self { state: (seed.cast_unsigned() ^ MULTIPLIER) & MASK }
    }

    /// Returns a number below `bound`, as `nextInt(bound)` does; 0 for a bound of 0 or above 2^31 - 1, which Java refuses.
    pub fn below(&mut self, bound: u32) -> u32 {
        const LIMIT: u32 = 1 << 31;
        if bound == 0 || bound >= LIMIT {
            return 0;
        }
        if bound.is_power_of_two() {
            return self.bits31() >> (31 - bound.trailing_zeros());
        }
        loop {
            let bits = self.bits31();
            let value = bits % bound;
            // Java draws again where the sum overflows its signed 32 bits.
            if bits - value + (bound - 1) < LIMIT {
                return value;
            }
        }
    }

    fn bits31(&mut self) -> u32 {
        *self = self.after(Steps::ONE);
        self.bits()
    }

    /// Returns the sequence so many steps later.
    #[inline]
    #[must_use]
    pub const fn after(&self, steps: Steps) -> Self {
        Self { state: self.state.wrapping_mul(steps.multiplier).wrapping_add(steps.increment) & MASK }
    }

    /// Returns the 31 bits that the last step gave, from which [`Random::below`] takes the remainder.
    #[inline]
    #[must_use]
    pub const fn bits(&self) -> u32 {
        (self.state >> 17 & 0x7FFF_FFFF) as u32
    }
}

/// A number of steps taken at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    multiplier: u64,
    increment: u64,
}

impl Steps {
    /// One step.
    pub const ONE: Self = Self { multiplier: MULTIPLIER, increment: 0xB };

    /// Returns these steps and `later` ones.
    #[must_use]
    pub const fn and(self, later: Self) -> Self {
        Self {
            multiplier: self.multiplier.wrapping_mul(later.multiplier) & MASK,
            increment: self.increment.wrapping_mul(later.multiplier).wrapping_add(later.increment) & MASK,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Random, Steps};

    /// What `new Random(seed).nextInt(bound)` gives on OpenJDK 17.
    #[test]
    fn has_the_numbers_of_a_java_run_time() {
        let check = |seed: i64, bound: u32, expected: &[u32]| {
            let mut random = Random::new(seed);
            let drawn: Vec<u32> = expected.iter().map(|_| random.below(bound)).collect();
            assert_eq!(drawn, expected, "{seed} {bound}");
        };
        check(42, 10, &[0, 3, 8, 4, 0, 5, 5, 8, 9, 3]);
        check(42, 100, &[30, 63, 48, 84, 70]);
        check(-1, 16, &[4, 7, 0, 8, 10]);
        // Nearly every second draw is repeated for a bound just above 2^30.
        check(-1, (1 << 30) + 1, &[577_549_913, 943_952_225, 26_349_579, 894_294_477, 857_465_478, 121_412_731]);
    }

    #[test]
    fn takes_many_steps_at_once() {
        let mut one_by_one = Random::new(-1);
        let mut steps = Steps::ONE;
        for _ in 0..99 {
            one_by_one.bits31();
            assert_eq!(Random::new(-1).after(steps).bits(), one_by_one.bits());
            steps = steps.and(Steps::ONE);
        }
    }

    #[test]
    fn refuses_the_bounds_that_java_refuses() {
        let mut random = Random::new(1);
        assert_eq!((random.below(0), random.below(1 << 31)), (0, 0));
    }
}
