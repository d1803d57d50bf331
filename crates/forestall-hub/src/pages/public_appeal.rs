// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Appeals of the public. The answer is the same whether or not a list holds the name, and is given before anybody looks.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};

use super::frame::Frame;
use crate::desk::{PUBLIC_APPEAL_HOURS, ProofToken, PublicAppeal};
use crate::server::{App, Problem, read_public_appeal};

#[derive(Template)]
#[template(path = "appeal-taken.html")]
struct Taken {
    frame: Frame,
    hours: u16,
    contact: Option<String>,
}

/// Takes an appeal in.
pub(crate) async fn send(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let fields = read_public_appeal(&app, request).await?;
    let Some(name) = super::look_up::name_of(&fields) else { return super::look_up::refused() };
    let text = |field: &str| fields.text(field).unwrap_or("").to_owned();
    let (contact, reason) = (text("contact"), text("reason"));
    let token = fields.text("token").and_then(ProofToken::digest_of);
    let by_mail = fields.text("by_mail").is_some();
    let appeal = PublicAppeal { name, contact, reason, token, by_mail, at: app.now() };
    let answer = app.public_pages().padded(take(&app, appeal)).await?;
    Ok(answer.into_response())
}

async fn take(app: &App, appeal: PublicAppeal) -> Result<Html<String>, Problem> {
    match app.desk().take_appeal(&appeal).await {
        Ok(true) => {}
        Ok(false) => {
            let detail = "too many appeals wait at the moment; nothing was recorded. Try again in some minutes";
            return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "Busy", detail));
        }
        Err(error) => return Err(Problem::of_public(error)),
    }
    app.public_pages().appeal_arrived();
    super::page(&Taken {
        frame: Frame::bare("Your appeal"),
        hours: PUBLIC_APPEAL_HOURS,
        contact: app.public_pages().contact.clone(),
    })
}
