// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The papers of a numbered list: the same files as the console hands out and as go to its registry, to the octet.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use forestall_api::papers::{Paper, PaperEntry};
use forestall_api::words::{CaseIdText, PaperWord, TldText};
use forestall_api::{Items, route};

use super::list::{Found, find};
use super::params::Params;
use super::reply::{Seen, Written, object};
use crate::pages::papers::{Wanted, headers as headers_of, paper};
use crate::server::{App, Problem, Session};

/// Answers with the papers that a list has, in the order in which they are offered; none where the settings of the hub do not say who asks.
#[utoipa::path(
    get, path = route::PAPERS_AT, operation_id = "papers", tag = "lists",
    params(
        ("id" = CaseIdText, Path, description = "The case."), ("tld" = TldText, Path, description = "The top-level domain."),
        ("number" = u32, Path, description = "The number of the list.", minimum = 1),
    ),
    responses((status = 200, body = Items<PaperEntry>))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(address): Path<(String, String, String)>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let Found { tld, cut, .. } = find(&app, &session, address).await?;
    let terms = app.desk().registry_of(&tld).await?.and_then(|party| party.terms).unwrap_or_default();
    let preferred = Paper::list(terms.form);
    let offered = app.sender().map(|_| Paper::offered(terms.form, cut.purpose)).unwrap_or_default();
    let entry = |paper| PaperEntry { paper, preferred: paper == preferred };
    object(&headers, Seen::Octets, &Items { items: offered.into_iter().map(entry).collect::<Vec<_>>() })
}

/// Answers with a paper as a file. That it left stands in the record of disclosures, with the names in it.
#[utoipa::path(
    get, path = route::PAPER_AT, operation_id = "paper", tag = "lists",
    params(
        ("id" = CaseIdText, Path, description = "The case."), ("tld" = TldText, Path, description = "The top-level domain."),
        ("number" = u32, Path, description = "The number of the list.", minimum = 1),
        ("paper" = PaperWord, Path, description = "Which; one of several files is an archive of them."),
    ),
    responses((status = 200, description = "The paper.", content(
        (serde_json::Value = "application/json"), (String = "text/plain"), (String = "text/html"), (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (String = "application/zip"),
    )))
)]
pub(super) async fn fetch(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, slice, number, name)): Path<(String, String, String, String)>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let Found { id, tld, number, file, .. } = find(&app, &session, (id, slice, number)).await?;
    let wanted = Wanted { id: &id, tld: &tld, number, paper: paper(&name)? };
    let mut fetched = wanted.make(&app, file.audience()).await?;
    let more = headers_of(&fetched)?;
    let written = Written::file(std::mem::take(&mut fetched.file.octets), fetched.file.media_type);
    if !written.is_known(&headers) {
        wanted.leaves(&app, &session, &fetched).await?;
    }
    let mut response = written.respond(&headers)?;
    if response.status() == StatusCode::OK {
        response.headers_mut().extend(more);
    }
    Ok(response)
}
