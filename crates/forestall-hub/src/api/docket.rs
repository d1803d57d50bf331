// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The collision docket: what waits for a person, and what a person decided.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::act::Recorded;
use forestall_api::docket::{Docket, MAX_WAITING, Rule};
use forestall_api::route;
use forestall_api::words::{BandWord, CaseIdText, TldText};
use forestall_coord::docket::Entry;
use forestall_model::{Band, Tld};

use super::acting::{act, answer, need_few};
use super::body::Json;
use super::params::Params;
use super::precondition::IfMatch;
use super::reply::{Seen, Written};
use crate::desk::rule_of;
use crate::pages::disclosed::disclose;
use crate::pages::place::{case_id, now_of};
use crate::server::{App, Problem, Session, WaitingName};
use crate::shown;

/// Answers with the names that wait. That they left stands in the record of disclosures.
#[utoipa::path(
    get, path = route::DOCKET_AT, operation_id = "docket", tag = "vetting",
    params(
        ("id" = CaseIdText, Path, description = "The case."),
        ("slice" = Option<TldText>, Query, description = "One slice; all where none is named."),
        ("band" = Option<BandWord>, Query, description = "One band of verdicts; all where none is named."),
    ),
    responses((status = 200, body = Docket))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["slice", "band"])?;
    let (slice, band) = (params.parse::<Tld>("slice")?, params.parse::<Band>("band")?);
    let id = case_id(&id)?;
    let file = app.file(&session, &id).await?;
    let waiting = app.waiting(&file).await?;
    let now = app.now();
    let compute = move || {
        let case = &waiting.file.case;
        let wanted = |name: &&WaitingName| {
            slice.as_ref().is_none_or(|slice| name.name.tld() == *slice) && (band.is_none() || name.band == band)
        };
        let entry = |waiting: &WaitingName| {
            let (name, holding) = case.holdings.get_key_value(&waiting.name)?;
            let WaitingName { why, window, campaign, reach, .. } = *waiting;
            Some(Entry { name, holding, why, window, campaign, reach })
        };
        let entries: Vec<Entry<'_>> = waiting.names.iter().filter(wanted).filter_map(entry).collect();
        if entries.len() > MAX_WAITING {
            let found = entries.len();
            return Err(Problem::refused(format!(
                "{found} names wait, more than {MAX_WAITING}: name a slice or a band"
            )));
        }
        let docket = shown::docket(case, &entries, now_of(case, now));
        Ok((Written::of(&docket, Seen::Version(case.version))?, docket.items.len() as u64))
    };
    let (written, count) = tokio::task::spawn_blocking(compute).await??;
    if count > 0 && !written.is_known(&headers) {
        disclose(&app, &session, &id, "registered names that wait for a decision", count, "a decision about them")
            .await?;
    }
    written.respond(&headers)
}

/// Records what a person decided about names, each of which they had before them.
#[utoipa::path(
    post, path = route::RULINGS_AT, operation_id = "rule", tag = "vetting",
    params(("id" = CaseIdText, Path, description = "The case.")),
    request_body = Rule, responses((status = 200, body = Recorded))
)]
pub(super) async fn rule(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<Rule>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let case = case_id(&id)?;
    let file = app.file(&session, &case).await?;
    need_few("/names", body.names.len(), MAX_WAITING, "names")?;
    let (rule, record) = rule_of(body);
    let act = act(&app, &session, &file, &if_match, record)?;
    answer(&case, &act, app.desk().rule(&case, &act, rule).await)
}
