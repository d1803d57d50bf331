// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Coverage and reach day by day.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::days::Day;
use forestall_api::words::{CaseIdText, CursorText, DayText, TldText};
use forestall_api::{Page, route};
use forestall_model::{DayRange, Tld, UtcDay};

use super::cursor;
use super::params::{Params, days};
use super::reply::{Seen, object};
use crate::pages::place::{case_id, need_slice, now_of};
use crate::server::{App, Problem, Session};
use crate::shown;

/// Days of a page.
const DAYS: i32 = 31;

/// Answers with the days in order, each with every variant that has a list on it.
#[utoipa::path(
    get, path = route::DAYS_AT, operation_id = "days", tag = "measures",
    params(
        ("id" = CaseIdText, Path, description = "The case."),
        ("tld" = Option<TldText>, Query, description = "One slice: its lists, with the reach if its misses were the only ones."),
        ("from" = Option<DayText>, Query, description = "The first day; that of the horizon where it is left out."),
        ("until" = Option<DayText>, Query, description = "The day after the last; that of the horizon where it is left out."),
        ("cursor" = Option<CursorText>, Query, description = "Where the page begins."),
    ),
    responses((status = 200, body = Page<Day>))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["tld", "from", "until", "cursor"])?;
    let file = app.file(&session, &case_id(&id)?).await?;
    let slice: Option<Tld> = params.parse("tld")?;
    if let Some(slice) = &slice {
        need_slice(&file.object().case, slice)?;
    }
    let asked = days(&params, file.object().case.horizon)?.meet(file.object().case.horizon);
    let list = format!("days {id} {} {asked}", slice.as_ref().map_or("", Tld::as_str));
    let marked = cursor::read::<1>(&list, params.parse("cursor")?)?;
    let first = marked.and_then(|[day]| i32::try_from(day).ok()).map_or(asked.from, UtcDay::from_epoch_days);
    let page = DayRange { from: first, until: first.plus(DAYS) }.meet(asked);
    let next = (page.until < asked.until && !page.is_empty())
        .then(|| cursor::write(&list, &[i64::from(page.until.epoch_days())]))
        .flatten();
    let now = now_of(&file.object().case, app.now());
    let version = file.object().case.version;
    let compute = move || {
        let board = file.object().board();
        match &slice {
            Some(slice) => shown::days_of_slice(&board, slice, page, now),
            None => shown::days_of_case(&board, page, now),
        }
    };
    let items = tokio::task::spawn_blocking(compute).await?;
    object(&headers, Seen::Version(version), &Page { items, next })
}
