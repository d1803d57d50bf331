// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A file as an answer: browsers keep it under a name and never show it as a page of the console.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::server::Problem;

/// Says in a header that names come from an unverified family; the plain form has no room for it.
const CONFIDENCE: HeaderName = HeaderName::from_static(forestall_api::header::CONFIDENCE);

/// Answers with a file.
pub(crate) fn file(name: &str, media_type: &'static str, octets: impl IntoResponse) -> Result<Response, Problem> {
    Ok((headers(name, media_type)?, octets).into_response())
}

/// Returns what a file is answered with besides its octets: its media type, and the name under which it is kept.
pub(super) fn headers(name: &str, media_type: &'static str) -> Result<HeaderMap, Problem> {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_DISPOSITION, disposition(name)?);
    Ok(headers)
}

/// Returns the value of `Content-Disposition` by which a file is kept under a name.
pub(crate) fn disposition(name: &str) -> Result<HeaderValue, Problem> {
    HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")).map_err(|error| Problem::internal(&error))
}

/// Says in the headers of a file that an unverified family is behind names of it.
pub(super) fn mark_unverified(headers: &mut HeaderMap) {
    headers.insert(CONFIDENCE, HeaderValue::from_static("unverified"));
}

/// Returns what the name of a file says behind its stem where an unverified family is behind names of it.
pub(super) const fn mark(unverified: bool) -> &'static str {
    if unverified { "-UNVERIFIED" } else { "" }
}
