// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Boosted trees over the features, in flat arrays: four octets a node, no pointers.
//!
//! A feature is first put into one of at most 63 bins by its edges; bin 0 is for what is not known. A node sends bins up to its own to the
//! next node and all others to a node further on. A leaf holds what the tree adds to the log-odds.

use super::features::{FEATURES, Features};

/// The feature number that marks a leaf.
pub(super) const LEAF: u8 = u8::MAX;

/// Bins of a feature, the one for the unknown included.
pub(super) const BINS: usize = 64;

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

/// All trees and the edges of the bins.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Trees {
    /// For each feature its edges, rising: bin `n + 1` begins above edge `n - 1`.
    pub(super) edges: Vec<Vec<f32>>,
    /// The nodes of all trees, one tree after the other.
    pub(super) nodes: Vec<Node>,
    /// Where each tree begins.
    pub(super) roots: Vec<usize>,
    /// What one unit of a leaf means.
    pub(super) scale: f32,
    /// What one unit of the linear score adds: the trees correct a line, which goes on where they have no more steps.
    pub(super) slope: f32,
}

impl Trees {
    /// Returns the sum of all trees, in log-odds.
    pub(super) fn score(&self, features: &Features) -> f32 {
        let binned = binned(&self.edges, features);
        let sum: i32 = self.roots.iter().map(|root| i32::from(self.leaf(*root, &binned))).sum();
        from_units(sum) * self.scale + self.slope * line(features)
    }

    fn leaf(&self, root: usize, binned: &Binned) -> i16 {
        let mut at = root;
        while let Some(node) = self.nodes.get(at) {
            let Some(bin) = binned.get(usize::from(node.feature)) else { return node.other.cast_signed() };
            at = if *bin <= node.bin { at + 1 } else { root + usize::from(node.other) };
        }
        0
    }
}

/// Puts features into their bins.
pub(super) fn binned(edges: &[Vec<f32>], features: &Features) -> Binned {
    let mut bins = [0; FEATURES];
    for ((bin, value), edges) in bins.iter_mut().zip(features).zip(edges) {
        if !value.is_nan() {
            let below = edges.partition_point(|edge| edge < value);
            *bin = u8::try_from(below + 1).unwrap_or(u8::MAX);
        }
    }
    bins
}

/// Returns the linear score, the suffix included where it is known.
pub(super) fn line(features: &Features) -> f32 {
    let [label, .., both] = features;
    if both.is_nan() { *label } else { *both }
}

fn from_units(sum: i32) -> f32 {
    sum as f32
}
