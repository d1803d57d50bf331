// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Appeals of holders: recording one, answering it, and taking back what was done to names.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use forestall_api::act::Recorded;
use forestall_api::appeals::{Appeal, MAX_UNDONE, Settle, Undo};
use forestall_api::route;
use forestall_api::words::CaseIdText;
use forestall_coord::command::APPEAL_HOURS;

use super::acting::{act, answer, need_few};
use super::body::Json;
use super::params::Params;
use super::precondition::IfMatch;
use crate::desk::BroughtAppeal;
use crate::pages::place::case_id;
use crate::server::{App, Problem, Session};

/// Records an appeal: until it is answered, nothing is asked for the name.
#[utoipa::path(
    post, path = route::APPEALS_AT, operation_id = "appeal", tag = "vetting",
    params(("id" = CaseIdText, Path, description = "The case.")),
    request_body = Appeal, responses((status = 200, body = Recorded))
)]
pub(super) async fn bring(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<Appeal>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let case = case_id(&id)?;
    let file = app.file(&session, &case).await?;
    let Appeal { name, contact, proof, hours, record } = body;
    let act = act(&app, &session, &file, &if_match, record)?;
    let brought = BroughtAppeal { name, contact, proof, hours: hours.unwrap_or(APPEAL_HOURS) };
    answer(&case, &act, app.desk().appeal(&case, &act, brought).await)
}

/// Answers an appeal.
#[utoipa::path(
    post, path = route::SETTLE_AT, operation_id = "settle", tag = "vetting",
    params(("id" = CaseIdText, Path, description = "The case.")),
    request_body = Settle, responses((status = 200, body = Recorded))
)]
pub(super) async fn settle(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<Settle>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let case = case_id(&id)?;
    let file = app.file(&session, &case).await?;
    let act = act(&app, &session, &file, &if_match, body.record)?;
    answer(&case, &act, app.desk().settle(&case, &act, body.name, body.upheld, body.reason).await)
}

/// Takes back in one step what was done to names: the registry has 24 hours to release them.
#[utoipa::path(
    post, path = route::UNDO_AT, operation_id = "undo", tag = "vetting",
    params(("id" = CaseIdText, Path, description = "The case.")),
    request_body = Undo, responses((status = 200, body = Recorded))
)]
pub(super) async fn undo(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<Undo>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let case = case_id(&id)?;
    let file = app.file(&session, &case).await?;
    need_few("/names", body.names.len(), MAX_UNDONE, "names")?;
    let act = act(&app, &session, &file, &if_match, body.record)?;
    answer(&case, &act, app.desk().undo(&case, &act, body.names, body.reason).await)
}
