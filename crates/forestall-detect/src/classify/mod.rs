// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How likely it is that a name was made by an algorithm, from the name alone.
//!
//! A [`Classifier`] cuts the subject out of a name, adds up the weights of its groups of letters (`linear`), asks how surprising its
//! letters are behind each other (`chain`) and which words fill it (`words`), and has boosted trees weigh all of that. The result is a
//! log-likelihood ratio, calibrated on families that the model had not seen. One name proves nothing: see the model card in
//! `docs/classifier.md`.

mod alphabet;
mod calibration;
mod chain;
mod explain;
mod features;
mod file;
mod linear;
mod masks;
mod subject;
pub mod train;
mod trees;
mod words;
mod zones;

pub use explain::{Explanation, Part};
pub use file::ModelError;
pub use subject::{NotScored, Room, Subject};
pub use words::Segmentation;

use calibration::Calibration;
use chain::Chain;
use features::{Features, Readings, features, without_suffix};
use linear::Linear;
use trees::Trees;
use words::Words;
use zones::Zones;

/// The committed model.
const BUILT_IN: &[u8] = include_bytes!("../../model/names.model");

/// Everything that training made: what [`file`] writes and reads.
#[derive(Clone, Debug, PartialEq)]
struct Model {
    linear: Linear,
    chain: Chain,
    words: Words,
    trees: Trees,
    /// Where each feature lies for an ordinary name: its median among benign ones.
    ordinary: Features,
    with_suffix: Calibration,
    label_only: Calibration,
}

/// A model and the tables around it, ready to score names.
#[derive(Clone, Debug)]
pub struct Classifier {
    model: Model,
    zones: Zones,
}

/// What the classifier says of one name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    llr: f32,
}

impl Score {
    /// Returns the natural logarithm of how many times likelier the name is among generated names than among others, clipped to
    /// what the training data can support.
    #[must_use]
    pub fn log_likelihood_ratio(&self) -> f32 {
        self.llr
    }

    /// Returns the probability, 0 to 1, that the name was generated where half of all names are.
    ///
    /// Where the share of generated names is another, `p`, add `ln(p / (1 - p))` to [`Score::log_likelihood_ratio`].
    #[must_use]
    pub fn probability(&self) -> f32 {
        1.0 / (1.0 + (-self.llr).exp())
    }
}

impl Classifier {
    /// Returns the classifier with the model that is compiled in.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "the compiled-in model is read by a test")]
    pub fn built_in() -> Self {
        Self::read(BUILT_IN).expect("the compiled-in model is whole")
    }

    /// Reads a model from the bytes of its file.
    ///
    /// # Errors
    ///
    /// Where the bytes are not a whole model of this version.
    pub fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        Ok(Self { model: file::read(bytes)?, zones: Zones::built_in() })
    }

    /// Returns the part of a name that is scored; `room` is kept from name to name.
    ///
    /// `name` is as a log or list holds it, in any letter case, with or without a final dot.
    ///
    /// # Errors
    ///
    /// Why the name is not to be scored.
    pub fn subject<'a>(&self, name: &[u8], room: &'a mut Room) -> Result<Subject<'a>, NotScored> {
        subject::subject(name, &self.zones, room)
    }

    /// Scores a subject, its suffix included: generators prefer some suffixes.
    #[must_use]
    pub fn score(&self, subject: &Subject<'_>) -> Score {
        let features = self.model.features(subject);
        Score { llr: self.model.with_suffix.ratio(self.model.trees.score(&features)) }
    }

    /// Scores the label alone: for claims about families that nobody knows, whose suffixes nobody knows either.
    #[must_use]
    pub fn score_label(&self, subject: &Subject<'_>) -> Score {
        let mut features = self.model.features(subject);
        without_suffix(&mut features);
        Score { llr: self.model.label_only.ratio(self.model.trees.score(&features)) }
    }

    /// Returns the log-odds of the linear part alone: a quick first look, neither calibrated nor clipped.
    #[must_use]
    pub fn linear(&self, subject: &Subject<'_>) -> f32 {
        let score = self.model.linear.score(subject);
        score.label + score.suffix
    }

    /// Cuts a label into words and what is left between them.
    ///
    /// `label` is in lower case; of a longer one the first 63 octets are cut.
    #[must_use]
    pub fn segment(&self, label: &str) -> Segmentation {
        self.model.words.cut(label)
    }

    /// Says what weighed most in the score of a subject.
    #[must_use]
    pub fn explain(&self, subject: &Subject<'_>) -> Explanation {
        explain::explain(&self.model, subject)
    }
}

impl Model {
    fn readings(&self, subject: &Subject<'_>) -> Readings {
        Readings {
            linear: self.linear.score(subject),
            surprises: self.chain.surprises(subject.label),
            cut: self.words.cut(subject.label),
        }
    }

    fn features(&self, subject: &Subject<'_>) -> Features {
        features(subject, &self.readings(subject))
    }
}
