// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! My account: one-time codes, password, sessions, and tokens for programs.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use forestall_formats::wording::Language;
use forestall_model::{Digest, PersonId, Scope, Scopes};

use super::frame::{Frame, to_minute};
use super::kept::Kept;
use super::qr_code;
use crate::desk::TotpSecret;
use crate::server::{App, Fields, Problem, Query, Session, Wants};

/// A session of the person.
#[derive(Debug)]
pub(super) struct SessionRow {
    pub(super) digest: String,
    pub(super) begun: String,
    pub(super) used: String,
    pub(super) expires: String,
    pub(super) agent: String,
    pub(super) this: bool,
}

/// A token of the person.
#[derive(Debug)]
pub(super) struct TokenRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) scopes: String,
    pub(super) expires: String,
    pub(super) used: String,
    pub(super) state: &'static str,
}

#[derive(Template)]
#[template(path = "account.html")]
struct Page {
    frame: Frame,
    mail: String,
    party: String,
    has_password: bool,
    has_codes: bool,
    codes_left: u64,
    /// A fresh secret, for an app that is to be set up.
    secret: String,
    uri: String,
    /// The address as a QR code, in SVG.
    qr_code: String,
    /// The provider of identities by which the person signs in, and what it calls them.
    identity: Option<(String, String)>,
    sessions: Vec<SessionRow>,
    tokens: Vec<TokenRow>,
    scopes: Vec<&'static str>,
    /// The language of the mail of the day; empty where they want none.
    daily: String,
    languages: Vec<&'static str>,
    /// What is shown this one time.
    shown_once: Option<(&'static str, Vec<String>)>,
    done: Option<&'static str>,
    problem: Option<String>,
    kept: Kept,
}

/// What a page says besides the account itself.
#[derive(Default)]
struct Said {
    shown_once: Option<(&'static str, Vec<String>)>,
    done: Option<&'static str>,
    problem: Option<String>,
    kept: Kept,
    /// The secret that was refused with its code, so that the app need not be set up twice.
    secret: Option<TotpSecret>,
}

/// Shows the account.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    query: Query,
) -> Result<Html<String>, Problem> {
    let done = match query.text("done") {
        Some("password") => Some("The password is changed, and your other sessions have ended."),
        Some("session") => Some("The session has ended."),
        Some("daily") => Some("That is kept."),
        Some("token") => Some("The token works no more."),
        _ => None,
    };
    render(&app, &session, Said { done, ..Said::default() }).await
}

/// Keeps whether the person wants one mail a day.
pub(crate) async fn daily_mail(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = async {
        let language = match fields.text("daily") {
            Some("on") => Some(fields.text("language").unwrap_or("en")),
            Some("off") => None,
            _ => return Err(Problem::refused("One mail a day: expected on or off")),
        };
        app.desk().want_daily_mail(&me(&session)?, language).await?;
        Ok("daily")
    };
    let done = done.await;
    finish(&app, &session, wants, "daily", done).await
}

fn me(session: &Session) -> Result<PersonId, Problem> {
    session.viewer.person.clone().ok_or_else(|| Problem::not_found("there is no such page"))
}

async fn render(app: &App, session: &Session, said: Said) -> Result<Html<String>, Problem> {
    let id = me(session)?;
    let (store, now) = (app.desk().store(), app.now());
    let found = store.person(&id).await?;
    let (person, secrets) = found.ok_or_else(|| Problem::not_found("there is no such page"))?;
    let secret = match said.secret {
        Some(secret) => secret,
        None => TotpSecret::fresh()?,
    };
    let uri = secret.uri(person.mail.as_str());
    super::page(&Page {
        frame: Frame::new("My account", "account", app, session).with_scripts(&["forms.js"]),
        mail: person.mail.to_string(),
        party: session.viewer.party.as_ref().map(|party| party.name.clone()).unwrap_or_default(),
        has_password: secrets.password.is_some(),
        has_codes: secrets.totp.is_some(),
        codes_left: store.recovery_codes(&id).await?,
        qr_code: qr_code::svg(&uri, "QR code of the address below").unwrap_or_default(),
        uri,
        identity: secrets.subject,
        secret: grouped(&secret.to_base32()),
        sessions: sessions(app, &id, session.digest).await?,
        tokens: tokens(app, &id, now).await?,
        scopes: Scope::ALL.iter().map(|scope| scope.word()).collect(),
        daily: store.daily_mail(&id).await?.unwrap_or_default(),
        languages: Language::all().collect(),
        shown_once: said.shown_once,
        done: said.done,
        problem: said.problem,
        kept: said.kept,
    })
}

/// Returns the sessions of a person.
pub(super) async fn sessions(app: &App, id: &PersonId, this: Option<Digest>) -> Result<Vec<SessionRow>, Problem> {
    let sessions = app.desk().store().person_sessions(id, app.now()).await?;
    let row = |session: forestall_store::PersonSession| SessionRow {
        digest: session.token.to_string(),
        begun: to_minute(session.created),
        used: to_minute(session.last_used),
        expires: to_minute(session.expires),
        agent: session.agent,
        this: Some(session.token) == this,
    };
    Ok(sessions.into_iter().map(row).collect())
}

/// Returns the tokens of a person.
pub(super) async fn tokens(app: &App, id: &PersonId, now: forestall_model::Instant) -> Result<Vec<TokenRow>, Problem> {
    let row = |token: forestall_store::ApiToken| TokenRow {
        state: match token.revoked {
            Some(_) => "taken back",
            None if token.expires <= now => "expired",
            None => "works",
        },
        id: token.id,
        name: token.name,
        scopes: token.scopes.to_string(),
        expires: to_minute(token.expires),
        used: token.last_used.map_or_else(|| "never".to_owned(), to_minute),
    };
    Ok(app.desk().store().api_tokens(id).await?.into_iter().map(row).collect())
}

/// Sets one-time codes up.
pub(crate) async fn set_up_codes(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let secret = TotpSecret::read(fields.raw("secret"));
    let done = async {
        let secret = secret.as_ref().ok_or_else(|| Problem::refused("Secret: it is not the one of the page"))?;
        let (password, code) = (fields.raw("password"), fields.text("code").unwrap_or(""));
        let id = me(&session)?;
        Ok(app.desk().set_up_totp(&id, password, secret, code, session.digest, app.now()).await?)
    };
    let done = done.await;
    once(&app, &session, wants, "codes", done, secret).await
}

/// Makes new codes that work once.
pub(crate) async fn new_codes(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = async {
        let password = fields.raw("password");
        Ok(app.desk().new_recovery_codes(&me(&session)?, password, app.now()).await?)
    };
    let done = done.await;
    once(&app, &session, wants, "recovery", done, None).await
}

async fn once(
    app: &App,
    session: &Session,
    wants: Wants,
    form: &'static str,
    done: Result<Vec<String>, Problem>,
    secret: Option<TotpSecret>,
) -> Result<Response, Problem> {
    match done {
        Ok(codes) => {
            let shown_once = Some(("Codes that work once where your app is lost", codes));
            Ok(render(app, session, Said { shown_once, ..Said::default() }).await?.into_response())
        }
        Err(problem) if wants == Wants::Page && problem.is_mendable() => {
            let said = Said { problem: Some(problem.detail), kept: Kept::named(form), secret, ..Said::default() };
            Ok((problem.status, render(app, session, said).await?).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Changes the password and ends the other sessions.
pub(crate) async fn change_password(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = async {
        if fields.raw("new") != fields.raw("again") {
            return Err(Problem::refused("New password: the two are different"));
        }
        let id = me(&session)?;
        app.desk().change_password(&id, fields.raw("old"), fields.raw("new"), session.digest, app.now()).await?;
        Ok("password")
    };
    let done = done.await;
    finish(&app, &session, wants, "password", done).await
}

/// Ends a session.
pub(crate) async fn end_session(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = async {
        let digest: Digest = fields.need("session", "Session")?;
        if app.desk().store().end_person_session(digest, &me(&session)?).await? {
            Ok("session")
        } else {
            Err(Problem::refused("there is no such session"))
        }
    };
    let done = done.await;
    finish(&app, &session, wants, "session", done).await
}

/// Makes a token for programs.
pub(crate) async fn create_token(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = async {
        // Else a token could make one that reaches further, or its own successor.
        if session.is_by_program() {
            return Err(Problem::refused("a token is made by somebody who is signed in, not by a program"));
        }
        let scopes: Result<Vec<Scope>, _> = fields.all("scope").map(str::parse).collect();
        let scopes = scopes.map_err(|error| Problem::refused(format!("Scopes: {error}")))?;
        if scopes.is_empty() {
            return Err(Problem::refused("Scopes: tick what the token may be used for"));
        }
        let (name, days) = (fields.need::<String>("name", "Name")?, fields.need::<u16>("days", "Days")?);
        Ok::<_, Problem>(app.desk().create_token(&me(&session)?, &name, Scopes::of(scopes), days, app.now()).await?)
    };
    match done.await {
        Ok((_, secret)) => {
            let shown_once = Some(("Your token", vec![secret.to_string()]));
            Ok(render(&app, &session, Said { shown_once, ..Said::default() }).await?.into_response())
        }
        Err(problem) if wants == Wants::Page && problem.is_mendable() => {
            let said = Said { problem: Some(problem.detail), kept: Kept::of("token", &fields), ..Said::default() };
            Ok((problem.status, render(&app, &session, said).await?).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Takes a token back.
pub(crate) async fn revoke_token(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = async {
        let id: String = fields.need("token", "Token")?;
        app.desk().revoke_token(&me(&session)?, &id, app.now()).await?;
        Ok("token")
    };
    let done = done.await;
    finish(&app, &session, wants, "revoke", done).await
}

async fn finish(
    app: &App,
    session: &Session,
    wants: Wants,
    form: &'static str,
    done: Result<&'static str, Problem>,
) -> Result<Response, Problem> {
    match done {
        Ok(what) => Ok(Redirect::to(&format!("/account?done={what}#recorded")).into_response()),
        Err(problem) if wants == Wants::Page && problem.is_mendable() => {
            let said = Said { problem: Some(problem.detail), kept: Kept::named(form), ..Said::default() };
            Ok((problem.status, render(app, session, said).await?).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Writes a secret in groups of four, as people type it.
fn grouped(secret: &str) -> String {
    secret.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}
