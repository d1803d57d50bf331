// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Recording what a registry answered: for days, for single names, or by the lines of a file.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use forestall_formats::{answers, plain};
use forestall_model::{Action, AnswerResult};

use super::acting::{act, campaigns, days as read_days};
use super::place::{case_id, tld};
use super::slice::finish;
use crate::desk::{AnswerFile, DaysAnswer};
use crate::server::{App, Fields, MAX_UPLOAD, Problem, Session, Wants};

/// Records an answer for whole days.
pub(crate) async fn days(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, slice)): Path<(String, String)>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let (case, slice) = (case_id(&id)?, tld(&slice)?);
    let done = async {
        let released = app.slice(&session, &case, &slice).await?;
        let (file, campaigns) = (released.object(), campaigns(&fields)?);
        // A registry learns nothing of campaigns that have no names in its slice.
        if session.viewer.whole(&case).is_none() && !campaigns.iter().all(|id| file.has_names(id, &slice)) {
            return Err(Problem::refused("Campaigns: one has no names in your slice"));
        }
        let answer = DaysAnswer {
            tld: slice.clone(),
            days: read_days(&fields, file.case.horizon)?,
            campaigns,
            action: fields.need::<Action>("action", "Action")?,
            result: fields.need::<AnswerResult>("result", "Result")?,
        };
        Ok(vec![app.desk().answer_days(&case, &act(&app, &session, &fields)?, answer).await?])
    };
    let done = done.await;
    finish(&app, &session, &case, &slice, wants, ("answer", &fields), done).await
}

/// Records one result for names that were pasted, one a line.
pub(crate) async fn names(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, slice)): Path<(String, String)>,
    wants: Wants,
    fields: Fields<MAX_UPLOAD>,
) -> Result<Response, Problem> {
    let (case, slice) = (case_id(&id)?, tld(&slice)?);
    let done = async {
        let action = fields.need::<Action>("action", "Action")?;
        let result = fields.need::<AnswerResult>("result", "Result")?;
        let names = plain::read(fields.raw("names").as_bytes()).map_err(|e| Problem::refused(format!("Names: {e}")))?;
        if names.is_empty() {
            return Err(Problem::refused("Names: at least one must be given"));
        }
        let act = act(&app, &session, &fields)?;
        Ok(app.desk().answer_names(&case, &act, slice.clone(), action, result, names).await?)
    };
    let done = done.await;
    finish(&app, &session, &case, &slice, wants, ("answer-names", &fields), done).await
}

/// Records the lines of a file that a registry sent back: all of them or none.
pub(crate) async fn file(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, slice)): Path<(String, String)>,
    wants: Wants,
    fields: Fields<MAX_UPLOAD>,
) -> Result<Response, Problem> {
    let (case, slice) = (case_id(&id)?, tld(&slice)?);
    let done = async {
        let action = fields.need::<Action>("action", "Action")?;
        let bytes = fields.file().ok_or_else(|| Problem::refused("File: a CSV file must be chosen"))?;
        let lines = answers::read(bytes).map_err(|e| Problem::refused(format!("File: {e}")))?;
        let act = act(&app, &session, &fields)?;
        Ok(app.desk().answer_file(&case, &act, AnswerFile { tld: slice.clone(), action, lines }).await?)
    };
    let done = done.await;
    finish(&app, &session, &case, &slice, wants, ("answer-file", &fields), done).await
}
