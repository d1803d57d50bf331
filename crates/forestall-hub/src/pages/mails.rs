// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Mails that nobody could place: a person says which list each answers, or that it is none.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forestall_formats::list_id::ListId;
use forestall_model::Digest;
use serde::Serialize;

use super::frame::Frame;
use super::replies::{MailRow, waiting};
use crate::desk::MailVerdict;
use crate::server::{App, Fields, Problem, Session, Wants};

#[derive(Template)]
#[template(path = "mails.html")]
struct Page {
    frame: Frame,
    mails: Vec<MailRow>,
    /// How many more wait than stand here.
    more: u64,
    cases: Vec<String>,
    problem: Option<String>,
}

#[derive(Serialize)]
struct Document<'a> {
    mails: &'a [MailRow],
}

/// Shows the mails that nobody could place.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
) -> Result<Response, Problem> {
    let page = page(&app, &session, None).await?;
    if wants == Wants::Json {
        return super::json(&Document { mails: &page.mails });
    }
    Ok(super::page(&page)?.into_response())
}

/// Says which list a mail answers, or that it answers none.
pub(crate) async fn decide(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(mail): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = async {
        let mail: Digest = mail.parse().map_err(|_| Problem::not_found("there is no such mail"))?;
        let found = app.desk().store().mail(mail).await?.filter(|(kept, _)| kept.place.is_none());
        found.ok_or_else(|| Problem::not_found("there is no such mail"))?;
        if fields.text("verdict") == Some("refuse") {
            app.desk().decide_mail(&session.act(app.now()), mail, MailVerdict::Refused).await?;
            return Ok(None);
        }
        let list = ListId {
            case: fields.need("case", "Case")?,
            tld: fields.need("slice", "Slice")?,
            number: fields.need("number", "List")?,
        };
        let case = list.case.clone();
        app.desk().place_mail(mail, list, app.now()).await?;
        Ok::<_, Problem>(Some(case))
    };
    match done.await {
        Ok(case) if wants == Wants::Json => super::json(&serde_json::json!({ "case": case })),
        Ok(Some(case)) => Ok(Redirect::to(&format!("/case/{case}/replies#mail-{mail}")).into_response()),
        Ok(None) => Ok(Redirect::to("/mails").into_response()),
        Err(problem) if wants == Wants::Page && problem.is_mendable() => {
            let page = page(&app, &session, Some(problem.detail)).await?;
            Ok((problem.status, super::page(&page)?).into_response())
        }
        Err(problem) => Err(problem),
    }
}

async fn page(app: &App, session: &Session, problem: Option<String>) -> Result<Page, Problem> {
    let (mails, more) = waiting(app, None).await?;
    Ok(Page {
        frame: Frame::new("Mails", "mails", app, session),
        mails,
        more,
        cases: app.desk().cases().await?.into_iter().map(|case| case.id.to_string()).collect(),
        problem,
    })
}
