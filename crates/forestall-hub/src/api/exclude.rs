// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Excluding names with a legitimate holder, and taking that back.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use forestall_api::act::Recorded;
use forestall_api::exclude::{Exclude, Readmit};
use forestall_api::route;
use forestall_api::words::{CaseIdText, TldText};
use forestall_model::{DomainName, Tld};

use super::acting::{act, answer, fault};
use super::body::Json;
use super::params::Params;
use super::precondition::IfMatch;
use crate::pages::place::{case_id, tld};
use crate::server::{App, Problem, Session};

/// Excludes a name.
#[utoipa::path(
    post, path = route::EXCLUDE_AT, operation_id = "exclude", tag = "slices",
    params(("id" = CaseIdText, Path, description = "The case."), ("tld" = TldText, Path, description = "The top-level domain.")),
    request_body = Exclude, responses((status = 200, body = Recorded))
)]
pub(super) async fn exclude(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, slice)): Path<(String, String)>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<Exclude>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let case = case_id(&id)?;
    need_under(&body.name, &tld(&slice)?)?;
    let file = app.file(&session, &case).await?;
    let act = act(&app, &session, &file, &if_match, body.record)?;
    answer(&case, &act, app.desk().exclude(&case, &act, body.name, body.class, body.reason).await)
}

/// Takes an exclusion back.
#[utoipa::path(
    post, path = route::READMIT_AT, operation_id = "readmit", tag = "slices",
    params(("id" = CaseIdText, Path, description = "The case."), ("tld" = TldText, Path, description = "The top-level domain.")),
    request_body = Readmit, responses((status = 200, body = Recorded))
)]
pub(super) async fn readmit(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, slice)): Path<(String, String)>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<Readmit>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let case = case_id(&id)?;
    need_under(&body.name, &tld(&slice)?)?;
    let file = app.file(&session, &case).await?;
    let act = act(&app, &session, &file, &if_match, body.record)?;
    answer(&case, &act, app.desk().readmit(&case, &act, body.name, body.reason).await)
}

/// Refuses a name that is not under the slice of the address.
fn need_under(name: &DomainName, tld: &Tld) -> Result<(), Problem> {
    if name.tld() == *tld {
        return Ok(());
    }
    Err(fault("/name", format!("{name} is not under {tld}, the slice of this address")))
}
