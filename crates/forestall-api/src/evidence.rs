// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What somebody saw of names from outside.

use forestall_model::{DomainName, Instant, Method, Sight};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::{Record, Recorded};
use crate::words::{InstantText, MethodWord, NameText, SightWord};

/// The most octets of a zone file that the API takes; a larger one is read by the command line.
pub const MAX_ZONE: usize = 16 << 20;

/// The most looks of one request.
pub const MAX_ROWS: usize = 10_000;
/// The most characters of a source.
pub const MAX_SOURCE: usize = 400;

/// Looks at single names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddEvidence {
    /// The looks. All of them are recorded, as one event, or none.
    #[schema(min_items = 1, max_items = 10_000)]
    pub rows: Vec<EvidenceRow>,
    /// What stands in the log beside it.
    #[serde(default)]
    pub record: Record,
}

/// One look at one name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRow {
    /// The name.
    #[serde(with = "crate::names::strictly_one")]
    #[schema(value_type = NameText)]
    pub name: DomainName,
    /// How it was looked at.
    #[schema(value_type = MethodWord)]
    pub method: Method,
    /// What was seen.
    #[schema(value_type = SightWord)]
    pub sight: Sight,
    /// When.
    #[schema(value_type = InstantText)]
    pub at: Instant,
    /// The name servers seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "crate::names::strictly")]
    #[schema(value_type = Vec<NameText>)]
    pub name_servers: Vec<DomainName>,
    /// Who looked, or where it can be read.
    #[schema(max_length = 400)]
    pub source: String,
}

/// What a copy of a zone showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ZoneReport {
    /// What was recorded.
    pub recorded: Recorded,
    /// Distinct names that were looked at.
    pub names: u64,
    /// Lists that were looked at.
    pub lists: u64,
    /// Names that did not show what most of their list showed.
    pub differing: u64,
    /// What the reader should know of the file: one that does not end with its SOA may have been cut.
    pub warning: Option<String>,
}
