// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The numbered lists of a case: what there is of them, and cutting the next ones.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use forestall_api::cut::{CutLists, CutOutcomes};
use forestall_api::events::MAX_EVENT;
use forestall_api::list::List;
use forestall_api::words::CaseIdText;
use forestall_api::{Items, route};

use super::acting::{act, failed, two_people};
use super::body::Json;
use super::params::Params;
use super::precondition::IfMatch;
use super::reply::{Seen, done, object};
use crate::desk::AskLists;
use crate::pages::place::{case_id, now_of};
use crate::server::{App, Problem, Session};
use crate::shown::{cut_outcome, list};

/// Answers with the lists, slice by slice, the newest first.
#[utoipa::path(
    get, path = route::LISTS_AT, operation_id = "lists", tag = "lists",
    params(
        ("id" = CaseIdText, Path, description = "The case."),
        ("after" = Option<u64>, Query, description = "Only lists that were cut after this event of the case.", minimum = 0, maximum = 2_147_483_647),
    ),
    responses((status = 200, body = Items<List>))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let after = params.only(&["after"])?.number("after", (0, MAX_EVENT), 0)?;
    let file = app.file(&session, &case_id(&id)?).await?;
    let case = &file.object().case;
    let now = now_of(case, app.now());
    let items = case.slices.iter().flat_map(|(tld, slice)| {
        let new = slice.cuts.iter().rev().take_while(|cut| cut.version > after);
        new.map(move |cut| list(case, tld, cut, now))
    });
    object(&headers, Seen::Version(case.version), &Items { items: items.collect() })
}

/// Cuts lists, and says slice by slice what became of it.
#[utoipa::path(
    post, path = route::LISTS_AT, operation_id = "cut_lists", tag = "lists",
    params(("id" = CaseIdText, Path, description = "The case.")), request_body = CutLists,
    responses((status = 200, body = CutOutcomes))
)]
pub(super) async fn cut(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<CutLists>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let case = case_id(&id)?;
    let file = app.file(&session, &case).await?;
    let CutLists { slices, purpose, action, fallback, campaigns, legal_basis, override_by, record } = body;
    let act = act(&app, &session, &file, &if_match, record)?;
    let override_by = two_people(override_by);
    let ask = AskLists { tlds: slices, purpose, action, fallback, campaigns, legal_basis, override_by };
    let outcomes = app.desk().cut_lists(&case, &act, &ask).await;
    let outcomes = outcomes.map_err(|error| failed(error, act.basis.is_some()))?;
    done(StatusCode::OK, &CutOutcomes { case, items: outcomes.into_iter().map(cut_outcome).collect() })
}
