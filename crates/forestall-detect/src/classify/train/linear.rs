// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Training of the linear model: logistic regression by steps along the gradient, each weight with a pace of its own (`AdaGrad`).

use super::corpus::{Row, mixed};
use crate::classify::linear::{Linear, PLACES, for_each_place, share};

/// Passes over all names.
const PASSES: u64 = 4;

/// The pace of the first step.
const PACE: f32 = 0.25;

/// How strongly weights are pulled to nought.
const PULL: f32 = 2e-6;

/// The largest weight in units of the scale.
const LARGEST: f32 = 127.0;

/// The places of the groups of all rows, computed once.
#[derive(Debug)]
pub(super) struct Places {
    flat: Vec<u32>,
    ends: Vec<usize>,
}

impl Places {
    /// Computes the places of all rows, in their order.
    pub(super) fn of(rows: &[Row]) -> Self {
        let mut places = Self { flat: Vec::new(), ends: Vec::with_capacity(rows.len()) };
        for row in rows {
            for_each_place(&row.subject(), |place, _| places.flat.push(place));
            places.ends.push(places.flat.len());
        }
        places
    }

    /// Returns the places of the label of a row, and that of its suffix.
    fn of_row(&self, row: usize) -> Option<(&[u32], u32)> {
        let begin = row.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        let (suffix, label) = self.flat.get(begin..*self.ends.get(row)?)?.split_last()?;
        Some((label, *suffix))
    }
}

/// A row to train from: its number, whether it is generated, and its weight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    /// The row.
    pub(super) row: usize,
    /// Whether an algorithm made it.
    pub(super) generated: bool,
    /// Its weight; 1 on the average.
    pub(super) weight: f32,
}

/// Fits the linear model. In every second pass of a row its suffix is left out, so that the label has to carry it alone.
pub(super) fn fit(samples: &[Sample], places: &Places, seed: u64) -> Linear {
    let mut weights = vec![0.0_f32; PLACES];
    let mut seen = vec![1e-3_f32; PLACES];
    let (mut bias, mut bias_seen) = (0.0_f32, 1e-3_f32);
    let mut order: Vec<usize> = (0..samples.len()).collect();
    for pass in 0..PASSES {
        order.sort_by_cached_key(|number| mixed(seed ^ mixed(*number as u64 ^ pass << 40)));
        for number in &order {
            let sample = samples[*number];
            let Some((label, suffix)) = places.of_row(sample.row) else { continue };
            let part = share(u16::try_from(label.len()).unwrap_or(u16::MAX));
            let with_suffix = mixed(*number as u64 ^ seed) & 1 == pass & 1;
            let sum: f32 = label.iter().map(|place| weights[*place as usize]).sum();
            let suffix = suffix as usize;
            let score = sum * part + bias + if with_suffix { weights[suffix] } else { 0.0 };
            let target = if sample.generated { 1.0 } else { 0.0 };
            let error = sample.weight * (1.0 / (1.0 + (-score).exp()) - target);
            let mut step = |place: usize, gradient: f32| {
                let gradient = gradient + PULL * weights[place];
                seen[place] += gradient * gradient;
                weights[place] -= PACE * gradient / seen[place].sqrt();
            };
            for place in label {
                step(*place as usize, error * part);
            }
            if with_suffix {
                step(suffix, error);
            }
            bias_seen += error * error;
            bias -= PACE * error / bias_seen.sqrt();
        }
    }
    quantised(&weights, bias)
}

/// Rounds weights to whole numbers of a scale; the few beyond four times the spread of all are cut.
fn quantised(weights: &[f32], bias: f32) -> Linear {
    let mut sizes: Vec<f32> = weights.iter().map(|weight| weight.abs()).collect();
    sizes.sort_unstable_by(f32::total_cmp);
    let greatest = sizes.get(sizes.len() - sizes.len() / 2_000 - 1).copied().unwrap_or(1.0).max(1e-6);
    let scale = greatest / LARGEST;
    let weights = weights.iter().map(|weight| rounded(weight / scale)).collect();
    Linear { weights, scale, bias }
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to the range of the type")]
fn rounded(value: f32) -> i8 {
    value.round().clamp(-LARGEST, LARGEST) as i8
}
