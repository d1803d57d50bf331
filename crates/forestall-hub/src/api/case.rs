// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One case.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::case::Case;
use forestall_api::route;
use forestall_api::words::{CaseIdText, DayText};

use super::params::Params;
use super::reply::{Seen, object};
use crate::pages::place::case_id;
use crate::server::{App, Problem, Session};
use crate::shown;

/// Answers with a case.
#[utoipa::path(
    get, path = route::CASE_AT, operation_id = "case", tag = "cases",
    params(
        ("id" = CaseIdText, Path, description = "The case."),
        ("on" = Option<DayText>, Query, description = "The day from which it is looked at; today, or that of a reconstruction, where it is left out."),
    ),
    responses((status = 200, body = Case))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["on"])?;
    let file = app.file(&session, &case_id(&id)?).await?;
    let day = shown::day(file.object(), params.parse("on")?, app.today());
    let version = file.object().case.version;
    let compute = move || shown::case(&file.object().board(), file.marking(), day);
    let shown = tokio::task::spawn_blocking(compute).await?;
    object(&headers, Seen::Version(version), &shown)
}
