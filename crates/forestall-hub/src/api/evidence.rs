// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What somebody saw from outside: looks at single names, or a copy of a zone.

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use forestall_api::act::{Record, Recorded};
use forestall_api::evidence::{AddEvidence, EvidenceRow, MAX_ROWS, MAX_SOURCE, MAX_ZONE, ZoneReport};
use forestall_api::header::ZONE;
use forestall_api::route;
use forestall_api::words::{CaseIdText, DayText};
use forestall_formats::evidence::EvidenceLine;
use forestall_model::{OwnerName, UtcDay};

use super::acting::{act, answer, failed, need_few, need_short, recorded};
use super::body::{Json, collect, need_type};
use super::params::Params;
use super::precondition::IfMatch;
use super::reply::done;
use crate::desk::CheckZone;
use crate::pages::place::case_id;
use crate::server::{App, Problem, Session};

/// Records looks at single names.
#[utoipa::path(
    post, path = route::EVIDENCE_AT, operation_id = "add_evidence", tag = "evidence",
    params(("id" = CaseIdText, Path, description = "The case.")),
    request_body = AddEvidence, responses((status = 200, body = Recorded))
)]
pub(super) async fn add(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<AddEvidence>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let case = case_id(&id)?;
    let file = app.file(&session, &case).await?;
    if body.rows.is_empty() {
        return Err(Problem::bad_request("rows: at least one must be given"));
    }
    need_few("/rows", body.rows.len(), MAX_ROWS, "rows")?;
    for (place, row) in body.rows.iter().enumerate() {
        need_short(&format!("/rows/{place}/source"), &row.source, MAX_SOURCE)?;
    }
    let act = act(&app, &session, &file, &if_match, body.record)?;
    let line = |(line, row): (u64, EvidenceRow)| EvidenceLine {
        line,
        name: row.name,
        method: row.method,
        sight: row.sight,
        at: row.at,
        name_servers: row.name_servers,
        source: row.source,
    };
    let lines = (1..).zip(body.rows).map(line).collect();
    answer(&case, &act, app.desk().import_evidence(&case, &act, lines).await)
}

/// Looks at a day's names in a copy of a zone.
#[utoipa::path(
    post, path = route::ZONE_AT, operation_id = "add_zone", tag = "evidence",
    params(
        ("id" = CaseIdText, Path, description = "The case."),
        ("on" = DayText, Query, description = "The day whose names are looked at."),
        ("vantage" = String, Query, description = "Where the copy comes from, in words.", min_length = 1, max_length = 200),
        ("origin" = Option<String>, Query, description = "What relative names of the file are relative to, where it does not say itself.", max_length = 253, pattern = "^[A-Za-z0-9._-]+$", example = "com"),
    ),
    request_body(content = String, content_type = "text/dns"),
    responses((status = 200, body = ZoneReport))
)]
pub(super) async fn zone(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    if_match: IfMatch,
    params: Params,
    request: Request,
) -> Result<Response, Problem> {
    let params = params.only(&["on", "vantage", "origin"])?;
    let missing = |name: &str| Problem::bad_request(format!("{name}: it must be given"));
    let on = params.parse::<UtcDay>("on")?.ok_or_else(|| missing("on"))?;
    let vantage = params.text("vantage").filter(|text| !text.is_empty()).ok_or_else(|| missing("vantage"))?.to_owned();
    if vantage.chars().count() > 200 {
        return Err(Problem::bad_request("vantage: it has more than 200 characters"));
    }
    if vantage.chars().any(char::is_control) {
        return Err(Problem::refused("vantage: it is one line"));
    }
    let origin = params.text("origin").map(str::parse::<OwnerName>).transpose();
    let origin = origin.map_err(|error| Problem::refused(format!("origin: {error}")))?;
    let case = case_id(&id)?;
    let file = app.file(&session, &case).await?;
    let act = act(&app, &session, &file, &if_match, Record::default())?;
    let (parts, body) = request.into_parts();
    need_type(&parts.headers, ZONE)?;
    let octets = collect(&parts.headers, body, MAX_ZONE).await?;
    let check = CheckZone { on, vantage, origin };
    let report = app.desk().check_zone(&case, &act, check, octets.as_slice(), |_| {}).await;
    let report = report.map_err(|error| failed(error, act.basis.is_some()))?;
    let differing: usize = report.sweep.lists.iter().map(|list| list.differing.len()).sum();
    let told = ZoneReport {
        recorded: recorded(&case, &[report.stored], true),
        names: report.names as u64,
        lists: report.sweep.lists.len() as u64,
        differing: differing as u64,
        warning: report.warning,
    };
    done(StatusCode::OK, &told)
}
