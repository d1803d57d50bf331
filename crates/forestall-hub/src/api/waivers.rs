// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Requests for a waiver that were sent to ICANN.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::act::Recorded;
use forestall_api::waivers::{AnswerWaiver, SendWaiver, Waiver};
use forestall_api::words::CaseIdText;
use forestall_api::{Items, route};
use forestall_coord::command::{AnswerFiling, File};

use super::acting::{act, answer as answered};
use super::body::Json;
use super::params::Params;
use super::precondition::IfMatch;
use super::reply::{Seen, object};
use crate::pages::place::case_id;
use crate::server::{App, Problem, Session};
use crate::shown;

/// Answers with the requests, in the order of their numbers.
#[utoipa::path(
    get, path = route::WAIVERS_AT, operation_id = "waivers", tag = "work",
    params(("id" = CaseIdText, Path, description = "The case.")),
    responses((status = 200, body = Items<Waiver>))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let file = app.file(&session, &case_id(&id)?).await?;
    let case = &file.object().case;
    object(&headers, Seen::Version(case.version), &Items { items: shown::waivers(case) })
}

/// Records that a request was sent.
#[utoipa::path(
    post, path = route::WAIVERS_AT, operation_id = "send_waiver", tag = "work",
    params(("id" = CaseIdText, Path, description = "The case.")),
    request_body = SendWaiver, responses((status = 200, body = Recorded))
)]
pub(super) async fn send(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<SendWaiver>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let case = case_id(&id)?;
    let file = app.file(&session, &case).await?;
    let act = act(&app, &session, &file, &if_match, body.record)?;
    let filed = File { road: body.road, tlds: body.tlds, reference: body.reference };
    answered(&case, &act, app.desk().send_waiver(&case, &act, filed).await)
}

/// Records an answer.
#[utoipa::path(
    post, path = route::WAIVER_ANSWERS_AT, operation_id = "answer_waiver", tag = "work",
    params(("id" = CaseIdText, Path, description = "The case.")),
    request_body = AnswerWaiver, responses((status = 200, body = Recorded))
)]
pub(super) async fn answer(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<AnswerWaiver>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let case = case_id(&id)?;
    let file = app.file(&session, &case).await?;
    let act = act(&app, &session, &file, &if_match, body.record)?;
    let said = AnswerFiling { filing: body.number, granted: body.granted, text: body.text };
    answered(&case, &act, app.desk().answer_waiver(&case, &act, said).await)
}
