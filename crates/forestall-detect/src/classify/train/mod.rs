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
use evaluate::judge;
use fit::{Settings, fit};
use linear::Places;

/// Where every draw begins: the month of the first list that anybody predicted.
const SEED: u64 = 200_901;

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
    let judged = judge(corpus, &places, &settings, SEED);
    let all: Vec<usize> = (0..corpus.rows.len()).collect();
    let mut model = fit(corpus, &places, &all, &settings, SEED);
    model.with_suffix = calibrate::calibration(&judged, 0);
    model.label_only = calibrate::calibration(&judged, 1);
    let figures = figures::text(corpus, &judged) + &figures::of_model(corpus, &model);
    Trained { model: file::write(&model), figures }
}
