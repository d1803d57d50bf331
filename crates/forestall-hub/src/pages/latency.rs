// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How long each registry takes (K5), as a table with a strip for each slice, drawn here.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use forestall_api::figures::Latency;
use forestall_coord::kpi::{SliceLatency, Stretch, stretch};
use serde::Serialize;

use super::frame::{Frame, to_minute};
use super::place::{Heading, about, case_id, now_of};
use crate::figures::document;
use crate::number::grouped;
use crate::server::{App, Problem, Query, Session, Wants};

/// The width of a strip, in its own units.
const WIDTH: u32 = 360;
/// The times of the axis: seconds and what it says.
const TICKS: [(i64, &str); 6] = [
    (60, "1 min"),
    (3_600, "1 h"),
    (86_400, "1 day"),
    (7 * 86_400, "7 d"),
    (30 * 86_400, "30 d"),
    (365 * 86_400, "1 year"),
];

/// One registry.
#[derive(Debug)]
struct Row {
    tld: String,
    about: String,
    requests: String,
    asked: String,
    stages: [Stage; 3],
    /// The strip in words.
    words: String,
}

/// One stage of one registry.
#[derive(Debug)]
struct Stage {
    class: &'static str,
    /// The median of those that got there; empty where none did.
    median: String,
    /// How many wait, and how long so far; empty where none does.
    waiting: String,
    /// Where its marks stand on the strip.
    marks: Vec<u32>,
    /// Whether requests wait.
    waits: bool,
}

/// Latency by slice. // WIRE FORMAT, version 1.
#[derive(Serialize)]
struct Document {
    case: String,
    latency: Vec<Latency>,
}

#[derive(Template)]
#[template(path = "latency.html")]
struct Page {
    frame: Frame,
    heading: Heading,
    rows: Vec<Row>,
    never_asked: String,
    ticks: Vec<(u32, &'static str)>,
    width: u32,
    order: &'static str,
}

/// Shows how long registries take.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    query: Query,
) -> Result<Response, Problem> {
    let order = match query.text("order") {
        None | Some("name") => "name",
        Some("slowest") => "slowest",
        Some(other) => return Err(Problem::bad_request(format!("order: expected name or slowest, found {other:?}"))),
    };
    let file = app.file(&session, &case_id(&id)?).await?;
    let case = &file.object().case;
    let now = now_of(case, app.now());
    let figures = app.desk().figures(file.object(), now).await?;
    if wants == Wants::Json {
        let latency = document(case, &figures).latency;
        return super::json(&Document { case: case.id.to_string(), latency });
    }
    let mut slices: Vec<&SliceLatency> = figures.latency.iter().collect();
    if order == "slowest" {
        slices.sort_by_key(|slice| std::cmp::Reverse(slice.claimed.longest_wait.max(slice.claimed.median())));
    }
    let rows = slices.into_iter().map(row).collect();
    let never = case.slices.len() - figures.latency.len();
    let never_asked = if never == 0 { String::new() } else { grouped(never as u64) };
    let ticks = TICKS.iter().map(|(seconds, text)| (place(*seconds), *text)).collect();
    let heading = Heading::of(&app, &file).await?;
    let frame =
        Frame::new(format!("Latency · {}", heading.title), "cases", &app, &session).with_scripts(&["filter.js"]);
    Ok(super::page(&Page { frame, heading, rows, never_asked, ticks, width: WIDTH, order })?.into_response())
}

fn row(slice: &SliceLatency) -> Row {
    let stages = [
        stage("acknowledged", &slice.acknowledged),
        stage("claimed", &slice.claimed),
        stage("verified", &slice.verified),
    ];
    let words = stages.iter().map(|stage| format!("{} {}", stage.class, said(stage))).collect::<Vec<_>>().join("; ");
    Row {
        tld: slice.tld.to_string(),
        about: about(&slice.tld),
        requests: grouped(slice.requests),
        asked: to_minute(slice.last_asked),
        stages,
        words,
    }
}

fn said(stage: &Stage) -> String {
    match (stage.median.is_empty(), stage.waiting.is_empty()) {
        (false, true) => format!("after {}", stage.median),
        (false, false) => format!("after {}, {}", stage.median, stage.waiting),
        (true, _) => stage.waiting.clone(),
    }
}

fn stage(class: &'static str, of: &Stretch) -> Stage {
    let waiting = of.longest_wait.map(|wait| format!("{} waiting, {} so far", of.waiting, stretch(wait)));
    let mut marks: Vec<u32> = of.seconds.iter().map(|seconds| place(*seconds)).collect();
    marks.dedup();
    Stage {
        class,
        median: of.median().map(stretch).unwrap_or_default(),
        waiting: waiting.unwrap_or_default(),
        marks,
        waits: of.waiting > 0,
    }
}

/// Returns where a time stands on a strip: one minute at its beginning, two years at its end, by the logarithm.
fn place(seconds: i64) -> u32 {
    const FIRST: f64 = 60.0;
    const LAST: f64 = 2.0 * 365.0 * 86_400.0;
    let seconds = (seconds as f64).clamp(FIRST, LAST);
    let share = (seconds / FIRST).ln() / (LAST / FIRST).ln();
    let width = (0..=WIDTH).rev().find(|x| f64::from(*x) <= share * f64::from(WIDTH));
    width.unwrap_or(0).clamp(4, WIDTH - 4)
}

#[cfg(test)]
mod tests {
    use super::{TICKS, WIDTH, place};

    #[test]
    fn times_stand_in_their_order() {
        let places: Vec<u32> = TICKS.iter().map(|(seconds, _)| place(*seconds)).collect();
        assert!(places.is_sorted_by(|a, b| a < b), "{places:?}");
        assert_eq!([place(-5), place(i64::MAX)], [4, WIDTH - 4]);
    }
}
