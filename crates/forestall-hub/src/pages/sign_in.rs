// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Signing in by a one-time link or with an account, and signing out.
//!
//! Opening a link shows a form; only sending it uses the link up. Programs that look at links before their reader does,
//! as mail scanners and previews, thus cannot spend it.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use forestall_model::Actor;

use super::frame::Frame;
use crate::desk::{Attempt, SignedIn};
use crate::server::{self, App, Fields, Problem, Query, Wants};

#[derive(Template)]
#[template(path = "sign-in.html")]
struct Page {
    frame: Frame,
    /// The token of the link; empty where the page was opened without one.
    token: String,
    name: String,
    mail: String,
    /// What the provider of identities is called, where there is one.
    provider: Option<String>,
    problem: Option<String>,
}

impl Page {
    fn new(app: &App, token: &str, name: &str, mail: &str, problem: Option<String>) -> Self {
        let frame = Frame::bare("Sign in");
        let provider = app.provider().map(|provider| provider.name.clone());
        Self { frame, provider, token: token.to_owned(), name: name.to_owned(), mail: mail.to_owned(), problem }
    }
}

/// Shows the form of a link, or that of an account.
pub(crate) async fn show(State(app): State<App>, query: Query) -> Result<Html<String>, Problem> {
    super::page(&Page::new(&app, query.text("token").unwrap_or(""), "", "", None))
}

/// Shows the form of an account again, with why a sign-in by other ways did not work.
pub(super) fn refuse(app: &App, wants: Wants, problem: Problem) -> Result<Response, Problem> {
    if wants == Wants::Json {
        return Ok(problem.respond(wants));
    }
    let page = super::page(&Page::new(app, "", "", "", Some(problem.detail)))?;
    Ok((problem.status, page).into_response())
}

/// Uses the link up and begins a session.
pub(crate) async fn enter(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let fields: Fields = Fields::read(request).await?;
    let (token, name) = (fields.text("token").unwrap_or(""), fields.text("name").unwrap_or(""));
    let actor: Actor = match name.parse() {
        Ok(actor) => actor,
        Err(error) => {
            let page = super::page(&Page::new(&app, token, name, "", Some(format!("Your name: {error}"))))?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    match server::begin_session(&app, token, &actor).await? {
        Some(cookie) => Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()),
        None => {
            let detail = "this link does not work any more: each one signs in once, within a day; ask for a new one";
            Err(Problem::forbidden(detail))
        }
    }
}

/// Signs somebody in by mail address, password and code.
pub(crate) async fn with_account(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (fields, network, agent) = server::read_sign_in(&app, request).await?;
    let attempt = Attempt {
        mail: fields.text("mail").unwrap_or("").to_owned(),
        // Blanks at its ends are part of a password.
        password: fields.raw("password").to_owned(),
        code: fields.text("code").unwrap_or("").to_owned(),
        network,
        agent,
    };
    let (status, problem) = match app.desk().sign_in(&attempt, app.now()).await? {
        SignedIn::Done(token, _) => {
            let cookie = server::cookie_of(&app, &token)?;
            return Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response());
        }
        SignedIn::Wrong => (
            StatusCode::FORBIDDEN,
            "The address, the password or the code is wrong. A code works once: wait for the next one where yours was used.".to_owned(),
        ),
        SignedIn::Wait(seconds) => {
            (StatusCode::TOO_MANY_REQUESTS, format!("There were too many failed attempts. Try again in {seconds} seconds."))
        }
    };
    let page = super::page(&Page::new(&app, "", "", &attempt.mail, Some(problem)))?;
    Ok((status, page).into_response())
}

/// Ends the session.
pub(crate) async fn leave(State(app): State<App>, headers: HeaderMap, _: Fields) -> Result<Response, Problem> {
    let cookie = server::end_session(&app, &headers).await?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response())
}
