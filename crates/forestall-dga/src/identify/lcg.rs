// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Walking a linear congruential generator of 32 bits back: from one state to those before it.

/// `x -> multiplier * x + increment` modulo 2^32, with an odd multiplier, so that each state has one predecessor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lcg32 {
    multiplier: u32,
    increment: u32,
    inverse: u32,
}

impl Lcg32 {
    /// Makes a generator; none where the multiplier is even, since states then have several predecessors or none.
    #[must_use]
    pub const fn new(multiplier: u32, increment: u32) -> Option<Self> {
        if multiplier.is_multiple_of(2) {
            return None;
        }
        // Newton: the multiplier is its own inverse modulo 8, and each step doubles the bits that are right.
        let mut inverse = multiplier;
        let mut bits = 3;
        while bits < 32 {
            inverse = inverse.wrapping_mul(2u32.wrapping_sub(multiplier.wrapping_mul(inverse)));
            bits *= 2;
        }
        Some(Self { multiplier, increment, inverse })
    }

    /// Returns the state after `state`.
    #[inline]
    #[must_use]
    pub const fn next(self, state: u32) -> u32 {
        state.wrapping_mul(self.multiplier).wrapping_add(self.increment)
    }

    /// Returns the state before `state`.
    #[inline]
    #[must_use]
    pub const fn before(self, state: u32) -> u32 {
        state.wrapping_sub(self.increment).wrapping_mul(self.inverse)
    }
}

#[cfg(test)]
mod tests {
    use super::Lcg32;

    #[test]
    fn walks_back_where_it_came_from() {
        for (multiplier, increment) in [(1_664_525, 1_013_904_223), (214_013, 2_531_011), (1, 1), (u32::MAX, 0)] {
            let lcg = Lcg32::new(multiplier, increment).unwrap();
            for state in [0, 1, 0x1DBA_9A17, u32::MAX] {
                assert_eq!(lcg.before(lcg.next(state)), state);
                assert_eq!(lcg.next(lcg.before(state)), state);
            }
        }
        assert_eq!(Lcg32::new(2, 1), None);
    }
}
