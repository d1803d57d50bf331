// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! From the sum of the trees to a log-likelihood ratio: a rising line through a few points, and beyond its ends a curve that never stops to rise.

/// The points, rising in both directions.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Calibration {
    /// Sum of the trees and log-likelihood ratio, in nats.
    pub(super) points: Vec<(f32, f32)>,
}

/// The ratio that is approached beyond the points, either way: one in 22,000, about as many benign names as training holds back.
const MOST: f32 = 10.0;

/// Steps between points at an end that the slope beyond it is measured over.
const STEPS: usize = 4;

impl Calibration {
    /// Returns the log-likelihood ratio of a sum, in nats; it rises with the sum everywhere.
    pub(super) fn ratio(&self, sum: f32) -> f32 {
        let (Some(first), Some(last)) = (self.points.first(), self.points.last()) else { return sum };
        let ratio = match self.points.partition_point(|(at, _)| *at <= sum) {
            0 => -beyond((-first.0, -first.1), self.slope(0, STEPS), -sum),
            behind => match (self.points.get(behind - 1), self.points.get(behind)) {
                (Some((from, low)), Some((until, high))) => low + (high - low) * (sum - from) / (until - from),
                _ => beyond(*last, self.slope(self.points.len().saturating_sub(STEPS + 1), behind), sum),
            },
        };
        // The points of a forged file may lie too far apart for numbers of this size.
        if ratio.is_nan() { 0.0 } else { ratio.clamp(-MOST, MOST) }
    }

    /// Returns the slope of the line through two points, numbered as far as there are any; that of the axes' diagonal where it is one point.
    fn slope(&self, from: usize, until: usize) -> f32 {
        let until = until.min(self.points.len().saturating_sub(1));
        match (self.points.get(from), self.points.get(until)) {
            (Some(low), Some(high)) if from < until => (high.1 - low.1) / (high.0 - low.0),
            _ => 1.0,
        }
    }
}

/// Goes on from the uppermost point: at first with its slope, then ever more slowly towards [`MOST`], so that no two sums are told alike.
fn beyond((at, ratio): (f32, f32), slope: f32, sum: f32) -> f32 {
    let room = MOST - ratio;
    if room > 0.0 { MOST - room * (-(sum - at) * slope / room).exp() } else { ratio }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratios(points: &[(f32, f32)], sums: &[f32]) -> Vec<f32> {
        let calibration = Calibration { points: points.to_vec() };
        sums.iter().map(|sum| calibration.ratio(*sum)).collect()
    }

    #[test]
    fn rises_everywhere_and_stays_below_ten() {
        let points = [(-4.0, -5.0), (-2.0, -3.0), (0.0, 0.5), (1.0, 2.0), (3.0, 4.0), (6.0, 7.0)];
        let sums: Vec<f32> = (-60_i16..=60).map(|quarter| f32::from(quarter) / 4.0).collect();
        let found = ratios(&points, &sums);
        assert!(found.is_sorted_by(|a, b| a < b), "{found:?}");
        assert!(found.iter().all(|ratio| ratio.abs() < MOST), "{found:?}");
    }

    #[test]
    fn goes_on_with_the_slope_of_the_last_points() {
        let points = [(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (3.0, 2.5), (4.0, 3.0), (5.0, 3.0 + 0.5)];
        let [at_end, beyond] = ratios(&points, &[5.0, 5.01])[..] else { panic!("two sums") };
        // From (1, 1) to (5, 3.5).
        assert!(((beyond - at_end) / 0.01 - 0.625).abs() < 0.01, "{at_end} {beyond}");
    }

    #[test]
    fn points_too_far_apart_for_their_numbers_give_a_number() {
        let points = [(-3e38, -3e38), (3e38, 3e38)];
        assert!(ratios(&points, &[0.0, f32::MAX, f32::MIN]).iter().all(|ratio| ratio.abs() <= MOST));
    }
}
