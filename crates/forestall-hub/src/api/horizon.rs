// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Moving the end of a horizon.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use forestall_api::act::Recorded;
use forestall_api::open::{MAX_HORIZON, MoveHorizon};
use forestall_api::route;
use forestall_api::words::CaseIdText;

use super::acting::{act, answer, need_few};
use super::body::Json;
use super::params::Params;
use super::precondition::IfMatch;
use crate::pages::place::case_id;
use crate::server::{App, Problem, Session};

/// Moves the end of the horizon of a case.
#[utoipa::path(
    post, path = route::HORIZON_AT, operation_id = "move_horizon", tag = "cases",
    params(("id" = CaseIdText, Path, description = "The case.")),
    request_body = MoveHorizon, responses((status = 200, body = Recorded))
)]
pub(super) async fn move_on(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<MoveHorizon>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let case = case_id(&id)?;
    let file = app.file(&session, &case).await?;
    let days = body.until.days_since(file.object().case.horizon.from);
    need_few("/until", usize::try_from(days).unwrap_or(0), MAX_HORIZON, "days")?;
    let act = act(&app, &session, &file, &if_match, body.record)?;
    answer(&case, &act, app.desk().move_horizon(&case, &act, body.until).await)
}
