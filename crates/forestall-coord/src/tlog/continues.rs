// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Does a log still say what was signed of it earlier?

use forestall_model::Digest;

use super::checkpoint::{CheckpointError, SignedCheckpoint};
use super::note::VerifierKey;
use super::tree::Tree;

/// Why a log does not continue what was signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ForkError {
    /// The checkpoint is not by the key of the log.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Events that were signed are gone.
    #[error("the log has {held} events, and {signed} were signed: events were taken away")]
    Shorter {
        /// The events of the log.
        held: u64,
        /// The events that were signed.
        signed: u64,
    },
    /// Events that were signed are other ones now.
    #[error(
        "the first {size} events give the root {found}, and signed is {signed}: one of them was changed, left out or put in"
    )]
    Root {
        /// The number of events that were signed.
        size: u64,
        /// The root that was signed.
        signed: Digest,
        /// The root of these events now.
        found: Digest,
    },
}

impl SignedCheckpoint {
    /// Checks that the key signed this checkpoint and that a log, by its tree, begins with the events that it is over.
    ///
    /// # Errors
    ///
    /// [`ForkError`].
    pub fn is_continued_by(&self, tree: &Tree, key: &VerifierKey) -> Result<(), ForkError> {
        self.verify(key)?;
        let head = self.checkpoint();
        let found = tree.root_at(head.size).ok_or(ForkError::Shorter { held: tree.size(), signed: head.size })?;
        if found == head.root { Ok(()) } else { Err(ForkError::Root { size: head.size, signed: head.root, found }) }
    }
}
