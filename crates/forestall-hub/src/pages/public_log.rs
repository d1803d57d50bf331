// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The transparency log of a case for everybody, once the case is public: signed head, tiles, entries and proofs, in the forms of C2SP.
//!
//! Before that there is no such log, in the same words as for a case that does not exist.

use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use forestall_coord::tlog::{TilePath, in_base64};
use forestall_model::{CaseId, Released};
use serde::Serialize;

use crate::desk::DeskError;
use crate::server::{App, Problem, admit_reader};

/// What changes with the next event: kept for some seconds.
const SHORT: HeaderValue = HeaderValue::from_static("public, max-age=5");
/// What never changes.
const LONG: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The hashes of a consistency proof.
///
/// // WIRE FORMAT, version 1: hashes in base64, in the order of RFC 6962, section 2.1.2.
#[derive(Serialize)]
struct Consistency {
    old: u64,
    new: u64,
    hashes: Vec<String>,
}

/// Answers with the key that verifies what this installation signs.
pub(crate) async fn key(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    admit_reader(&app, &request)?;
    let key = app.desk().log_verifier(None, app.now()).await.map_err(Problem::of_public)?;
    Ok(answer(TEXT, SHORT, format!("{key}\n")))
}

/// Answers with the key that verifies the head of the log of a case.
pub(crate) async fn key_of_case(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let case = public(&app, &id, request).await?;
    let key = app.desk().log_verifier(Some(case.object()), app.now()).await.map_err(Problem::of_public)?;
    Ok(answer(TEXT, SHORT, format!("{key}\n")))
}

/// Answers with the signed head of the log.
pub(crate) async fn checkpoint(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let case = public(&app, &id, request).await?;
    let signed = app.desk().checkpoint(case.object(), app.now()).await.map_err(Problem::of_public)?;
    Ok(answer(TEXT, SHORT, signed.to_string()))
}

/// Answers with a tile of hashes or a bundle of entries.
pub(crate) async fn tile(
    State(app): State<App>,
    Path((id, path)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let case = public(&app, &id, request).await?;
    let path: TilePath = path.parse().map_err(|error| Problem::not_found(format!("{error}")))?;
    let _turn = if path.level.is_none() { Some(app.public_pages().turn().await?) } else { None };
    let found = app.desk().tile(case.object(), &path).await.map_err(Problem::of_public)?;
    let missing =
        "the log has no such tile, or an entry of the bundle is longer than 65,535 octets: /entry/N has each by itself";
    Ok(answer(OCTETS, LONG, found.ok_or_else(|| Problem::not_found(missing))?))
}

/// Answers with the entry of one event, counted from 1.
pub(crate) async fn entry(
    State(app): State<App>,
    Path((id, version)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let case = public(&app, &id, request).await?;
    let version = number(&version)?;
    let _turn = app.public_pages().turn().await?;
    let found = app.desk().log_entry(case.object(), version).await.map_err(Problem::of_public)?;
    let missing = || Problem::not_found(format!("the log has no event {version}"));
    Ok(answer(JSON, LONG, found.ok_or_else(missing)?))
}

/// Answers with the proof that an event, counted from 1, is in the log.
pub(crate) async fn proof(
    State(app): State<App>,
    Path((id, version)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let case = public(&app, &id, request).await?;
    let found = app.desk().inclusion(case.object(), number(&version)?, app.now()).await.map_err(missing)?;
    Ok(answer(TEXT, SHORT, found.proof.to_string()))
}

/// Answers with the proof that the first events of the log are the ones that a smaller log had.
pub(crate) async fn consistency(
    State(app): State<App>,
    Path((id, old, new)): Path<(String, String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let case = public(&app, &id, request).await?;
    let (old, new) = (number(&old)?, number(&new)?);
    let hashes = app.desk().consistency(case.object(), old, new).await.map_err(missing)?;
    let hashes = hashes.iter().map(in_base64).collect();
    let text = serde_json::to_string(&Consistency { old, new, hashes }).map_err(|error| Problem::internal(&error))?;
    Ok(answer(JSON, LONG, text))
}

/// Lets a reader through to the log of a public case.
async fn public(app: &App, id: &str, request: Request) -> Result<Released<CaseId>, Problem> {
    admit_reader(app, &request)?;
    drop(request);
    let nothing = || Problem::not_found("there is no such log");
    let case: CaseId = id.parse().map_err(|_| nothing())?;
    app.desk().public_log(&case, app.now()).await.map_err(Problem::of_public)?.ok_or_else(nothing)
}

fn number(text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| Problem::not_found("events are counted from 1"))
}

/// What the log does not have is not there; everything else is nobody's business.
fn missing(error: DeskError) -> Problem {
    if matches!(error, DeskError::Input(_)) { Problem::not_found(error.to_string()) } else { Problem::of_public(error) }
}

fn answer(media_type: HeaderValue, cache: HeaderValue, body: impl Into<axum::body::Body>) -> Response {
    // Monitors of logs run in browsers as well; there is nothing here that is not everybody's.
    const ANY: (HeaderName, HeaderValue) = (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    ([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, cache), ANY], body.into()).into_response()
}
