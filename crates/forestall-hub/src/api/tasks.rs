// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is to be done in a case.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use forestall_api::act::Recorded;
use forestall_api::tasks::{AddTask, ChangeTask, Task};
use forestall_api::words::CaseIdText;
use forestall_api::{Items, route};
use forestall_coord::command;

use super::acting::{act, answer};
use super::body::Json;
use super::params::{Params, number};
use super::precondition::IfMatch;
use super::reply::{Seen, object};
use super::wire::word;
use crate::pages::place::case_id;
use crate::server::{App, Problem, Session};
use crate::shown;

/// Answers with the tasks: those that are open first, by the day until which they are due.
#[utoipa::path(
    get, path = route::TASKS_AT, operation_id = "tasks", tag = "work",
    params(("id" = CaseIdText, Path, description = "The case.")),
    responses((status = 200, body = Items<Task>))
)]
pub(super) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let file = app.file(&session, &case_id(&id)?).await?;
    let today = app.today();
    let owned = app.desk().tasks(file.object()).await?;
    let items: Vec<Task> = owned.into_iter().map(|task| shown::task(task, today)).collect();
    object(&headers, Seen::Version(file.object().case.version), &Items { items })
}

/// Adds a task.
#[utoipa::path(
    post, path = route::TASKS_AT, operation_id = "add_task", tag = "work",
    params(("id" = CaseIdText, Path, description = "The case.")),
    request_body = AddTask, responses((status = 200, body = Recorded))
)]
pub(super) async fn add(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<AddTask>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let case = case_id(&id)?;
    let file = app.file(&session, &case).await?;
    let act = act(&app, &session, &file, &if_match, body.record)?;
    let task = command::AddTask { title: body.title, tld: body.slice, owner: body.owner, due: body.due };
    answer(&case, &act, app.desk().add_task(&case, &act, task).await)
}

/// Changes a task.
#[utoipa::path(
    patch, path = route::TASK_AT, operation_id = "change_task", tag = "work",
    params(
        ("id" = CaseIdText, Path, description = "The case."),
        ("number" = u32, Path, description = "The number of the task.", minimum = 1),
    ),
    request_body = ChangeTask, responses((status = 200, body = Recorded))
)]
pub(super) async fn change(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, text)): Path<(String, String)>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<ChangeTask>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let (case, task): (_, u32) = (case_id(&id)?, number(&text)?);
    let file = app.file(&session, &case).await?;
    if !file.object().case.tasks.iter().any(|known| known.number == task) {
        return Err(Problem::not_found(format!("the case has no task {task}")));
    }
    let act = act(&app, &session, &file, &if_match, body.record)?;
    let change = command::ChangeTask { task, state: word(body.state.word())?, owner: body.owner, due: body.due };
    answer(&case, &act, app.desk().change_task(&case, &act, change).await)
}
