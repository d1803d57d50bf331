// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Two occasions: the index of Lincoln and Petersen in Chapman's form.
//!
//! Of `n1` seen on the first and `n2` on the second occasion, `m` were seen on both: `(n1+1)(n2+1)/(m+1) - 1` (Chapman, University of California Publications in
//! Statistics 1, 1951), with the variance of Seber (Biometrika 57, 1970) and an interval on the logarithm of those not seen (Chao 1987).

use crate::estimate::{Estimate, Method, NoEstimate, real};
use crate::occasions::Occasions;

/// The method.
pub const METHOD: Method = Method {
    name: "Chapman",
    what: "two occasions, by Chapman's form of the index of Lincoln and Petersen with Seber's variance",
    source: "Chapman, UC Publ. Statistics 1, 1951; Seber, Biometrika 57, 1970",
};

/// What capture-recapture of a closed population assumes.
pub const ASSUMPTIONS: &[&str] = &[
    "between the occasions nobody comes, goes or changes the address",
    "on an occasion each is as likely to be seen as any other, and independently of having been seen before",
    "one machine an address",
];

/// Estimates all from two occasions.
///
/// # Errors
///
/// [`NoEstimate`] where there are not two occasions, or nothing was seen.
pub fn all(occasions: &Occasions) -> Result<Estimate, NoEstimate> {
    let [first, second] = &occasions.each[..] else {
        let found = occasions.each.len() as u64;
        return Err(if found < 2 {
            NoEstimate::TooFew { what: "occasions", found, least: 2 }
        } else {
            NoEstimate::Impossible { what: "the number of occasions", found: real(found), expected: "2" }
        });
    };
    if first.seen == 0 || second.seen == 0 {
        return Err(NoEstimate::NothingSeen);
    }
    let (n1, n2, m) = (real(first.seen), real(second.seen), real(second.before));
    let value = (n1 + 1.0) * (n2 + 1.0) / (m + 1.0) - 1.0;
    let variance = (n1 + 1.0) * (n2 + 1.0) * (n1 - m) * (n2 - m) / ((m + 1.0).powi(2) * (m + 2.0));
    Ok(Estimate::beyond(real(occasions.distinct), value, variance.sqrt(), METHOD, ASSUMPTIONS))
}

#[cfg(test)]
mod tests {
    use super::all;
    use crate::occasions::{Occasion, Occasions};

    #[test]
    fn agrees_with_a_textbook() {
        // Seber's classroom case: 120 marked, 100 seen, 20 of them marked: 580.86 by Chapman, variance 7,901.
        let first = Occasion { seen: 120, after: 20, ..Occasion::default() };
        let second = Occasion { seen: 100, before: 20, ..Occasion::default() };
        let occasions = Occasions { each: vec![first, second], distinct: 200, once: 180, twice: 20 };
        let found = all(&occasions).unwrap();
        assert!((found.value() - 580.952).abs() < 0.01, "{found:?}");
        // 121 x 101 x 100 x 80 / (21^2 x 22)
        assert!((found.error().powi(2) - 10_077.0).abs() < 1.0, "{found:?}");
        assert!(found.low() > 200.0 && found.low() < 500.0 && found.high() > 700.0);
        assert!(all(&Occasions::default()).is_err());
    }
}
