// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who calls the API: a program with a token, or for reading somebody who is signed in by hand.

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::server::{App, Problem, find_session};

/// Lets those through who are known, and tells others how to become known.
pub(crate) async fn require(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let (found, moment) = match find_session(&app, request.headers()).await {
        Ok(Some(found)) => found,
        Ok(None) => {
            let detail =
                "a program sends a token of its person in Authorization, as in \"Authorization: Bearer TOKEN\"";
            return Problem::new(StatusCode::UNAUTHORIZED, "Nobody is known", detail).into_response();
        }
        Err(problem) => return problem.into_response(),
    };
    if !found.strong {
        return Problem::forbidden("set up the codes of your account first").into_response();
    }
    // What a browser sends on its own must change nothing.
    if !found.is_by_program() && !reads {
        let detail = "a session of a browser may only read here; whoever acts by the API sends a token";
        return Problem::forbidden(detail).into_response();
    }
    request.extensions_mut().insert(found);
    request.extensions_mut().insert(moment);
    next.run(request).await
}
