// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How likely ordinary traffic is to look like an infection.
//!
//! A machine that is not infected asks for [`NAMES_A_DAY`] distinct registrable names a day. Each is taken to be drawn evenly among the names of its
//! length under its parent, so that it stands in a list of `m` such names with the chance `m / 26^length`, the *density* of the list there.
//! The number of such matches in some days is then about Poisson with the mean `days * NAMES_A_DAY * density`, and the chance of what was
//! seen is the chance of at least as many distinct names. The densest place among the names seen stands for all of them, so that one
//! match of a four-letter name of a list of 50,000 a day is no verdict, while one of twelve letters is.

/// Distinct registrable names that an ordinary machine asks for in a day: a workstation asks for a few hundred, a busy resolver for far more.
pub const NAMES_A_DAY: f64 = 2_000.0;

/// Letters from which names are taken to be drawn.
const LETTERS: f64 = 26.0;

/// Returns the chance that one name of `length` letters, drawn evenly, is one of `listed` names of that length; at most 1.
#[must_use]
pub fn density(listed: f64, length: usize) -> f64 {
    let exponent = i32::try_from(length).unwrap_or(i32::MAX);
    (listed / LETTERS.powi(exponent)).clamp(0.0, 1.0)
}

/// Returns the chance that ordinary traffic of `days` days gives `names` or more distinct matches at this density.
#[must_use]
pub fn of_chance(names: u64, days: u64, density: f64) -> f64 {
    let bounded = |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    at_least(bounded(names), bounded(days.max(1)) * NAMES_A_DAY * density.clamp(0.0, 1.0))
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
    use super::{at_least, density, of_chance};

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
        // 455 names of four letters under one parent: one match is chance, three are not yet proof, and one of eleven letters is.
        assert!(of_chance(1, 1, density(455.0, 4)) > 0.8);
        assert!(of_chance(3, 1, density(455.0, 4)) > 0.1);
        assert!(of_chance(1, 1, density(455.0, 11)) < 1e-6);
    }
}
