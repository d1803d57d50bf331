// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The gaps of a case.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::gaps::{Gaps, MAX_DAYS, USUAL_DAYS};
use forestall_api::route;
use forestall_api::words::{CaseIdText, DayText};
use forestall_coord::Board;
use forestall_model::UtcDay;

use super::params::Params;
use super::reply::{Seen, Written};
use crate::pages::disclosed::disclose;
use crate::pages::gaps::near;
use crate::pages::place::{case_id, now_of};
use crate::server::shared::ForOne;
use crate::server::{App, Problem, Session};
use crate::shown;

/// Answers with the gaps, the largest reach first.
#[utoipa::path(
    get, path = route::GAPS_AT, operation_id = "gaps", tag = "measures",
    params(
        ("id" = CaseIdText, Path, description = "The case."),
        ("days" = Option<u16>, Query, description = "How many days ahead; 7 where nothing is said.", minimum = 1, maximum = 3660),
        ("on" = Option<DayText>, Query, description = "From which day on; from now, or from the day of a reconstruction, where it is left out."),
        ("contacts" = Option<bool>, Query, description = "Whether to say whom to ring, to those who lead the case; the record of disclosures says so."),
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
    let params = params.only(&["days", "on", "contacts"])?;
    let days = params.number("days", (1, MAX_DAYS), USUAL_DAYS)?;
    let on = params.parse::<UtcDay>("on")?;
    let contacts = params.parse::<bool>("contacts")?.unwrap_or(false);
    let id = case_id(&id)?;
    let file = app.file(&session, &id).await?;
    let registries = app.desk().registries().await?;
    let ring = match contacts {
        true => Some(app.whom_to_ring(&session, file.object(), &registries)?),
        false => None,
    };
    let now = on.map_or_else(|| now_of(&file.object().case, app.now()), UtcDay::start);
    let version = file.object().case.version;
    let compute = move || {
        let counts = near(file.object(), now, days);
        shown::gaps(&Board::new(&file.object().case, &counts), &registries, ring.as_ref(), now, days)
    };
    let gaps = tokio::task::spawn_blocking(compute).await?;
    let contacts = shown::contacts_of(&gaps);
    let written = Written::of(&gaps, Seen::Version(version))?;
    if contacts > 0 && !written.is_known(&headers) {
        let what = "contacts of registries, with gaps";
        disclose(&app, &session, &id, what, contacts, "to ring registries about what is not protected").await?;
        let mut response = written.respond(&headers)?;
        response.extensions_mut().insert(ForOne);
        return Ok(response);
    }
    written.respond(&headers)
}
