// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The event log, newest first: of one case or of all.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Html;
use forestall_model::CaseId;

use super::event::EventRow;
use super::frame::Frame;
use super::number::grouped;
use super::place::{Heading, case_id};
use crate::desk::DeskError;
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
    let (events, older) = newest(&app, &query, None).await?;
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
    let (events, older) = newest(&app, &query, Some(&id)).await?;
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

/// Returns a page of the log and where the next begins.
async fn newest(app: &App, query: &Query, case: Option<&CaseId>) -> Result<(Vec<EventRow>, Option<u64>), Problem> {
    let before = query.parse::<u64>("before")?;
    let entries = app.desk().store().log_newest(before, PAGE + 1, case).await?;
    let page = entries.len().min(PAGE as usize);
    let older = entries.get(page).and_then(|_| entries.get(page - 1)).map(|last| last.seq);
    Ok((entries.iter().take(page).map(EventRow::of).collect(), older))
}
