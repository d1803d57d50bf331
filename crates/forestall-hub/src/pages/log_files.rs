// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the log of a case is handed out as, for those who are signed in: its signed head, the proof of an event, and the whole case as a file.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;

use super::attachment::file;
use super::disclosed::disclose;
use super::place::case_id;
use crate::server::{App, Problem, Session};

/// Answers with the signed head of the log.
pub(crate) async fn checkpoint(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = case_id(&id)?;
    app.file(&session, &id).await?;
    let signed = app.desk().checkpoint(&id, app.now()).await?;
    let name = format!("{id}-{}.checkpoint", signed.checkpoint().size);
    file(&name, "text/plain; charset=utf-8", signed.to_string().into_bytes())
}

/// Answers with the proof that an event is in the log.
pub(crate) async fn proof(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, version)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let id = case_id(&id)?;
    app.file(&session, &id).await?;
    let version = version.parse().map_err(|_| Problem::not_found("events are counted from 1"))?;
    let found = app.desk().inclusion(&id, version, app.now()).await?;
    file(&format!("{id}-{version}.tlog-proof"), "text/plain; charset=utf-8", found.proof.to_string().into_bytes())
}

/// Answers with the whole case, for another installation.
pub(crate) async fn archive(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = case_id(&id)?;
    let audience = app.file(&session, &id).await?.audience();
    let archive = app.desk().export(&id, audience, app.now()).await?;
    disclose(&app, &session, &id, "the whole case as an archive", 1, "the hand-over of the case").await?;
    file(&format!("{id}.forestall-archive.jsonl"), "application/jsonl", archive)
}
