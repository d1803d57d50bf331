// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is decided about a case at large.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::act::Recorded;
use forestall_api::decisions::{Decide, Decision};
use forestall_api::words::CaseIdText;
use forestall_api::{Items, route};
use forestall_coord::command::Resolve;

use super::acting::{act, answer};
use super::body::Json;
use super::params::Params;
use super::precondition::IfMatch;
use super::reply::{Seen, object};
use crate::pages::place::case_id;
use crate::server::{App, Problem, Session};

/// Answers with the decisions, the oldest first.
#[utoipa::path(
    get, path = route::DECISIONS_AT, operation_id = "decisions", tag = "work",
    params(("id" = CaseIdText, Path, description = "The case.")),
    responses((status = 200, body = Items<Decision>))
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
    let items = case.decisions.iter().map(|decision| Decision {
        version: decision.version,
        at: decision.at,
        title: decision.title.clone(),
        ground: decision.ground.clone(),
    });
    object(&headers, Seen::Version(case.version), &Items { items: items.collect() })
}

/// Records a decision.
#[utoipa::path(
    post, path = route::DECISIONS_AT, operation_id = "decide", tag = "work",
    params(("id" = CaseIdText, Path, description = "The case.")),
    request_body = Decide, responses((status = 200, body = Recorded))
)]
pub(super) async fn add(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<Decide>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let case = case_id(&id)?;
    let file = app.file(&session, &case).await?;
    let act = act(&app, &session, &file, &if_match, body.record)?;
    let resolve = Resolve { title: body.title, ground: body.ground, second: body.second };
    answer(&case, &act, app.desk().decide_at_large(&case, &act, resolve).await)
}
