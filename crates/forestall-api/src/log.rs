// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The transparency log of a case: its signed head and its proofs.

use forestall_model::{CaseId, Digest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::{CaseIdText, DigestText};

/// The signed head of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Checkpoint {
    /// The case.
    #[schema(value_type = CaseIdText)]
    pub case: CaseId,
    /// The log's own name.
    pub origin: String,
    /// The events that it is over.
    pub size: u64,
    /// The root of the tree over them.
    #[schema(value_type = DigestText)]
    pub root: Digest,
    /// The checkpoint as a signed note, to be kept and compared.
    pub note: String,
    /// The key that verifies it, as the hub tells it; whoever checks the hub compares it with the key that came another way.
    pub key: String,
}

/// The proof that an event is in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Inclusion {
    /// The case.
    #[schema(value_type = CaseIdText)]
    pub case: CaseId,
    /// The number of the event, from 1.
    pub version: u64,
    /// The hash of the event as a leaf.
    #[schema(value_type = DigestText)]
    pub leaf: Digest,
    /// The hashes of the path to the root.
    #[schema(value_type = Vec<DigestText>)]
    pub hashes: Vec<Digest>,
    /// The proof with its checkpoint in the form of a tlog-proof.
    pub proof: String,
}

/// The proof that a log only grew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Consistency {
    /// The case.
    #[schema(value_type = CaseIdText)]
    pub case: CaseId,
    /// The events of the smaller tree.
    pub old: u64,
    /// The events of the larger one.
    pub new: u64,
    /// The hashes of the proof (RFC 6962, section 2.1.2).
    #[schema(value_type = Vec<DigestText>)]
    pub hashes: Vec<Digest>,
}
