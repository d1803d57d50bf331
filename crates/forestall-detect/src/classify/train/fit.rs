// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One fit of a whole model to some of the names.
//!
//! What the tables say of the names that they were made from is too good. So the trees learn from readings of tables that had not seen the
//! name: benign names are dealt into folds by themselves, generated ones once by themselves (a known family at a new date) and once by
//! family (a family that nobody knows).

use std::collections::BTreeSet;

use super::boost::{Growth, Lesson, grow};
use super::corpus::{Corpus, Row, mixed};
use super::linear::{Places, Sample};
use super::{chain, linear, words};
use crate::classify::Model;
use crate::classify::calibration::Calibration;
use crate::classify::chain::Chain;
use crate::classify::features::{FEATURES, Features, Readings, features, without_suffix};
use crate::classify::linear::Linear;
use crate::classify::trees::Base;
use crate::classify::words::Words;

/// Folds within a fit.
const FOLDS: u64 = 4;

/// Every number that a fit can be told; the committed model was made with [`Settings::DEFAULT`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    /// How trees are grown.
    pub(super) growth: Growth,
    /// Names of a family that a fit gives full weight to: those of smaller families are not made as heavy as those of larger ones.
    pub(super) full_family: f32,
    /// Lessons that a family gives the trees at most, each way.
    pub(super) lessons: usize,
    /// Of a hundred parts of the weight of generated lessons, how many those of unseen families have.
    pub(super) unseen: f32,
    /// The weight of all benign names against that of all generated ones, in the trees.
    pub(super) benign: f32,
    /// What is added once the trees are grown: they trust long rows of words too much to be rare, and know no difference among names more unlike words than
    /// most of those that they learn from. Chosen on the source held out, at one false alarm in a thousand.
    pub(super) tail: Base,
    /// Of a hundred lessons, how many are without the suffix.
    pub(super) label_only: u64,
}

impl Settings {
    pub(super) const DEFAULT: Self = Self {
        growth: Growth {
            trees: 300,
            leaves: 24,
            pace: 0.08,
            fewest: 4.0,
            pull: 5.0,
            base: Base { linear: 0.5, surprise: 0.0 },
            rows: 70,
            features: 60,
        },
        full_family: 1_000.0,
        lessons: 1_500,
        unseen: 60.0,
        benign: 3.0,
        tail: Base { linear: 0.15, surprise: 0.07 },
        label_only: 35,
    };
}

/// The tables below the trees.
struct Tables {
    linear: Linear,
    chain: Chain,
    words: Words,
}

impl Tables {
    fn features(&self, row: &Row) -> Features {
        let readings = Readings {
            linear: self.linear.score(&row.subject()),
            surprises: self.chain.surprises(&row.label),
            cut: self.words.cut(&row.label),
        };
        features(&row.subject(), &readings)
    }
}

/// Fits a model to the rows whose numbers are given, without a calibration.
pub(super) fn fit(corpus: &Corpus, places: &Places, taken: &[usize], settings: &Settings, seed: u64) -> Model {
    let lessons = lessons(corpus, places, taken, settings, seed);
    assemble(corpus, places, taken, &lessons, settings, seed)
}

/// Makes the tables from all rows, and the trees from the lessons.
pub(super) fn assemble(
    corpus: &Corpus,
    places: &Places,
    taken: &[usize],
    lessons: &[Lesson],
    settings: &Settings,
    seed: u64,
) -> Model {
    let weights = Weights::of(corpus, taken, settings);
    let all: Vec<Sample> = taken.iter().map(|row| weights.sample(corpus, *row)).collect();
    let (chain, words) = letters(corpus, taken);
    let raw = Calibration { points: Vec::new() };
    let mut trees = grow(lessons, &settings.growth, seed);
    trees.base = trees.base.and(settings.tail);
    Model {
        linear: linear::fit(&all, places, seed),
        chain,
        words,
        trees,
        ordinary: ordinary(lessons),
        with_suffix: raw.clone(),
        label_only: raw,
    }
}

/// Returns what the trees learn from: the readings of each row by tables that had not seen it.
pub(super) fn lessons(
    corpus: &Corpus,
    places: &Places,
    taken: &[usize],
    settings: &Settings,
    seed: u64,
) -> Vec<Lesson> {
    let weights = Weights::of(corpus, taken, settings);
    let by_family = family_folds(corpus, taken, seed);
    let fold_of = |row: &Row| mixed(row.key ^ seed) % FOLDS;
    let mut lessons = Vec::new();
    for fold in 0..FOLDS {
        let known: Vec<usize> = taken
            .iter()
            .copied()
            .filter(|row| corpus.rows[*row].generated || fold_of(&corpus.rows[*row]) != fold)
            .collect();
        let (chain, words) = letters(corpus, &known);
        let mut tables = Tables { linear: Linear { weights: Vec::new(), scale: 0.0, bias: 0.0 }, chain, words };
        for unseen in [false, true] {
            let is_out = |row: &Row| match (row.generated, unseen) {
                (true, true) => by_family[row.group as usize] == fold,
                _ => fold_of(row) == fold,
            };
            let samples: Vec<Sample> = taken
                .iter()
                .filter(|row| !is_out(&corpus.rows[**row]))
                .map(|row| weights.sample(corpus, *row))
                .collect();
            tables.linear = linear::fit(&samples, places, seed);
            let share = if unseen { settings.unseen } else { 100.0 - settings.unseen } / 100.0;
            for row in taken.iter().filter(|row| is_out(&corpus.rows[**row])) {
                lessons.extend(lesson(corpus, &weights, &tables, *row, share, unseen, settings));
            }
        }
    }
    lessons
}

fn lesson(
    corpus: &Corpus,
    weights: &Weights,
    tables: &Tables,
    row: usize,
    share: f32,
    unseen: bool,
    settings: &Settings,
) -> Option<Lesson> {
    let sample = weights.sample(corpus, row);
    let row = &corpus.rows[row];
    let draw = mixed(row.key ^ if unseen { 0x0075_6e73_6565_6e00 } else { 0 });
    let (mut weight, mut kept) = (sample.weight * share * 2.0, 1.0);
    if row.generated {
        kept = (settings.lessons as f32 / weights.sizes[row.group as usize].max(1) as f32).min(1.0);
        weight /= kept;
    } else {
        weight *= settings.benign;
    }
    // Of the upper bits, so that it is independent of the draw for the suffix.
    if (draw >> 40) as f32 >= kept * (1_u64 << 24) as f32 {
        return None;
    }
    let mut features = tables.features(row);
    if draw % 100 < settings.label_only {
        without_suffix(&mut features);
    }
    Some(Lesson { features, generated: row.generated, weight })
}

fn letters(corpus: &Corpus, taken: &[usize]) -> (Chain, Words) {
    let benign = taken.iter().map(|row| &corpus.rows[*row]).filter(|row| !row.generated);
    let labels: Vec<&str> = benign.map(|row| row.label.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
    (chain::count(labels.iter().copied()), words::make(&labels))
}

/// Returns the median of each feature among benign lessons.
fn ordinary(lessons: &[Lesson]) -> Features {
    let mut medians = [0.0; FEATURES];
    for (feature, median) in medians.iter_mut().enumerate() {
        let benign = lessons.iter().filter(|lesson| !lesson.generated).map(|lesson| lesson.features[feature]);
        let mut values: Vec<f32> = benign.filter(|value| !value.is_nan()).collect();
        values.sort_unstable_by(f32::total_cmp);
        *median = values.get(values.len() / 2).copied().unwrap_or(0.0);
    }
    medians
}

/// Deals families to folds: in the order of a hash, in turn, so that folds hold about as many families.
pub(super) fn family_folds(corpus: &Corpus, taken: &[usize], seed: u64) -> Vec<u64> {
    dealt(corpus, taken, FOLDS, seed)
}

/// Deals the families that are taken to so many hands; a family that is not taken has none, the number of hands.
pub(super) fn dealt(corpus: &Corpus, taken: &[usize], hands: u64, seed: u64) -> Vec<u64> {
    let present: BTreeSet<u32> =
        taken.iter().map(|row| &corpus.rows[*row]).filter(|row| row.generated).map(|row| row.group).collect();
    let name = |family: &u32| {
        corpus.families[*family as usize].bytes().fold(seed, |hash, octet| mixed(hash ^ u64::from(octet)))
    };
    let mut order: Vec<u32> = present.into_iter().collect();
    order.sort_by_key(name);
    let mut hand = vec![hands; corpus.families.len()];
    for (family, turn) in order.iter().zip((0..hands).cycle()) {
        hand[*family as usize] = turn;
    }
    hand
}

/// The weight of each row: families alike, but for those of few names; benign names alike; both sides alike in sum.
struct Weights {
    sizes: Vec<usize>,
    families: Vec<f32>,
    benign: f32,
}

impl Weights {
    fn of(corpus: &Corpus, taken: &[usize], settings: &Settings) -> Self {
        let mut sizes = vec![0; corpus.families.len()];
        let mut benign = 0_usize;
        for row in taken.iter().map(|row| &corpus.rows[*row]) {
            if row.generated { sizes[row.group as usize] += 1 } else { benign += 1 }
        }
        let raw: Vec<f32> = sizes.iter().map(|size| 1.0 / (*size as f32).max(settings.full_family)).collect();
        let sum: f32 = raw.iter().zip(&sizes).map(|(weight, size)| weight * *size as f32).sum();
        let half = taken.len() as f32 / 2.0;
        let families = raw.iter().map(|weight| weight * half / sum.max(f32::MIN_POSITIVE)).collect();
        Self { sizes, families, benign: half / benign.max(1) as f32 }
    }

    fn sample(&self, corpus: &Corpus, row: usize) -> Sample {
        let (generated, group) = (corpus.rows[row].generated, corpus.rows[row].group);
        let weight = if generated { self.families[group as usize] } else { self.benign };
        Sample { row, generated, weight }
    }
}
