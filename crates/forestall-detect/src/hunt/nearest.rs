// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The known family whose names have the shape of a group's, or none.
//!
//! A shape is no proof: many generators draw twelve letters. It says where to look first, and that a group is of none of the known, where no
//! family can have made its names. The proof is a seed that makes the names again.

use std::collections::BTreeSet;

use super::shape::Shape;
use crate::classify::{Classifier, Room};

/// The part of a group's names that a family must be able to make, by length, symbols and suffix.
const FITTING: usize = 95;

/// How far apart two shapes may be, and still be called near. Two samples of 20 names of one family are seldom farther.
const FARTHEST: f64 = 0.40;

/// The shape of a known family's names.
#[derive(Clone, Debug)]
pub struct KnownShape {
    family: String,
    shape: Shape,
    suffixes: BTreeSet<String>,
}

impl KnownShape {
    /// Makes the shape of a family from a sample of its names, some hundreds, and its suffixes.
    #[must_use]
    pub fn of<'a>(
        family: &str,
        names: impl Iterator<Item = &'a [u8]>,
        suffixes: impl Iterator<Item = &'a str>,
        classifier: &Classifier,
    ) -> Self {
        let mut room = Room::default();
        let mut cut: BTreeSet<(String, String)> = BTreeSet::new();
        for name in names {
            if let Ok(subject) = classifier.subject(name, &mut room) {
                cut.insert((subject.label.to_owned(), subject.suffix.to_owned()));
            }
        }
        let shape = Shape::of(cut.iter().map(|(label, suffix)| (label.as_str(), suffix.as_str())), classifier);
        let suffixes = suffixes.map(str::to_owned).chain(cut.into_iter().map(|(_, suffix)| suffix)).collect();
        Self { family: family.to_owned(), shape, suffixes }
    }
}

/// A family with names of a like shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Nearest {
    /// The family.
    pub family: String,
    /// How far the shapes are apart: 0 where they are the same, 1 where nothing is.
    pub distance: f64,
}

/// Returns the nearest family that can have made the names, given as label and suffix; none where no known one can.
pub(super) fn nearest(names: &[(&str, &str)], shape: &Shape, known: &[KnownShape]) -> Option<Nearest> {
    let fits = |known: &&KnownShape| {
        let made = names.iter().filter(|(label, suffix)| known.shape.admits(label) && known.suffixes.contains(*suffix));
        made.count() * 100 >= names.len() * FITTING
    };
    let distances = known.iter().filter(fits).map(|known| (known.shape.distance(shape), known));
    let best = distances.reduce(|best, next| if next.0 < best.0 { next } else { best })?;
    (best.0 <= FARTHEST).then(|| Nearest { family: best.1.family.clone(), distance: best.0 })
}
