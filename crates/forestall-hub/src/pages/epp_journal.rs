// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The journal of EPP: what was sent to registries over every account, the newest first.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Html;

use super::frame::{Frame, to_minute};
use crate::server::{App, Problem, Session};
use crate::shown;

/// Records that are shown.
const SHOWN: u32 = 500;

/// A record.
#[derive(Debug)]
struct RecordRow {
    id: String,
    account: String,
    batch: String,
    batch_short: String,
    number: u32,
    name: String,
    command: String,
    sent: String,
    outcome: String,
    shade: &'static str,
    text: String,
}

#[derive(Template)]
#[template(path = "epp-journal.html")]
struct Page {
    frame: Frame,
    records: Vec<RecordRow>,
}

/// Shows the journal.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
) -> Result<Html<String>, Problem> {
    let records = app.desk().store().epp_newest(SHOWN).await?;
    let rows = records.iter().map(|(account, record)| {
        let shown = shown::epp_record(account, record);
        let code = shown.code.map(|code| format!("{code}: ")).unwrap_or_default();
        RecordRow {
            id: shown.id,
            account: shown.account,
            batch: shown.batch.to_string(),
            batch_short: shown.batch.short(),
            number: shown.number,
            name: shown.name.to_string(),
            command: shown.command,
            sent: shown.sent.map_or_else(|| "not sent".to_owned(), to_minute),
            shade: match shown.outcome.as_deref() {
                Some("done" | "already-held") => "seen",
                Some("pending") => "said",
                None => "alarm",
                Some(_) => "warn",
            },
            outcome: shown.outcome.unwrap_or_else(|| "in doubt".to_owned()),
            text: format!("{code}{}", shown.text),
        }
    });
    super::page(&Page {
        frame: Frame::new("Journal of EPP", "epp", &app, &session).with_scripts(&["filter.js"]),
        records: rows.collect(),
    })
}
