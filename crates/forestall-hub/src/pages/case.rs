// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A case on one page: the headline, coverage and reach at each level of proof, gaps, map, heat map, variants, holders and
//! the last events.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Html;
use forestall_coord::Level;

use super::event::EventRow;
use super::frame::Frame;
use super::gaps::{self, GapRow, Within};
use super::heat::{HeatMap, Order};
use super::holders::HolderRow;
use super::place::{Heading, case_id, now_of};
use super::proof::{self, Alarm, LevelRow, Reach};
use super::variants::{self, VariantRow};
use crate::number::grouped;
use crate::server::{App, Problem, Query, Session};

/// Gaps on the page of a case; the page of the gaps has them all.
const GAPS: usize = 12;
/// Names of legitimate holders on the page of a case; their page has them all.
const HOLDERS: usize = 8;
/// Events on the page of a case; the log has them all.
const EVENTS: u32 = 8;

#[derive(Template)]
#[template(path = "case.html")]
struct Page {
    frame: Frame,
    heading: Heading,
    names: String,
    slices: String,
    /// The worst variant now, as observed.
    headline: Option<Reach>,
    /// The worst variant over the horizon, as observed.
    worst: Option<Reach>,
    levels: Vec<LevelRow>,
    outside_on_day: String,
    outside_over_all: String,
    alarms: Vec<Alarm>,
    within: Within,
    gaps: Vec<GapRow>,
    /// How many gaps there are, where more than these; empty where these are all.
    gaps_in_all: String,
    /// Whether whoever looks leads the case: they see whom to ring, and confirm answers.
    leads: bool,
    map: String,
    heat: HeatMap,
    variants: Vec<VariantRow>,
    holders: Vec<HolderRow>,
    holders_in_all: String,
    events: Vec<EventRow>,
}

/// Shows a case.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    query: Query,
) -> Result<Html<String>, Problem> {
    let id = case_id(&id)?;
    let within = Within::read(&query)?;
    let order = Order::read(query.text("order"));
    let order = order.ok_or_else(|| Problem::bad_request("order: expected name, reach or coverage"))?;
    let view = app.view(&session, &id).await?;
    let entries = app.desk().store().log_newest(None, EVENTS, Some(&id)).await?;
    let now = now_of(&view.object().file.case, app.now());
    let heading = Heading::of(&app, &app.file(&session, &id).await?).await?;
    let frame = Frame::new(heading.title.clone(), "cases", &app, &session).with_scripts(&["heat.js", "filter.js"]);
    let leads = session.viewer.leads(&id);
    let around = gaps::Around::of(&app, &session, &view.object().file).await?;
    // Some milliseconds of drawing, kept off the threads that answer others.
    let page = move || {
        let (file, figures) = (&view.object().file, &view.object().figures);
        let case = &file.case;
        let mut gaps = gaps::rows(file, now, within.days, false, &around);
        let gaps_in_all = if gaps.len() > GAPS { grouped(gaps.len() as u64) } else { String::new() };
        gaps.truncate(GAPS);
        let observed = Level::Observed as usize;
        let holders = case.exclusions.iter().take(HOLDERS).map(|(name, why)| HolderRow::of(name, why)).collect();
        super::page(&Page {
            heading,
            frame,
            names: grouped(figures.over_all.names),
            slices: grouped(case.slices.len() as u64),
            headline: figures.worst_on_day[observed].map(|worst| Reach::of(case, worst)),
            worst: figures.worst_over_all[observed].map(|worst| Reach::of(case, worst)),
            levels: proof::rows(case, figures),
            outside_on_day: proof::outside(&figures.on_day),
            outside_over_all: proof::outside(&figures.over_all),
            alarms: proof::alarms(&figures.over_all),
            within,
            gaps,
            gaps_in_all,
            leads,
            map: super::world::html(view.object()),
            heat: HeatMap::of(view.object(), order),
            variants: variants::rows(case, figures),
            holders,
            holders_in_all: grouped(case.exclusions.len() as u64),
            events: entries.iter().map(EventRow::of).collect(),
        })
    };
    tokio::task::spawn_blocking(page).await?
}
