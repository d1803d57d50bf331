// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The transparency log of a case: its events as the leaves of a Merkle tree whose root is signed.
//!
//! Leaf *i*, counted from 0, is the canonical encoding of the case's event *i* + 1. A *checkpoint* says how many events there are and
//! what the root over them is, under a signature; an *inclusion proof* shows that an event is one of them, and a *consistency proof* that
//! a larger log only adds to a smaller one. Whoever kept a checkpoint finds out when an event before it was changed, left out or put in.
//!
//! # Source
//!
//! RFC 6962, section 2.1, and the algorithms of verification of RFC 9162, section 2.1; C2SP `tlog-checkpoint`, `signed-note`,
//! `tlog-tiles` and `tlog-proof`, as of 2026.

mod audit;
mod checkpoint;
mod continues;
mod note;
mod proof;
mod proof_text;
mod tile;
mod tree;

pub use audit::{Audit, Audited, LogFault, StoredEvent};
pub use checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
pub use continues::ForkError;
pub use note::{KeyError, MAX_NOTE, MAX_SIGNATURES, Note, NoteError, SignerKey, VerifierKey};
pub use proof::{ProofError, verify_consistency, verify_inclusion};
pub use proof_text::{InclusionProof, ProofTextError};
pub use tile::{MAX_BUNDLED, TILE_WIDTH, TilePath, TilePathError, TooLong, bundle};
pub use tree::{Tree, empty_root, leaf_hash, node_hash};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use forestall_model::Digest;

/// Writes octets in base64 (RFC 4648, section 4).
fn encode(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}

/// Writes a hash as checkpoints and proofs do, in base64.
#[must_use]
pub fn in_base64(hash: &Digest) -> String {
    encode(&hash.0)
}

/// Reads base64; `None` where the text is not the one that these octets are written as.
fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Reads a hash in base64.
fn decode_hash(text: &str) -> Option<Digest> {
    decode(text).and_then(|octets| octets.try_into().ok()).map(Digest)
}

/// Reads a number as the formats write it: decimal digits without a zero before them.
fn decimal(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}
