// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What somebody has to know at once.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::alarms::Alarms;
use forestall_api::route;
use forestall_api::words::CaseIdText;

use super::params::Params;
use super::reply::{Seen, object};
use crate::pages::place::{case_id, now_of};
use crate::server::{App, Problem, Session};
use crate::shown;

/// Answers with the alarms of a case.
#[utoipa::path(
    get, path = route::ALARMS_AT, operation_id = "alarms", tag = "vetting",
    params(("id" = CaseIdText, Path, description = "The case.")),
    responses((status = 200, body = Alarms))
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
    let waiting = app.waiting(&file).await?;
    let case = &waiting.file.case;
    let items = waiting.alarms.iter().map(|alarm| shown::alarm(case, alarm)).collect();
    let seen_from = now_of(case, app.now());
    object(&headers, Seen::Version(case.version), &Alarms { case: case.id.clone(), seen_from, items })
}
