// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Handing a case over: out as a file, and in.

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use forestall_api::handover::{Imported, MAX_ARCHIVE};
use forestall_api::header::ARCHIVE;
use forestall_api::route;
use forestall_api::words::CaseIdText;
use forestall_coord::archive;
use forestall_coord::tlog::VerifierKey;

use super::acting::failed;
use super::body::{collect, need_type};
use super::params::Params;
use super::reply::done;
use crate::pages::attachment;
use crate::pages::disclosed::disclose;
use crate::pages::place::case_id;
use crate::server::{App, Problem, Session};

/// Answers with the whole case as a file. That it left stands in the record of disclosures.
#[utoipa::path(
    get, path = route::ARCHIVE_AT, operation_id = "archive", tag = "cases",
    params(("id" = CaseIdText, Path, description = "The case.")),
    responses((status = 200, description = "The case.", body = String, content_type = "application/jsonl"))
)]
pub(super) async fn export(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let id = case_id(&id)?;
    let audience = app.file(&session, &id).await?.audience();
    let octets = app.desk().export(&id, audience, app.now()).await?;
    disclose(&app, &session, &id, "the whole case as an archive", 1, "the hand-over of the case").await?;
    attachment::file(&format!("{id}.forestall-archive.jsonl"), ARCHIVE, octets)
}

/// Takes over a case that another installation handed over as a file.
///
/// Every hash, every commitment, the root and the signature are checked before anything is written.
#[utoipa::path(
    post, path = route::IMPORT_AT, operation_id = "import", tag = "cases",
    params(("key" = Option<String>, Query, description = "The key that must have signed it, as the other installation told it.", max_length = 400, pattern = "^[!-~]+$")),
    request_body(content = String, content_type = "application/jsonl"),
    responses((status = 201, body = Imported, headers(("Location" = String, description = "The address of the case."))))
)]
pub(super) async fn import(State(app): State<App>, params: Params, request: Request) -> Result<Response, Problem> {
    let params = params.only(&["key"])?;
    // A key that is none is a matter of rules, not of form: its form has a check that no schema can say.
    let key = params.text("key").map(str::parse::<VerifierKey>).transpose();
    let key = key.map_err(|error| Problem::refused(format!("key: {error}")))?;
    let (parts, body) = request.into_parts();
    need_type(&parts.headers, ARCHIVE)?;
    let octets = collect(&parts.headers, body, MAX_ARCHIVE).await?;
    let read = tokio::task::spawn_blocking(move || archive::read(octets.as_slice(), key.as_ref())).await?;
    let read = read.map_err(|error| Problem::refused(format!("{error}; nothing was imported")))?;
    let case = read.case.id.clone();
    let imported = app.desk().import(read).await.map_err(|error| failed(error, false))?;
    let address = HeaderValue::from_str(&route::case(&case)).map_err(|error| Problem::internal(&error))?;
    let imported = Imported { case, before: imported.before, taken: imported.taken, evidence: imported.evidence };
    let mut response = done(StatusCode::CREATED, &imported)?;
    response.headers_mut().insert(header::LOCATION, address);
    Ok(response)
}
