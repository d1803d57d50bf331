// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The generator of Park and Miller by Schrage's method without its last addition, on 32 bits: that of DirCrypt and Ramnit.

use super::draws::Stream;

/// The multiplier.
const A: u32 = 16_807;
/// The modulus 2^31 - 1 divided by the multiplier, and what is left.
const Q: u32 = 127_773;
const R: u32 = 2_836;

/// Returns the state after `state`: 16807 times it modulo 2^31 - 1, without the addition where Schrage's difference is negative.
#[inline]
pub(super) fn step(state: u32) -> u32 {
    // A times the rest less R times the quotient is A times the state less 2^31 - 1 times the quotient.
    let quotient = state / Q;
    state.wrapping_mul(A).wrapping_add(quotient).wrapping_sub(quotient << 31)
}

/// The generator as a stream: all bits of the state are given.
#[derive(Clone, Copy, Debug)]
pub(super) struct WithoutCorrection;

impl Stream for WithoutCorrection {
    const SHIFT: u32 = 0;
    const BITS: u32 = 32;
    const UPWARD: bool = false;

    #[inline]
    fn step(self, state: u32) -> u32 {
        step(state)
    }

    /// A state has up to four: the difference may have been negative or not, and quotients that differ by 16807 serve alike.
    fn before(self, state: u32, states: &mut Vec<u32>) {
        /// R times this is 1 modulo A.
        const INVERSE: i64 = inverse(R as i64, A as i64);
        let (a, q, r) = (i64::from(A), i64::from(Q), i64::from(R));
        for difference in [i64::from(state), i64::from(state) - (1 << 32)] {
            // A * remainder = difference + R * quotient.
            let mut quotient = (-difference % a * INVERSE).rem_euclid(a);
            while quotient <= i64::from(u32::MAX / Q) {
                let remainder = (difference + r * quotient) / a;
                if (0..q).contains(&remainder) {
                    states.extend(u32::try_from(q * quotient + remainder));
                }
                quotient += a;
            }
        }
    }
}

const fn inverse(value: i64, modulus: i64) -> i64 {
    let mut candidate = 1;
    while candidate * value % modulus != 1 {
        candidate += 1;
    }
    candidate
}

#[cfg(test)]
mod tests {
    use super::{Stream, WithoutCorrection, step};

    #[test]
    fn every_state_is_among_those_before_its_next() {
        let mut states = Vec::new();
        for state in (0..5_000).flat_map(|i: u32| [i, i.wrapping_mul(858_993), u32::MAX - i, (1 << 31) + i]) {
            states.clear();
            WithoutCorrection.before(step(state), &mut states);
            assert!(states.contains(&state), "{state}: {states:?}");
            assert!(states.iter().all(|before| step(*before) == step(state)), "{state}: {states:?}");
        }
    }
}
