// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The record of disclosures.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::disclosures::{DISCLOSURES, Disclosure};
use forestall_api::words::CursorText;
use forestall_api::{Page, route};
use forestall_model::Instant;

use super::cursor;
use super::params::Params;
use super::reply::{Seen, object};
use crate::server::{App, Problem};

/// For what cursors are good.
const LIST: &str = "disclosures";

/// Answers with what left, the newest first.
#[utoipa::path(
    get, path = route::DISCLOSURES_AT, operation_id = "disclosures", tag = "people",
    params(("cursor" = Option<CursorText>, Query, description = "Where the page begins.")),
    responses((status = 200, body = Page<Disclosure>))
)]
pub(super) async fn show(State(app): State<App>, headers: HeaderMap, params: Params) -> Result<Response, Problem> {
    let params = params.only(&["cursor"])?;
    // Of rows of one instant some may stand on the page before: the mark holds how many.
    let begin = cursor::read::<2>(LIST, params.parse("cursor")?)?;
    let (before, skip) = begin.map_or((None, 0), |[at, skip]| (Some(Instant::from_micros(at)), skip));
    let skip = usize::try_from(skip).unwrap_or(0);
    let most = DISCLOSURES as usize;
    let limit = u32::try_from(skip.saturating_add(most).saturating_add(1)).unwrap_or(u32::MAX);
    let mut rows = app.desk().disclosures(before, limit).await?;
    rows.drain(..skip.min(rows.len()));
    let more = rows.len() > most;
    rows.truncate(most);
    let next = rows.last().filter(|_| more).and_then(|last| {
        let (at, same) = (last.at, rows.iter().rev().take_while(|row| row.at == last.at).count());
        let carried = if before == Some(Instant::from_micros(at.micros().saturating_add(1))) { skip } else { 0 };
        cursor::write(LIST, &[at.micros().saturating_add(1), i64::try_from(same + carried).unwrap_or(i64::MAX)])
    });
    let row = |row: forestall_store::Disclosure| Disclosure {
        id: row.id,
        at: row.at,
        actor: row.actor,
        party: row.party,
        case: row.case,
        what: row.what,
        count: row.count,
        purpose: row.purpose,
        basis: row.basis,
    };
    object(&headers, Seen::Octets, &Page { items: rows.into_iter().map(row).collect(), next })
}
