// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How good a model is on names, families and sources that it had not seen.
//!
//! In each round some families are held out altogether (*unseen*), a fifth of the names of the others (*seen*, as at a new date), a fifth of the benign names
//! by registrable name, and one source of benign names that comes nearest to what resolvers ask for. Thresholds are set on held-out benign names only.

use std::collections::BTreeMap;

use super::corpus::{Corpus, mixed};
use super::fit::{Settings, dealt, fit};
use super::linear::Places;
use crate::classify::Model;
use crate::classify::features::without_suffix;

/// Rounds: each family is held out in one of them.
pub(super) const ROUNDS: u64 = 4;

/// The sources that are held out of every round.
const SOURCES_OUT: [&str; 2] = ["opendns_random_2014", "dotgov_2026"];

/// The first of them is what thresholds are set on a second time.
const LONG_TAIL: &str = "opendns_random_2014";

/// False-positive rates at which detection is told.
pub(super) const RATES: [f64; 3] = [1e-2, 1e-3, 1e-4];

/// What a held-out name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    /// Benign, of a source that the round had trained on.
    Benign,
    /// Benign, of the source held out.
    OtherSource,
    /// Of a family that the round had trained on.
    Seen(u32),
    /// Of a family that the round had not seen.
    Unseen(u32),
}

/// The scores of one held-out name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged {
    pub(super) round: u64,
    pub(super) group: Group,
    /// The sum of the trees with the suffix, without it, and the linear score with the suffix, without it.
    pub(super) scores: [f32; 4],
}

/// Names of the scores, in their order.
pub(super) const SCORES: [&str; 4] = ["trees", "trees_label_only", "linear", "linear_label_only"];

/// Judges all held-out names of all rounds.
pub(super) fn judge(corpus: &Corpus, places: &Places, settings: &Settings, seed: u64) -> Vec<Judged> {
    let mut judged = Vec::new();
    for round in 0..ROUNDS {
        let (taken, held) = parted(corpus, seed, round);
        let model = fit(corpus, places, &taken, settings, seed ^ round);
        judged.extend(held.iter().map(|(row, group)| {
            let scores = scores(&model, corpus, *row);
            Judged { round, group: *group, scores }
        }));
    }
    judged
}

/// Returns the rows that a round trains on, and those that it holds out.
pub(super) fn parted(corpus: &Corpus, seed: u64, round: u64) -> (Vec<usize>, Vec<(usize, Group)>) {
    let all: Vec<usize> = (0..corpus.rows.len()).collect();
    let hands = dealt(corpus, &all, ROUNDS, seed);
    let bit = |name: &str| {
        corpus.sources.iter().position(|source| source == name).map_or(0, |number| 1_u32 << number.min(31))
    };
    let out = SOURCES_OUT.iter().fold(0, |bits, name| bits | bit(name));
    let (mut taken, mut held) = (Vec::new(), Vec::new());
    for (number, row) in corpus.rows.iter().enumerate() {
        let fifth = mixed(row.key ^ seed.rotate_left(17)) % 5 == round;
        let group = match (row.generated, fifth) {
            (true, _) if hands[row.group as usize] == round => Some(Group::Unseen(row.group)),
            (true, true) => Some(Group::Seen(row.group)),
            (false, _) if row.group & !out == 0 => (row.group & bit(LONG_TAIL) != 0).then_some(Group::OtherSource),
            (false, true) => Some(Group::Benign),
            (_, false) => {
                taken.push(number);
                continue;
            }
        };
        held.extend(group.map(|group| (number, group)));
    }
    (taken, held)
}

pub(super) fn scores(model: &Model, corpus: &Corpus, row: usize) -> [f32; 4] {
    let subject = corpus.rows[row].subject();
    let mut features = model.features(&subject);
    let with = model.trees.score(&features);
    without_suffix(&mut features);
    let linear = model.linear.score(&subject);
    [with, model.trees.score(&features), linear.label + linear.suffix, linear.label]
}

/// Detection rates of one score against one group of benign names.
#[derive(Clone, Debug)]
pub(super) struct Rates {
    /// For each of [`RATES`]: the mean over families seen, and unseen.
    pub(super) means: [[f64; 2]; 3],
    /// For each family: seen and unseen at a false-positive rate of one in a hundred, and in a thousand.
    pub(super) families: BTreeMap<u32, [[f64; 2]; 2]>,
}

/// Computes the rates of one score, thresholds set in each round on one group of benign names.
pub(super) fn rates(judged: &[Judged], score: usize, benign: Group) -> Rates {
    let mut found: BTreeMap<(usize, u32, bool), (f64, f64)> = BTreeMap::new();
    for round in 0..ROUNDS {
        let of_round = || judged.iter().filter(move |judged| judged.round == round);
        let mut scores: Vec<f32> =
            of_round().filter(|judged| judged.group == benign).map(|j| j.scores[score]).collect();
        scores.sort_unstable_by(|a, b| b.total_cmp(a));
        for (number, rate) in RATES.iter().enumerate() {
            let Some(threshold) = scores.get(floor(scores.len() as f64 * rate)) else { continue };
            for judged in of_round() {
                let (family, unseen) = match judged.group {
                    Group::Seen(family) => (family, false),
                    Group::Unseen(family) => (family, true),
                    _ => continue,
                };
                let (hits, all) = found.entry((number, family, unseen)).or_default();
                *all += 1.0;
                *hits += if judged.scores[score] > *threshold { 1.0 } else { 0.0 };
            }
        }
    }
    let mut rates = Rates { means: [[0.0; 2]; 3], families: BTreeMap::new() };
    for (number, means) in rates.means.iter_mut().enumerate() {
        for (unseen, mean) in [false, true].into_iter().zip(means) {
            let of_kind = found.iter().filter(|((rate, _, kind), _)| *rate == number && *kind == unseen);
            let (sum, count) =
                of_kind.fold((0.0, 0.0_f64), |(sum, count), (_, (hits, all))| (sum + hits / all, count + 1.0));
            *mean = sum / count.max(1.0);
        }
    }
    for ((number, family, unseen), (hits, all)) in &found {
        if *number < 2 {
            rates.families.entry(*family).or_default()[*number][usize::from(*unseen)] = hits / all;
        }
    }
    rates
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length")]
fn floor(value: f64) -> usize {
    value as usize
}
