// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One case.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::case::{Campaign, Case};
use forestall_api::route;
use forestall_api::words::CaseIdText;
use forestall_coord::event::CaseCampaign;
use forestall_model::DayRange;

use super::params::Params;
use super::reply::{Seen, object};
use super::wire::{coverage, word};
use crate::pages::place::case_id;
use crate::server::{App, Problem, Session};

/// Answers with a case.
#[utoipa::path(
    get, path = route::CASE_AT, operation_id = "case", tag = "cases",
    params(("id" = CaseIdText, Path, description = "The case.")),
    responses((status = 200, body = Case))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let view = app.view(&session, &case_id(&id)?).await?;
    let (file, figures) = (&view.object().file, &view.object().figures);
    let case = &file.case;
    let campaign = |held: &CaseCampaign| Campaign {
        id: held.id.clone(),
        family: held.family.clone(),
        parameters: held.params.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        digest: held.digest,
        generator_version: held.generator_version,
        verified: held.verified,
        first_day: held.first_day,
    };
    let shown = Case {
        id: case.id.clone(),
        title: case.title.clone(),
        kind: word(case.kind.word())?,
        marking: view.marking().into(),
        horizon: case.horizon.into(),
        ahead: case.ahead,
        board_day: case.board_day,
        looked_from: figures.day,
        campaigns: case.campaigns.iter().map(campaign).collect(),
        slices: case.slices.len() as u64,
        name_servers: case.name_servers.clone(),
        four_eyes: case.four_eyes,
        opened: case.opened,
        changed: case.changed,
        version: case.version,
        on_day: coverage(case, DayRange::one(figures.day), &figures.on_day, &figures.worst_on_day),
        over_all: coverage(case, case.horizon, &figures.over_all, &figures.worst_over_all),
    };
    object(&headers, Seen::Version(case.version), &shown)
}
