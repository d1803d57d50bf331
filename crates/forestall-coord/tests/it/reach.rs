// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Reach of misses against exact arithmetic: subsets that are counted one by one, and fractions of big integers.

use forestall_coord::reach::{ReachRange, reach};
use forestall_testkit::campaigns::draws;

/// Compares to 1e-12, relative.
#[track_caller]
fn check(names: u32, misses: u32, drawn: Option<u32>, rounds: u32, exact: f64) {
    let found = reach(names, misses, &draws(drawn, rounds));
    let case =
        format!("{misses} of {names} missed, {drawn:?} drawn, {rounds} rounds: {found:e} where {exact:e} is exact");
    assert!((found - exact).abs() <= 1e-12 * exact, "{case}");
    assert_eq!(found == 0.0, exact == 0.0, "{case}");
    assert_eq!(found >= 1.0, exact >= 1.0, "{case}");
}

#[test]
fn agrees_with_counting_every_draw() {
    for names in 1..=11_u32 {
        for misses in 0..=names {
            for drawn in 0..=names {
                // The first names are the missed ones.
                let all = (0..1_u32 << names).filter(|set| set.count_ones() == drawn);
                let (mut met, mut sets) = (0_u32, 0_u32);
                for set in all {
                    sets += 1;
                    met += u32::from(set & ((1 << misses) - 1) != 0);
                }
                let escape = f64::from(sets - met) / f64::from(sets);
                check(names, misses, Some(drawn), 1, f64::from(met) / f64::from(sets));
                let twice = if met == 0 { 0.0 } else { 1.0 - escape * escape };
                check(names, misses, Some(drawn), 2, twice);
            }
        }
    }
}

#[test]
fn agrees_with_exact_fractions() {
    // Conficker A and B, C with its repeated names, a list of one and of two, and sizes between.
    for names in [1_u32, 2, 5, 32, 249, 250, 49_997, 50_000] {
        for misses in [0, 1, 2, 6, 31, 69, 218, 219, 455, 760, 5_000, 25_000, names - 1, names, names + 5] {
            for drawn in [None, Some(0), Some(1), Some(31), Some(32), Some(500), Some(names), Some(names + 1)] {
                // Fractions of a whole list of 50,000 are long, and certain.
                let rounds: &[u32] = if names > 1_000 { &[0, 1] } else { &[0, 1, 2, 8, 12] };
                for rounds in rounds {
                    check(names, misses, drawn, *rounds, exact(names, misses, drawn, *rounds));
                }
            }
        }
    }
    check(50_000, 3, Some(500), 4, exact(50_000, 3, Some(500), 4));
}

#[test]
fn readings_give_a_range() {
    let readings = [draws(None, 1), draws(Some(32), 8), draws(Some(32), 12)];
    let range = ReachRange::over(250, 1, &readings);
    assert!((range.low - exact(250, 1, Some(32), 8)).abs() < 1e-12);
    assert!((range.high - 1.0).abs() < f64::EPSILON);
    assert_eq!(range.to_string(), "66.6 % to 100 %");
    let without = ReachRange::over(250, 1, &[]);
    assert_eq!((without.low, without.high), (1.0, 1.0), "as if all were asked for");
    assert_eq!(ReachRange::over(250, 0, &[]).to_string(), "0 %");
}

#[test]
fn more_misses_more_draws_and_more_rounds_never_reach_less() {
    let mut last = 0.0;
    for misses in 0..=250 {
        let now = reach(250, misses, &draws(Some(32), 1));
        assert!(now >= last, "{misses}");
        assert!(reach(250, misses, &draws(Some(33), 1)) >= now);
        assert!(reach(250, misses, &draws(Some(32), 2)) >= now);
        last = now;
    }
}

/// Returns 1 - (C(n-m, d) / C(n, d))^rounds from big integers, rounded once.
fn exact(names: u32, misses: u32, drawn: Option<u32>, rounds: u32) -> f64 {
    let misses = misses.min(names);
    let drawn = drawn.unwrap_or(names).min(names);
    if rounds == 0 || misses == 0 || drawn == 0 {
        return 0.0;
    }
    if drawn > names - misses {
        return 1.0;
    }
    // C(n-m, d) / C(n, d) = (n-m)(n-m-1)...(n-m-d+1) / n(n-1)...(n-d+1).
    let falling =
        |from: u32, factors: u32| (0..factors).fold(Natural::one(), |product, i| product.times_small(from - i));
    let (escape, all) = (falling(names - misses, drawn), falling(names, drawn));
    let (escape, all) = (escape.power(rounds), all.power(rounds));
    all.clone().minus(&escape).over(&all)
}

/// A natural number, lowest digit first, to the base 2^32, without zeros on top.
#[derive(Clone)]
struct Natural(Vec<u32>);

impl Natural {
    fn one() -> Self {
        Self(vec![1])
    }

    fn times_small(mut self, factor: u32) -> Self {
        let mut carry = 0_u64;
        for digit in &mut self.0 {
            let product = u64::from(*digit) * u64::from(factor) + carry;
            *digit = low(product);
            carry = product >> 32;
        }
        if carry > 0 {
            self.0.push(low(carry));
        }
        self
    }

    fn times(&self, other: &Self) -> Self {
        let mut digits = vec![0_u32; self.0.len() + other.0.len()];
        for (i, a) in self.0.iter().enumerate() {
            let mut carry = 0_u64;
            for (j, b) in other.0.iter().enumerate() {
                let sum = u64::from(*a) * u64::from(*b) + u64::from(digits[i + j]) + carry;
                digits[i + j] = low(sum);
                carry = sum >> 32;
            }
            digits[i + other.0.len()] = low(carry);
        }
        Self(digits).trimmed()
    }

    fn power(&self, exponent: u32) -> Self {
        (0..exponent).fold(Self::one(), |product, _| product.times(self))
    }

    /// Subtracts a number that is not larger.
    fn minus(mut self, other: &Self) -> Self {
        let mut borrow = 0_i64;
        for i in 0..self.0.len() {
            let difference = i64::from(self.0[i]) - i64::from(other.0.get(i).copied().unwrap_or(0)) - borrow;
            borrow = i64::from(difference < 0);
            self.0[i] = low(difference.rem_euclid(1 << 32).cast_unsigned());
        }
        assert_eq!(borrow, 0, "the difference is not negative");
        self.trimmed()
    }

    /// Divides by a larger number, to the precision of the result.
    fn over(&self, other: &Self) -> f64 {
        let (a, a_exponent) = self.leading();
        let (b, b_exponent) = other.leading();
        a / b * 2_f64.powi(a_exponent - b_exponent)
    }

    /// Returns a number and a power of two whose product is this one, to the precision of the number.
    fn leading(&self) -> (f64, i32) {
        let top = self.0.len().saturating_sub(3);
        let value = self.0[top..].iter().rev().fold(0.0, |value, digit| value * 4_294_967_296.0 + f64::from(*digit));
        (value, i32::try_from(top * 32).expect("a few thousand digits"))
    }

    fn trimmed(mut self) -> Self {
        while self.0.len() > 1 && self.0.last() == Some(&0) {
            self.0.pop();
        }
        self
    }
}

fn low(value: u64) -> u32 {
    u32::try_from(value & 0xFFFF_FFFF).expect("32 bits")
}
