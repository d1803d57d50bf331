// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Facts on the record of a case.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::act::Recorded;
use forestall_api::notes::{AddNote, Note};
use forestall_api::words::{CaseIdText, CursorText};
use forestall_api::{Page, route};

use super::acting::{act, answer};
use super::body::Json;
use super::cursor;
use super::params::Params;
use super::precondition::IfMatch;
use super::reply::{Seen, object};
use crate::pages::place::case_id;
use crate::server::{App, Problem, Session};

/// Notes of a page; each may be long.
const PAGE: usize = 50;

/// Answers with the notes, the oldest first.
#[utoipa::path(
    get, path = route::NOTES_AT, operation_id = "notes", tag = "work",
    params(
        ("id" = CaseIdText, Path, description = "The case."),
        ("cursor" = Option<CursorText>, Query, description = "Where the page begins."),
    ),
    responses((status = 200, body = Page<Note>))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["cursor"])?;
    let file = app.file(&session, &case_id(&id)?).await?;
    let case = &file.object().case;
    let list = format!("notes {id}");
    let begin = cursor::read::<1>(&list, params.parse("cursor")?)?.map_or(0, |[place]| place);
    let begin = usize::try_from(begin).unwrap_or(0);
    let end = begin.saturating_add(PAGE);
    let next = i64::try_from(end).ok().filter(|_| case.notes.len() > end).and_then(|end| cursor::write(&list, &[end]));
    let items = case.notes.iter().skip(begin).take(PAGE).map(|note| Note {
        version: note.version,
        at: note.at,
        slice: note.tld.clone(),
        text: note.text.clone(),
        source: note.source.clone(),
    });
    object(&headers, Seen::Version(case.version), &Page { items: items.collect(), next })
}

/// Puts a fact on the record.
#[utoipa::path(
    post, path = route::NOTES_AT, operation_id = "add_note", tag = "work",
    params(("id" = CaseIdText, Path, description = "The case.")),
    request_body = AddNote, responses((status = 200, body = Recorded))
)]
pub(super) async fn add(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<AddNote>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let case = case_id(&id)?;
    let file = app.file(&session, &case).await?;
    let act = act(&app, &session, &file, &if_match, body.record)?;
    answer(&case, &act, app.desk().note(&case, &act, body.slice, body.text).await)
}
