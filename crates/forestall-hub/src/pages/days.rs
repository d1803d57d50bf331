// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Coverage and reach of a case day by day, for each variant and at each level of proof.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Html;
use forestall_coord::board::VariantPeriod;
use forestall_coord::event::CaseCampaign;
use forestall_coord::{Level, Phase};
use forestall_model::Instant;

use super::frame::Frame;
use super::place::{Heading, case_id, now_of};
use crate::desk::CaseFile;
use crate::number::{coverage, grouped};
use crate::server::{App, Problem, Query, Session};

/// Days on one page.
const PAGE: usize = 31;

/// One day of one variant.
#[derive(Debug)]
struct DayRow {
    day: String,
    variant: String,
    unverified: bool,
    /// Where the guard window of the day's list stands.
    phase: &'static str,
    names: String,
    held: String,
    levels: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "days.html")]
struct Page {
    frame: Frame,
    heading: Heading,
    rows: Vec<DayRow>,
    first: String,
    last: String,
    page: usize,
    pages: usize,
}

/// Shows the days of a case, a month a page, beginning with the day from which the case is looked at.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    query: Query,
) -> Result<Html<String>, Problem> {
    let file = app.file(&session, &case_id(&id)?).await?;
    let horizon = file.object().case.horizon;
    let day = file.object().day(app.today());
    let pages = horizon.len().div_ceil(PAGE).max(1);
    let looked_from = usize::try_from(day.days_since(horizon.from)).unwrap_or(0) / PAGE + 1;
    let page = query.parse::<usize>("page")?.unwrap_or(looked_from);
    if !(1..=pages).contains(&page) {
        return Err(Problem::bad_request(format!("page: {page} is not a page from 1 to {pages}")));
    }
    let days: Vec<_> = horizon.days().skip((page - 1) * PAGE).take(PAGE).collect();
    let shown = forestall_model::DayRange {
        from: days.first().copied().unwrap_or(horizon.from),
        until: days.last().map_or(horizon.until, |day| day.plus(1)),
    };
    let now = now_of(&file.object().case, app.now());
    let computed = file.object().clone();
    let rows = tokio::task::spawn_blocking(move || rows(&computed, shown, now)).await?;
    let heading = Heading::of(&app, &file).await?;
    let frame = Frame::new(format!("Days · {}", heading.title), "cases", &app, &session).with_scripts(&["filter.js"]);
    let (first, last) = (shown.from.to_string(), shown.until.plus(-1).to_string());
    super::page(&Page { frame, heading, rows, first, last, page, pages })
}

fn rows(file: &CaseFile, shown: forestall_model::DayRange, now: Instant) -> Vec<DayRow> {
    let board = file.board();
    let mut rows = Vec::new();
    for variant in board.variants() {
        let campaign = &file.case.campaigns[variant.campaign];
        for period in variant.periods.iter().filter(|period| shown.contains(period.day)) {
            let phase = Phase::of(file.case.guard(variant.campaign, period.window), now);
            rows.push((period.day, row(campaign, period, phase)));
        }
    }
    rows.sort_by_key(|(day, _)| *day);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn row(campaign: &CaseCampaign, period: &VariantPeriod, phase: Phase) -> DayRow {
    let level =
        |(level, reach): (&Level, &forestall_coord::ReachRange)| (coverage(&period.tally, *level), reach.to_string());
    DayRow {
        day: period.day.to_string(),
        variant: campaign.id.to_string(),
        unverified: !campaign.verified,
        phase: phase.word(),
        names: grouped(period.tally.names),
        held: grouped(period.tally.held),
        levels: Level::ALL.iter().zip(&period.reach).map(level).collect(),
    }
}
