// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The collision docket: registered names about which a person has to decide, the first to open first.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use forestall_model::{Instant, Window};
use serde::Serialize;

use super::acting::recorded;
use super::docket_filter::Filter;
use super::frame::{Frame, to_minute};
use super::kept::Kept;
use super::place::{Heading, case_id, now_of};
use crate::number::grouped;
use crate::server::{App, Ground, Problem, Query, Session, Waiting, WaitingName, Wants};

/// Names a page.
const PAGE: usize = 100;

/// One name of the docket. // WIRE FORMAT, version 1: its JSON form.
#[derive(Debug, Serialize)]
pub(super) struct DocketRow {
    pub(super) name: String,
    /// The U-label, where it differs.
    pub(super) unicode: Option<String>,
    pub(super) slice: String,
    /// Why it waits, as a word.
    ground: &'static str,
    /// Why it waits, in words.
    pub(super) why: &'static str,
    opens: Instant,
    closes: Instant,
    /// Whole hours until the window opens; 0 where it is open.
    hours: i64,
    pub(super) campaign: String,
    pub(super) unverified: bool,
    reach_low: f64,
    reach_high: f64,
    pub(super) class: Option<&'static str>,
    pub(super) band: Option<&'static str>,
    pub(super) score: Option<i32>,
    pub(super) registrar: Option<String>,
    created: Option<Instant>,
    pub(super) name_servers: Vec<String>,
    /// What a page shows of the figures above.
    #[serde(skip)]
    pub(super) shown: Shown,
}

/// Figures of a name in the words of a page.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) opens: String,
    /// How long until then, or that it is open.
    pub(super) due: String,
    pub(super) is_open: bool,
    pub(super) reach: String,
    pub(super) created: String,
    /// The class of the colour of the band.
    pub(super) colour: &'static str,
}

impl DocketRow {
    /// Makes the row of a name that waits, as seen at `now`.
    pub(super) fn of(waiting: &Waiting, name: &WaitingName, now: Instant) -> Self {
        let case = &waiting.file.case;
        let campaign = case.campaigns.get(name.campaign);
        let verdict = case.holdings.get(&name.name).and_then(|holding| holding.verdict.as_ref());
        let tenure = verdict.map(|verdict| verdict.tenure.clone()).unwrap_or_default();
        let hours = hours(name.window, now);
        let is_open = name.window.from <= now;
        Self {
            name: name.name.to_string(),
            unicode: unicode(&name.name),
            slice: name.name.tld().to_string(),
            ground: name.ground.word(),
            why: name.why,
            opens: name.window.from,
            closes: name.window.until,
            hours,
            campaign: campaign.map(|campaign| campaign.id.to_string()).unwrap_or_default(),
            unverified: campaign.is_some_and(|campaign| !campaign.verified),
            reach_low: name.reach.low,
            reach_high: name.reach.high,
            class: verdict.map(|verdict| verdict.class.word()),
            band: verdict.map(|verdict| verdict.band.word()),
            score: verdict.map(|verdict| verdict.score),
            registrar: tenure.registrar,
            created: tenure.created,
            name_servers: tenure.name_servers.iter().flatten().map(ToString::to_string).collect(),
            shown: Shown {
                opens: to_minute(name.window.from),
                due: due(hours, is_open),
                is_open,
                reach: name.reach.to_string(),
                created: tenure.created.map(|created| created.day().to_string()).unwrap_or_default(),
                colour: verdict.map_or("", |verdict| colour(verdict.band)),
            },
        }
    }
}

/// Returns the U-label of a name where it differs.
pub(super) fn unicode(name: &forestall_model::DomainName) -> Option<String> {
    let unicode = name.to_unicode();
    (unicode != name.as_str()).then_some(unicode)
}

/// Returns the whole hours until a window opens; 0 once it is open.
pub(super) fn hours(window: Window, now: Instant) -> i64 {
    (window.from.seconds_since(now) / 3_600).max(0)
}

/// Says how long it is until a window opens.
pub(super) fn due(hours: i64, is_open: bool) -> String {
    match hours {
        _ if is_open => "open now".to_owned(),
        0 => "within the hour".to_owned(),
        1..48 => format!("in {hours} h"),
        _ => format!("in {} days", hours / 24),
    }
}

/// Returns the class of the colour of a band.
pub(super) const fn colour(band: forestall_model::Band) -> &'static str {
    use forestall_model::Band;
    match band {
        Band::ClearMalicious => "alarm",
        Band::Human => "warn",
        Band::ClearBenign => "clear",
        Band::NoHolder => "bare",
    }
}

/// A choice of the filter, with how many names of the docket it means.
#[derive(Debug)]
struct Choice {
    word: String,
    text: String,
    chosen: bool,
}

impl Choice {
    fn new(word: &str, text: &str, names: usize, chosen: bool) -> Self {
        Self { word: word.to_owned(), text: format!("{text} ({})", grouped(names as u64)), chosen }
    }
}

#[derive(Template)]
#[template(path = "docket.html")]
struct Page {
    frame: Frame,
    heading: Heading,
    rows: Vec<DocketRow>,
    /// The names of the page, one a line.
    shown: String,
    waiting: String,
    matched: String,
    matches: usize,
    is_filtered: bool,
    bands: Vec<Choice>,
    slices: Vec<Choice>,
    grounds: Vec<Choice>,
    campaigns: Vec<Choice>,
    text: String,
    /// The query of the filter, with an ampersand at its end where it is not empty.
    query: String,
    page: usize,
    pages: usize,
    seen_from: String,
    four_eyes: bool,
    done: Option<String>,
    problem: Option<String>,
    kept: Kept,
}

/// The docket as JSON. // WIRE FORMAT, version 1.
#[derive(Serialize)]
struct Document<'a> {
    case: &'a str,
    /// The instant at which it is looked at.
    seen_from: Instant,
    /// Names on the docket.
    waiting: usize,
    /// Names that the filter means.
    matched: usize,
    page: usize,
    pages: usize,
    four_eyes: bool,
    names: Vec<DocketRow>,
}

/// Shows the docket of a case.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    query: Query,
) -> Result<Response, Problem> {
    let id = case_id(&id)?;
    let filter = Filter::read(|name| query.text(name)).map_err(Problem::bad_request)?;
    let page = query.parse::<usize>("page")?.unwrap_or(1);
    let file = app.file(&session, &id).await?;
    let waiting = app.waiting(&file).await?;
    let done = query.text("done").and_then(|text| recorded(text, file.object().case.version));
    let heading = Heading::of(&app, &file).await?;
    let view = View { filter, page, done, problem: None, kept: Kept::default() };
    let (time, frame) = (app.now(), frame(&app, &session, &heading));
    tokio::task::spawn_blocking(move || answer(&waiting, time, frame, heading, view, wants)).await?
}

/// Shows the first page of the docket again, with the reason why a form of it was refused.
pub(super) async fn again(
    app: &App,
    session: &Session,
    id: &forestall_model::CaseId,
    problem: Problem,
    kept: Kept,
) -> Result<Response, Problem> {
    let file = app.file(session, id).await?;
    let waiting = app.waiting(&file).await?;
    let heading = Heading::of(app, &file).await?;
    let view = View { filter: Filter::default(), page: 1, done: None, problem: Some(problem.detail), kept };
    let page = answer(&waiting, app.now(), frame(app, session, &heading), heading, view, Wants::Page)?;
    Ok((problem.status, page).into_response())
}

fn frame(app: &App, session: &Session, heading: &Heading) -> Frame {
    Frame::new(format!("Docket · {}", heading.title), "cases", app, session).with_scripts(&["docket.js", "forms.js"])
}

/// What of a docket is shown, and what happened before.
struct View {
    filter: Filter,
    page: usize,
    done: Option<String>,
    problem: Option<String>,
    kept: Kept,
}

fn answer(
    waiting: &Waiting,
    time: Instant,
    frame: Frame,
    heading: Heading,
    view: View,
    wants: Wants,
) -> Result<Response, Problem> {
    let case = &waiting.file.case;
    let View { filter, page, done, problem, kept } = view;
    let matched = filter.of(waiting);
    let pages = matched.len().div_ceil(PAGE).max(1);
    if !(1..=pages).contains(&page) {
        return Err(Problem::bad_request(format!("page: {page} is not a page from 1 to {pages}")));
    }
    let now = now_of(case, time);
    let names = matched.iter().skip((page - 1) * PAGE).take(PAGE);
    let rows: Vec<DocketRow> = names.map(|name| DocketRow::of(waiting, name, now)).collect();
    if wants == Wants::Json {
        return super::json(&Document {
            case: case.id.as_str(),
            seen_from: now,
            waiting: waiting.names.len(),
            matched: matched.len(),
            page,
            pages,
            four_eyes: case.four_eyes,
            names: rows,
        });
    }
    let campaign = |(index, names): (&usize, &usize)| {
        let id = case.campaigns.get(*index).map(|campaign| &campaign.id)?;
        Some(Choice::new(id.as_str(), id.as_str(), *names, filter.campaign.as_ref() == Some(id)))
    };
    let query = filter.query();
    let html = super::page(&Page {
        shown: rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>().join("\n"),
        waiting: grouped(waiting.names.len() as u64),
        matched: grouped(matched.len() as u64),
        matches: matched.len(),
        is_filtered: filter != Filter::default(),
        bands: waiting
            .bands
            .iter()
            .map(|(band, names)| Choice::new(band.word(), band.word(), *names, filter.band == Some(*band)))
            .collect(),
        slices: waiting
            .slices
            .iter()
            .map(|(tld, names)| {
                let chosen = filter.slice.as_ref().is_some_and(|slice| slice.as_str() == tld);
                Choice::new(tld, &format!(".{tld}"), *names, chosen)
            })
            .collect(),
        grounds: waiting
            .grounds
            .iter()
            .map(|(ground, names)| Choice::new(ground.word(), said(*ground), *names, filter.ground == Some(*ground)))
            .collect(),
        campaigns: waiting.campaigns.iter().filter_map(campaign).collect(),
        text: filter.text,
        query: if query.is_empty() { query } else { query + "&" },
        page,
        pages,
        seen_from: to_minute(now),
        four_eyes: case.four_eyes,
        frame,
        heading,
        rows,
        done,
        problem,
        kept,
    })?;
    Ok(html.into_response())
}

/// Says in a few words why names wait.
const fn said(ground: Ground) -> &'static str {
    match ground {
        Ground::Appealed => "somebody appealed",
        Ground::NotVetted => "nobody vetted it",
        Ground::ChangedSinceRuled => "changed hands since ruled",
        Ground::ChangedSinceClear => "changed hands since clear",
        Ground::NotRuled => "nobody ruled",
    }
}
