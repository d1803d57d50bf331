// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Training of the model, the same bits for the same names: no clock, no threads, no order from a hash.
//!
//! `cargo xtask train` reads the files, calls [`train`] and writes what it returns. The model is fitted with settings that were
//! chosen on held-out families, sources and names, and calibrated on what the same rounds held out.

mod boost;
mod calibrate;
mod chain;
mod corpus;
mod evaluate;
mod figures;
mod fit;
mod linear;
mod words;

pub use corpus::{Corpus, CorpusError};

use super::file;
use evaluate::{ROUNDS, judge};
use fit::{Settings, fit};
use linear::Places;

/// Where every draw begins: the month of the first list that anybody predicted.
const SEED: u64 = 2009_01;

/// What training makes.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The file of the model.
    pub model: Vec<u8>,
    /// The figures of the rounds, as TOML: tables below the caller's own.
    pub figures: String,
}

/// Trains a model from all names, and judges the way of training on names held out.
#[must_use]
pub fn train(corpus: &Corpus) -> Trained {
    let settings = Settings::DEFAULT;
    let places = Places::of(&corpus.rows);
    let judged = judge(corpus, &places, &settings, SEED, ROUNDS);
    let all: Vec<usize> = (0..corpus.rows.len()).collect();
    let mut model = fit(corpus, &places, &all, &settings, SEED);
    model.with_suffix = calibrate::calibration(&judged, 0);
    model.label_only = calibrate::calibration(&judged, 1);
    Trained { model: file::write(&model), figures: figures::text(corpus, &judged) }
}

// EXPERIMENT-BEGIN
/// For experiments.
#[must_use]
pub fn experiment(corpus: &Corpus, overrides: &[String]) -> String {
    let mut s = Settings::DEFAULT;
    let mut rounds = 2;
    for o in overrides {
        let (k, v) = o.split_once('=').unwrap();
        let f: f64 = v.parse().unwrap();
        match k {
            "trees" => s.growth.trees = f as u64,
            "leaves" => s.growth.leaves = f as usize,
            "pace" => s.growth.pace = f,
            "fewest" => s.growth.fewest = f,
            "pull" => s.growth.pull = f,
            "rows" => s.growth.rows = f as u64,
            "features" => s.growth.features = f as u64,
            "full" => s.full_family = f as f32,
            "lessons" => s.lessons = f as usize,
            "unseen" => s.unseen = f as f32,
            "benign" => s.benign = f as f32,
            "lo" => s.label_only = f as u64,
            "rounds" => rounds = f as u64,
            _ => panic!("{k}"),
        }
    }
    let places = Places::of(&corpus.rows);
    let judged = judge(corpus, &places, &s, SEED, rounds);
    let mut out = String::new();
    for (group, called) in [(evaluate::Group::Benign, "same"), (evaluate::Group::OtherSource, "other")] {
        for (score, name) in evaluate::SCORES.iter().enumerate() {
            let r = evaluate::rates(&judged, score, group);
            out += &format!("{called:5} {name:18} seen {:.3} {:.3} {:.3}  unseen {:.3} {:.3} {:.3}\n", r.means[0][0], r.means[1][0], r.means[2][0], r.means[0][1], r.means[1][1], r.means[2][1]);
        }
    }
    out
}
// EXPERIMENT-END
