// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which media types are spoken (TAXII 2.1, section 1.6.8): one.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use forestall_formats::taxii::{MEDIA_TYPE, accepts, is_ours};

use crate::server::Problem;

/// Refuses a client that takes another form, or sends one.
pub(super) async fn negotiate(request: Request, next: Next) -> Response {
    match check(request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn check(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    let values = |name| headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?"));
    if !accepts(&values(header::ACCEPT).collect::<Vec<_>>().join(",")) {
        let detail = format!("Accept: answers are {MEDIA_TYPE}, and the request takes no such answer");
        return Err(Problem::new(StatusCode::NOT_ACCEPTABLE, "No such form", detail));
    }
    if method == Method::POST && !values(header::CONTENT_TYPE).any(is_ours) {
        let detail = format!("Content-Type: expected {MEDIA_TYPE}");
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "No such form", detail));
    }
    Ok(())
}
