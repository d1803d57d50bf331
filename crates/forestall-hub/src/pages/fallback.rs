// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One button: asks a registry for the fallback of what it refused, without waiting for the night's run.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::acting::act;
use super::kept::Kept;
use super::place::{case_id, tld};
use crate::desk::CutOutcome;
use crate::server::{App, Fields, Problem, Query, Session, Wants};

/// Cuts the list.
pub(crate) async fn cut(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, slice)): Path<(String, String)>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let (id, slice) = (case_id(&id)?, tld(&slice)?);
    let done = async {
        match app.desk().cut_fallback(&id, &act(&app, &session, &fields)?, &slice).await? {
            CutOutcome::Cut(number) => Ok(number),
            CutOutcome::Nothing => Err(Problem::refused(format!("no fallback is due for .{slice}"))),
            CutOutcome::Refused(refusal) => Err(Problem::refused(refusal.to_string())),
        }
    };
    match done.await {
        Ok(number) if wants == Wants::Json => super::json(&serde_json::json!({ "slice": slice, "list": number })),
        Ok(_) => {
            let version = app.desk().file(&id).await?.case.version;
            Ok(Redirect::to(&format!("/case/{id}/slice/{slice}?done={version}-{version}#recorded")).into_response())
        }
        Err(problem) if wants == Wants::Page && problem.is_clients() => {
            let detail = Some(problem.detail);
            let page =
                super::slice::render(&app, &session, &id, &slice, &Query::empty(), Kept::default(), detail).await?;
            Ok((problem.status, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}
