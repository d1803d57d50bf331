// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The event log, newest first: of one case or of all.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Html;
use forestall_model::CaseId;
use forestall_store::LogEntry;

use super::event::EventRow;
use super::frame::Frame;
use super::place::{Heading, case_id};
use crate::desk::DeskError;
use crate::number::grouped;
use crate::server::{App, Problem, Query, Session};

/// Events a page.
const PAGE: u32 = 100;

#[derive(Template)]
#[template(path = "log.html")]
struct Page {
    frame: Frame,
    /// The heading of the case, where the log is of one.
    heading: Option<Heading>,
    /// The head of its log.
    head: Option<Head>,
    /// The address of the log without query.
    address: String,
    events: Vec<EventRow>,
    /// Where the next page begins, where there is one.
    older: Option<u64>,
    /// Whether this is not the first page.
    is_later_page: bool,
}

/// The head of the log of a case.
struct Head {
    /// Why it is not signed; empty where it is.
    fork: String,
    size: String,
    root: String,
    /// The signed head, as it is handed out.
    checkpoint: String,
    /// The key that verifies it.
    key: String,
}

impl Head {
    async fn of(app: &App, id: &CaseId) -> Result<Self, Problem> {
        let key = app.desk().log_verifier(Some(id), app.now()).await?.to_string();
        let nothing = |fork: String| Self {
            fork,
            size: String::new(),
            root: String::new(),
            checkpoint: String::new(),
            key: key.clone(),
        };
        match app.desk().checkpoint(id, app.now()).await {
            Ok(signed) => {
                let head = signed.checkpoint();
                let (size, root) = (grouped(head.size), head.root.to_string());
                Ok(Self { size, root, checkpoint: signed.to_string(), ..nothing(String::new()) })
            }
            // The page shows it, above all where the rest of it is not to be believed.
            Err(error @ DeskError::Forked { .. }) => Ok(nothing(error.to_string())),
            Err(error) => Err(error.into()),
        }
    }
}

impl Page {
    /// Returns the case that the page is about; empty where it is about all.
    fn case_id(&self) -> &str {
        self.heading.as_ref().map_or("", |heading| &heading.id)
    }
}

/// Shows the log of all cases.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    query: Query,
) -> Result<Html<String>, Problem> {
    let before = query.parse::<u64>("before")?;
    let entries = app.desk().store().log_newest(before, PAGE + 1, None).await?;
    let (entries, older) = first(&entries, |entry| entry.seq);
    let events = entries.iter().map(EventRow::of_all).collect();
    let frame = Frame::new("Log", "log", &app, &session);
    let is_later_page = query.text("before").is_some();
    super::page(&Page { frame, heading: None, head: None, address: "/log".to_owned(), events, older, is_later_page })
}

/// Shows the log of one case.
pub(crate) async fn show_case(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    query: Query,
) -> Result<Html<String>, Problem> {
    let id = case_id(&id)?;
    let file = app.file(&session, &id).await?;
    let version = file.object().case.version;
    // By the numbers of the case: those of the log of all cases would tell how much happens in others.
    let before = query.parse::<u64>("before")?.map_or(version, |before| before.saturating_sub(1).min(version));
    let after = before.saturating_sub(u64::from(PAGE) + 1);
    let limit = u32::try_from(before - after).unwrap_or(PAGE);
    let mut entries = match limit {
        0 => Vec::new(),
        limit => app.desk().store().events(&id, after, limit).await?,
    };
    entries.reverse();
    let (entries, older) = first(&entries, |entry| entry.event.version);
    let events = entries.iter().map(EventRow::of).collect();
    let heading = Heading::of(&app, &file).await?;
    let head = Head::of(&app, &id).await?;
    let frame = Frame::new(format!("Log · {}", heading.title), "cases", &app, &session);
    let is_later_page = query.text("before").is_some();
    super::page(&Page {
        frame,
        heading: Some(heading),
        head: Some(head),
        address: format!("/case/{id}/log"),
        events,
        older,
        is_later_page,
    })
}

/// Returns the entries of a page, and where the next begins where there are more.
fn first(entries: &[LogEntry], number: impl Fn(&LogEntry) -> u64) -> (&[LogEntry], Option<u64>) {
    let shown = &entries[..entries.len().min(PAGE as usize)];
    let older = if entries.len() > shown.len() { shown.last().map(number) } else { None };
    (shown, older)
}
