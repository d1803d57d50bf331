// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The slices of a case.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::slice::SliceEntry;
use forestall_api::words::CaseIdText;
use forestall_api::{Items, route};

use super::params::Params;
use super::reply::{Seen, object};
use super::wire;
use crate::pages::place::{case_id, now_of};
use crate::server::{App, Problem, Session};

/// Answers with the slices, in the order of their top-level domains.
#[utoipa::path(
    get, path = route::SLICES_AT, operation_id = "slices", tag = "slices",
    params(("id" = CaseIdText, Path, description = "The case.")),
    responses((status = 200, body = Items<SliceEntry>))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let view = app.view(&session, &case_id(&id)?).await?;
    let registries = app.desk().registries().await?;
    let now = now_of(&view.object().file.case, app.now());
    let version = view.object().file.case.version;
    let compute = move || -> Result<Vec<SliceEntry>, Problem> {
        let (file, figures) = (&view.object().file, &view.object().figures);
        let (case, board) = (&file.case, file.board());
        let mut entries = Vec::new();
        for of in &figures.slices {
            let slice = case.slices.get(&of.tld).cloned().unwrap_or_default();
            let registry = registries.get(&of.tld);
            let terms = registry.and_then(|party| party.terms.clone()).unwrap_or_default();
            entries.push(SliceEntry {
                tld: of.tld.clone(),
                registry: registry.map(|party| party.id.clone()),
                on_day: wire::counts(&of.on_day),
                over_all: wire::counts(&of.over_all),
                alone: of.alone.and_then(|worst| wire::worst(case, worst)),
                asked: slice.requests.last().map(|request| wire::asked(case, request)),
                acknowledged: slice.acknowledged,
                lists: u32::try_from(slice.cuts.len()).unwrap_or(u32::MAX),
                deadline: wire::deadline(&board, &of.tld, &terms, now)?,
            });
        }
        Ok(entries)
    };
    let items = tokio::task::spawn_blocking(compute).await??;
    object(&headers, Seen::Version(version), &Items { items })
}
