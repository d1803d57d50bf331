// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! All trees at once, without a branch: which leaves each answer still leaves open.
//!
//! A tree has at most 32 leaves, a bit each, in their order. For each bin of each feature there is a row with one mask a tree: where the bin sends a
//! node of the tree on to its other node, the leaves below the next one are closed. What all features leave open has as its lowest bit the leaf in which the walk
//! through the tree would end (Lucchese et al., *`QuickScorer`*, SIGIR 2015; there a list of nodes for each feature, here whole rows, since bins are few).

use super::features::FEATURES;
use super::trees::{Binned, LEAF, Node};

/// Leaves of a tree at most: the bits of a mask.
pub(super) const MOST_LEAVES: usize = u32::BITS as usize;

/// Trees at most. With all features in all bins, that is 5.5 MB of masks.
pub(super) const MOST_TREES: usize = 512;

/// Features whose rows are read side by side, which keeps more of the memory busy than one after the other.
const AT_ONCE: usize = 6;

const _: () = assert!(FEATURES.is_multiple_of(AT_ONCE), "no feature is left out");

/// The masks of all trees.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Masks {
    trees: usize,
    /// For each feature, the row of its first bin.
    begins: [usize; FEATURES],
    /// Rows, each of one mask a tree.
    rows: Vec<u32>,
    /// The values of the leaves, [`MOST_LEAVES`] a tree.
    values: Vec<i16>,
}

impl Masks {
    /// Makes the masks of trees in preorder; `bins` says how many bins each feature has.
    ///
    /// # Errors
    ///
    /// What is wrong where the nodes are not trees in preorder, or are too many.
    pub(super) fn new(trees: &[&[Node]], bins: &[usize; FEATURES]) -> Result<Self, &'static str> {
        if trees.len() > MOST_TREES {
            return Err("more than 512 trees");
        }
        let mut begins = [0; FEATURES];
        let mut count = 0;
        for (begin, bins) in begins.iter_mut().zip(bins) {
            *begin = count;
            count += bins;
        }
        let mut masks = Self {
            trees: trees.len(),
            begins,
            rows: vec![u32::MAX; count * trees.len()],
            values: vec![0; trees.len() * MOST_LEAVES],
        };
        for (number, tree) in trees.iter().enumerate() {
            masks.close(number, tree, bins)?;
        }
        masks.carry(bins);
        Ok(masks)
    }

    /// Closes leaves of one tree in the first bin that goes to the other side of each of its nodes.
    fn close(&mut self, number: usize, tree: &[Node], bins: &[usize; FEATURES]) -> Result<(), &'static str> {
        // Inner nodes whose other side is still to come: where it begins, the feature, the bin, and the first leaf below.
        let mut waiting: Vec<(usize, usize, usize, usize)> = Vec::new();
        let mut leaves = 0;
        for (at, node) in tree.iter().enumerate() {
            if node.feature != LEAF {
                let feature = usize::from(node.feature);
                if feature >= FEATURES {
                    return Err("a node that asks for no feature");
                }
                waiting.push((usize::from(node.other), feature, usize::from(node.bin), leaves));
                continue;
            }
            if leaves == MOST_LEAVES {
                return Err("a tree of more than 32 leaves");
            }
            self.values[number * MOST_LEAVES + leaves] = node.other.cast_signed();
            leaves += 1;
            match waiting.pop() {
                Some((other, feature, bin, first)) if other == at + 1 => {
                    // Fewer than all bits: leaves of the other side follow.
                    let below = (1_u32 << (leaves - first)) - 1;
                    if bin + 1 < bins[feature] {
                        self.rows[(self.begins[feature] + bin + 1) * self.trees + number] &= !(below << first);
                    }
                }
                None if at + 1 == tree.len() => return Ok(()),
                _ => return Err("nodes that are no tree in preorder"),
            }
        }
        Err("a tree that does not end in a leaf")
    }

    /// What a bin closes, all greater bins close as well.
    fn carry(&mut self, bins: &[usize; FEATURES]) {
        for (begin, bins) in self.begins.iter().zip(bins) {
            for row in begin + 1..begin + bins {
                let (before, from_here) = self.rows.split_at_mut(row * self.trees);
                let lower = &before[(row - 1) * self.trees..];
                for (mask, lower) in from_here.iter_mut().zip(lower) {
                    *mask &= lower;
                }
            }
        }
    }

    /// Returns the sum of the values of the leaves that the bins lead to.
    pub(super) fn sum(&self, binned: &Binned) -> i32 {
        let mut open = [u32::MAX; MOST_TREES];
        let open = &mut open[..self.trees];
        for (begins, bins) in self.begins.chunks_exact(AT_ONCE).zip(binned.chunks_exact(AT_ONCE)) {
            let mut rows: [&[u32]; AT_ONCE] = [&[]; AT_ONCE];
            for ((row, begin), bin) in rows.iter_mut().zip(begins).zip(bins) {
                let at = (begin + usize::from(*bin)) * self.trees;
                *row = &self.rows[at..at + self.trees];
            }
            let [a, b, c, d, e, f] = rows;
            for ((((((open, a), b), c), d), e), f) in open.iter_mut().zip(a).zip(b).zip(c).zip(d).zip(e).zip(f) {
                *open &= a & b & c & d & e & f;
            }
        }
        let values = self.values.chunks_exact(MOST_LEAVES);
        open.iter()
            .zip(values)
            .map(|(open, values)| i32::from(values[open.trailing_zeros() as usize % MOST_LEAVES]))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::classify::trees::BINS;

    /// Walks through a tree, node by node.
    fn walked(tree: &[Node], binned: &Binned) -> i32 {
        let mut at = 0;
        loop {
            let node = tree[at];
            if node.feature == LEAF {
                return i32::from(node.other.cast_signed());
            }
            at = if binned[usize::from(node.feature)] <= node.bin { at + 1 } else { usize::from(node.other) };
        }
    }

    /// Grows a tree of so many leaves, each split drawn from `draws`.
    fn grown(leaves: usize, draws: &mut impl Iterator<Item = u16>, into: &mut Vec<Node>) {
        let draw = draws.next().unwrap();
        if leaves == 1 {
            return into.push(Node { feature: LEAF, bin: 0, other: draw });
        }
        let place = into.len();
        let [feature, bin] = draw.to_le_bytes();
        into.push(Node { feature: feature % 42, bin: bin % 64, other: 0 });
        let left = 1 + usize::from(draw) % (leaves - 1);
        grown(left, draws, into);
        into[place].other = u16::try_from(into.len()).unwrap();
        grown(leaves - left, draws, into);
    }

    proptest! {
        #[test]
        fn all_trees_at_once_give_what_walks_give(
            sizes in proptest::collection::vec(1..=MOST_LEAVES, 1..40),
            draws in proptest::collection::vec(any::<u16>(), 64),
            names in proptest::collection::vec(proptest::collection::vec(0..64_u8, FEATURES), 1..8),
        ) {
            let mut draws = draws.iter().copied().cycle().enumerate().map(|(at, draw)| draw.wrapping_mul(31).wrapping_add(u16::try_from(at % 977).unwrap()));
            let trees: Vec<Vec<Node>> = sizes.iter().map(|leaves| { let mut tree = Vec::new(); grown(*leaves, &mut draws, &mut tree); tree }).collect();
            let borrowed: Vec<&[Node]> = trees.iter().map(Vec::as_slice).collect();
            let masks = Masks::new(&borrowed, &[BINS; FEATURES]).unwrap();
            for name in names {
                let binned: Binned = name.try_into().unwrap();
                prop_assert_eq!(masks.sum(&binned), borrowed.iter().map(|tree| walked(tree, &binned)).sum::<i32>());
            }
        }
    }

    #[test]
    fn refuses_what_is_no_tree() {
        let check = |nodes: &[(u8, u8, u16)], expected: &str| {
            let tree: Vec<Node> = nodes.iter().map(|&(feature, bin, other)| Node { feature, bin, other }).collect();
            assert_eq!(Masks::new(&[&tree], &[BINS; FEATURES]).unwrap_err(), expected, "{nodes:?}");
        };
        check(&[], "a tree that does not end in a leaf");
        check(&[(0, 1, 2), (LEAF, 0, 5)], "a tree that does not end in a leaf");
        check(&[(0, 1, 3), (LEAF, 0, 5), (LEAF, 0, 6)], "nodes that are no tree in preorder");
        check(&[(LEAF, 0, 5), (LEAF, 0, 6)], "nodes that are no tree in preorder");
        check(&[(42, 1, 2), (LEAF, 0, 5), (LEAF, 0, 6)], "a node that asks for no feature");
        let (mut line, leaf) = (Vec::new(), (LEAF, 0, 1));
        for at in 0..32 {
            line.extend([(0, 1, at * 2 + 2), leaf]);
        }
        line.push(leaf);
        check(&line, "a tree of more than 32 leaves");
        assert_eq!(Masks::new(&vec![&[][..]; 513], &[BINS; FEATURES]).unwrap_err(), "more than 512 trees");
    }
}
