// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The transparency log of a case: its signed head, and proofs.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::log::{Checkpoint, Consistency, Inclusion};
use forestall_api::route;
use forestall_api::words::CaseIdText;

use super::params::{Params, number};
use super::reply::{Seen, object};
use crate::desk::DeskError;
use crate::pages::place::case_id;
use crate::server::{App, Problem, Session};

/// Answers with the signed head of the log.
#[utoipa::path(
    get, path = route::CHECKPOINT_AT, operation_id = "checkpoint", tag = "log",
    params(("id" = CaseIdText, Path, description = "The case.")),
    responses((status = 200, body = Checkpoint))
)]
pub(super) async fn checkpoint(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let case = case_id(&id)?;
    app.file(&session, &case).await?;
    let signed = app.desk().checkpoint(&case, app.now()).await?;
    let key = app.desk().log_verifier(Some(&case), app.now()).await?.to_string();
    let head = signed.checkpoint();
    let (origin, size, root) = (head.origin.clone(), head.size, head.root);
    object(&headers, Seen::Version(size), &Checkpoint { case, origin, size, root, note: signed.to_string(), key })
}

/// Answers with the proof that an event is in the log.
#[utoipa::path(
    get, path = route::PROOF_AT, operation_id = "proof", tag = "log",
    params(
        ("id" = CaseIdText, Path, description = "The case."),
        ("version" = u64, Path, description = "The number of the event, from 1.", minimum = 1),
    ),
    responses((status = 200, body = Inclusion))
)]
pub(super) async fn proof(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, version)): Path<(String, String)>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let (case, version) = (case_id(&id)?, number(&version)?);
    app.file(&session, &case).await?;
    let found = app.desk().inclusion(&case, version, app.now()).await.map_err(missing)?;
    let (leaf, hashes) = (found.leaf, found.proof.hashes.clone());
    object(&headers, Seen::Octets, &Inclusion { case, version, leaf, hashes, proof: found.proof.to_string() })
}

/// Answers with the proof that the log of the first `new` events begins with the first `old` ones.
#[utoipa::path(
    get, path = route::CONSISTENCY_AT, operation_id = "consistency", tag = "log",
    params(
        ("id" = CaseIdText, Path, description = "The case."),
        ("old" = u64, Query, description = "The events of the smaller tree.", minimum = 1, maximum = 9_007_199_254_740_991_u64),
        ("new" = Option<u64>, Query, description = "The events of the larger one; all where it is left out.", minimum = 1, maximum = 9_007_199_254_740_991_u64),
    ),
    responses((status = 200, body = Consistency))
)]
pub(super) async fn consistency(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    const MOST: u64 = 9_007_199_254_740_991;
    let params = params.only(&["old", "new"])?;
    let case = case_id(&id)?;
    let file = app.file(&session, &case).await?;
    if params.text("old").is_none() {
        return Err(Problem::bad_request("old: it must be given"));
    }
    let old = params.number("old", (1, MOST), 1)?;
    let new = params.number("new", (1, MOST), file.object().case.version)?;
    let hashes = app.desk().consistency(&case, old, new).await.map_err(missing)?;
    object(&headers, Seen::Octets, &Consistency { case, old, new, hashes })
}

/// What the log does not have is not there.
fn missing(error: DeskError) -> Problem {
    if matches!(error, DeskError::Input(_)) { Problem::not_found(error.to_string()) } else { Problem::from(error) }
}
