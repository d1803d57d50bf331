// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The slices of a case.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::slice::SliceEntry;
use forestall_api::words::{CaseIdText, DayText};
use forestall_api::{Items, route};

use super::params::{Params, days};
use super::reply::{Seen, object};
use crate::pages::place::{case_id, now_of};
use crate::server::{App, Problem, Session};
use crate::shown;

/// Answers with the slices, in the order of their top-level domains.
#[utoipa::path(
    get, path = route::SLICES_AT, operation_id = "slices", tag = "slices",
    params(
        ("id" = CaseIdText, Path, description = "The case."),
        ("from" = Option<DayText>, Query, description = "The first day that counts; that of the horizon where it is left out."),
        ("until" = Option<DayText>, Query, description = "The day after the last one that counts."),
    ),
    responses((status = 200, body = Items<SliceEntry>))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["from", "until"])?;
    let file = app.file(&session, &case_id(&id)?).await?;
    let registries = app.desk().registries().await?;
    let days = days(&params, file.object().case.horizon)?;
    let now = now_of(&file.object().case, app.now());
    let (version, day) = (file.object().case.version, file.object().day(app.today()));
    let compute = move || shown::slices(&file.object().board(), &registries, days, day, now);
    let items = tokio::task::spawn_blocking(compute).await?;
    object(&headers, Seen::Version(version), &Items { items })
}
