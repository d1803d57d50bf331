// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the server of a drill answers beside everything else, and what stands on each of its pages.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use forestall_api::drill::{
    AddPerson, AddSights, AddedPerson, CLOCK_AT, MAX_LISTS, MAX_REQUEST, MoveClock, Moved, PEOPLE_AT, RecordedSights,
    SIGHTS_AT,
};
use forestall_api::header::JSON;
use forestall_api::route::BASE;
use forestall_model::{CaseId, Instant};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{App, Problem, Session, needs};
use crate::desk::ListSights;
use crate::drill::Drill;

/// How long the body of a request may take to come.
const BODY_TIME: Duration = Duration::from_secs(30);
/// The largest page that is looked through for where it begins; larger ones are downloads.
const MOST_PAGE: usize = 64 << 20;

/// What stands on each page of a drill.
const BANNER: &str = "<p class=\"drill\" role=\"note\"><strong>DRILL</strong> Nothing here is real: the time is made up, and nobody outside \
                      is asked or told anything.</p>";

/// The addresses of a drill, for the people who run it.
pub(super) fn routes(drill: &Drill) -> Router<App> {
    let at = |template: &str| format!("{BASE}{template}");
    Router::new()
        .route(&at(CLOCK_AT), get(clock).put(move_clock))
        .route(&at(PEOPLE_AT), post(add_person))
        .route(&at(SIGHTS_AT), post(add_sights))
        .route_layer(from_fn(by_program))
        .route_layer(from_fn(needs::operator))
        .layer(Extension(drill.clone()))
}

/// For programs alone: a browser sends its cookie with what another page asked for.
async fn by_program(Extension(session): Extension<Session>, request: Request, next: Next) -> Response {
    if session.token.is_some() || request.method() == Method::GET {
        return next.run(request).await;
    }
    Problem::forbidden("the time and the people of a drill are for programs; send a token").into_response()
}

async fn clock(Extension(drill): Extension<Drill>) -> Response {
    json(StatusCode::OK, &Moved { now: drill.now(), jobs: 0 })
}

async fn move_clock(
    State(app): State<App>,
    Extension(drill): Extension<Drill>,
    request: Request,
) -> Result<Response, Problem> {
    let MoveClock { to } = read(request).await?;
    let moved = drill.move_to(to, app.origin()).await?;
    Ok(json(StatusCode::OK, &Moved { now: moved.now, jobs: moved.jobs as u64 }))
}

async fn add_person(
    State(app): State<App>,
    Extension(drill): Extension<Drill>,
    request: Request,
) -> Result<Response, Problem> {
    let AddPerson { party, name } = read(request).await?;
    let name = name.parse().map_err(|error: forestall_model::id::IdError| Problem::refused(error.to_string()))?;
    let (person, token) = app.desk().add_drill_person(party, &name, drill.now()).await?;
    Ok(json(StatusCode::CREATED, &AddedPerson { person, token: token.to_string() }))
}

async fn add_sights(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(case): Path<CaseId>,
    request: Request,
) -> Result<Response, Problem> {
    let AddSights { method, vantage, lists } = read(request).await?;
    if lists.len() > MAX_LISTS {
        return Err(Problem::refused(format!("{} lists; at most {MAX_LISTS} are taken at once", lists.len())));
    }
    let list = |list: forestall_api::drill::SeenList| ListSights {
        campaign: list.campaign,
        day: list.day,
        tld: list.slice,
        usual: list.usual,
        differing: list.differing.into_iter().map(|differing| (differing.sight, differing.places)).collect(),
    };
    let lists = lists.into_iter().map(list).collect();
    let now: Instant = app.now();
    let (lists, names) = app.desk().record_sights(&case, &session.act(now), method, vantage, lists).await?;
    Ok(json(StatusCode::OK, &RecordedSights { lists: lists as u64, names }))
}

/// Writes an answer.
fn json(status: StatusCode, answer: &impl Serialize) -> Response {
    match serde_json::to_string(answer) {
        Ok(text) => (status, [(header::CONTENT_TYPE, JSON)], text).into_response(),
        Err(error) => Problem::internal(&error).into_response(),
    }
}

/// Reads a request in JSON, within its limits.
async fn read<T: DeserializeOwned>(request: Request) -> Result<T, Problem> {
    let body = axum::body::to_bytes(request.into_body(), MAX_REQUEST);
    let body = tokio::time::timeout(BODY_TIME, body).await;
    let too_long = || {
        let detail = format!("the request is longer than {MAX_REQUEST} octets, or broke off");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The request is too long", detail)
    };
    let late = |_| Problem::new(StatusCode::REQUEST_TIMEOUT, "Too slow", "the request did not arrive in time");
    let body = body.map_err(late)?.map_err(|_| too_long())?;
    serde_json::from_slice(&body).map_err(|error| Problem::bad_request(format!("the body is no such request: {error}")))
}

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
