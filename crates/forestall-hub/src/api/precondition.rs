// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What somebody says that they have seen before they act: the entity tags of `If-Match`.
//!
//! The tag of an object of a case holds the number of the case's last event. The act is made over that event and nothing else: the desk refuses
//! it where another event came first, so that nobody acts on what they have not seen.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use forestall_model::Instant;

use crate::server::Problem;

/// The tags of `If-Match`; none where the header is not there.
#[derive(Debug)]
pub(super) struct IfMatch(Option<Vec<String>>);

impl IfMatch {
    /// Says whether the header is there.
    pub(super) const fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// Returns the event on which an act must be made, where the tags name one; it is that with the number `version` then.
    pub(super) fn version(&self, version: u64) -> Result<Option<u64>, Problem> {
        self.need(&format!("\"v{version}-")).map(|given| given.then_some(version))
    }

    /// Returns over which change of a party an act must be made, where the tags name one; it is that at `changed` then.
    pub(super) fn changed(&self, changed: Instant) -> Result<Option<Instant>, Problem> {
        self.need(&format!("\"c{}-", changed.micros())).map(|given| given.then_some(changed))
    }

    /// Refuses where tags are given and `tag` is not among them; says whether any are given.
    pub(super) fn exactly(&self, tag: &str) -> Result<bool, Problem> {
        self.need(tag)
    }

    fn need(&self, start: &str) -> Result<bool, Problem> {
        let Some(tags) = &self.0 else { return Ok(false) };
        if tags.iter().any(|tag| tag == "*") {
            return Ok(false);
        }
        // The comparison is strong: a weak tag fits nothing.
        if tags.iter().any(|tag| tag.starts_with(start)) { Ok(true) } else { Err(stale()) }
    }
}

/// Says that something is not what somebody has seen.
fn stale() -> Problem {
    let detail = "it is not what If-Match names any more: get it again, and look whether the request still makes sense";
    Problem::new(StatusCode::PRECONDITION_FAILED, "Nothing was recorded", detail)
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut tags = None;
        for value in parts.headers.get_all(header::IF_MATCH) {
            let value = value.to_str().unwrap_or("");
            tags.get_or_insert_with(Vec::new).extend(value.split(',').map(|tag| tag.trim().to_owned()));
        }
        Ok(Self(tags))
    }
}
