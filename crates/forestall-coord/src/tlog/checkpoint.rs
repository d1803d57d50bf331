// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Checkpoints: which log, how many leaves, which root; and the same under a signature.
//!
//! # Source
//!
//! C2SP `tlog-checkpoint`.

use std::fmt;

use forestall_model::Digest;

use super::note::{Note, NoteError, SignerKey, VerifierKey};
use super::{decimal, decode_hash, encode};

/// The head of a log at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: a name that no other log has.
    pub origin: String,
    /// The number of its leaves.
    pub size: u64,
    /// The root over them.
    pub root: Digest,
}

/// Why a note is no checkpoint, or not one of the log and the key that were asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// No signed note, or not signed by the key.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text is no checkpoint.
    #[error("line {line} of the checkpoint is not understood; expected {expected}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// A checkpoint of another log than the one that the key is of.
    #[error("the checkpoint is of the log {found:?}, and the key is that of {expected:?}")]
    Origin {
        /// The log that the checkpoint names.
        found: String,
        /// The log of the key.
        expected: String,
    },
}

impl Checkpoint {
    /// Reads the text of a checkpoint. Lines after the third may say what they like, but must not be empty.
    ///
    /// # Errors
    ///
    /// [`CheckpointError::Line`].
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let wrong = |line, expected| CheckpointError::Line { line, expected };
        let mut lines = text.split_terminator('\n');
        let origin = lines.next().filter(|line| !line.is_empty()).ok_or(wrong(1, "the name of a log"))?;
        let size = lines.next().and_then(decimal).ok_or(wrong(2, "the number of leaves"))?;
        let root = lines.next().and_then(decode_hash).ok_or(wrong(3, "a hash of 32 octets in base64"))?;
        if let Some((line, _)) = (4..).zip(lines).find(|(_, line)| line.is_empty()) {
            return Err(wrong(line, "a text"));
        }
        if !text.ends_with('\n') {
            return Err(wrong(text.split('\n').count(), "a line feed at the end"));
        }
        Ok(Self { origin: origin.to_owned(), size, root })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, encode(&self.root.0))
    }
}

/// A checkpoint in a signed note.
///
/// // WIRE FORMAT, version 1: C2SP `tlog-checkpoint`, signed under the origin as the name of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// Signs the head of the log that the key is named after.
    ///
    /// # Errors
    ///
    /// [`CheckpointError::Note`] for a name that cannot stand in a note.
    pub fn sign(size: u64, root: Digest, key: &SignerKey) -> Result<Self, CheckpointError> {
        let checkpoint = Checkpoint { origin: key.verifier().name().to_owned(), size, root };
        let note = key.sign(&checkpoint.to_string())?;
        Ok(Self { checkpoint, note })
    }

    /// Reads a signed checkpoint. Its signature is not looked at.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`].
    pub fn parse(octets: &[u8]) -> Result<Self, CheckpointError> {
        let note = Note::parse(octets)?;
        Ok(Self { checkpoint: Checkpoint::parse(note.text())?, note })
    }

    /// Checks that the key signed the checkpoint, and that it is one of the key's own log.
    ///
    /// # Errors
    ///
    /// [`CheckpointError::Note`] where the signature is missing or wrong, [`CheckpointError::Origin`].
    pub fn verify(&self, key: &VerifierKey) -> Result<(), CheckpointError> {
        if self.checkpoint.origin != key.name() {
            let (found, expected) = (self.checkpoint.origin.clone(), key.name().to_owned());
            return Err(CheckpointError::Origin { found, expected });
        }
        Ok(self.note.verify(key)?)
    }

    /// Returns what was signed.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}
