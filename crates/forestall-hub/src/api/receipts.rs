// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Receipts of lists. Addresses of people are in them: that they left stands in the record of disclosures.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::receipts::{Receipt, SentFile};
use forestall_api::words::CaseIdText;
use forestall_api::{Items, route};

use super::params::Params;
use super::reply::{Seen, Written};
use crate::pages::disclosed::disclose;
use crate::pages::place::case_id;
use crate::server::{App, Problem, Session};

/// Answers with the receipts, in the order of the log.
#[utoipa::path(
    get, path = route::RECEIPTS_AT, operation_id = "receipts", tag = "lists",
    params(("id" = CaseIdText, Path, description = "The case.")),
    responses((status = 200, body = Items<Receipt>))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let id = case_id(&id)?;
    let file = app.file(&session, &id).await?;
    let receipt = |receipt: crate::desk::Receipt| Receipt {
        slice: receipt.slice,
        list: receipt.list,
        list_sha256: receipt.list_sha256,
        reminder: receipt.reminder,
        at: receipt.at,
        channel: receipt.channel,
        address: receipt.address,
        answer: receipt.answer,
        taken: receipt.taken,
        files: receipt.files.into_iter().map(|file| SentFile { name: file.name, sha256: file.sha256 }).collect(),
        read: receipt.read,
        acknowledged: receipt.acknowledged,
        event: receipt.event,
        leaf: receipt.leaf,
    };
    let items: Vec<Receipt> = app.desk().receipts(&id).await?.into_iter().map(receipt).collect();
    let addresses = items.iter().filter(|receipt| receipt.address.is_some()).count() as u64;
    let written = Written::of(&Items { items }, Seen::Version(file.object().case.version))?;
    if addresses > 0 && !written.is_known(&headers) {
        disclose(&app, &session, &id, "receipts with addresses", addresses, "to see what was handed over").await?;
    }
    written.respond(&headers)
}
