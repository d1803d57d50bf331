// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The gap list: what opens within some days and is not proved, the largest reach first or the first to open, with whom to ring.

use std::collections::BTreeMap;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Html;
use forestall_coord::{Board, Gap};
use forestall_model::{Instant, ListCounts, Party, Tld, Window};

use super::frame::{Frame, to_minute};
use super::place::{Heading, about, case_id, now_of};
use crate::contacts::{CallList, Callee};
use crate::desk::CaseFile;
use crate::lead::LeadDocument;
use crate::number::grouped;
use crate::server::{App, Problem, Query, Session};

/// The days that the form offers.
pub(super) const OFFERED: [u16; 6] = [1, 3, 7, 14, 30, 90];
/// The days where nobody asks for others.
pub(super) const USUAL: u16 = 7;
/// The most days that can be asked for.
const MOST: u16 = 3_660;

/// One gap as a page shows it.
#[derive(Debug)]
pub(super) struct GapRow {
    pub(super) tld: String,
    pub(super) about: String,
    pub(super) variant: String,
    pub(super) unverified: bool,
    pub(super) opens: String,
    /// How long until then, or that it is open.
    pub(super) due: String,
    pub(super) is_open: bool,
    pub(super) unproved: String,
    pub(super) claimed: String,
    pub(super) lists: String,
    pub(super) reach: String,
    pub(super) worst_day: String,
    /// How much time its registry has.
    pub(super) lead: LeadDocument,
    /// Whom to ring, in the order in which they are tried; empty where nobody is known.
    pub(super) ring: Vec<Callee>,
}

/// The choice of days, with the one that is chosen.
#[derive(Debug)]
pub(super) struct Within {
    pub(super) days: u16,
    pub(super) offered: Vec<u16>,
}

impl Within {
    /// Reads the choice from a query.
    pub(super) fn read(query: &Query) -> Result<Self, Problem> {
        let days = query.parse::<u16>("within")?.unwrap_or(USUAL);
        if !(1..=MOST).contains(&days) {
            return Err(Problem::bad_request(format!("within: {days} is not a number of days from 1 to {MOST}")));
        }
        let mut offered = OFFERED.to_vec();
        if !offered.contains(&days) {
            offered.push(days);
            offered.sort_unstable();
        }
        Ok(Self { days, offered })
    }
}

#[derive(Template)]
#[template(path = "gaps.html")]
struct Page {
    frame: Frame,
    heading: Heading,
    within: Within,
    gaps: Vec<GapRow>,
    seen_from: String,
    /// Whether the first to open comes first.
    by_hours: bool,
    /// Whether whoever looks leads the case and sees whom to ring.
    leads: bool,
}

/// Shows the gap list of a case.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    query: Query,
) -> Result<Html<String>, Problem> {
    let within = Within::read(&query)?;
    let file = app.file(&session, &case_id(&id)?).await?;
    let now = now_of(&file.object().case, app.now());
    let days = within.days;
    let by_hours = match query.text("order") {
        None | Some("reach") => false,
        Some("opens") => true,
        Some(other) => return Err(Problem::bad_request(format!("order: expected reach or opens, found {other:?}"))),
    };
    let computed = file.object().clone();
    let around = Around::of(&app, &session, &computed).await?;
    let list = move || rows(&computed, now, days, by_hours, &around);
    let gaps = tokio::task::spawn_blocking(list).await?;
    let heading = Heading::of(&app, &file).await?;
    let frame = Frame::new(format!("Gaps · {}", heading.title), "cases", &app, &session).with_scripts(&["filter.js"]);
    let leads = session.viewer.leads(&file.object().case.id);
    super::page(&Page { frame, heading, within, gaps, seen_from: to_minute(now), by_hours, leads })
}

/// What gaps are shown with: the registries' terms, and whom to ring.
pub(super) struct Around {
    registries: BTreeMap<Tld, Party>,
    ring: CallList,
}

impl Around {
    /// Reads it for whoever looks.
    pub(super) async fn of(app: &App, session: &Session, file: &CaseFile) -> Result<Self, Problem> {
        let registries = app.desk().registries().await?;
        let ring = app.whom_to_ring(session, file, &registries)?;
        Ok(Self { registries, ring })
    }
}

/// Returns the gaps of a case as its pages show them: the largest reach first, or the first to open.
pub(super) fn rows(file: &CaseFile, now: Instant, within: u16, by_hours: bool, around: &Around) -> Vec<GapRow> {
    let counts = near(file, now, within);
    let board = Board::new(&file.case, &counts);
    let mut gaps = board.gaps(now, within);
    if by_hours {
        // What is open already opened longest ago; of what opens together, the larger reach stands first.
        gaps.sort_by_key(|gap| gap.opens.max(now));
    }
    gaps.iter().map(|gap| row(file, &board, gap, now, around)).collect()
}

/// Returns the counts of the lists that can matter, which makes it quick for few days.
pub(crate) fn near(file: &CaseFile, now: Instant, within: u16) -> Vec<ListCounts> {
    let ahead = Window { from: now, until: now.plus_seconds(i64::from(within) * 86_400) };
    let near = |(campaign, list): (usize, &ListCounts)| ListCounts {
        campaign: list.campaign.clone(),
        periods: list
            .periods
            .iter()
            .filter(|period| file.case.guard(campaign, period.window).meets(ahead))
            .cloned()
            .collect(),
    };
    file.counts.iter().take(file.case.campaigns.len()).enumerate().map(near).collect()
}

fn row(file: &CaseFile, board: &Board<'_>, gap: &Gap, now: Instant, around: &Around) -> GapRow {
    let lead = LeadDocument::of_gap(board, &around.registries, gap, now);
    let campaign = file.case.campaigns.get(gap.campaign);
    let is_open = gap.opens <= now;
    let hours = gap.opens.seconds_since(now).div_euclid(3_600);
    let due = match hours {
        _ if is_open => "open now".to_owned(),
        0 => "within the hour".to_owned(),
        1..48 => format!("in {hours} h"),
        _ => format!("in {} days", hours / 24),
    };
    GapRow {
        tld: gap.tld.to_string(),
        about: about(&gap.tld),
        variant: campaign.map(|c| c.id.to_string()).unwrap_or_default(),
        unverified: campaign.is_some_and(|c| !c.verified),
        opens: to_minute(gap.opens),
        due,
        is_open,
        unproved: grouped(gap.unproved),
        claimed: grouped(gap.claimed),
        lists: grouped(gap.periods),
        reach: gap.reach.to_string(),
        worst_day: gap.worst_day.to_string(),
        lead,
        ring: around.ring.of_slice(&gap.tld).map(|on_call| on_call.contacts.clone()).unwrap_or_default(),
    }
}
