// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Recording that a registry received what it was sent.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use forestall_api::act::Recorded;
use forestall_api::request::Acknowledge;
use forestall_api::route;
use forestall_api::words::{CaseIdText, TldText};

use super::acting::{act, answer};
use super::body::Json;
use super::params::Params;
use super::precondition::IfMatch;
use crate::pages::place::{case_id, tld};
use crate::server::{App, Problem, Session};

/// Records that the registry received the last request, or a list.
#[utoipa::path(
    post, path = route::ACKNOWLEDGE_AT, operation_id = "acknowledge", tag = "slices",
    params(("id" = CaseIdText, Path, description = "The case."), ("tld" = TldText, Path, description = "The top-level domain.")),
    request_body = Acknowledge, responses((status = 200, body = Recorded))
)]
pub(super) async fn acknowledge(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, slice)): Path<(String, String)>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<Acknowledge>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let (case, slice) = (case_id(&id)?, tld(&slice)?);
    let file = app.file(&session, &case).await?;
    let act = act(&app, &session, &file, &if_match, body.record)?;
    answer(&case, &act, app.desk().acknowledge(&case, &act, slice, body.list).await)
}
