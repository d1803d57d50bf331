// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What stands on each page of the hub of a drill.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// The largest page that is looked through for where it begins; larger ones are downloads.
const MOST_PAGE: usize = 64 << 20;

/// What stands on each page of a drill.
const BANNER: &str = "<p class=\"drill\" role=\"note\"><strong>DRILL</strong> Nothing here is real: the time is made up, and nobody outside \
                      is asked or told anything.</p>";

/// Says on each page that it is one of a drill. Files to download stay as they are: some are signed.
pub(super) async fn banner(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let headers = response.headers();
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    if !is_page || headers.contains_key(header::CONTENT_DISPOSITION) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(page) = axum::body::to_bytes(body, MOST_PAGE).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let Ok(page) = String::from_utf8(page.to_vec()) else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let marked = page.replacen("<title>", "<title>DRILL: ", 1).replacen("<body>", &format!("<body>\n{BANNER}"), 1);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(marked))
}
