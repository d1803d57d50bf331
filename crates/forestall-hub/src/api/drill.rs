// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the hub of a drill takes beside everything else, for the people who run it. It is no part of the document, and on no real hub.
//!
//! No answer is kept for a request that is sent again: one of them holds a token, which is stored nowhere, and whoever moves the time or
//! records sights twice has done it once.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use forestall_api::drill::{
    AddPerson, AddSights, AddedPerson, CLOCK_AT, MAX_LISTS, MoveClock, Moved, PEOPLE_AT, RecordedSights, SIGHTS_AT,
    SeenList,
};

use super::acting::{fault, need_few};
use super::body::Json;
use super::params::Params;
use super::reply::done;
use crate::desk::ListSights;
use crate::drill::Drill;
use crate::pages::place::case_id;
use crate::server::{App, Problem, Session, needs};

/// The addresses of a drill, for the people who run it; none on a real hub.
pub(super) fn router(app: &App) -> Router<App> {
    let Some(drill) = app.drill() else { return Router::new() };
    Router::new()
        .route(CLOCK_AT, get(clock).put(move_clock))
        .route(PEOPLE_AT, post(add_person))
        .route(SIGHTS_AT, post(add_sights))
        .route_layer(from_fn(needs::operator))
        .layer(Extension(drill.clone()))
}

async fn clock(Extension(drill): Extension<Drill>, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    done(StatusCode::OK, &Moved { now: drill.now(), jobs: 0 })
}

async fn move_clock(
    State(app): State<App>,
    Extension(drill): Extension<Drill>,
    params: Params,
    Json(MoveClock { to }): Json<MoveClock>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let moved = drill.move_to(to, app.origin()).await?;
    done(StatusCode::OK, &Moved { now: moved.now, jobs: moved.jobs as u64 })
}

async fn add_person(
    State(app): State<App>,
    Extension(drill): Extension<Drill>,
    params: Params,
    Json(AddPerson { party, name }): Json<AddPerson>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let name = name.parse().map_err(|error: forestall_model::id::IdError| fault("/name", error.to_string()))?;
    let (person, token) = app.desk().add_drill_person(party, &name, drill.now()).await?;
    done(StatusCode::CREATED, &AddedPerson { person, token: token.to_string() })
}

async fn add_sights(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    params: Params,
    Json(AddSights { method, vantage, lists }): Json<AddSights>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let id = case_id(&id)?;
    need_few("/lists", lists.len(), MAX_LISTS, "lists")?;
    let list = |list: SeenList| ListSights {
        campaign: list.campaign,
        day: list.day,
        tld: list.slice,
        usual: list.usual,
        differing: list.differing.into_iter().map(|differing| (differing.sight, differing.places)).collect(),
    };
    let lists = lists.into_iter().map(list).collect();
    let act = session.act(app.now());
    let (lists, names) = app.desk().record_sights(&id, &act, method, vantage, lists).await?;
    done(StatusCode::OK, &RecordedSights { lists: lists as u64, names })
}
