// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Coverage and reach day by day.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::days::{Day, DayLevel};
use forestall_api::words::{CaseIdText, CursorText, DayText};
use forestall_api::{Page, route};
use forestall_coord::board::VariantPeriod;
use forestall_coord::{Level, Phase, ReachRange};
use forestall_model::{DayRange, UtcDay};

use super::cursor;
use super::params::Params;
use super::reply::{Seen, object};
use super::wire::{level, word};
use crate::pages::place::{case_id, now_of};
use crate::server::{App, Problem, Session};

/// Days of a page.
const DAYS: i32 = 31;

/// Answers with the days in order, each with every variant that has a list on it.
#[utoipa::path(
    get, path = route::DAYS_AT, operation_id = "days", tag = "measures",
    params(
        ("id" = CaseIdText, Path, description = "The case."),
        ("from" = Option<DayText>, Query, description = "The first day; that of the horizon where it is left out."),
        ("cursor" = Option<CursorText>, Query, description = "Where the page begins."),
    ),
    responses((status = 200, body = Page<Day>))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["from", "cursor"])?;
    let file = app.file(&session, &case_id(&id)?).await?;
    let horizon = file.object().case.horizon;
    let list = format!("days {id}");
    let first = params.parse::<UtcDay>("from")?.unwrap_or(horizon.from);
    let marked = cursor::read::<1>(&list, params.parse("cursor")?)?;
    let first = marked.and_then(|[day]| i32::try_from(day).ok()).map_or(first, UtcDay::from_epoch_days);
    let days = DayRange { from: first, until: first.plus(DAYS) }.meet(horizon);
    let next = (days.until < horizon.until && !days.is_empty())
        .then(|| cursor::write(&list, &[i64::from(days.until.epoch_days())]))
        .flatten();
    let now = now_of(&file.object().case, app.now());
    let version = file.object().case.version;
    let compute = move || {
        let case = &file.object().case;
        let board = file.object().board();
        let mut items = Vec::new();
        for variant in board.variants() {
            let campaign = &case.campaigns[variant.campaign];
            for period in variant.periods.iter().filter(|period| days.contains(period.day)) {
                let phase = Phase::of(case.guard(variant.campaign, period.window), now);
                items.push(Day {
                    day: period.day,
                    campaign: campaign.id.clone(),
                    unverified: !campaign.verified,
                    phase: word(phase.word())?,
                    names: period.tally.names,
                    registrable: period.tally.registrable(),
                    held: period.tally.held,
                    levels: Level::ALL.iter().zip(&period.reach).map(|of| of_level(period, of)).collect(),
                });
            }
        }
        items.sort_by_key(|day| day.day);
        Ok::<_, Problem>(items)
    };
    let items = tokio::task::spawn_blocking(compute).await??;
    object(&headers, Seen::Version(version), &Page { items, next })
}

fn of_level(period: &VariantPeriod, (of, reach): (&Level, &ReachRange)) -> DayLevel {
    DayLevel {
        level: level(*of),
        names: period.tally.at(*of),
        coverage: period.tally.coverage(*of),
        low: reach.low,
        high: reach.high,
    }
}
