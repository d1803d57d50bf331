// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How many requests a token may send: what is left stands in the headers of every answer.
//!
//! # Source
//!
//! IETF draft `draft-ietf-httpapi-ratelimit-headers`, version 10: one policy, `token`, with quota `q` and window `w` in seconds; what is left
//! of it `r`, and the seconds until all is back `t`.

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use forestall_api::header::{RATE_LIMIT, RATE_LIMIT_POLICY};

use crate::server::{App, Left, Problem, Session};

/// Takes one request from the allowance of whoever asks.
pub(crate) async fn take(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    request: Request,
    next: Next,
) -> Response {
    let whose = match &session.token {
        Some(token) => format!("token {token}"),
        None => format!("person {}", session.actor),
    };
    let (each, left) = (app.allowances().each(), app.allowances().take(&whose, app.now()));
    let mut response = match left.wait {
        None => next.run(request).await,
        Some(wait) => {
            let detail = format!("the token has used up its {} requests; try again in {wait} s", each.burst);
            let refused = Problem::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests", detail);
            let mut response = refused.into_response();
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
            response
        }
    };
    let Left { requests, seconds, .. } = left;
    let policy = format!("\"token\";q={};w={}", each.burst, each.window());
    for (name, value) in [(RATE_LIMIT, format!("\"token\";r={requests};t={seconds}")), (RATE_LIMIT_POLICY, policy)] {
        // Digits and the letters above make a value.
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}
