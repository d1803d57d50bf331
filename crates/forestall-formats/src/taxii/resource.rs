// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The resources of a server that hold no objects.

use serde::Serialize;

/// What a server is (TAXII 2.1, section 4.1.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Discovery {
    /// What people call it.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Whom to ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// The API root to take where one has no other wish.
    pub default: String,
    /// All API roots.
    pub api_roots: Vec<String>,
}

/// What an API root is (section 4.2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApiRoot {
    /// What people call it.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// The versions of TAXII that it speaks.
    pub versions: Vec<&'static str>,
    /// The most octets of a request's body.
    pub max_content_length: u64,
}

/// The collections of an API root (section 5.1.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Collections {
    /// The collections; left out where there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub collections: Vec<Collection>,
}

/// A collection (section 5.2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Collection {
    /// Its identifier.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// What is in it.
    pub description: String,
    /// What stands for its identifier in addresses.
    pub alias: String,
    /// Whether whoever asks may read it.
    pub can_read: bool,
    /// Whether they may add to it.
    pub can_write: bool,
    /// The media types of its objects.
    pub media_types: Vec<&'static str>,
}

/// What went wrong (section 3.6.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// What it is, in a few words.
    pub title: String,
    /// What is wrong with this request, in full.
    pub description: String,
    /// The status of the response, in digits.
    pub http_status: String,
}
