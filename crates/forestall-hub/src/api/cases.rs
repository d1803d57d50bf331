// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The cases that somebody sees: all of a case, or their own slices of it.

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::case_list::CaseEntry;
use forestall_api::{Page, route};
use forestall_model::Tld;
use forestall_model::marking::release;
use forestall_store::CaseView;

use super::cursor;
use super::params::Params;
use super::reply::{Seen, object};
use crate::server::{App, Problem, Session};
use crate::shown::numbers;

/// Cases of a page.
const PAGE: usize = 100;
/// For what cursors are good.
const LIST: &str = "cases";

/// Answers with the cases.
#[utoipa::path(
    get, path = route::CASES_AT, operation_id = "cases", tag = "cases",
    params(("cursor" = Option<forestall_api::words::CursorText>, Query, description = "Where the page begins.")),
    responses((status = 200, body = Page<CaseEntry>))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["cursor"])?;
    let begin = cursor::read::<1>(LIST, params.parse("cursor")?)?.map_or(0, |[place]| place);
    let begin = usize::try_from(begin).unwrap_or(0);
    let mut items = Vec::new();
    let end = begin.saturating_add(PAGE);
    for row in app.desk().cases().await? {
        items.extend(entry(&app, &session, row).await?);
        // One more says that there is a next page.
        if items.len() > end {
            break;
        }
    }
    let next = i64::try_from(end).ok().filter(|_| items.len() > end).and_then(|end| cursor::write(LIST, &[end]));
    let items = items.into_iter().skip(begin).take(PAGE).collect();
    object(&headers, Seen::Octets, &Page { items, next })
}

/// Returns what somebody sees of a case in the list; `None` where that is nothing.
async fn entry(app: &App, session: &Session, row: CaseView) -> Result<Option<CaseEntry>, Problem> {
    let own_slices = own_slices(app, session, &row).await?;
    let (title, id) = (row.title.clone(), row.id.clone());
    if let Some(audience) = session.viewer.whole(&id)
        && let Ok(released) = release(row, audience, app.now())
    {
        let (marking, row) = (released.marking().into(), released.object());
        let whole = numbers(row);
        // A family of the case may be stricter than the case itself: then it is not there for them.
        let is_seen = session.viewer.is_operator() || app.file(session, &id).await.is_ok();
        return Ok(is_seen.then_some(CaseEntry { id, title, marking, own_slices, whole: Some(whole) }));
    }
    let Some(first) = own_slices.first() else { return Ok(None) };
    let Ok(file) = app.slice(session, &id, first).await else { return Ok(None) };
    Ok(Some(CaseEntry {
        id,
        title: file.object().case.title.clone(),
        marking: file.marking().into(),
        own_slices,
        whole: None,
    }))
}

async fn own_slices(app: &App, session: &Session, row: &CaseView) -> Result<Vec<Tld>, Problem> {
    if session.viewer.tlds().is_empty() || !session.viewer.reads() {
        return Ok(Vec::new());
    }
    let Some(state) = app.desk().store().load(&row.id).await? else { return Ok(Vec::new()) };
    Ok(session.viewer.tlds().iter().filter(|tld| state.slices.contains_key(*tld)).cloned().collect())
}
