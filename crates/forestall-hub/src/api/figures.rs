// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The figures of a case, and what would change them.

use std::collections::BTreeSet;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::figures::Figures;
use forestall_api::route;
use forestall_api::what_if::{MAX_STEPS, USUAL_STEPS, WhatIf};
use forestall_api::words::{AimWord, CaseIdText, DayText, LevelWord};
use forestall_coord::Level;
use forestall_coord::order::{Aim, order};
use forestall_model::{DayRange, Tld, UtcDay};

use super::params::Params;
use super::reply::{Seen, object};
use crate::figures;
use crate::pages::place::{case_id, need_slice, now_of};
use crate::prospect;
use crate::server::{App, Problem, Session};

/// Answers with the figures, K1 to K18.
#[utoipa::path(
    get, path = route::FIGURES_AT, operation_id = "figures", tag = "measures",
    params(("id" = CaseIdText, Path, description = "The case.")),
    responses((status = 200, body = Figures))
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
    let figures = app.desk().figures(file.object(), now_of(case, app.now())).await?;
    let document = figures::document(case, &figures);
    object(&headers, Seen::Version(case.version), &document)
}

/// Answers with what would change if some registries protected their slices, and with which matter most next.
#[utoipa::path(
    get, path = route::WHAT_IF_AT, operation_id = "what_if", tag = "measures",
    params(
        ("id" = CaseIdText, Path, description = "The case."),
        ("slices" = Option<String>, Query, description = "Top-level domains, with commas between them.", max_length = 1500,
            pattern = "^[a-z]([a-z0-9-]{0,61}[a-z0-9])?(,[a-z]([a-z0-9-]{0,61}[a-z0-9])?)*$", example = "be,ws"),
        ("from" = Option<DayText>, Query, description = "The first day; that from which the case is looked at where it is left out."),
        ("until" = Option<DayText>, Query, description = "The day after the last; the end of the horizon where it is left out."),
        ("next" = Option<u16>, Query, description = "Steps of the order.", minimum = 0, maximum = 2000),
        ("level" = Option<LevelWord>, Query, description = "The level of proof; observed where it is left out."),
        ("aim" = Option<AimWord>, Query, description = "What is to fall; the worst where it is left out."),
    ),
    responses((status = 200, body = WhatIf))
)]
pub(super) async fn what_if(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["slices", "from", "until", "next", "level", "aim"])?;
    let file = app.file(&session, &case_id(&id)?).await?;
    let mut slices = BTreeSet::new();
    for word in params.text("slices").into_iter().flat_map(|text| text.split(',')) {
        let tld: Tld = word.parse().map_err(|error| Problem::bad_request(format!("slices: {error}")))?;
        need_slice(&file.object().case, &tld)?;
        slices.insert(tld);
    }
    let from = params.parse::<UtcDay>("from")?.unwrap_or_else(|| file.object().day(app.today()));
    let until = params.parse::<UtcDay>("until")?.unwrap_or_else(|| file.object().case.horizon.until.max(from));
    let days = DayRange::new(from, until);
    let days = days.ok_or_else(|| Problem::refused(format!("until: {until} is before {from}, the first day")))?;
    let steps = params.number("next", (0, MAX_STEPS), USUAL_STEPS)?;
    let level = params.parse("level")?.unwrap_or(Level::Observed);
    let aim = params.parse("aim")?.unwrap_or(Aim::Worst);
    let version = file.object().case.version;
    let compute = move || {
        let board = file.object().board();
        let next = order(&board, level, days, aim, steps);
        let what_if = (!slices.is_empty()).then(|| prospect::prospect(&board, &slices, days));
        WhatIf { what_if, next: prospect::document(&file.object().case, &next) }
    };
    let document = tokio::task::spawn_blocking(compute).await?;
    object(&headers, Seen::Version(version), &document)
}
