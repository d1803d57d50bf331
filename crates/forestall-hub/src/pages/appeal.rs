// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! An appeal of somebody who says that a name is theirs, and its answer.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use forestall_coord::command::APPEAL_HOURS;
use forestall_model::DomainName;

use super::acting::act;
use super::name::finish;
use super::place::case_id;
use crate::desk::BroughtAppeal;
use crate::server::{App, Fields, Problem, Session, Wants};

/// Records an appeal.
pub(crate) async fn bring(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let done = async {
        let brought = BroughtAppeal {
            name: fields.need("name", "Name")?,
            contact: fields.need("contact", "Who appeals")?,
            proof: fields.text("proof").map(str::to_owned),
            hours: fields.parse::<u16>("hours", "Hours")?.unwrap_or(APPEAL_HOURS),
        };
        Ok(app.desk().appeal(&case, &act(&app, &session, &fields)?, brought).await?)
    };
    finish(&app, &session, &case, wants, ("appeal", &fields), done.await).await
}

/// Records the answer to an appeal.
pub(crate) async fn settle(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let done = async {
        let name: DomainName = fields.need("name", "Name")?;
        let upheld = match fields.text("outcome") {
            Some("upheld") => true,
            Some("denied") => false,
            _ => return Err(Problem::refused("Outcome: expected upheld or denied")),
        };
        let reason: String = fields.need("reason", "Reason")?;
        Ok(app.desk().settle(&case, &act(&app, &session, &fields)?, name, upheld, reason).await?)
    };
    finish(&app, &session, &case, wants, ("settle", &fields), done.await).await
}
