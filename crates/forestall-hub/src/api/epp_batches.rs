// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Batches of commands over EPP, for whoever leads their case: laying one before the people who approve it, looking at it, approving it.
//!
//! Who approves is the person whose token it is. Nothing here speaks to a registry.

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use forestall_api::epp::{ApproveEpp, EppBatch, EppBatchCommands, MAX_BATCH, MOST_DAYS, USUAL_DAYS};
use forestall_api::header::PLAIN;
use forestall_api::words::DigestText;
use forestall_api::{Items, route};
use forestall_coord::epp::{Batch, Terms};

use super::acting::{failed, fault};
use super::body::{Json, collect, need_type};
use super::params::Params;
use super::reply::{Seen, Written, done, object};
use crate::pages::disclosed::disclose;
use crate::pages::epp::batches;
use crate::pages::epp_batch::{approve as approve_batch, kept, may_propose};
use crate::server::{App, Problem, Session};
use crate::shown;

/// Answers with the batches of the cases that whoever asks leads, the newest first.
#[utoipa::path(
    get, path = route::EPP_BATCHES_AT, operation_id = "epp_batches", tag = "epp",
    responses((status = 200, body = Items<EppBatch>))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let items = batches(&app, &session).await?.iter().map(shown::epp_batch).collect();
    object(&headers, Seen::Octets, &Items::<EppBatch> { items })
}

/// Takes a batch as `forestall epp plan` wrote it. One that is there already stays as it is, with its terms.
#[utoipa::path(
    post, path = route::EPP_BATCHES_AT, operation_id = "propose_epp", tag = "epp",
    params(
        ("approval_days" = Option<u16>, Query, description = "For how many days an approval counts; 7 where it is left out.", minimum = 1, maximum = 365),
        ("signed_in_only" = Option<bool>, Query, description = "Whether only approvals count that people give with accounts of their own."),
    ),
    request_body(content = String, content_type = "text/plain"),
    responses((status = 200, description = "It was there.", body = EppBatch), (status = 201, description = "It is new.", body = EppBatch))
)]
pub(super) async fn propose(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    params: Params,
    request: Request,
) -> Result<Response, Problem> {
    let params = params.only(&["approval_days", "signed_in_only"])?;
    let days = params.number("approval_days", (1, MOST_DAYS), USUAL_DAYS)?;
    let terms = Terms { lives: i64::from(days) * 86_400, signed_in: params.parse("signed_in_only")?.unwrap_or(false) };
    let (parts, body) = request.into_parts();
    need_type(&parts.headers, PLAIN)?;
    let octets = collect(&parts.headers, body, MAX_BATCH).await?;
    let text = std::str::from_utf8(&octets).map_err(|_| Problem::refused("the batch is not UTF-8"))?;
    let batch = Batch::read(text).map_err(|error| Problem::refused(error.to_string()))?;
    may_propose(&app, &session, &batch).await?;
    let proposed = app.desk().epp_propose(&batch, terms, &session.actor, app.now()).await;
    let is_new = proposed.map_err(|error| failed(error, false))?;
    let kept = kept(&app, &session, &batch.digest().to_string()).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    done(status, &shown::epp_batch(&kept.object().standing))
}

/// Answers with a batch and its commands. That their names left stands in the record of disclosures.
#[utoipa::path(
    get, path = route::EPP_BATCH_AT, operation_id = "epp_batch", tag = "epp",
    params(("batch" = DigestText, Path, description = "The SHA-256 of the batch.")),
    responses((status = 200, body = EppBatchCommands))
)]
pub(super) async fn one(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(batch): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let kept = kept(&app, &session, &batch).await?;
    let shown = shown::epp_commands(kept.object());
    let written = Written::of(&shown, Seen::Octets)?;
    if !written.is_known(&headers) {
        let what = format!("commands over EPP for names of .{}, by the API", shown.batch.slice);
        let count = u64::from(shown.batch.commands);
        disclose(&app, &session, &shown.batch.case, &what, count, "to approve them").await?;
    }
    written.respond(&headers)
}

/// Approves a batch over its count and its SHA-256, as the person whose token it is. With the second person the decision is recorded in the case.
#[utoipa::path(
    post, path = route::EPP_APPROVALS_AT, operation_id = "approve_epp", tag = "epp",
    params(("batch" = DigestText, Path, description = "The SHA-256 of the batch.")),
    request_body = ApproveEpp, responses((status = 200, body = EppBatch))
)]
pub(super) async fn approve(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(batch): Path<String>,
    params: Params,
    Json(body): Json<ApproveEpp>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let found = kept(&app, &session, &batch).await?;
    let of = &found.object().standing.kept;
    if body.sha256 != of.digest {
        return Err(fault("/sha256", format!("it was not approved: the batch of the address is {}", of.digest)));
    }
    if body.commands != of.commands {
        return Err(fault("/commands", format!("it was not approved: the batch has {} commands", of.commands)));
    }
    approve_batch(&app, &session, found.object()).await?;
    let kept = kept(&app, &session, &batch).await?;
    done(StatusCode::OK, &shown::epp_batch(&kept.object().standing))
}
