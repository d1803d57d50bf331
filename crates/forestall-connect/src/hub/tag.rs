// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which state of a thing somebody saw (RFC 9110, section 8.8.3).

use reqwest::header::HeaderValue;

/// The entity tag of an answer. Handed back with a change, it is refused where somebody else was faster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ETag(pub(super) HeaderValue);

/// What was read, and which state of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Tagged<T> {
    /// What was read.
    pub value: T,
    /// Its state, where the hub says it.
    pub tag: Option<ETag>,
}
