// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The home of a registry: what is due in each case, the files, and the shortest way to an answer.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Response};
use forestall_coord::board::Cell;
use forestall_coord::{Board, LeadTime, Level};
use forestall_model::party::Terms;
use forestall_model::{Instant, Released, Tld};
use serde::Serialize;

use super::frame::{Frame, to_minute};
use super::place::now_of;
use super::registry_slice::CaseName;
use super::slice_lists::SliceList;
use crate::desk::CaseFile;
use crate::lead::LeadDocument;
use crate::server::{App, Problem, Session, Wants};

/// Days that are shown, from the present on.
const DAYS: i32 = 14;

/// A day of a slice.
#[derive(Debug, Serialize)]
struct DayRow {
    day: String,
    names: u32,
    /// Names of which the registry did not say that they are protected.
    left: u32,
}

/// A slice.
#[derive(Debug, Serialize)]
struct SliceCard {
    tld: String,
    /// What was asked last, and what the word means.
    asked: Option<(String, &'static str)>,
    asked_for: String,
    acknowledged: bool,
    /// When the next window opens in which a name is left.
    opens: Option<String>,
    /// Hours until then.
    hours: Option<i64>,
    left: u32,
    /// Names, before their windows close, that were seen otherwise than the registry said.
    refuted: u32,
    /// How much time there is for what is left.
    lead: Option<LeadDocument>,
    /// The last list, with what goes out with it.
    list: Option<SliceList>,
    days: Vec<DayRow>,
    first_day: String,
    last_day: String,
}

/// A case with a slice of the registry.
#[derive(Debug)]
struct CaseCard {
    heading: CaseName,
    slices: Vec<SliceCard>,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Page {
    frame: Frame,
    party: String,
    cases: Vec<CaseCard>,
}

#[derive(Serialize)]
struct Document {
    cases: Vec<CaseDocument>,
}

#[derive(Serialize)]
struct CaseDocument {
    id: String,
    title: String,
    tlp: &'static str,
    slices: Vec<SliceCard>,
}

/// Shows what is due.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
) -> Result<Response, Problem> {
    let Some(party) = session.viewer.party.as_ref().filter(|_| !session.viewer.tlds().is_empty()) else {
        return Err(Problem::not_found("there is no such page"));
    };
    let mut cases = Vec::new();
    for row in app.desk().cases().await? {
        let Some(state) = app.desk().store().load(&row.id).await? else { continue };
        let tlds: Vec<Tld> =
            session.viewer.tlds().iter().filter(|tld| state.slices.contains_key(*tld)).cloned().collect();
        let Some(first) = tlds.first() else { continue };
        // One case that cannot be shown must not hide the others.
        let Ok(file) = app.slice(&session, &row.id, first).await else { continue };
        let now = now_of(&file.object().case, app.now());
        let usual = || party.terms.clone().unwrap_or_default();
        let lists = tlds.iter().map(|tld| SliceList::of(&app, &file.object().case, tld, &usual()).into_iter().next());
        let (lists, terms): (Vec<_>, _) = (lists.collect(), usual());
        let compute = move || card(&file, &tlds, lists, &terms, now);
        cases.push(tokio::task::spawn_blocking(compute).await?);
    }
    // What opens first stands first.
    cases.sort_by_key(|case: &CaseCard| case.slices.iter().filter_map(|slice| slice.hours).min().unwrap_or(i64::MAX));
    if wants == Wants::Json {
        let document = |case: CaseCard| CaseDocument {
            id: case.heading.id,
            title: case.heading.title,
            tlp: case.heading.banner.tlp,
            slices: case.slices,
        };
        return super::json(&Document { cases: cases.into_iter().map(document).collect() });
    }
    let frame = Frame::new("What is due", "home", &app, &session).with_scripts(&["forms.js"]);
    let page: Html<String> = super::page(&Page { frame, party: party.name.clone(), cases })?;
    Ok(page.into_response())
}

fn card(
    file: &Released<CaseFile>,
    tlds: &[Tld],
    lists: Vec<Option<SliceList>>,
    terms: &Terms,
    now: Instant,
) -> CaseCard {
    let mut campaigns: Vec<usize> = tlds.iter().flat_map(|tld| file.object().campaigns_of(tld)).collect();
    campaigns.sort_unstable();
    campaigns.dedup();
    CaseCard {
        heading: CaseName::of(file, &campaigns),
        slices: tlds.iter().zip(lists).map(|(tld, list)| slice_card(file.object(), tld, list, terms, now)).collect(),
    }
}

fn slice_card(file: &CaseFile, tld: &Tld, list: Option<SliceList>, terms: &Terms, now: Instant) -> SliceCard {
    let case = &file.case;
    let counts = file.counts_of(tld);
    let board = Board::new(case, &counts);
    let cells = board.slice(tld);
    let left = |cell: &Cell| cell.tally.registrable().saturating_sub(cell.tally.at(Level::Claimed));
    let guard = |cell: &Cell| case.guard(cell.campaign, cell.window);
    let open = |cell: &&Cell| left(cell) > 0 && guard(cell).until > now;
    let opens = cells.iter().filter(open).map(|cell| guard(cell).from).min();
    let today = now.day();
    let days = (0..DAYS).map(|step| today.plus(step)).filter(|day| case.horizon.contains(*day));
    let days = days.map(|day| {
        let of_day: Vec<&Cell> = cells.iter().filter(|cell| cell.day == day).collect();
        DayRow {
            day: day.to_string(),
            names: of_day.iter().map(|cell| cell.tally.names).sum(),
            left: of_day.iter().map(|cell| left(cell)).sum(),
        }
    });
    let slice = case.slices.get(tld).cloned().unwrap_or_default();
    let asked = slice.requests.last();
    SliceCard {
        days: days.collect(),
        asked: asked.map(|request| (request.action.to_string(), request.action.meaning())),
        asked_for: asked.map(|request| request.days.to_string()).unwrap_or_default(),
        first_day: asked.map(|request| request.days.from.to_string()).unwrap_or_default(),
        last_day: asked.map(|request| request.days.until.plus(-1).to_string()).unwrap_or_default(),
        acknowledged: slice.acknowledged.is_some(),
        left: cells.iter().filter(open).map(left).sum(),
        refuted: cells
            .iter()
            .filter(|cell| guard(cell).until > now)
            .map(|cell| cell.tally.mismatch + cell.tally.lost)
            .sum(),
        hours: opens.map(|opens| opens.seconds_since(now).max(0) / 3_600),
        opens: opens.map(to_minute),
        tld: tld.to_string(),
        lead: LeadTime::of_slice(&board, tld, terms, now).map(|lead| LeadDocument::of(&lead, terms, now)),
        list,
    }
}
