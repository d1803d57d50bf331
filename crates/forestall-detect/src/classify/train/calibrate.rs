// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Calibration: how the sum of the trees on names held out tells of the odds.
//!
//! Half of the generated names count as of unseen families, each family alike; the result is made to rise (pool adjacent violators).

use std::collections::BTreeMap;

use super::evaluate::{Group, Judged};
use crate::classify::calibration::Calibration;

/// By what a bin's share of the names beyond it is less than that of the bin before: names are parted finely at both ends, where they are few of one kind.
const STEP: f64 = 1.5;

/// No edge is made where fewer of the benign names are above, or of the generated ones below: the weight of about a dozen names of the source held out.
const LEAST: f64 = 5e-4;

/// The share of benign names below which the edges go by these, and no longer by the generated ones.
const TURN: f64 = 0.2;

/// Weight that every bin is given on either side, as a share of the whole: a bin without benign names is not infinitely sure.
const PRIOR: f64 = 1e-5;

/// Makes the calibration of one score.
pub(super) fn calibration(judged: &[Judged], score: usize) -> Calibration {
    let mut sizes: BTreeMap<Group, f64> = BTreeMap::new();
    for one in judged {
        *sizes.entry(one.group).or_default() += 1.0;
    }
    let of_kind = |group: Group| match group {
        Group::Benign | Group::OtherSource => 0,
        Group::Seen(_) => 1,
        Group::Unseen(_) => 2,
    };
    let mut kinds = [0.0_f64; 3];
    for group in sizes.keys() {
        kinds[of_kind(*group)] += 1.0;
    }
    let weight = |group: Group| match of_kind(group) {
        0 => 1.0 / (sizes[&group] * kinds[0]),
        kind => 0.5 / (sizes[&group] * kinds[kind]),
    };
    let mut points: Vec<(f32, [f64; 2])> = judged
        .iter()
        .map(|one| {
            let weight = weight(one.group);
            (one.scores[score], if of_kind(one.group) == 0 { [weight, 0.0] } else { [0.0, weight] })
        })
        .collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    rising(binned(&points))
}

/// A run of names: the sum of their scores times weight, weights of benign and of generated names.
#[derive(Clone, Copy, Debug, Default)]
struct Bin {
    moment: f64,
    weights: [f64; 2],
}

impl Bin {
    fn ratio(&self) -> f64 {
        ((self.weights[1] + PRIOR) / (self.weights[0] + PRIOR)).ln()
    }

    fn and(self, other: Self) -> Self {
        Self { moment: self.moment + other.moment, weights: add(self.weights, other.weights) }
    }
}

/// Parts names, in the order of their scores, at the shares of benign names above and of generated ones below.
fn binned(points: &[(f32, [f64; 2])]) -> Vec<Bin> {
    let level = |share: f64| (share.max(LEAST).ln() / STEP.ln()).floor();
    let [benign, generated] = points.iter().fold([0.0_f64; 2], |sum, (_, weights)| add(sum, *weights));
    let (mut bins, mut below, mut before) = (vec![Bin::default()], [0.0; 2], None);
    for (score, weights) in points {
        let above = 1.0 - below[0] / benign.max(f64::MIN_POSITIVE);
        let edge = if above > TURN {
            (false, level(below[1] / generated.max(f64::MIN_POSITIVE)))
        } else {
            (true, level(above))
        };
        if before.replace(edge).is_some_and(|before| before != edge) {
            bins.push(Bin::default());
        }
        below = add(below, *weights);
        if let Some(last) = bins.last_mut() {
            let moment = f64::from(*score) * (weights[0] + weights[1]);
            *last = last.and(Bin { moment, weights: *weights });
        }
    }
    bins
}

fn add(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0] + b[0], a[1] + b[1]]
}

fn rising(bins: Vec<Bin>) -> Calibration {
    let mut pooled: Vec<Bin> = Vec::new();
    for mut bin in bins {
        while let Some(last) = pooled.pop_if(|last| last.ratio() >= bin.ratio()) {
            bin = last.and(bin);
        }
        pooled.push(bin);
    }
    let point = |bin: &Bin| (narrow(bin.moment / (bin.weights[0] + bin.weights[1]).max(1e-12)), narrow(bin.ratio()));
    let mut points: Vec<(f32, f32)> = pooled.iter().map(point).collect();
    points.dedup_by(|a, b| a.0 <= b.0);
    Calibration { points }
}

#[expect(clippy::cast_possible_truncation, reason = "rounded to the precision of the file")]
fn narrow(value: f64) -> f32 {
    value as f32
}
