// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The Merkle tree over the leaves, with the roots and proofs that it gives.

use forestall_model::Digest;

/// Returns the hash of a leaf: SHA-256 over a zero octet and its data.
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Digest {
    Digest::of_parts(&[&[0], data])
}

/// Returns the hash of an inner node: SHA-256 over a one octet and the hashes of its two children.
#[must_use]
pub fn node_hash(left: Digest, right: Digest) -> Digest {
    Digest::of_parts(&[&[1], &left.0, &right.0])
}

/// Returns the root of the tree without leaves: SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> Digest {
    Digest::of(&[])
}

/// A Merkle tree that grows at its end.
///
/// It holds the hash of every complete subtree, 64 octets a leaf in all: a leaf is added in constant time on average, and a root, a
/// proof or a tile of the tree as it was at any size costs steps in the order of its height.
///
/// # Source
///
/// RFC 6962, section 2.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// At height *h*, the hashes of the complete subtrees of 2^*h* leaves, from the left.
    levels: Vec<Vec<Digest>>,
}

impl Tree {
    /// Adds a leaf by its hash.
    pub fn push(&mut self, leaf: Digest) {
        let mut hash = leaf;
        for height in 0.. {
            if self.levels.len() == height {
                self.levels.push(Vec::new());
            }
            let level = &mut self.levels[height];
            level.push(hash);
            let [.., left, right] = level.as_slice() else { break };
            if level.len() % 2 == 1 {
                break;
            }
            hash = node_hash(*left, *right);
        }
    }

    /// Returns the number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// Returns the hash of a leaf, counted from 0; `None` where there is no such leaf.
    #[must_use]
    pub fn leaf(&self, index: u64) -> Option<Digest> {
        self.complete(0, index)
    }

    /// Returns the root.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.span(0, self.size())
    }

    /// Returns the root of the first `size` leaves; `None` where there are not so many.
    #[must_use]
    pub fn root_at(&self, size: u64) -> Option<Digest> {
        (size <= self.size()).then(|| self.span(0, size))
    }

    /// Returns the hashes that lead from a leaf to the root of the first `size` leaves, the leaf's sibling first; `None` where the leaf is
    /// not among them or there are not so many leaves.
    #[must_use]
    pub fn inclusion(&self, index: u64, size: u64) -> Option<Vec<Digest>> {
        if index >= size || size > self.size() {
            return None;
        }
        let (mut from, mut until) = (0, size);
        let mut path = Vec::new();
        while until - from > 1 {
            let middle = from + split(until - from);
            if index < middle {
                path.push(self.span(middle, until));
                until = middle;
            } else {
                path.push(self.span(from, middle));
                from = middle;
            }
        }
        path.reverse();
        Some(path)
    }

    /// Returns the hashes that show that the first `new` leaves begin with the first `old` ones; `None` where there are not so many
    /// leaves or `old` is larger than `new`. Between equal sizes, and from the empty tree, nothing needs to be shown.
    #[must_use]
    pub fn consistency(&self, old: u64, new: u64) -> Option<Vec<Digest>> {
        if old > new || new > self.size() {
            return None;
        }
        if old == 0 || old == new {
            return Some(Vec::new());
        }
        let (mut from, mut until) = (0, new);
        let mut path = Vec::new();
        while until != old {
            let middle = from + split(until - from);
            if old <= middle {
                path.push(self.span(middle, until));
                until = middle;
            } else {
                path.push(self.span(from, middle));
                from = middle;
            }
        }
        // Whoever checks knows the old root; a part of it must be told.
        if from > 0 {
            path.push(self.span(from, until));
        }
        path.reverse();
        Some(path)
    }

    /// Returns the hashes of `count` complete subtrees of 2^`height` leaves from number `first` on; `None` where one of them is not
    /// complete.
    pub(super) fn row(&self, height: usize, first: u64, count: usize) -> Option<&[Digest]> {
        let first = usize::try_from(first).ok()?;
        self.levels.get(height)?.get(first..first.checked_add(count)?)
    }

    fn complete(&self, height: usize, number: u64) -> Option<Digest> {
        self.row(height, number, 1).map(|row| row[0])
    }

    /// Returns the hash over the leaves from `from` to before `until`, a span that the tree is cut into.
    fn span(&self, from: u64, until: u64) -> Digest {
        let size = until - from;
        if size == 0 {
            return empty_root();
        }
        if size.is_power_of_two() {
            let height = size.ilog2();
            let known = self.complete(height as usize, from >> height);
            return known.expect("a complete subtree within the tree has its hash kept");
        }
        let middle = from + split(size);
        node_hash(self.span(from, middle), self.span(middle, until))
    }
}

/// Returns where a tree of more than one leaf is cut: the largest power of two below its size.
const fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}
