// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Several occasions where addresses come and go: Jolly and Seber's open population.
//!
//! To capture-recapture an address that its machine gives up is one that died, and the one that it gets is born. With `n` seen on an occasion, of which
//! `m` were seen before and `r` are seen again, and `z` seen before and after but not on it, `M = m + (n+1) z / (r+1)` addresses seen before were in use on that
//! occasion, and `N = (n+1) M / (m+1)` were in use at all (Jolly, Biometrika 52, 1965; Seber, Biometrika 52, 1965; in the bias-corrected form of Seber, The
//! Estimation of Animal Abundance, 1982, section 5.1). Addresses in use at one time are machines, on or off, where each machine has one.
//!
//! The variance is that around the true number of the occasion (Seber 1982, equation 5.11), the interval on the logarithm of those not seen.

use crate::estimate::{Estimate, Method, NoEstimate, real};
use crate::occasions::{Occasion, Occasions};

/// The method.
pub const METHOD: Method = Method {
    name: "Jolly-Seber",
    what: "addresses in use on one occasion among several, where addresses are given up and taken between them",
    source: "Jolly, Biometrika 52, 1965; Seber, Biometrika 52, 1965; Seber 1982, section 5.1",
};

/// What it assumes.
pub const ASSUMPTIONS: &[&str] = &[
    "an occasion is short against the time for which an address is kept",
    "each address in use is as likely to be seen on an occasion as any other, and as likely to be given up until the next, however long it was kept",
    "an address that was given up is not taken by another infected machine",
    "one machine an address",
];

/// Estimates the addresses in use on the occasion of this number, counted from 0; the first and the last one have no estimate.
///
/// # Errors
///
/// [`NoEstimate`] where there is no such occasion between others, or nobody of it was seen before or again.
pub fn in_use(occasions: &Occasions, number: usize) -> Result<Estimate, NoEstimate> {
    let count = occasions.each.len();
    if count < 3 {
        return Err(NoEstimate::TooFew { what: "occasions", found: count as u64, least: 3 });
    }
    if number == 0 || number + 1 >= count {
        let expected = "one between the first and the last";
        return Err(NoEstimate::Impossible { what: "the occasion", found: real(number as u64), expected });
    }
    let Occasion { seen, before, after, around } = occasions.each[number];
    if seen == 0 {
        return Err(NoEstimate::NothingSeen);
    }
    if before == 0 || after == 0 {
        return Err(NoEstimate::NoneTwice);
    }
    let (n, m, r, z) = (real(seen), real(before), real(after), real(around));
    let known = m + (n + 1.0) * z / (r + 1.0);
    let value = ((n + 1.0) * known / (m + 1.0)).max(n);
    let loss = (known - m + n) / known * (1.0 / r - 1.0 / n) + (1.0 - m / n) / m;
    let error = (value * (value - n) * loss).max(0.0).sqrt();
    Ok(Estimate::beyond(n, value, error, METHOD, ASSUMPTIONS))
}
