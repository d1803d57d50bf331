// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Asking a registry.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use forestall_api::act::Recorded;
use forestall_api::request::AskRegistry;
use forestall_api::route;
use forestall_api::words::{CaseIdText, TldText};

use super::acting::{act, answer, days, two_people};
use super::body::Json;
use super::params::Params;
use super::precondition::IfMatch;
use crate::desk;
use crate::pages::place::{case_id, tld};
use crate::server::{App, Problem, Session};

/// Records what a registry is asked.
#[utoipa::path(
    post, path = route::REQUEST_AT, operation_id = "request", tag = "slices",
    params(("id" = CaseIdText, Path, description = "The case."), ("tld" = TldText, Path, description = "The top-level domain.")),
    request_body = AskRegistry, responses((status = 200, body = Recorded))
)]
pub(super) async fn ask(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, slice)): Path<(String, String)>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<AskRegistry>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let (case, slice) = (case_id(&id)?, tld(&slice)?);
    let file = app.file(&session, &case).await?;
    let act = act(&app, &session, &file, &if_match, body.record)?;
    let ask = desk::AskRegistry {
        tld: slice,
        days: body.days.map(|given| days(given, "/days")).transpose()?,
        campaigns: body.campaigns,
        action: body.action,
        fallback: body.fallback,
        legal_basis: body.legal_basis,
        override_by: two_people(body.override_by),
    };
    answer(&case, &act, app.desk().request(&case, &act, ask).await)
}
