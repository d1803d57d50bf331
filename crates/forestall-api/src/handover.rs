// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Taking over a case that another installation handed over as a file.

use forestall_model::CaseId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::CaseIdText;

/// The most octets of a case as a file that the API takes; a larger one is taken by the command line.
pub const MAX_ARCHIVE: usize = 64 << 20;

/// What was taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Imported {
    /// The case.
    #[schema(value_type = CaseIdText)]
    pub case: CaseId,
    /// Events that were here before.
    pub before: u64,
    /// Events that were taken over.
    pub taken: u64,
    /// Documents of evidence that came with them.
    pub evidence: u64,
}
