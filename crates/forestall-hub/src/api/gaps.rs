// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The gaps of a case.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::gaps::{Gaps, MAX_DAYS, USUAL_DAYS};
use forestall_api::route;
use forestall_api::words::{CaseIdText, DayText};
use forestall_model::UtcDay;

use super::params::Params;
use super::reply::{Seen, object};
use crate::pages::gaps::list;
use crate::pages::place::{case_id, now_of};
use crate::server::{App, Problem, Session};
use crate::shown;

/// Answers with the gaps, the largest reach first.
#[utoipa::path(
    get, path = route::GAPS_AT, operation_id = "gaps", tag = "measures",
    params(
        ("id" = CaseIdText, Path, description = "The case."),
        ("days" = Option<u16>, Query, description = "How many days ahead; 7 where nothing is said.", minimum = 1, maximum = 3660),
        ("on" = Option<DayText>, Query, description = "From which day on; from now, or from the day of a reconstruction, where it is left out."),
    ),
    responses((status = 200, body = Gaps))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["days", "on"])?;
    let days = params.number("days", (1, MAX_DAYS), USUAL_DAYS)?;
    let on = params.parse::<UtcDay>("on")?;
    let file = app.file(&session, &case_id(&id)?).await?;
    let now = on.map_or_else(|| now_of(&file.object().case, app.now()), UtcDay::start);
    let version = file.object().case.version;
    let compute = move || {
        let found = list(file.object(), now, days);
        shown::gaps(&file.object().case, &found, now, days)
    };
    let gaps = tokio::task::spawn_blocking(compute).await?;
    object(&headers, Seen::Version(version), &gaps)
}
