// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The alarms of a case: what somebody has to know at once, with the hours that are left.

use std::collections::BTreeMap;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use forestall_coord::Alarm;
use forestall_coord::alarms::AlarmKind;
use forestall_model::Instant;
use serde::Serialize;

use super::frame::{Frame, to_minute};
use super::place::{Heading, case_id, now_of};
use crate::number::grouped;
use crate::server::{App, Problem, Query, Session, Waiting, Wants};

/// Alarms a page.
const PAGE: usize = 200;

/// One alarm. // WIRE FORMAT, version 1: its JSON form.
#[derive(Debug, Serialize)]
struct AlarmRow {
    kind: &'static str,
    slice: String,
    name: Option<String>,
    campaign: Option<String>,
    unverified: bool,
    /// Names that it is about.
    names: u32,
    /// When the window opens, or until when somebody must have acted.
    due: Instant,
    /// Whole hours until then, negative where it is past.
    hours: i64,
    #[serde(skip)]
    meaning: &'static str,
    #[serde(skip)]
    when: String,
    /// The hours in words.
    #[serde(skip)]
    left: String,
    #[serde(skip)]
    is_late: bool,
}

/// The alarms as JSON. // WIRE FORMAT, version 1.
#[derive(Serialize)]
struct Document<'a> {
    case: &'a str,
    /// The instant at which it is looked at.
    seen_from: Instant,
    in_all: usize,
    /// Those of the kind that was asked for.
    matched: usize,
    page: usize,
    pages: usize,
    alarms: Vec<AlarmRow>,
}

#[derive(Template)]
#[template(path = "alarms.html")]
struct Page {
    frame: Frame,
    heading: Heading,
    /// Each kind with how many there are, and whether it is chosen.
    kinds: Vec<(&'static str, String, bool)>,
    /// The kind that is chosen; empty for all.
    kind: &'static str,
    rows: Vec<AlarmRow>,
    in_all: String,
    page: usize,
    pages: usize,
    seen_from: String,
}

/// Shows the alarms of a case.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    query: Query,
) -> Result<Response, Problem> {
    let id = case_id(&id)?;
    let kind = query.parse::<AlarmKind>("kind")?;
    let page = query.parse::<usize>("page")?.unwrap_or(1);
    let file = app.file(&session, &id).await?;
    let waiting = app.waiting(&file).await?;
    let now = now_of(&waiting.file.case, app.now());
    let matched: Vec<&Alarm> =
        waiting.alarms.iter().filter(|alarm| kind.is_none_or(|kind| alarm.kind == kind)).collect();
    let pages = matched.len().div_ceil(PAGE).max(1);
    if !(1..=pages).contains(&page) {
        return Err(Problem::bad_request(format!("page: {page} is not a page from 1 to {pages}")));
    }
    let shown = matched.iter().skip((page - 1) * PAGE).take(PAGE);
    let rows: Vec<AlarmRow> = shown.map(|alarm| row(&waiting, alarm, now)).collect();
    if wants == Wants::Json {
        return super::json(&Document {
            case: id.as_str(),
            seen_from: now,
            in_all: waiting.alarms.len(),
            matched: matched.len(),
            page,
            pages,
            alarms: rows,
        });
    }
    let mut counts: BTreeMap<AlarmKind, usize> = BTreeMap::new();
    waiting.alarms.iter().for_each(|alarm| *counts.entry(alarm.kind).or_default() += 1);
    let heading = Heading::of(&app, &file).await?;
    let frame = Frame::new(format!("Alarms · {}", heading.title), "cases", &app, &session).with_scripts(&["filter.js"]);
    let html = super::page(&Page {
        kinds: counts
            .iter()
            .map(|(found, count)| (found.word(), grouped(*count as u64), kind == Some(*found)))
            .collect(),
        kind: kind.map_or("", AlarmKind::word),
        in_all: grouped(waiting.alarms.len() as u64),
        seen_from: to_minute(now),
        frame,
        heading,
        rows,
        page,
        pages,
    })?;
    Ok(html.into_response())
}

fn row(waiting: &Waiting, alarm: &Alarm, now: Instant) -> AlarmRow {
    let campaign = alarm.campaign.and_then(|index| waiting.file.case.campaigns.get(index));
    let hours = alarm.hours(now);
    AlarmRow {
        kind: alarm.kind.word(),
        slice: alarm.tld.to_string(),
        name: alarm.name.as_ref().map(ToString::to_string),
        campaign: campaign.map(|campaign| campaign.id.to_string()),
        unverified: campaign.is_some_and(|campaign| !campaign.verified),
        names: alarm.names,
        due: alarm.due,
        hours,
        meaning: meaning(alarm.kind),
        when: to_minute(alarm.due),
        left: left(alarm.kind, hours),
        is_late: hours < 0,
    }
}

/// Says what an alarm means.
const fn meaning(kind: AlarmKind) -> &'static str {
    match kind {
        AlarmKind::Lost => "names were protected, and somebody else holds them now",
        AlarmKind::UnknownRegistrant => "registered by somebody who is in no register, before the window closes",
        AlarmKind::UndoDue => "what was done is not undone",
        AlarmKind::AppealDue => "an appeal has no answer",
        AlarmKind::Mismatch => "a registry claims what the look from outside refutes",
        AlarmKind::Lapsing => "protected by registrations that end before the window does",
        AlarmKind::Changed => "the holder changed",
        AlarmKind::WaiverDue => "a request to ICANN has no answer",
    }
}

/// Says how much time is left: to the opening of a window, or to a deadline.
fn left(kind: AlarmKind, hours: i64) -> String {
    let deadline = matches!(kind, AlarmKind::UndoDue | AlarmKind::AppealDue | AlarmKind::WaiverDue);
    match (deadline, hours) {
        (true, ..0) => format!("{} h late", -hours),
        (true, _) => format!("{hours} h left"),
        (false, ..0) => format!("open for {} h", -hours),
        (false, _) => format!("opens in {hours} h"),
    }
}
