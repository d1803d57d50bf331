// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Several occasions: Schnabel's census by maximum likelihood.
//!
//! Schnabel (American Mathematical Monthly 45, 1938) counts on several occasions how many had been seen before. Where on each occasion all are
//! equally likely to be seen, on each with a probability of its own, the likelihood hangs on the size of each catch and on how many were seen
//! at all (Darroch, Biometrika 45, 1958): with `n_t` seen on occasion `t` and `D` distinct ones, `N! / (N - D)! prod (n_t/N)^n_t (1 - n_t/N)^(N - n_t)`. The value is its
//! maximum, the interval all `N` of which the likelihood is not smaller than the maximum by more than 5 % of the chi-squared distribution on each side allow
//! (profile likelihood; Cormack, Biometrics 48, 1992).
//!
//! Sizes of unions are enough for it, so it can be had from merged sketches.

use crate::chapman;
use crate::estimate::{Estimate, Method, NoEstimate, Z, real};
use crate::occasions::Occasions;
use crate::special::{ln_gamma, root};

/// The method.
pub const METHOD: Method = Method {
    name: "Schnabel",
    what: "several occasions, by maximum likelihood with an interval of the profile likelihood",
    source: "Schnabel, Amer. Math. Monthly 45, 1938; Darroch, Biometrika 45, 1958; Cormack, Biometrics 48, 1992",
};

/// No population is larger than all addresses of IPv4 by more than this.
const MOST: f64 = 1e12;

/// Estimates all from two or more occasions.
///
/// # Errors
///
/// [`NoEstimate`] where there are fewer, or nobody was seen twice.
pub fn all(occasions: &Occasions) -> Result<Estimate, NoEstimate> {
    let seen: Vec<u64> = occasions.each.iter().map(|occasion| occasion.seen).collect();
    from_sizes(&seen, occasions.distinct)
}

/// Estimates all from the sizes of the catches and of their union.
///
/// # Errors
///
/// [`NoEstimate`] where there are fewer than two, the union is none of them, or nobody was seen twice.
pub fn from_sizes(seen: &[u64], distinct: u64) -> Result<Estimate, NoEstimate> {
    if seen.len() < 2 {
        return Err(NoEstimate::TooFew { what: "occasions", found: seen.len() as u64, least: 2 });
    }
    let (sum, most) = (seen.iter().sum::<u64>(), seen.iter().copied().max().unwrap_or(0));
    if sum == 0 {
        return Err(NoEstimate::NothingSeen);
    }
    if distinct < most || distinct > sum {
        return Err(NoEstimate::Impossible {
            what: "the number of distinct ones",
            found: real(distinct),
            expected: "at least the largest catch and at most the sum of all",
        });
    }
    if distinct == sum {
        return Err(NoEstimate::NoneTwice);
    }
    let catches: Vec<f64> = seen.iter().map(|seen| real(*seen)).collect();
    let distinct = real(distinct);
    let likelihood = |all: f64| log_likelihood(all, distinct, &catches);
    // Its slope is the logarithm of prod (1 - n_t / N) over (1 - D / N), up to terms of 1 / N.
    let slope = |all: f64| {
        let escapes: f64 = catches.iter().map(|seen| (-seen / all).ln_1p()).sum();
        (-distinct / all).ln_1p() - escapes
    };
    let least = distinct * (1.0 + 1e-12) + 1e-9;
    let value = if slope(least) > 0.0 { distinct } else { root(least, MOST, slope) };
    let floor = likelihood(value) - Z * Z / 2.0;
    let below = |all: f64| likelihood(all) - floor;
    let low = if below(distinct) >= 0.0 { distinct } else { root(distinct, value, below) };
    let high = if below(MOST) > 0.0 { f64::INFINITY } else { root(value, MOST, below) };
    // Darroch's asymptotic variance.
    let inverse = 1.0 / (value - distinct).max(0.5) + real(seen.len() as u64 - 1) / value
        - catches.iter().map(|seen| 1.0 / (value - seen).max(0.5)).sum::<f64>();
    let error = if inverse > 0.0 { inverse.recip().sqrt() } else { (high - low) / (2.0 * Z) };
    Ok(Estimate::new(value, error, (low, high), METHOD, chapman::ASSUMPTIONS))
}

fn log_likelihood(all: f64, distinct: f64, catches: &[f64]) -> f64 {
    let x_ln_x = |x: f64| if x > 0.0 { x * x.ln() } else { 0.0 };
    let of_catch = |seen: &f64| x_ln_x(all - seen) - x_ln_x(all);
    ln_gamma(all + 1.0) - ln_gamma(all - distinct + 1.0) + catches.iter().map(of_catch).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::{NoEstimate, from_sizes};

    #[test]
    fn two_occasions_give_the_index_of_lincoln_and_petersen() {
        // 120 x 100 / 20
        let found = from_sizes(&[120, 100], 200).unwrap();
        assert!((found.value() - 600.0).abs() < 0.5, "{found:?}");
        assert!(
            found.low() > 440.0 && found.low() < 480.0 && found.high() > 800.0 && found.high() < 900.0,
            "{found:?}"
        );
    }

    #[test]
    fn refuses_what_says_nothing() {
        assert_eq!(from_sizes(&[5, 5], 10), Err(NoEstimate::NoneTwice));
        assert!(from_sizes(&[5], 5).is_err() && from_sizes(&[0, 0], 0).is_err() && from_sizes(&[5, 6], 4).is_err());
        // All seen each time: there is nobody else.
        let whole = from_sizes(&[50, 50, 50], 50).unwrap();
        assert!((whole.value() - 50.0).abs() < 1e-6 && whole.high() < 51.0, "{whole:?}");
    }
}
