// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Several occasions where not all are equally likely to be seen: Chao's lower bound.
//!
//! With `f1` seen exactly once and `f2` exactly twice on `t` occasions, at least `(t-1)/t f1 (f1-1) / (2 (f2+1))` were not seen, whatever the chances of each
//! to be seen are (Chao, Biometrics 43, 1987, in the bias-corrected form of Chao, Encyclopedia of Statistical Sciences, 2005). It is a lower
//! bound: those whose chance is near zero are in no count.

use crate::estimate::{Estimate, Method, NoEstimate, real};
use crate::occasions::Occasions;

/// The method.
pub const METHOD: Method = Method {
    name: "Chao's lower bound",
    what: "several occasions, from those seen once and twice, whatever the chance of each to be seen",
    source: "Chao, Biometrics 43, 1987",
};

/// What it assumes.
pub const ASSUMPTIONS: &[&str] = &[
    "between the occasions nobody comes, goes or changes the address",
    "it is a lower bound: who is hardly ever on is in no count",
    "one machine an address",
];

/// Estimates a lower bound of all.
///
/// # Errors
///
/// [`NoEstimate`] where there are fewer than two occasions, or nothing was seen.
pub fn at_least(occasions: &Occasions) -> Result<Estimate, NoEstimate> {
    let count = occasions.each.len() as u64;
    if count < 2 {
        return Err(NoEstimate::TooFew { what: "occasions", found: count, least: 2 });
    }
    if occasions.distinct == 0 {
        return Err(NoEstimate::NothingSeen);
    }
    let (once, twice, seen) = (real(occasions.once), real(occasions.twice), real(occasions.distinct));
    let share = real(count - 1) / real(count);
    let rest = share * once * (once - 1.0).max(0.0) / (2.0 * (twice + 1.0));
    // The variance that goes with the bias-corrected form (Colwell, EstimateS, appendix B).
    let per_twice = (twice + 1.0).recip();
    let variance = share * once * (once - 1.0).max(0.0) / 2.0 * per_twice
        + (share * per_twice / 2.0).powi(2) * once * (2.0 * once - 1.0).powi(2)
        + (share * once * (once - 1.0) / 2.0).powi(2) * twice * per_twice.powi(4);
    Ok(Estimate::beyond(seen, seen + rest, variance.sqrt(), METHOD, ASSUMPTIONS))
}
