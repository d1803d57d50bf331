// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One numbered list: what it is, its names, and that somebody opened it.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use forestall_api::act::{Record, Recorded};
use forestall_api::header::{CONFIDENCE, CSV, PLAIN};
use forestall_api::list::List;
use forestall_api::route;
use forestall_api::words::{CaseIdText, ListPart, ListPartWord, TldText};
use forestall_coord::CutList;
use forestall_formats::Form;
use forestall_model::line::{NameLine, NameList};
use forestall_model::marking::release;
use forestall_model::party::Channel;
use forestall_model::{CaseId, Released, Tld};

use super::acting::{act_over, failed};
use super::params::{Params, number};
use super::precondition::IfMatch;
use super::reply::{Seen, done, object};
use super::slice;
use crate::desk::{CaseFile, NumberedList};
use crate::pages::disclosed::disclose;
use crate::pages::place::{case_id, need_slice, now_of, tld};
use crate::server::{App, Problem, Session};
use crate::shown;

/// What an address of a list names, released.
pub(super) struct Found {
    pub(super) id: CaseId,
    pub(super) tld: Tld,
    pub(super) number: u32,
    pub(super) file: Released<CaseFile>,
    pub(super) cut: CutList,
}

/// Finds the list that an address names, for somebody who sees its slice.
pub(super) async fn find(
    app: &App,
    session: &Session,
    (id, slice, text): (String, String, String),
) -> Result<Found, Problem> {
    let (id, tld) = (case_id(&id)?, tld(&slice)?);
    let file = app.slice(session, &id, &tld).await?;
    need_slice(&file.object().case, &tld)?;
    let number: u32 = number(&text)?;
    let cut = file.object().case.slices.get(&tld).and_then(|slice| slice.cut(number)).cloned();
    let cut = cut.ok_or_else(|| Problem::not_found(format!("there is no list {number} for {tld}")))?;
    Ok(Found { id, tld, number, file, cut })
}

/// Answers with a list, without its names.
#[utoipa::path(
    get, path = route::LIST_AT, operation_id = "list", tag = "lists",
    params(
        ("id" = CaseIdText, Path, description = "The case."), ("tld" = TldText, Path, description = "The top-level domain."),
        ("number" = u32, Path, description = "The number of the list.", minimum = 1),
    ),
    responses((status = 200, body = List))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(address): Path<(String, String, String)>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let Found { id, tld, file, cut, .. } = find(&app, &session, address).await?;
    let case = &file.object().case;
    let mut list = shown::list(case, &tld, &cut, now_of(case, app.now()));
    if session.viewer.whole(&id).is_some() {
        return object(&headers, Seen::Version(case.version), &list);
    }
    list.campaigns.retain(|id| file.object().has_names(id, &tld));
    object(&headers, Seen::Octets, &list)
}

/// Answers with the names of a list, as CSV or one a line. That they left stands in the record of disclosures.
#[utoipa::path(
    get, path = route::LIST_NAMES_AT, operation_id = "list_names", tag = "lists",
    params(
        ("id" = CaseIdText, Path, description = "The case."), ("tld" = TldText, Path, description = "The top-level domain."),
        ("number" = u32, Path, description = "The number of the list.", minimum = 1),
        ("part" = Option<ListPartWord>, Query, description = "What differs from the list before; the whole list where it is left out."),
    ),
    responses((status = 200, description = "The names.", content((String = "text/csv"), (String = "text/plain"))))
)]
pub(super) async fn names(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(address): Path<(String, String, String)>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["part"])?;
    let form = form(&headers)?;
    let part: Option<ListPart> = params.parse("part")?;
    let Found { id, tld, number, file, .. } = find(&app, &session, address).await?;
    let audience = file.audience();
    let list = release(app.desk().numbered_list(&id, &tld, number).await?, audience, app.now())?;
    let (marking, title) = (list.marking(), file.object().case.title.clone());
    let NumberedList { lines, added, withdrawn, expired, .. } = list.into_object();
    let mut lines: Vec<NameLine> = match part {
        None => lines,
        Some(ListPart::Added) => added,
        Some(ListPart::Withdrawn) => withdrawn,
        Some(ListPart::Expired) => expired,
    };
    let unverified = lines.iter().any(|line| line.confidence == "unverified");
    if form == Form::Plain {
        lines.dedup_by(|a, b| a.name == b.name);
    }
    let count = lines.len() as u64;
    let list = release(NameList { title, marking, lines }, audience, app.now())?;
    let write = move || {
        let mut octets = Vec::new();
        form.write(list, &mut octets).map(|_| octets)
    };
    let octets = tokio::task::spawn_blocking(write).await?.map_err(|error| Problem::internal(&error))?;
    let stem = part.map_or_else(|| number.to_string(), |part| format!("{number}-{part}"));
    let what = format!("list {stem} of .{tld} as {}", form.word());
    disclose(&app, &session, &id, &what, count, "protection of the names").await?;
    if session.viewer.is_registry() && session.viewer.tlds().contains(&tld) {
        app.desk().record_reading(&id, &session.act(app.now()), &tld, number, Channel::Console).await?;
    }
    let mut response = (StatusCode::OK, octets).into_response();
    let media_type = HeaderValue::from_static(form.about().media_type);
    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept, Authorization, Cookie"));
    if unverified {
        response.headers_mut().insert(HeaderName::from_static(CONFIDENCE), HeaderValue::from_static("unverified"));
    }
    Ok(response)
}

/// Records that a list was opened; does nothing where it was before.
#[utoipa::path(
    post, path = route::LIST_READ_AT, operation_id = "list_read", tag = "lists",
    params(
        ("id" = CaseIdText, Path, description = "The case."), ("tld" = TldText, Path, description = "The top-level domain."),
        ("number" = u32, Path, description = "The number of the list.", minimum = 1),
    ),
    responses((status = 200, body = Recorded))
)]
pub(super) async fn read(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(address): Path<(String, String, String)>,
    if_match: IfMatch,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let Found { id, tld, number, file, cut } = find(&app, &session, address).await?;
    let basis = slice::basis(&app, &session, &file, &tld, &if_match).await?;
    let act = act_over(&app, &session, basis, Record::default())?;
    if cut.read.is_none() {
        let done = app.desk().record_reading(&id, &act, &tld, number, Channel::Console).await;
        done.map_err(|error| failed(error, basis.is_some()))?;
    }
    done(StatusCode::OK, &Recorded { case: id, events: Vec::new() })
}

/// Reads `Accept`: which form is taken, CSV where both are.
fn form(headers: &HeaderMap) -> Result<Form, Problem> {
    let accept: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let ranges = accept.iter().flat_map(|value| value.split(',')).map(|range| range.split(';').next().unwrap_or(""));
    let names = |media: &str| ranges.clone().any(|range| range.trim().eq_ignore_ascii_case(media));
    // A range that is named goes before one that stands for all.
    if names(PLAIN) && !names(CSV) {
        Ok(Form::Plain)
    } else if accept.is_empty() || ["*/*", "text/*", CSV].into_iter().any(names) {
        Ok(Form::Csv)
    } else {
        let detail = format!("the names of a list are there as {CSV} and as {PLAIN}");
        Err(Problem::new(StatusCode::NOT_ACCEPTABLE, "No such form", detail))
    }
}
