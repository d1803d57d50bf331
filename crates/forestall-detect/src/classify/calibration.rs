// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! From the sum of the trees to a log-likelihood ratio: a rising line through a few points, flat beyond its ends.

/// The points, rising in both directions.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Calibration {
    /// Sum of the trees and log-likelihood ratio, in nats.
    pub(super) points: Vec<(f32, f32)>,
}

/// What is added to the ratio for each unit of the sum beyond the points, so that the order of names stays that of the trees.
const BEYOND: f32 = 0.05;

/// The largest ratio that is given, either way: one in 22,000, about as many benign names as training holds back.
const MOST: f32 = 10.0;

impl Calibration {
    /// Returns the log-likelihood ratio of a sum, in nats.
    pub(super) fn ratio(&self, sum: f32) -> f32 {
        let ratio = match self.points.partition_point(|(at, _)| *at <= sum) {
            0 => self.points.first().map_or(sum, |(at, ratio)| ratio - (at - sum) * BEYOND),
            behind => match (self.points.get(behind - 1), self.points.get(behind)) {
                (Some((from, low)), Some((until, high))) => low + (high - low) * (sum - from) / (until - from),
                (Some((at, ratio)), None) => ratio + (sum - at) * BEYOND,
                (None, _) => sum,
            },
        };
        ratio.clamp(-MOST, MOST)
    }
}
