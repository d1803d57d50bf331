// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Playbooks: which there are, and laying one over a case.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use forestall_api::act::Recorded;
use forestall_api::playbooks::{LayPlaybook, Playbook};
use forestall_api::words::CaseIdText;
use forestall_api::{Items, route};

use super::acting::{act, failed, need_short, recorded};
use super::body::Json;
use super::params::Params;
use super::precondition::IfMatch;
use super::reply::{Seen, done, object};
use crate::desk::playbooks;
use crate::pages::place::case_id;
use crate::server::{App, Problem, Session};

/// The most characters of the name of a playbook.
const MAX_NAME: usize = 100;

/// Answers with the playbooks, in the order of their names.
#[utoipa::path(
    get, path = route::PLAYBOOKS_AT, operation_id = "playbooks", tag = "work",
    responses((status = 200, body = Items<Playbook>))
)]
pub(super) async fn show(headers: HeaderMap, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    let items = playbooks().map(|playbook| Playbook {
        name: playbook.name.to_owned(),
        title: playbook.title,
        about: playbook.about,
        steps: playbook.steps.into_iter().map(|step| step.title).collect(),
    });
    object(&headers, Seen::Octets, &Items { items: items.collect::<Vec<_>>() })
}

/// Lays a playbook over a case: all its steps become tasks, or none.
#[utoipa::path(
    post, path = route::LAY_PLAYBOOK_AT, operation_id = "lay_playbook", tag = "work",
    params(("id" = CaseIdText, Path, description = "The case.")),
    request_body = LayPlaybook, responses((status = 200, body = Recorded))
)]
pub(super) async fn lay(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<LayPlaybook>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let case = case_id(&id)?;
    let file = app.file(&session, &case).await?;
    need_short("/name", &body.name, MAX_NAME)?;
    let act = act(&app, &session, &file, &if_match, body.record)?;
    let laid = app.desk().lay_playbook(&case, &act, &body.name).await;
    let laid = laid.map_err(|error| failed(error, act.basis.is_some()))?;
    done(StatusCode::OK, &recorded(&case, &laid, true))
}
