// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers with a strong entity tag, and those that need not be sent again.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use forestall_api::header::JSON;
use forestall_model::{Digest, Instant};
use serde::Serialize;

use crate::server::Problem;

/// Digits of the digest in a tag.
const DIGITS: usize = 24;

/// What somebody sees of an object besides its octets, which they can send back to say on what they act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// A case after one of its events.
    Version(u64),
    /// A party as it was changed at an instant.
    Changed(Instant),
    /// Nothing but the octets.
    Octets,
}

/// An answer that is written, with its tag.
#[derive(Debug)]
pub(crate) struct Written<O = Vec<u8>> {
    octets: O,
    media_type: &'static str,
    /// The tag in its quotes.
    pub(crate) tag: String,
}

impl Written {
    /// Writes an object.
    pub(crate) fn of(value: &impl Serialize, seen: Seen) -> Result<Self, Problem> {
        let octets = serde_json::to_vec(value).map_err(|error| Problem::internal(&error))?;
        let mut digest = Digest::of(&octets).to_string();
        digest.truncate(DIGITS);
        let tag = match seen {
            Seen::Version(version) => format!("\"v{version}-{digest}\""),
            Seen::Changed(at) => format!("\"c{}-{digest}\"", at.micros()),
            Seen::Octets => format!("\"{digest}\""),
        };
        Ok(Self { octets, media_type: JSON, tag })
    }

    /// Takes a file.
    pub(crate) fn file(octets: Vec<u8>, media_type: &'static str) -> Self {
        let digest = Digest::of(&octets);
        Self::with_digest(octets, digest, media_type)
    }
}

impl<O: IntoResponse> Written<O> {
    /// Takes a file whose digest is known.
    pub(crate) fn with_digest(octets: O, digest: Digest, media_type: &'static str) -> Self {
        let mut digest = digest.to_string();
        digest.truncate(DIGITS);
        Self { octets, media_type, tag: format!("\"{digest}\"") }
    }

    /// Says whether whoever asks has these octets already.
    pub(crate) fn is_known(&self, headers: &HeaderMap) -> bool {
        let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let mut tags = values.flat_map(|value| value.split(',')).map(str::trim);
        tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == self.tag)
    }

    /// Answers with the object, or says that it is known.
    pub(crate) fn respond(self, headers: &HeaderMap) -> Result<Response, Problem> {
        let known = self.is_known(headers);
        let tag = HeaderValue::from_str(&self.tag).map_err(|error| Problem::internal(&error))?;
        let common = [
            (header::ETAG, tag),
            (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
            (header::VARY, HeaderValue::from_static("Authorization, Cookie")),
        ];
        Ok(if known {
            (StatusCode::NOT_MODIFIED, common).into_response()
        } else {
            // What the octets would say of themselves gives way.
            let mut response = (common, self.octets).into_response();
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
            response
        })
    }
}

/// Answers with an object.
pub(crate) fn object(headers: &HeaderMap, seen: Seen, value: &impl Serialize) -> Result<Response, Problem> {
    Written::of(value, seen)?.respond(headers)
}

/// Answers to an act.
pub(crate) fn done(status: StatusCode, value: &impl Serialize) -> Result<Response, Problem> {
    let octets = serde_json::to_vec(value).map_err(|error| Problem::internal(&error))?;
    Ok((status, [(header::CONTENT_TYPE, JSON)], octets).into_response())
}
