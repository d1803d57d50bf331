// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The journal of what was sent over EPP.

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::epp::{EppRecord, RECORDS};
use forestall_api::words::{CursorText, NameText};
use forestall_api::{Page, route};
use forestall_model::DomainName;

use super::cursor;
use super::params::Params;
use super::reply::{Seen, Written};
use crate::desk::NewDisclosure;
use crate::server::{App, Problem, Session};
use crate::shown;

/// Answers with the records of an account, the earliest first. That their names left stands in the record of disclosures.
#[utoipa::path(
    get, path = route::EPP_JOURNAL_AT, operation_id = "epp_journal", tag = "epp",
    params(
        ("account" = String, Query, description = "The account."),
        ("name" = Option<NameText>, Query, description = "One name; all where none is named."),
        ("cursor" = Option<CursorText>, Query, description = "Where the page begins."),
    ),
    responses((status = 200, body = Page<EppRecord>))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["account", "name", "cursor"])?;
    let account = params.text("account").ok_or_else(|| Problem::bad_request("account: it must be given"))?;
    let name = params.parse::<DomainName>("name")?;
    let list = format!("epp journal {account} {}", name.as_ref().map_or("", DomainName::as_str));
    let begin = cursor::read::<1>(&list, params.parse("cursor")?)?;
    let begin = begin.map_or(0, |[begin]| usize::try_from(begin).unwrap_or(usize::MAX));
    // Records come at the end alone, so that a place in the journal stays what it is.
    let records = app.desk().store().epp_journal(account).await?;
    let mut wanted = records.iter().filter(|record| name.as_ref().is_none_or(|name| record.name == *name)).skip(begin);
    let most = usize::try_from(RECORDS).unwrap_or(usize::MAX);
    let items: Vec<EppRecord> = wanted.by_ref().take(most).map(|record| shown::epp_record(account, record)).collect();
    let end = begin.saturating_add(items.len());
    let next = wanted.next().and_then(|_| cursor::write(&list, &[i64::try_from(end).ok()?]));
    let count = items.len() as u64;
    let written = Written::of(&Page { items, next }, Seen::Octets)?;
    if count > 0 && !written.is_known(&headers) {
        let disclosure = NewDisclosure {
            party: session.viewer.party.as_ref().map(|party| party.id.clone()),
            case: None,
            what: "the journal of EPP as a page of the API",
            count,
            purpose: "to see what was sent to registries",
            basis: "needed for the response",
        };
        app.desk().disclose(&session.act(app.now()), disclosure).await?;
    }
    written.respond(&headers)
}
