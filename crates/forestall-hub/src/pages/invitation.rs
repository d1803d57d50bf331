// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Making an account from an invitation. Opening the link shows a form; only sending it uses the link up.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use forestall_model::Actor;
use forestall_store::Invitation;

use super::frame::{Frame, to_minute};
use crate::desk::SignsInBy;
use crate::server::{self, App, Problem, Query};

#[derive(Template)]
#[template(path = "invitation.html")]
struct Page {
    frame: Frame,
    token: String,
    mail: String,
    party: String,
    invited_by: String,
    expires: String,
    name: String,
    /// What the provider of identities is called, where there is one.
    provider: Option<String>,
    problem: Option<String>,
}

/// Shows the form of an invitation.
pub(crate) async fn show(State(app): State<App>, query: Query) -> Result<Html<String>, Problem> {
    let token = query.text("token").unwrap_or("");
    let invitation = find(&app, token).await?;
    render(&app, token, &invitation, "", None).await
}

async fn find(app: &App, token: &str) -> Result<Invitation, Problem> {
    let detail = "this invitation does not work any more: each works once, within a week; ask for a new one";
    app.desk().invitation(token, app.now()).await?.ok_or_else(|| Problem::forbidden(detail))
}

async fn render(
    app: &App,
    token: &str,
    invitation: &Invitation,
    name: &str,
    problem: Option<String>,
) -> Result<Html<String>, Problem> {
    let party = match &invitation.party {
        Some(id) => app.desk().party(id).await?.party.name,
        None => String::new(),
    };
    super::page(&Page {
        frame: Frame::bare("Make your account"),
        token: token.to_owned(),
        mail: invitation.mail.to_string(),
        party,
        invited_by: invitation.invited_by.clone(),
        expires: to_minute(invitation.expires),
        name: name.to_owned(),
        provider: app.provider().map(|provider| provider.name.clone()),
        problem,
    })
}

/// Makes the account and begins its first session.
pub(crate) async fn accept(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (fields, _, agent) = server::read_sign_in(&app, request).await?;
    let token = fields.text("token").unwrap_or("").to_owned();
    let invitation = find(&app, &token).await?;
    let name = fields.text("name").unwrap_or("").to_owned();
    let done = async {
        let actor: Actor = name.parse().map_err(|error| Problem::refused(format!("Your name: {error}")))?;
        if fields.raw("password") != fields.raw("again") {
            return Err(Problem::refused("Password: the two are different"));
        }
        let by = SignsInBy::Password(fields.raw("password").to_owned());
        Ok::<_, Problem>(app.desk().accept(&invitation, &actor, by, app.now()).await?)
    };
    match done.await {
        Ok(person) => {
            let token = app.desk().begin_session(&person, false, &agent, app.now()).await?;
            let cookie = server::cookie_of(&app, &token)?;
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/account")).into_response())
        }
        Err(problem) if problem.is_clients() => {
            let page = render(&app, &token, &invitation, &name, Some(problem.detail)).await?;
            Ok((problem.status, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}
