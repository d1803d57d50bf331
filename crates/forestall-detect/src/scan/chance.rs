// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How likely ordinary traffic is to look like an infection.
//!
//! A machine that is not infected asks for [`NAMES_A_DAY`] distinct registrable names a day, whose labels have the lengths of [`SHARES`]. Each
//! label is taken to be drawn evenly among those of its length, and under the very parent of the list. A list of `m` names then meets
//! `days * NAMES_A_DAY * share(length) * m / 26^length` of them by chance, and how many it does meet is about Poisson. The chance
//! of a finding is that of as many names of its longest lengths or longer: of all its lengths the one from which on this is least, times the number of lengths
//! that were tried. So one match of a four-letter name is no verdict, while one of twelve letters is, and short ones beside it do not weaken it.
//!
//! All names of the family in the index count as `m`, whenever they are live and under whatever parent, which makes the chance larger than it
//! is. The one assumption on the other side: a list of words meets more ordinary names than one of letters.

/// Distinct registrable names that an ordinary machine asks for in a day. A workstation asks for some hundreds.
pub const NAMES_A_DAY: f64 = 2_000.0;

/// The share of ordinary names whose label has so many letters, from 1 on: of the 100,000 most visited sites of March 2016 by
/// Alexa's ranking. Longer ones are as rare as the last.
pub const SHARES: [f64; 30] = [
    0.000_4, 0.009_0, 0.042_9, 0.062_6, 0.081_2, 0.102_0, 0.108_5, 0.109_7, 0.101_5, 0.089_7, 0.072_3, 0.058_7,
    0.042_5, 0.033_6, 0.025_9, 0.018_4, 0.013_1, 0.009_3, 0.005_9, 0.004_2, 0.003_1, 0.002_0, 0.001_2, 0.000_7,
    0.000_3, 0.000_4, 0.000_2, 0.000_1, 0.000_2, 0.000_1,
];

/// Letters from which labels are taken to be drawn.
const LETTERS: f64 = 26.0;

/// The longest label (RFC 1035, section 2.3.4).
const LONGEST: u8 = 63;

/// Returns the chance that ordinary traffic of `days` days meets as many distinct names of a family of which `listed` are listed.
///
/// `lengths` holds for each length of a label how many names were met, ascending by length. 1 where none was.
#[must_use]
pub(crate) fn of_chance(lengths: &[(u8, u64)], days: u64, listed: u64) -> f64 {
    let bounded = |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let drawn = bounded(days.max(1)) * NAMES_A_DAY;
    let (mut names, mut mean, mut above, mut least) = (0, 0.0, LONGEST + 1, 1.0f64);
    for (length, met) in lengths.iter().rev() {
        for longer in *length..above {
            mean += drawn * share(longer) * (bounded(listed) / LETTERS.powi(i32::from(longer))).min(1.0);
        }
        above = above.min(*length);
        names += met;
        least = least.min(at_least(bounded(names), mean));
    }
    (least * bounded(lengths.len().max(1) as u64)).min(1.0)
}

fn share(length: u8) -> f64 {
    let place = usize::from(length.max(1)) - 1;
    SHARES[place.min(SHARES.len() - 1)]
}

/// Returns the chance that a Poisson count with this mean is at least `least`.
fn at_least(least: f64, mean: f64) -> f64 {
    if least <= 0.0 {
        return 1.0;
    }
    if mean <= 0.0 {
        return 0.0;
    }
    if least > mean {
        // Upper tail from its first term on: terms fall at least by the ratio mean/(least + 1), so few are needed.
        let mut term = (least * mean.ln() - mean - ln_factorial(least)).exp();
        let (mut sum, mut count) = (0.0, least);
        while term > sum * 1e-17 && term > 0.0 {
            sum += term;
            count += 1.0;
            term *= mean / count;
        }
        return sum.clamp(0.0, 1.0);
    }
    // Lower tail from its last term down.
    let mut count = least - 1.0;
    let mut term = (count * mean.ln() - mean - ln_factorial(count)).exp();
    let mut sum = 0.0;
    while count >= 0.0 && term > sum * 1e-17 {
        sum += term;
        term *= count / mean;
        count -= 1.0;
    }
    (1.0 - sum).clamp(0.0, 1.0)
}

/// Returns ln(n!) for a whole `n` that is not negative: summed for small `n`, by Stirling's series (Abramowitz and Stegun 6.1.41) beyond.
fn ln_factorial(n: f64) -> f64 {
    if n < 16.0 {
        let mut product = 1.0;
        let mut factor = 2.0;
        while factor <= n {
            product *= factor;
            factor += 1.0;
        }
        return f64::ln(product);
    }
    let x = n + 1.0;
    (x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + 1.0 / (12.0 * x) - 1.0 / (360.0 * x * x * x)
}

#[cfg(test)]
mod tests {
    use super::{at_least, of_chance};

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= expected.abs() * 1e-9, "{found} is not {expected}");
    }

    #[test]
    fn known_tails() {
        near(at_least(1.0, 1.0), 1.0 - (-1.0f64).exp());
        near(at_least(2.0, 1.0), 1.0 - 2.0 * (-1.0f64).exp());
        near(at_least(3.0, 0.001), 1.665_417_166_527_807_8e-10);
        near(at_least(0.0, 5.0), 1.0);
        near(at_least(1.0, 0.0), 0.0);
        near(at_least(1.0, 1e9), 1.0);
    }

    #[test]
    fn the_two_sides_meet() {
        for mean in [0.5, 3.7, 25.0, 400.5] {
            let mut last = 1.0;
            for least in 0..800u32 {
                let found = at_least(f64::from(least), mean);
                assert!(found <= last + 1e-12, "{mean} {least}: {found} > {last}");
                last = found;
            }
        }
    }

    #[test]
    fn a_short_name_is_no_verdict() {
        // A day of Conficker C: 50,000 names of 4 to 9 letters.
        let chance = |lengths: &[(u8, u64)]| of_chance(lengths, 1, 50_000);
        assert!(chance(&[(4, 1)]) > 0.9);
        assert!(chance(&[(4, 3)]) > 0.9);
        assert!(chance(&[(9, 1)]) < 1e-5);
        assert!(chance(&[(4, 3), (9, 2)]) < 1e-10);
        assert!(chance(&[(4, 60), (5, 70)]) < 1e-12);
        assert!(of_chance(&[(12, 1)], 1, 1_000) < 1e-9);
        assert_eq!(of_chance(&[], 1, 1_000).to_bits(), 1f64.to_bits());
    }

    #[test]
    fn more_names_are_never_likelier_and_more_days_are() {
        let mut last = 1.0;
        for names in 1..40 {
            let found = of_chance(&[(6, names)], 3, 100_000);
            assert!(found <= last && found <= of_chance(&[(6, names)], 4, 100_000));
            last = found;
        }
    }
}
