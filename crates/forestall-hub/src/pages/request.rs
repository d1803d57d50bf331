// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Recording what a registry was asked, and that it received it.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use forestall_coord::command::Override;
use forestall_model::{Action, Actor};

use super::acting::{act, campaigns, days};
use super::place::{case_id, tld};
use super::slice::finish;
use crate::desk::AskRegistry;
use crate::server::{App, Fields, Problem, Session, Wants};

/// Records a request.
pub(crate) async fn ask(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, slice)): Path<(String, String)>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let (case, slice) = (case_id(&id)?, tld(&slice)?);
    let done = async {
        let horizon = app.file(&session, &case).await?.object().case.horizon;
        let request = AskRegistry {
            tld: slice.clone(),
            days: days(&fields, horizon)?,
            campaigns: campaigns(&fields)?,
            action: fields.need::<Action>("action", "Action")?,
            fallback: fields.parse::<Action>("fallback", "Otherwise")?,
            legal_basis: fields.text("legal_basis").map(str::to_owned),
            override_by: override_by(&fields)?,
        };
        Ok(vec![app.desk().request(&case, &act(&app, &session, &fields)?, request).await?])
    };
    let done = done.await;
    finish(&app, &session, &case, &slice, wants, ("request", &fields), done).await
}

/// Records that the registry received the last request.
pub(crate) async fn acknowledge(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, slice)): Path<(String, String)>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let (case, slice) = (case_id(&id)?, tld(&slice)?);
    let done = async {
        let act = act(&app, &session, &fields)?;
        Ok(vec![app.desk().acknowledge(&case, &act, slice.clone(), fields.parse("list", "List")?).await?])
    };
    let done = done.await;
    finish(&app, &session, &case, &slice, wants, ("acknowledge", &fields), done).await
}

/// Reads the two people of an override; none where no field of it is filled.
pub(super) fn override_by(fields: &Fields) -> Result<Option<Override>, Problem> {
    if ["first_person", "second_person", "evidence"].iter().all(|name| fields.text(name).is_none()) {
        return Ok(None);
    }
    Ok(Some(Override {
        first: fields.need::<Actor>("first_person", "First person")?,
        second: fields.need::<Actor>("second_person", "Second person")?,
        evidence: fields.need::<String>("evidence", "Evidence")?,
    }))
}
