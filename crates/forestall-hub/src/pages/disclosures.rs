// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The record of disclosures: what left, to whom, how much, for what and on what ground.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{Html, Response};
use forestall_model::Instant;

use super::attachment;
use super::frame::{Frame, to_minute};
use crate::number::grouped;
use crate::server::{App, Problem, Query, Session};

/// Rows a page.
const PAGE: u32 = 200;

/// One row.
#[derive(Debug)]
struct Row {
    at: String,
    who: String,
    party: String,
    case: String,
    what: String,
    count: String,
    purpose: String,
    basis: String,
}

#[derive(Template)]
#[template(path = "disclosures.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    /// From where the next page goes on, where there is one.
    older: Option<i64>,
}

/// Shows the record, the newest first.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    query: Query,
) -> Result<Html<String>, Problem> {
    let before = query.parse::<i64>("before")?.map(Instant::from_micros);
    let found = app.desk().disclosures(before, PAGE).await?;
    let older = found.last().filter(|_| found.len() >= PAGE as usize).map(|row| row.at.micros());
    let row = |row: forestall_store::Disclosure| Row {
        at: to_minute(row.at),
        who: row.actor,
        party: row.party.map(|party| party.to_string()).unwrap_or_default(),
        case: row.case.map(|case| case.to_string()).unwrap_or_default(),
        what: row.what,
        count: grouped(row.count),
        purpose: row.purpose,
        basis: row.basis,
    };
    let frame = Frame::new("Disclosures", "disclosures", &app, &session).with_scripts(&["filter.js"]);
    super::page(&Page { frame, rows: found.into_iter().map(row).collect(), older })
}

/// Answers with the whole record as CSV.
pub(crate) async fn csv(State(app): State<App>) -> Result<Response, Problem> {
    let mut bytes = Vec::new();
    app.desk().write_disclosures(&mut bytes).await?;
    attachment::file("disclosures.csv", "text/csv; charset=utf-8", bytes)
}
