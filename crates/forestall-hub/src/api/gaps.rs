// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The gaps of a case.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::gaps::{Gap, Gaps, MAX_DAYS, USUAL_DAYS};
use forestall_api::route;
use forestall_api::words::CaseIdText;

use super::params::Params;
use super::reply::{Seen, object};
use super::wire::reach;
use crate::pages::gaps::list;
use crate::pages::place::{case_id, now_of};
use crate::server::{App, Problem, Session};

/// Answers with the gaps, the largest reach first.
#[utoipa::path(
    get, path = route::GAPS_AT, operation_id = "gaps", tag = "measures",
    params(
        ("id" = CaseIdText, Path, description = "The case."),
        ("days" = Option<u16>, Query, description = "How many days ahead; 7 where nothing is said.", minimum = 1, maximum = 3660),
    ),
    responses((status = 200, body = Gaps))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let days = params.only(&["days"])?.number("days", (1, MAX_DAYS), USUAL_DAYS)?;
    let file = app.file(&session, &case_id(&id)?).await?;
    let now = now_of(&file.object().case, app.now());
    let version = file.object().case.version;
    let compute = move || {
        let case = &file.object().case;
        let found = list(file.object(), now, days);
        let gap = |gap: &forestall_coord::Gap| {
            let campaign = case.campaigns.get(gap.campaign)?;
            Some(Gap {
                tld: gap.tld.clone(),
                campaign: campaign.id.clone(),
                unverified: !campaign.verified,
                opens: gap.opens,
                open: gap.opens <= now,
                unproved: gap.unproved,
                claimed: gap.claimed,
                lists: gap.periods,
                reach: reach(gap.reach),
                worst_day: gap.worst_day,
            })
        };
        Gaps { case: case.id.clone(), seen_from: now, days, items: found.iter().filter_map(gap).collect() }
    };
    let gaps = tokio::task::spawn_blocking(compute).await?;
    object(&headers, Seen::Version(version), &gaps)
}
