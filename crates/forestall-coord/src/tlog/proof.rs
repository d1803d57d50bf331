// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Checking proofs, with nothing at hand but hashes that were kept.
//!
//! # Source
//!
//! RFC 9162, sections 2.1.3.2 and 2.1.4.2.

use forestall_model::Digest;

use super::tree::{empty_root, node_hash};

/// Why a proof proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// A leaf that the tree does not have.
    #[error("leaf {index} is not in a tree of {size} leaves, which are counted from 0")]
    NoSuchLeaf {
        /// The number of the leaf.
        index: u64,
        /// The leaves of the tree.
        size: u64,
    },
    /// The tree that should be the older one has more leaves.
    #[error("a tree of {new} leaves cannot continue one of {old}")]
    Shrunk {
        /// The leaves of the older tree.
        old: u64,
        /// The leaves of the newer tree.
        new: u64,
    },
    /// Not as many hashes as trees of these sizes need.
    #[error("the proof has {0} hashes, which is not what trees of these sizes need")]
    Length(usize),
    /// The hashes lead to another root.
    #[error("the proof leads to the root {found}, and expected is {expected}")]
    Root {
        /// The root that was expected.
        expected: Digest,
        /// The root that the hashes give.
        found: Digest,
    },
    /// The hashes give another root of the older tree.
    #[error("the proof is of an older tree with the root {found}, and expected is {expected}")]
    OldRoot {
        /// The root that was expected.
        expected: Digest,
        /// The root that the hashes give.
        found: Digest,
    },
}

/// Checks that a leaf, by its hash, is leaf `index` of the tree of `size` leaves with this root.
///
/// # Errors
///
/// [`ProofError`]; nothing is proved then.
pub fn verify_inclusion(leaf: Digest, index: u64, size: u64, proof: &[Digest], root: Digest) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::NoSuchLeaf { index, size });
    }
    let mut walk = Walk { node: index, last: size - 1 };
    let mut hash = leaf;
    for sibling in proof {
        hash = if walk.up(proof.len())? { node_hash(*sibling, hash) } else { node_hash(hash, *sibling) };
    }
    walk.end(proof.len())?;
    if hash == root { Ok(()) } else { Err(ProofError::Root { expected: root, found: hash }) }
}

/// Checks that the tree of `new` leaves with the root `new_root` begins with the tree of `old` leaves with the root `old_root`.
///
/// # Errors
///
/// [`ProofError`]; nothing is proved then.
pub fn verify_consistency(
    (old, old_root): (u64, Digest),
    (new, new_root): (u64, Digest),
    proof: &[Digest],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::Shrunk { old, new });
    }
    if old == 0 && old_root != empty_root() {
        return Err(ProofError::OldRoot { expected: old_root, found: empty_root() });
    }
    if old == 0 || old == new {
        if !proof.is_empty() {
            return Err(ProofError::Length(proof.len()));
        }
        let same = old == 0 && new > 0 || old_root == new_root;
        return if same { Ok(()) } else { Err(ProofError::Root { expected: new_root, found: old_root }) };
    }
    // An old tree that is a complete subtree of the new one is where the way begins, and is not told again.
    let (first, rest) = match proof {
        [] => return Err(ProofError::Length(0)),
        all if old.is_power_of_two() => (old_root, all),
        [first, rest @ ..] => (*first, rest),
    };
    let mut walk = Walk { node: old - 1, last: new - 1 };
    walk.skip(walk.node.trailing_ones());
    let (mut of_old, mut of_new) = (first, first);
    for sibling in rest {
        if walk.up(proof.len())? {
            of_old = node_hash(*sibling, of_old);
            of_new = node_hash(*sibling, of_new);
        } else {
            of_new = node_hash(of_new, *sibling);
        }
    }
    walk.end(proof.len())?;
    if of_old != old_root {
        return Err(ProofError::OldRoot { expected: old_root, found: of_old });
    }
    if of_new == new_root { Ok(()) } else { Err(ProofError::Root { expected: new_root, found: of_new }) }
}

/// A way from a node up to the root: the number of the node in its level, and that of the level's last node.
struct Walk {
    node: u64,
    last: u64,
}

impl Walk {
    /// Goes up past one sibling and says whether that stands on the left. `length` is that of the proof, for the error.
    fn up(&mut self, length: usize) -> Result<bool, ProofError> {
        if self.last == 0 {
            return Err(ProofError::Length(length));
        }
        let is_on_left = self.node % 2 == 1 || self.node == self.last;
        if is_on_left && self.node.is_multiple_of(2) {
            // The last node of a level without a sibling is handed up as it is.
            self.skip(self.node.trailing_zeros().min(u64::BITS - 1));
        }
        self.skip(1);
        Ok(is_on_left)
    }

    const fn skip(&mut self, levels: u32) {
        self.node >>= levels;
        self.last >>= levels;
    }

    /// Says that the way ends at the root.
    const fn end(&self, length: usize) -> Result<(), ProofError> {
        if self.last == 0 { Ok(()) } else { Err(ProofError::Length(length)) }
    }
}
