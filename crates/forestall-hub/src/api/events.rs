// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The events of a case, as the log of the pages shows them.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::events::{EVENTS, Event};
use forestall_api::words::{CaseIdText, CursorText};
use forestall_api::{Page, route};

use super::cursor;
use super::params::Params;
use super::reply::{Seen, object};
use crate::pages::place::case_id;
use crate::server::{App, Problem, Session};
use crate::shown::event;

/// Answers with events, the newest first.
#[utoipa::path(
    get, path = route::EVENTS_AT, operation_id = "events", tag = "log",
    params(
        ("id" = CaseIdText, Path, description = "The case."),
        ("cursor" = Option<CursorText>, Query, description = "Where the page begins."),
    ),
    responses((status = 200, body = Page<Event>))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["cursor"])?;
    let case = case_id(&id)?;
    let file = app.file(&session, &case).await?;
    let version = file.object().case.version;
    let list = format!("events {case}");
    let marked = cursor::read::<1>(&list, params.parse("cursor")?)?;
    let last = marked.and_then(|[last]| u64::try_from(last).ok()).map_or(version, |last| last.min(version));
    let before = last.saturating_sub(u64::from(EVENTS));
    let limit = u32::try_from(last - before).unwrap_or(EVENTS);
    let entries = if limit == 0 { Vec::new() } else { app.desk().store().events(&case, before, limit).await? };
    let next =
        i64::try_from(before).ok().filter(|before| *before > 0).and_then(|before| cursor::write(&list, &[before]));
    let of_all = session.viewer.runs_it();
    let items = entries.iter().rev().map(|entry| event(entry, of_all)).collect();
    object(&headers, Seen::Version(version), &Page { items, next })
}
