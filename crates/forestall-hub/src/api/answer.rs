// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a registry answers.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use forestall_api::act::Recorded;
use forestall_api::answer::{Answer, AnswerRow, MAX_ROWS};
use forestall_api::route;
use forestall_api::words::{CaseIdText, TldText};
use forestall_formats::answers::AnswerLine;
use forestall_model::{AnswerResult, CaseId, Tld};
use forestall_store::Stored;

use super::acting::{act_over, days, failed, fault, need_few, recorded};
use super::body::Json;
use super::params::Params;
use super::precondition::IfMatch;
use super::reply::done;
use super::slice;
use crate::desk::{Act, AnswerFile, DaysAnswer, SignedList};
use crate::pages::place::{case_id, tld};
use crate::server::{App, Problem, Session};

/// Records an answer: for the names or the rows where there are any, else for whole days.
#[utoipa::path(
    post, path = route::ANSWER_AT, operation_id = "answer", tag = "slices",
    params(("id" = CaseIdText, Path, description = "The case."), ("tld" = TldText, Path, description = "The top-level domain.")),
    request_body = Answer, responses((status = 200, body = Recorded))
)]
pub(super) async fn answer(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path((id, slice)): Path<(String, String)>,
    if_match: IfMatch,
    params: Params,
    Json(body): Json<Answer>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let (case, tld) = (case_id(&id)?, tld(&slice)?);
    let file = app.slice(&session, &case, &tld).await?;
    let whole = session.viewer.whole(&case).is_some();
    // A registry learns nothing of campaigns that have no names in its slice.
    if !whole && !body.campaigns.iter().all(|id| file.object().has_names(id, &tld)) {
        return Err(fault("/campaigns", "one has no names in your slice"));
    }
    let basis = slice::basis(&app, &session, &file, &tld, &if_match).await?;
    let act = act_over(&app, &session, basis, body.record.clone())?;
    let stored = record(&app, &case, &act, tld, body).await?;
    done(StatusCode::OK, &recorded(&case, &stored, whole))
}

async fn record(app: &App, case: &CaseId, act: &Act, tld: Tld, body: Answer) -> Result<Vec<Stored>, Problem> {
    let Answer { action, result, days: given, campaigns, names, rows, signed, .. } = body;
    need_few("/names", names.len(), MAX_ROWS, "names")?;
    need_few("/rows", rows.len(), MAX_ROWS, "rows")?;
    let failed = |error| failed(error, act.basis.is_some());
    let of_days = given.is_some() || !campaigns.is_empty() || signed.is_some();
    match (names.is_empty(), rows.is_empty()) {
        (false, false) => Err(fault("/rows", "an answer is about names or about rows, not about both")),
        (false, true) | (true, false) if of_days => Err(fault(
            "/days",
            "days, campaigns and a signed list go with an answer for whole days, not with names or rows",
        )),
        (false, true) => app.desk().answer_names(case, act, tld, action, need(result)?, names).await.map_err(failed),
        (true, false) => {
            if result.is_some() {
                return Err(fault("/result", "each row has its own result"));
            }
            let lines = (1..).zip(rows).map(|(line, row)| line_of(line, row)).collect();
            app.desk().answer_file(case, act, AnswerFile { tld, action, lines }).await.map_err(failed)
        }
        (true, true) => {
            let days = given.map(|given| days(given, "/days")).transpose()?;
            let answer = DaysAnswer { tld, days, campaigns, action, result: need(result)? };
            let stored = match signed {
                Some(forestall_api::answer::SignedList { list, signature, key }) => {
                    let signed = SignedList { list: list.into_bytes(), signature, key };
                    app.desk().answer_signed(case, act, answer, &signed).await
                }
                None => app.desk().answer_days(case, act, answer).await,
            };
            Ok(vec![stored.map_err(failed)?])
        }
    }
}

fn need(result: Option<AnswerResult>) -> Result<AnswerResult, Problem> {
    result.ok_or_else(|| fault("/result", "it must be given for days and for names"))
}

fn line_of(line: u64, row: AnswerRow) -> AnswerLine {
    AnswerLine {
        line,
        line_id: row.line_id,
        name: row.name,
        result: row.result,
        done_at: row.done_at,
        status_set: Vec::new(),
        name_servers: Vec::new(),
        comment: String::new(),
        action: row.action,
    }
}
