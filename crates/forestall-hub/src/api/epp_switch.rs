// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The switch over everything that is written at registries: whoever leads a case stops it, whoever runs the installation lets it go on.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use forestall_api::epp::{EppSwitch, StopEpp};
use forestall_api::route;

use super::acting::{failed, fault, need_short};
use super::body::Json;
use super::params::Params;
use super::reply::{Seen, done, object};
use crate::server::{App, Problem, Session};
use crate::shown;

/// The most characters of a reason.
pub(crate) const MAX_REASON: usize = 2_000;

/// Answers with the switch.
#[utoipa::path(
    get, path = route::EPP_STOP_AT, operation_id = "epp_switch", tag = "epp",
    responses((status = 200, body = EppSwitch))
)]
pub(super) async fn show(State(app): State<App>, headers: HeaderMap, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    object(&headers, Seen::Octets, &shown::epp_switch(app.desk().store().epp_stop().await?))
}

/// Stops everything. Where it is stopped already, the first reason stays.
#[utoipa::path(
    post, path = route::EPP_STOP_AT, operation_id = "stop_epp", tag = "epp", request_body = StopEpp,
    responses((status = 200, body = EppSwitch))
)]
pub(super) async fn stop(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    params: Params,
    Json(body): Json<StopEpp>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    need_short("/reason", &body.reason, MAX_REASON)?;
    if body.reason.trim().is_empty() {
        return Err(fault("/reason", "it must be given"));
    }
    let stopped = app.desk().epp_stop(&session.actor, &body.reason, app.now()).await;
    stopped.map_err(|error| failed(error, false))?;
    done(StatusCode::OK, &shown::epp_switch(app.desk().store().epp_stop().await?))
}

/// Lets approved batches run again.
#[utoipa::path(
    delete, path = route::EPP_STOP_AT, operation_id = "go_epp", tag = "epp",
    responses((status = 204, description = "Approved batches may run."))
)]
pub(super) async fn go(State(app): State<App>, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    app.desk().epp_go().await.map_err(|error| failed(error, false))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
