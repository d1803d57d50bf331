// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What happened in a case day by day: a picture with a lane for each kind of event, and the same as a table.

use std::collections::BTreeMap;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use forestall_model::UtcDay;
use serde::Serialize;

use super::frame::Frame;
use super::place::{Heading, case_id, now_of};
use crate::number::grouped;
use crate::server::{App, Problem, Session, Wants};

/// Where the lanes begin, beside their words.
const LEFT: i32 = 110;
/// The width of the lanes.
const WIDTH: i32 = 860;
/// The height of a lane.
const LANE: usize = 26;
/// What stands above the lanes.
const TOP: usize = 22;
/// Room on both sides of the lanes, for the largest dot.
const ROOM: i32 = 12;
/// Months that the axis names one by one.
const MOST_MONTHS: i32 = 15;
/// Labels of the axis.
const MOST_LABELS: usize = 40;
/// Days of the table; the newest.
const DAYS: usize = 400;

/// Events of one kind on one day. // WIRE FORMAT, version 1.
#[derive(Serialize)]
struct Count {
    day: UtcDay,
    kind: &'static str,
    events: u32,
}

/// The events of a case by day. // WIRE FORMAT, version 1.
#[derive(Serialize)]
struct Document {
    case: String,
    events: Vec<Count>,
}

/// One kind of event.
#[derive(Debug)]
struct Lane {
    kind: &'static str,
    y: usize,
    dots: Vec<Dot>,
    in_all: String,
}

/// Events of one kind on one day.
#[derive(Debug)]
struct Dot {
    x: i32,
    r: u32,
    title: String,
}

#[derive(Template)]
#[template(path = "timeline.html")]
struct Page {
    frame: Frame,
    heading: Heading,
    lanes: Vec<Lane>,
    months: Vec<(i32, String)>,
    now: Option<i32>,
    height: usize,
    first: String,
    last: String,
    words: String,
    days: Vec<(String, String)>,
    is_cut: bool,
}

/// Shows the timeline of a case.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
) -> Result<Response, Problem> {
    let file = app.file(&session, &case_id(&id)?).await?;
    let case = &file.object().case;
    let now = now_of(case, app.now());
    let figures = app.desk().figures(file.object(), now).await?;
    if wants == Wants::Json {
        let count = |(day, kind, events): &(UtcDay, &'static str, u32)| Count { day: *day, kind, events: *events };
        let events = figures.events.iter().map(count).collect();
        return super::json(&Document { case: case.id.to_string(), events });
    }
    let heading = Heading::of(&app, &file).await?;
    let frame = Frame::new(format!("Timeline · {}", heading.title), "cases", &app, &session);
    Ok(super::page(&page(frame, heading, &figures.events, now.day()))?.into_response())
}

fn page(frame: Frame, heading: Heading, events: &[(UtcDay, &'static str, u32)], now: UtcDay) -> Page {
    let first = events.first().map_or(now, |event| event.0);
    let last = events.last().map_or(now, |event| event.0);
    let axis = Axis { first, days: last.days_since(first).max(1) };
    let mut kinds: BTreeMap<&'static str, Vec<(UtcDay, u32)>> = BTreeMap::new();
    let mut days: BTreeMap<UtcDay, Vec<(&'static str, u32)>> = BTreeMap::new();
    for (day, kind, count) in events {
        kinds.entry(kind).or_default().push((*day, *count));
        days.entry(*day).or_default().push((kind, *count));
    }
    let sum = |events: &[(UtcDay, u32)]| events.iter().map(|(_, count)| u64::from(*count)).sum::<u64>();
    let words: Vec<String> = kinds.iter().map(|(kind, events)| format!("{kind} {}", grouped(sum(events)))).collect();
    let lanes = kinds.iter().enumerate().map(|(number, (kind, events))| Lane {
        kind,
        y: number * LANE + LANE / 2 + TOP,
        dots: events.iter().map(|(day, count)| dot(&axis, kind, *day, *count)).collect(),
        in_all: grouped(sum(events)),
    });
    let lanes: Vec<Lane> = lanes.collect();
    let said = |(day, events): (&UtcDay, &Vec<(&'static str, u32)>)| {
        let events: Vec<String> = events.iter().map(|(kind, count)| format!("{kind} {}", grouped(*count))).collect();
        (day.to_string(), events.join(", "))
    };
    Page {
        frame,
        heading,
        months: axis.months(),
        now: (first..=last).contains(&now).then(|| axis.x(now)),
        height: lanes.len() * LANE + TOP,
        lanes,
        first: first.to_string(),
        last: last.to_string(),
        words: words.join(", "),
        is_cut: days.len() > DAYS,
        days: days.iter().rev().take(DAYS).map(said).collect(),
    }
}

fn dot(axis: &Axis, kind: &str, day: UtcDay, count: u32) -> Dot {
    // Twice as many are one more in the radius: 1 is a dot of 3, a thousand one of 12.
    let r = (3 + count.max(1).ilog2()).min(12);
    Dot { x: axis.x(day), r, title: format!("{day}: {kind} {}", grouped(count)) }
}

/// From the first day to the last.
struct Axis {
    first: UtcDay,
    days: i32,
}

impl Axis {
    fn x(&self, day: UtcDay) -> i32 {
        let along = i64::from(day.days_since(self.first)) * i64::from(WIDTH - 2 * ROOM) / i64::from(self.days);
        LEFT + ROOM + i32::try_from(along).unwrap_or(0)
    }

    /// Returns the starts of months, or of years where those are too many, with what the axis says there.
    fn months(&self) -> Vec<(i32, String)> {
        let many = self.days > MOST_MONTHS * 31;
        let starts = (0..=self.days).map(|days| self.first.plus(days)).filter(|day| {
            let (_, month, date) = day.ymd();
            date == 1 && (!many || month == 1)
        });
        let label = |day: UtcDay| {
            let text = day.to_string();
            let cut = if many { 4 } else { 7 };
            (self.x(day), text.get(..cut).unwrap_or(&text).to_owned())
        };
        starts.map(label).take(MOST_LABELS).collect()
    }
}
