// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! An inclusion proof as a file that can be checked by itself: the number of the leaf, the hashes, and the signed checkpoint.
//!
//! # Source
//!
//! C2SP `tlog-proof`.

use std::fmt;

use forestall_model::Digest;

use super::checkpoint::{CheckpointError, SignedCheckpoint};
use super::note::{MAX_NOTE, VerifierKey};
use super::proof::{ProofError, verify_inclusion};
use super::{decimal, decode_hash, encode};

/// The first line.
const MARK: &str = "c2sp.org/tlog-proof@v1";
/// Most octets of a proof: a note, and 64 hashes with room for what others add.
const MAX_PROOF: usize = MAX_NOTE + (64 << 10);
/// Most hashes: the height of the largest tree.
const MAX_HASHES: usize = 64;

/// A proof that a leaf is in a log.
///
/// // WIRE FORMAT, version 1: C2SP `tlog-proof@v1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof {
    /// The number of the leaf, from 0.
    pub index: u64,
    /// The hashes from the leaf's sibling up.
    pub hashes: Vec<Digest>,
    /// The head that they lead to.
    pub checkpoint: SignedCheckpoint,
}

/// Why a text is no proof, or proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofTextError {
    /// Longer than a proof may be.
    #[error("the proof has {0} octets; at most {MAX_PROOF} are read")]
    TooLong(usize),
    /// A line that is not as it must be.
    #[error("line {line} of the proof is not understood; expected {expected}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// The checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The hashes lead elsewhere.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl InclusionProof {
    /// Reads a proof. Nothing is checked yet.
    ///
    /// # Errors
    ///
    /// [`ProofTextError`].
    pub fn parse(octets: &[u8]) -> Result<Self, ProofTextError> {
        if octets.len() > MAX_PROOF {
            return Err(ProofTextError::TooLong(octets.len()));
        }
        let wrong = |line, expected| ProofTextError::Line { line, expected };
        let text = std::str::from_utf8(octets).map_err(|_| wrong(1, "text in UTF-8"))?;
        let (head, checkpoint) =
            text.split_once("\n\n").ok_or(wrong(1, "a proof, a blank line and a signed checkpoint"))?;
        let mut lines = (1..).zip(head.split('\n')).peekable();
        if lines.next().is_none_or(|(_, line)| line != MARK) {
            return Err(wrong(1, "c2sp.org/tlog-proof@v1"));
        }
        // What somebody added for himself is covered by nothing.
        lines.next_if(|(_, line)| line.starts_with("extra "));
        let index = lines.next().and_then(|(_, line)| decimal(line.strip_prefix("index ")?));
        let index = index.ok_or(wrong(2, "index and the number of a leaf"))?;
        let mut hashes = Vec::new();
        for (number, line) in lines {
            if hashes.len() == MAX_HASHES {
                return Err(wrong(number, "no more than 64 hashes"));
            }
            hashes.push(decode_hash(line).ok_or(wrong(number, "a hash of 32 octets in base64"))?);
        }
        Ok(Self { index, hashes, checkpoint: SignedCheckpoint::parse(checkpoint.as_bytes())? })
    }

    /// Checks that the key signed the checkpoint and that a leaf, by its hash, is in the tree that it is over.
    ///
    /// # Errors
    ///
    /// [`ProofTextError`]; nothing is proved then.
    pub fn verify(&self, leaf: Digest, key: &VerifierKey) -> Result<(), ProofTextError> {
        self.checkpoint.verify(key)?;
        let head = self.checkpoint.checkpoint();
        Ok(verify_inclusion(leaf, self.index, head.size, &self.hashes, head.root)?)
    }
}

impl fmt::Display for InclusionProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{MARK}\nindex {}", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{}", encode(&hash.0)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}
