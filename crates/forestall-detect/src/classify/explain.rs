// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Why a name got its score: the groups of letters and the features that weigh most.
//!
//! A group's weight is what the linear model adds for it. A feature's weight is how far the sum of the trees moves when the feature is put where it
//! is for an ordinary name, the others being left: an honest answer to "would it matter", not a partition of the score.

use std::collections::BTreeMap;
use std::fmt;

use super::Model;
use super::features::{FEATURES, Features, NAMES};
use super::linear::{Group, for_each_place};
use super::subject::Subject;

/// Groups and features that are named at most.
const MOST: usize = 5;

/// One reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The group of letters (`^` and `$` being the ends of the label), the suffix with its dot, or the feature with its
    /// value.
    pub what: String,
    /// What it adds to the log-odds that the name was generated.
    pub weight: f32,
}

/// Reasons of a score, by weight, either way.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Groups of letters, and the suffix.
    pub groups: Vec<Part>,
    /// Features.
    pub features: Vec<Part>,
    /// The label cut into words and what is left between them.
    pub pieces: Vec<String>,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = |f: &mut fmt::Formatter<'_>, parts: &[Part]| {
            parts.iter().try_for_each(|part| write!(f, " {} {:+.2};", part.what, part.weight))
        };
        write!(f, "groups:")?;
        parts(f, &self.groups)?;
        write!(f, " features:")?;
        parts(f, &self.features)?;
        write!(f, " pieces: {}", self.pieces.join(" "))
    }
}

/// Explains the score of a subject.
pub(super) fn explain(model: &Model, subject: &Subject<'_>) -> Explanation {
    let features = model.features(subject);
    Explanation {
        groups: groups(model, subject),
        features: of_features(model, &features),
        pieces: model.words.cut(subject.label).pieces(subject.label).map(str::to_owned).collect(),
    }
}

fn groups(model: &Model, subject: &Subject<'_>) -> Vec<Part> {
    let mut places = Vec::new();
    for_each_place(subject, |place, group| places.push((place, group)));
    let letters = u16::try_from(places.len() - 1).unwrap_or(u16::MAX);
    let padded = format!("^{}$", subject.label);
    // A group that stands in the label twice weighs twice, and is named once.
    let mut parts: BTreeMap<String, f32> = BTreeMap::new();
    for (place, group) in &places {
        let what = match group {
            Group::Letters { at, length } => padded.get(*at..at + length).unwrap_or_default().to_owned(),
            Group::Suffix => format!(".{}", subject.suffix),
        };
        *parts.entry(what).or_default() += model.linear.part(*place, *group, letters);
    }
    heaviest(parts.into_iter().map(|(what, weight)| Part { what, weight }))
}

fn of_features(model: &Model, features: &Features) -> Vec<Part> {
    let whole = model.trees.score(features);
    let parts = (0..FEATURES).map(|number| {
        let mut without = *features;
        without[number] = model.ordinary[number];
        Part {
            what: format!("{} = {:.2}", NAMES[number], features[number]),
            weight: whole - model.trees.score(&without),
        }
    });
    heaviest(parts)
}

/// Keeps the parts that weigh most, heaviest first, those of equal weight in their order.
fn heaviest(parts: impl Iterator<Item = Part>) -> Vec<Part> {
    let mut parts: Vec<Part> = parts.filter(|part| part.weight.abs() >= 0.005).collect();
    parts.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
    parts.truncate(MOST);
    parts
}
