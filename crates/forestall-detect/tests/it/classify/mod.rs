// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The name classifier.

mod card;
mod figures;
mod hostile;
mod model_file;
mod scores;
mod subjects;
mod training;

use forestall_detect::classify::{Classifier, NotScored, Room, Score};

/// The committed model.
const MODEL: &[u8] = include_bytes!("../../../model/names.model");

/// What training said of it.
const FIGURES: &str = include_str!("../../../model/figures.toml");

fn score(classifier: &Classifier, name: &str) -> Result<Score, NotScored> {
    let mut room = Room::default();
    classifier.subject(name.as_bytes(), &mut room).map(|subject| classifier.score(&subject))
}

fn probability(classifier: &Classifier, name: &str) -> f32 {
    score(classifier, name).unwrap_or_else(|reason| panic!("{name}: {reason}")).probability()
}
