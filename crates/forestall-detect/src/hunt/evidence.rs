// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What one name that does not exist says of the client that asked for it.
//!
//! The log-likelihood ratio is the mean of the classifier's two scores, with and without the suffix: suffixes tell much, but they are a habit of
//! the families that were learned from. An infected client asks for ordinary names as well, and those say nothing against the
//! infection; so a name counts as one that came from the algorithm with a probability of [`SHARE`], and as an ordinary one otherwise. The most that a
//! name can say against an infection is then little, and the sum over a client's names is a sequential probability ratio test.

use crate::classify::{Classifier, Subject};

/// The share of generated names among the failed look-ups of an infected client that the test is made for.
const SHARE: f32 = 0.4;

/// The largest log-likelihood ratio that counts, in nats: no single name decides.
const MOST: f32 = 4.0;

/// The largest either way for a name asked for only with further labels before it, in nats: the registrable name may well exist.
const MOST_BELOW: f32 = 1.0;

/// Returns how many nats a subject's name speaks for an algorithm, before [`weight`].
pub(super) fn ratio(classifier: &Classifier, subject: &Subject<'_>) -> f32 {
    let whole = classifier.score(subject).log_likelihood_ratio();
    let label = classifier.score_label(subject).log_likelihood_ratio();
    f32::midpoint(whole, label)
}

/// Returns what a name adds to the test, in nats: between -0.51 and 3.1. `below` says that it was never asked for itself.
pub(super) fn weight(ratio: f32, below: bool) -> f32 {
    let ratio = if below { ratio.clamp(-MOST_BELOW, MOST_BELOW) } else { ratio.min(MOST) };
    (1.0 - SHARE + SHARE * ratio.exp()).ln()
}

#[cfg(test)]
mod tests {
    use super::weight;

    #[test]
    fn no_name_decides_and_none_acquits() {
        let near = |ratio: f32, below: bool, expected: f32| {
            let found = weight(ratio, below);
            assert!((found - expected).abs() < 0.01, "{ratio} {below}: {found}");
        };
        near(-10.0, false, -0.51);
        near(0.0, false, 0.0);
        near(10.0, false, 3.11);
        near(10.0, true, 0.52);
        near(-10.0, true, -0.29);
    }
}
