// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What people do in a case: tasks, decisions about the case at large, and the discussion.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forestall_coord::command::{AddTask, ChangeTask, Resolve};
use forestall_coord::event::TaskState;
use forestall_model::{CaseId, Tld, UtcDay};
use forestall_store::Stored;
use serde::Serialize;

use super::acting::act;
use super::frame::{Frame, to_minute};
use super::kept::Kept;
use super::markdown;
use super::place::{Heading, case_id};
use crate::desk::{OwnedTask, playbooks};
use crate::server::{App, Fields, Problem, Session, Wants};

#[derive(Template)]
#[template(path = "work.html")]
struct Page {
    frame: Frame,
    heading: Heading,
    tasks: Vec<TaskRow>,
    open: usize,
    decisions: Vec<DecisionRow>,
    notes: Vec<NoteRow>,
    playbooks: Vec<(&'static str, String, String)>,
    slices: Vec<String>,
    four_eyes: bool,
    kept: Kept,
    problem: Option<String>,
}

/// One task.
#[derive(Debug, Serialize)]
struct TaskRow {
    number: u32,
    title: String,
    slice: String,
    owner: String,
    due: String,
    state: TaskState,
    /// Whether it is open and its day has passed.
    overdue: bool,
}

/// One decision.
#[derive(Debug, Serialize)]
struct DecisionRow {
    version: u64,
    at: String,
    title: String,
    ground: String,
}

/// One note of the discussion.
#[derive(Debug, Serialize)]
struct NoteRow {
    version: u64,
    at: String,
    slice: String,
    source: String,
    text: String,
    #[serde(skip)]
    html: String,
}

#[derive(Serialize)]
struct Document<'a> {
    case: &'a str,
    tasks: &'a [TaskRow],
    decisions: &'a [DecisionRow],
    notes: &'a [NoteRow],
}

/// Shows tasks, decisions and discussion.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
) -> Result<Response, Problem> {
    let page = page(&app, &session, &case_id(&id)?, Kept::default(), None).await?;
    if wants == Wants::Json {
        let Page { tasks, decisions, notes, .. } = &page;
        return super::json(&Document { case: &page.heading.id, tasks, decisions, notes });
    }
    Ok(super::page(&page)?.into_response())
}

/// Adds a task.
pub(crate) async fn add(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let done = async {
        let task = AddTask {
            title: fields.need("title", "Task")?,
            tld: fields.parse::<Tld>("slice", "Slice")?,
            owner: fields.parse("owner", "Who")?,
            due: fields.parse::<UtcDay>("due", "Until")?,
        };
        Ok(app.desk().add_task(&case, &act(&app, &session, &fields)?, task).await?)
    };
    let done = done.await;
    finish(&app, &session, &case, wants, ("task", &fields), done).await
}

/// Changes a task.
pub(crate) async fn change(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let done = async {
        let change = ChangeTask {
            task: fields.need("task", "Task")?,
            state: fields.need("state", "State")?,
            owner: fields.parse("owner", "Who")?,
            due: fields.parse::<UtcDay>("due", "Until")?,
        };
        Ok(app.desk().change_task(&case, &act(&app, &session, &fields)?, change).await?)
    };
    let done = done.await;
    finish(&app, &session, &case, wants, ("task-change", &fields), done).await
}

/// Records a decision about the case at large.
pub(crate) async fn resolve(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let done = async {
        let resolve = Resolve {
            title: fields.need("title", "Decision")?,
            ground: fields.need("ground", "Ground")?,
            second: fields.parse("second", "Second person")?,
        };
        Ok(app.desk().decide_at_large(&case, &act(&app, &session, &fields)?, resolve).await?)
    };
    let done = done.await;
    finish(&app, &session, &case, wants, ("decision", &fields), done).await
}

/// Adds a note to the discussion.
pub(crate) async fn note(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let done = async {
        let tld = fields.parse::<Tld>("slice", "Slice")?;
        let text: String = fields.need("text", "Note")?;
        Ok(app.desk().note(&case, &act(&app, &session, &fields)?, tld, text).await?)
    };
    let done = done.await;
    finish(&app, &session, &case, wants, ("note", &fields), done).await
}

/// Lays a playbook over the case.
pub(crate) async fn playbook(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let done = async {
        let name: String = fields.need("playbook", "Playbook")?;
        let stored = app.desk().lay_playbook(&case, &act(&app, &session, &fields)?, &name).await?;
        stored.into_iter().next_back().ok_or_else(|| Problem::refused("Playbook: it holds no step"))
    };
    let done = done.await;
    finish(&app, &session, &case, wants, ("playbook", &fields), done).await
}

async fn finish(
    app: &App,
    session: &Session,
    case: &CaseId,
    wants: Wants,
    (form, fields): (&'static str, &Fields),
    done: Result<Stored, Problem>,
) -> Result<Response, Problem> {
    match done {
        Ok(stored) if wants == Wants::Json => super::json(&serde_json::json!({
            "case": case, "version": stored.event.version, "kind": stored.event.body.kind(),
        })),
        Ok(_) => {
            let place = match form {
                "decision" => "decisions",
                "note" => "discussion",
                _ => "tasks",
            };
            Ok(Redirect::to(&format!("/case/{case}/work#{place}")).into_response())
        }
        Err(problem) if wants == Wants::Page && problem.is_clients() => {
            let page = page(app, session, case, Kept::of(form, fields), Some(problem.detail)).await?;
            Ok((problem.status, super::page(&page)?).into_response())
        }
        Err(problem) => Err(problem),
    }
}

async fn page(app: &App, session: &Session, id: &CaseId, kept: Kept, problem: Option<String>) -> Result<Page, Problem> {
    let file = app.file(session, id).await?;
    let heading = Heading::of(app, &file).await?;
    let case = &file.object().case;
    let today = file.object().case.board_day.unwrap_or_else(|| app.today());
    let tasks: Vec<TaskRow> =
        app.desk().tasks(file.object()).await?.into_iter().map(|owned| TaskRow::of(owned, today)).collect();
    let slice = |tld: &Option<Tld>| tld.as_ref().map(ToString::to_string).unwrap_or_default();
    let decision = |decision: &forestall_coord::case::Decision| DecisionRow {
        version: decision.version,
        at: to_minute(decision.at),
        title: decision.title.clone(),
        ground: decision.ground.clone(),
    };
    let note = |note: &forestall_coord::case::Note| NoteRow {
        version: note.version,
        at: to_minute(note.at),
        slice: slice(&note.tld),
        source: note.source.clone().unwrap_or_default(),
        html: markdown::to_html(&note.text),
        text: note.text.clone(),
    };
    Ok(Page {
        frame: Frame::new(format!("Work · {}", heading.title), "cases", app, session),
        open: tasks.iter().filter(|task| task.state == TaskState::Open).count(),
        tasks,
        decisions: case.decisions.iter().rev().map(decision).collect(),
        notes: case.notes.iter().rev().map(note).collect(),
        playbooks: playbooks().map(|playbook| (playbook.name, playbook.title, playbook.about)).collect(),
        slices: case.slices.keys().map(ToString::to_string).collect(),
        four_eyes: case.four_eyes,
        heading,
        kept,
        problem,
    })
}

impl TaskRow {
    fn of(owned: OwnedTask, today: UtcDay) -> Self {
        let OwnedTask { task, owner } = owned;
        Self {
            number: task.number,
            title: task.title,
            slice: task.tld.map(|tld| tld.to_string()).unwrap_or_default(),
            owner: owner.unwrap_or_default(),
            due: task.due.map(|due| due.to_string()).unwrap_or_default(),
            state: task.state,
            overdue: task.state == TaskState::Open && task.due.is_some_and(|due| due < today),
        }
    }
}
