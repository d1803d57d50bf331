// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Boosted trees over the features, as they are stored: four octets a node, no pointers.
//!
//! A feature is first put into one of at most 63 bins by its edges; bin 0 is for what is not known. A node sends bins up to its own to the
//! next node and all others to a node further on. A leaf holds what the tree adds to the log-odds. [`Masks`] asks all trees at once.

use super::features::{FEATURES, Features, LENGTH, MEAN_SURPRISE};
use super::masks::Masks;

/// The feature number that marks a leaf.
pub(super) const LEAF: u8 = u8::MAX;

/// Bins of a feature, the one for the unknown included.
pub(super) const BINS: usize = 64;

/// Surprise of a symbol drawn by chance, in nats: the logarithm of 26 letters, ten digits and the hyphen.
const CHANCE: f32 = 3.61;

/// One node of a tree, its nodes in preorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// The feature that is asked, or [`LEAF`].
    pub(super) feature: u8,
    /// The last bin that goes to the next node; of no meaning in a leaf.
    pub(super) bin: u8,
    /// The node for all other bins, counted from the root of the tree; in a leaf its value, in two's complement.
    pub(super) other: u16,
}

/// The bins that the features of one name fall into.
pub(super) type Binned = [u8; FEATURES];

/// What the trees correct, and what goes on where they have no more steps: two sums that grow with the label.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Base {
    /// What one unit of the linear score adds, which grows with the root of the length.
    pub(super) linear: f32,
    /// What each nat of [`beyond_chance`] adds, which grows with the length.
    pub(super) surprise: f32,
}

impl Base {
    /// Returns what both add together.
    pub(super) fn and(self, other: Self) -> Self {
        Self { linear: self.linear + other.linear, surprise: self.surprise + other.surprise }
    }

    /// Returns what is added for one name.
    pub(super) fn score(&self, features: &Features) -> f32 {
        self.linear * line(features) + self.surprise * beyond_chance(features)
    }
}

/// All trees and the edges of the bins.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Trees {
    /// For each feature its edges, rising: bin `n + 1` begins above edge `n - 1`.
    edges: Vec<Vec<f32>>,
    /// The nodes of all trees, one tree after the other.
    nodes: Vec<Node>,
    /// Where each tree begins.
    roots: Vec<usize>,
    /// What one unit of a leaf means.
    pub(super) scale: f32,
    /// What is added to the sum of the trees.
    pub(super) base: Base,
    /// The same trees, to be asked all at once.
    masks: Masks,
}

impl Trees {
    /// Makes trees of their nodes, each tree in preorder, all in `nodes`, and of where they begin, rising from 0.
    ///
    /// # Errors
    ///
    /// What is wrong where the edges are not those of all features or too many, or the nodes are not trees.
    pub(super) fn new(
        edges: Vec<Vec<f32>>,
        nodes: Vec<Node>,
        roots: Vec<usize>,
        scale: f32,
        base: Base,
    ) -> Result<Self, &'static str> {
        let bins: Vec<usize> = edges.iter().map(|edges| edges.len() + 2).filter(|bins| *bins <= BINS).collect();
        let bins: [usize; FEATURES] = bins.try_into().map_err(|_| "edges of other features, or more than 62 of one")?;
        let masks = Masks::new(&by_tree(&nodes, &roots), &bins)?;
        Ok(Self { edges, nodes, roots, scale, base, masks })
    }

    /// Returns the edges of each feature.
    pub(super) fn edges(&self) -> &[Vec<f32>] {
        &self.edges
    }

    /// Returns the nodes of each tree.
    pub(super) fn trees(&self) -> Vec<&[Node]> {
        by_tree(&self.nodes, &self.roots)
    }

    /// Returns the sum of all trees and what they correct, in log-odds.
    pub(super) fn score(&self, features: &Features) -> f32 {
        from_units(self.masks.sum(&binned(&self.edges, features))) * self.scale + self.base.score(features)
    }
}

/// Parts nodes into trees.
fn by_tree<'a>(nodes: &'a [Node], roots: &[usize]) -> Vec<&'a [Node]> {
    let ends = roots.iter().skip(1).copied().chain([nodes.len()]);
    roots.iter().zip(ends).map(|(root, end)| nodes.get(*root..end).unwrap_or_default()).collect()
}

/// Puts features into their bins.
pub(super) fn binned(edges: &[Vec<f32>], features: &Features) -> Binned {
    let mut bins = [0; FEATURES];
    for ((bin, value), edges) in bins.iter_mut().zip(features).zip(edges) {
        if !value.is_nan() {
            // All edges are compared, four or more at once, which costs less than a search that guesses wrong at every other step.
            let below: u32 = edges.iter().map(|edge| u32::from(edge < value)).sum();
            *bin = u8::try_from(below + 1).unwrap_or(u8::MAX);
        }
    }
    bins
}

/// Returns the linear score, the suffix included where it is known.
fn line(features: &Features) -> f32 {
    let [label, .., both] = features;
    if both.is_nan() { *label } else { *both }
}

/// Returns by how many nats the letters and the end of a label are less surprising to a generator that draws each symbol alike than to the chain of letters;
/// 0 where they are not, since a label that the chain expects may be made of words by a generator as well as by people.
fn beyond_chance(features: &Features) -> f32 {
    (features[MEAN_SURPRISE] - CHANCE).max(0.0) * (features[LENGTH] + 1.0)
}

fn from_units(sum: i32) -> f32 {
    sum as f32
}
