// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Receipts of lists. Addresses of people are in them: that they left stands in the record of disclosures.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::events::MAX_EVENT;
use forestall_api::receipts::Receipt;
use forestall_api::words::CaseIdText;
use forestall_api::{Items, route};

use super::params::Params;
use super::reply::{Seen, Written};
use crate::pages::disclosed::disclose;
use crate::pages::place::case_id;
use crate::server::{App, Problem, Session};
use crate::shown;

/// Answers with the receipts, in the order of the log.
#[utoipa::path(
    get, path = route::RECEIPTS_AT, operation_id = "receipts", tag = "lists",
    params(
        ("id" = CaseIdText, Path, description = "The case."),
        ("after" = Option<u64>, Query, description = "Only receipts after this event of the case.", minimum = 0, maximum = 2_147_483_647),
    ),
    responses((status = 200, body = Items<Receipt>))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let after = params.only(&["after"])?.number("after", (0, MAX_EVENT), 0)?;
    let id = case_id(&id)?;
    let file = app.file(&session, &id).await?;
    let items: Vec<Receipt> = app.desk().receipts_after(&id, after).await?.into_iter().map(shown::receipt).collect();
    let addresses = items.iter().filter(|receipt| receipt.address.is_some()).count() as u64;
    let written = Written::of(&Items { items }, Seen::Version(file.object().case.version))?;
    if addresses > 0 && !written.is_known(&headers) {
        disclose(&app, &session, &id, "receipts with addresses", addresses, "to see what was handed over").await?;
    }
    written.respond(&headers)
}
