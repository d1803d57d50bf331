// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The special functions that intervals need.
//!
//! Series and continued fractions from Abramowitz and Stegun, Handbook of Mathematical Functions, chapters 6 and 26.

use std::f64::consts::PI;

/// Returns the logarithm of the gamma function of `x` > 0: Stirling's series (A&S 6.1.41) after moving `x` up to 10 or more. Error below 1e-12.
pub(crate) fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut moved) = (x, 0.0);
    while x < 10.0 {
        moved += x.ln();
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    let series = (1.0 / 12.0 - y * (1.0 / 360.0 - y * (1.0 / 1_260.0 - y * (1.0 / 1_680.0 - y / 1_188.0)))) / x;
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * PI).ln() + series - moved
}

/// Returns the regularised incomplete beta function I_x(a, b), by its continued fraction (A&S 26.5.8) in Lentz's form.
pub(crate) fn beta_share(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(x, a, b) / a
    } else {
        1.0 - front * beta_fraction(1.0 - x, b, a) / b
    }
}

fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let safe = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / safe(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..300_u32 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / safe(1.0 + even * d);
        c = safe(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / safe(1.0 + odd * d);
        c = safe(1.0 + odd / c);
        let change = d * c;
        fraction *= change;
        if (change - 1.0).abs() < 1e-14 {
            break;
        }
    }
    fraction
}

/// Returns the `t` beyond which 5 % of Student's distribution with these degrees of freedom lie (A&S 26.7.1).
pub(crate) fn student_95(freedom: f64) -> f64 {
    // P(|T| > t) = I_{v / (v + t^2)}(v/2, 1/2), which is to be 10 %.
    root(0.0, 100.0, |t| beta_share(freedom / (freedom + t * t), freedom / 2.0, 0.5) - 0.1)
}

/// Returns where `function` becomes zero between `low` and `high`, where its signs differ; by halving, to the last digits.
pub(crate) fn root(low: f64, high: f64, function: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (low, high);
    let sign = function(low) > 0.0;
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if (function(middle) > 0.0) == sign {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::{beta_share, ln_gamma, student_95};

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-4 * expected.abs().max(1e-3), "{found} is not {expected}");
    }

    #[test]
    fn agrees_with_printed_tables() {
        // A&S table 6.1 and factorials.
        near(ln_gamma(0.5), 0.572_364_942_9);
        near(ln_gamma(1.5), -0.120_782_237_6);
        near(ln_gamma(11.0), 3_628_800.0_f64.ln());
        // Binomial tails: P(X >= 2 of 3 at 1/2) = 1/2, P(X >= 9 of 10 at 0.9) = 0.736099.
        near(beta_share(0.5, 2.0, 2.0), 0.5);
        near(beta_share(0.9, 9.0, 2.0), 0.736_098_930);
        // A&S table 26.10, 5 % on each side, four decimals.
        near(student_95(1.0), 6.313_8);
        near(student_95(5.0), 2.015_0);
        near(student_95(30.0), 1.697_3);
    }
}
