// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a case excludes for good, as a list that other operations can sign and take over.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use forestall_formats::exclusions::{Exclusion, ExclusionList, write};

use super::attachment;
use super::disclosed::disclose;
use super::place::case_id;
use crate::server::{App, Problem, Session};

/// Answers with the exclusion list of a case; its serial is the number of the last event, so that it rises.
pub(crate) async fn list(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = case_id(&id)?;
    let file = app.file(&session, &id).await?;
    let case = &file.object().case;
    let names = case.exclusions.iter().map(|(name, excluded)| Exclusion {
        name: name.clone(),
        class: excluded.class,
        reason: excluded.reason.clone(),
        decided_at: excluded.at,
    });
    let list = ExclusionList {
        operation: id.to_string(),
        // The time of the case's last event: until there is another, the list has the same bytes.
        issued: case.changed,
        serial: case.version,
        names: names.collect(),
    };
    let mut bytes = Vec::new();
    write(&list, &mut bytes).map_err(|error| Problem::internal(&error))?;
    disclose(
        &app,
        &session,
        &id,
        "names with a legitimate holder, as an exclusion list",
        list.names.len() as u64,
        "that other operations leave them alone",
    )
    .await?;
    attachment::file(&format!("{id}-exclusions-{}.txt", case.version), "text/plain; charset=utf-8", bytes)
}
