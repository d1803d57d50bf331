// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Taking back in one step what was done to a name, or to all names of the decision that it was part of.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use forestall_coord::event::Body;
use forestall_model::{CaseId, DomainName};

use super::acting::act;
use super::name::finish;
use super::place::case_id;
use crate::server::{App, Fields, Problem, Session, Wants};

/// Records that what was done is to be undone.
pub(crate) async fn undo(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let done = async {
        let name: DomainName = fields.need("name", "Name")?;
        let reason: String = fields.need("reason", "Reason")?;
        let names = match fields.parse::<u64>("decision", "Decision")? {
            None => vec![name],
            Some(version) => of_decision(&app, &session, &case, version).await?,
        };
        Ok(app.desk().undo(&case, &act(&app, &session, &fields)?, names, reason).await?)
    };
    finish(&app, &session, &case, wants, ("undo", &fields), done.await).await
}

/// Returns the names of a decision for which it is still the last one.
async fn of_decision(app: &App, session: &Session, id: &CaseId, version: u64) -> Result<Vec<DomainName>, Problem> {
    let file = app.file(session, id).await?;
    let entries = app.desk().store().events(id, version.saturating_sub(1), 1).await?;
    let none = || Problem::refused(format!("Decision: event {version} of the case is no ruling"));
    let entry = entries.into_iter().next().filter(|entry| entry.event.version == version).ok_or_else(none)?;
    let Body::Ruled { names, .. } = &entry.event.body else { return Err(none()) };
    let holdings = &file.object().case.holdings;
    let is_last = |name: &DomainName| {
        let ruled = holdings.get(name).and_then(|holding| holding.ruled.as_ref());
        ruled.is_some_and(|ruled| ruled.version == version)
    };
    Ok(names.iter().filter(|name| is_last(name)).cloned().collect())
}
