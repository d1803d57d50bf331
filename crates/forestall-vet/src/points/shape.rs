// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The name itself: how easily a person and an algorithm come upon it both.

use super::{Limit, PointName, Points};
use crate::evidence::Evidence;

pub(crate) fn collect(evidence: &Evidence<'_>, points: &mut Points<'_>) {
    let label = evidence.dossier.name.as_str().split('.').next().unwrap_or_default();
    let letters = i64::try_from(label.len()).unwrap_or(i64::MAX);
    // An A-label is longer than what people read.
    if letters <= points.limit(Limit::ShortLabel) && !label.starts_with("xn--") {
        points.add(PointName::ShortName, format!("{label} has {letters} characters"), "");
    }
    if evidence.circumstances.made_of_words {
        points.add(PointName::MadeOfWords, "the family makes its names of words", "");
    }
}
