// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Requests that are sent again: an idempotency key names one, and its answer is kept for a day.
//!
//! The whole request is read before anything of it is done, since its digest says whether it is the same. A request that came to nothing,
//! because the hub failed, gives its key up. One that its address does not take, or that is not for whoever asks, never comes here.

use std::sync::Arc;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use forestall_api::header::{IDEMPOTENCY_KEY, IDEMPOTENCY_REPLAYED, MAX_IDEMPOTENCY_KEY};
use forestall_api::problem::{IN_PROGRESS, KEY_REUSED};
use forestall_model::Digest;
use forestall_store::{KeptAnswer, KeyedRequest, Known};

use super::body::{collect, most};
use crate::server::{App, Problem, Session, Wants};

/// How long an answer is kept, in seconds.
const KEPT: i64 = 24 * 3_600;

/// Methods of requests that change something.
const METHODS: [Method; 4] = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// Headers that are kept with an answer.
const HEADERS: [HeaderName; 4] = [header::CONTENT_TYPE, header::ETAG, header::LOCATION, header::CONTENT_DISPOSITION];

/// Answers a request with a key from what is kept, or has it done and keeps the answer.
pub(super) async fn replay(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    request: Request,
    next: Next,
) -> Response {
    let key = match key_of(&request) {
        Ok(Some(key)) => key,
        Ok(None) => return next.run(request).await,
        Err(problem) => return problem.into_response(),
    };
    // Whoever has no token changes nothing.
    let Some(token) = session.token else { return next.run(request).await };
    keyed(&app, token, key, request, next).await.unwrap_or_else(IntoResponse::into_response)
}

fn key_of(request: &Request) -> Result<Option<String>, Problem> {
    let mut keys = request.headers().get_all(IDEMPOTENCY_KEY).iter();
    let Some(key) = keys.next().filter(|_| METHODS.contains(request.method())) else {
        return Ok(None);
    };
    let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
    let fits = |key: &&str| (1..=MAX_IDEMPOTENCY_KEY).contains(&key.len()) && key.bytes().all(known);
    let malformed = || {
        let detail = format!(
            "Idempotency-Key: expected one key of 1 to {MAX_IDEMPOTENCY_KEY} letters, digits, hyphens, underscores, dots or colons"
        );
        Problem::bad_request(detail)
    };
    let key = key.to_str().ok().filter(fits).filter(|_| keys.next().is_none()).ok_or_else(malformed)?;
    Ok(Some(key.to_owned()))
}

async fn keyed(app: &App, token: String, key: String, request: Request, next: Next) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = Bytes::from(collect(&parts.headers, body, most(parts.uri.path())).await?);
    let address = parts.uri.path_and_query().map_or("", |address| address.as_str());
    let method = parts.method.as_str();
    let digest = Digest::of_parts(&[method.as_bytes(), b"\n", address.as_bytes(), b"\n", &body]);
    let (store, now) = (app.desk().store(), app.now());
    let known = KeyedRequest { token, key, request: digest, expires: now.plus_seconds(KEPT) };
    match store.begin_request(&known, now).await? {
        Known::New => {}
        Known::Answered(answer) => return replayed(answer),
        Known::Other => {
            let detail = "another request came with this idempotency key within the last day; nothing was recorded";
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "The key is another request's", detail);
            return Err(Problem { kind: Some(KEY_REUSED), ..problem });
        }
        Known::UnderWay => {
            let detail = "the same request is being done, or the hub was stopped while it was: look whether it was done, and send what \
                          is left with another key";
            let problem = Problem::new(StatusCode::CONFLICT, "The request is under way", detail);
            return Err(Problem { kind: Some(IN_PROGRESS), ..problem });
        }
    }
    // Whoever hangs up must not keep the key from getting its answer.
    let (app, request) = (app.clone(), Request::from_parts(parts, Body::from(body)));
    let done = tokio::spawn(async move {
        let response = next.run(request).await;
        let may_have_happened =
            response.extensions().get::<Arc<Problem>>().is_some_and(|problem| problem.may_have_happened());
        let response = told(response);
        let store = app.desk().store();
        if response.status().is_server_error() && !may_have_happened {
            store.forget_request(known).await?;
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.map_err(|error| Problem::internal(&error))?;
        let named =
            |name: &HeaderName| Some((name.as_str().to_owned(), parts.headers.get(name)?.to_str().ok()?.to_owned()));
        let headers: Vec<(String, String)> = HEADERS.iter().filter_map(named).collect();
        let headers = serde_json::to_string(&headers).map_err(|error| Problem::internal(&error))?;
        let answer = KeptAnswer { status: parts.status.as_u16(), headers, body: body.to_vec() };
        if let Err(error) = store.keep_answer(known, answer).await {
            // The request was done: its answer goes out, and the key stays taken.
            tracing::error!(%error, "the answer to a request with a key was not kept");
        }
        Ok(Response::from_parts(parts, Body::from(body)))
    });
    done.await?
}

/// Writes a problem of a handler down, so that it can be kept as the answer that it is.
fn told(mut response: Response) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Arc<Problem>>() else { return response };
    let problem = Arc::into_inner(problem).unwrap_or_else(|| Problem::internal(&"a problem was shared"));
    problem.respond(Wants::Api)
}

fn replayed(answer: KeptAnswer) -> Result<Response, Problem> {
    let status = StatusCode::from_u16(answer.status).map_err(|error| Problem::internal(&error))?;
    let headers: Vec<(String, String)> =
        serde_json::from_str(&answer.headers).map_err(|error| Problem::internal(&error))?;
    let mut response = (status, answer.body).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| Problem::internal(&error))?;
        let value = HeaderValue::from_str(&value).map_err(|error| Problem::internal(&error))?;
        response.headers_mut().insert(name, value);
    }
    response.headers_mut().insert(HeaderName::from_static(IDEMPOTENCY_REPLAYED), HeaderValue::from_static("true"));
    Ok(response)
}
