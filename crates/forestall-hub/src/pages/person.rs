// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Somebody with an account, as the people who run the installation see them: roles, sessions, tokens, and taking access away.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use forestall_model::{CaseId, CaseRole, Digest, PartyId, PersonId, Standing};

use super::account::{self, SessionRow, TokenRow};
use super::frame::Frame;
use super::kept::Kept;
use crate::server::{App, Fields, Problem, Query, Session, Wants};

#[derive(Template)]
#[template(path = "person.html")]
struct Page {
    frame: Frame,
    id: String,
    name: String,
    mail: String,
    party: String,
    operator: bool,
    disabled: bool,
    has_password: bool,
    has_codes: bool,
    /// What the provider that they sign in by is, and what it calls them.
    identity: Option<(String, String)>,
    /// The provider of this installation, which a form offers.
    issuer: String,
    roles: Vec<(String, &'static str)>,
    cases: Vec<(String, String)>,
    words: Vec<&'static str>,
    parties: Vec<(String, String, bool)>,
    sessions: Vec<SessionRow>,
    tokens: Vec<TokenRow>,
    link: Option<String>,
    done: Option<&'static str>,
    problem: Option<String>,
    kept: Kept,
}

/// Shows a person.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    query: Query,
) -> Result<Html<String>, Problem> {
    let done = match query.text("done") {
        Some("role") => Some("The role is kept."),
        Some("moved") => Some("Party and standing are kept."),
        Some("disabled") => Some("They sign in no more; sessions and tokens are gone."),
        Some("enabled") => Some("They may sign in again."),
        Some("session") => Some("The session has ended."),
        Some("token") => Some("The token works no more."),
        Some("linked") => Some("They sign in by the provider from now on."),
        Some("unlinked") => Some("They sign in by the provider no more; their sessions have ended."),
        _ => None,
    };
    render(&app, &session, &person_id(&id)?, None, done, None, Kept::default()).await
}

fn person_id(text: &str) -> Result<PersonId, Problem> {
    text.parse().map_err(|error| Problem::not_found(format!("there is no such person: {error}")))
}

async fn render(
    app: &App,
    session: &Session,
    id: &PersonId,
    link: Option<String>,
    done: Option<&'static str>,
    problem: Option<String>,
    kept: Kept,
) -> Result<Html<String>, Problem> {
    let found = app.desk().store().person(id).await?;
    let (person, secrets) = found.ok_or_else(|| Problem::not_found("there is no such person"))?;
    let roles = app.desk().store().roles_of(id).await?;
    let party = person.party.as_ref().map(ToString::to_string).unwrap_or_default();
    let parties = app.desk().parties().await?.into_iter().map(|kept| {
        let id = kept.party.id.to_string();
        let chosen = id == party;
        (id, kept.party.name, chosen)
    });
    let cases = app.desk().cases().await?.into_iter().map(|case| (case.id.to_string(), case.title));
    super::page(&Page {
        frame: Frame::new(person.name.clone(), "people", app, session).with_scripts(&["forms.js"]),
        id: id.to_string(),
        mail: person.mail.to_string(),
        operator: person.standing == Standing::Operator,
        disabled: person.disabled,
        has_password: secrets.password.is_some(),
        has_codes: secrets.totp.is_some(),
        issuer: app.provider().map(|provider| provider.client.issuer().to_owned()).unwrap_or_default(),
        identity: secrets.subject,
        roles: roles.iter().map(|(case, role)| (case.to_string(), role.word())).collect(),
        cases: cases.collect(),
        words: CaseRole::ALL.iter().map(|role| role.word()).collect(),
        parties: parties.collect(),
        sessions: account::sessions(app, id, None).await?,
        tokens: account::tokens(app, id, app.now()).await?,
        name: person.name,
        party,
        link,
        done,
        problem,
        kept,
    })
}

/// Gives a role in a case, or takes it away.
pub(crate) async fn role(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let id = person_id(&id)?;
    let done = async {
        let case: CaseId = fields.need("case", "Case")?;
        app.desk().set_role(&case, &id, fields.parse::<CaseRole>("role", "Role")?).await?;
        Ok("role")
    };
    let done = done.await;
    finish(&app, &session, &id, wants, ("role", &fields), done).await
}

/// Moves somebody to another party or gives them another standing.
pub(crate) async fn change(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let id = person_id(&id)?;
    let done = async {
        let party = fields.parse::<PartyId>("party", "Party")?;
        let standing = fields.need::<Standing>("standing", "Standing")?;
        if standing != Standing::Operator && session.viewer.person.as_ref() == Some(&id) {
            let text =
                "nobody takes the running of the installation from themselves: somebody else must, so that one is left";
            return Err(Problem::refused(text));
        }
        app.desk().move_person(&id, party, standing, app.now()).await?;
        Ok("moved")
    };
    let done = done.await;
    finish(&app, &session, &id, wants, ("change", &fields), done).await
}

/// Takes access away from somebody, or gives it back.
pub(crate) async fn access(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let id = person_id(&id)?;
    let done = async {
        let disabled = fields.text("access") != Some("yes");
        if disabled && session.viewer.person.as_ref() == Some(&id) {
            return Err(Problem::refused("nobody takes access away from themselves: somebody else must"));
        }
        app.desk().set_disabled(&id, disabled, app.now()).await?;
        Ok(if disabled { "disabled" } else { "enabled" })
    };
    let done = done.await;
    finish(&app, &session, &id, wants, ("access", &fields), done).await
}

/// Links somebody to what a provider of identities calls them, or takes the link away.
pub(crate) async fn identity(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let id = person_id(&id)?;
    let done = async {
        if fields.text("unlink").is_some() {
            app.desk().unlink_person(&id, app.now()).await?;
            return Ok("unlinked");
        }
        let issuer: String = fields.need("issuer", "Provider")?;
        let subject: String = fields.need("subject", "Subject")?;
        app.desk().link_person(&id, &issuer, &subject, app.now()).await?;
        Ok("linked")
    };
    let done = done.await;
    finish(&app, &session, &id, wants, ("identity", &fields), done).await
}

/// Ends a session of somebody.
pub(crate) async fn end_session(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let id = person_id(&id)?;
    let done = async {
        let digest: Digest = fields.need("session", "Session")?;
        if app.desk().store().end_person_session(digest, &id).await? {
            Ok("session")
        } else {
            Err(Problem::refused("there is no such session"))
        }
    };
    let done = done.await;
    finish(&app, &session, &id, wants, ("session", &fields), done).await
}

/// Takes a token of somebody back.
pub(crate) async fn revoke_token(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let id = person_id(&id)?;
    let done = async {
        app.desk().revoke_token(&id, &fields.need::<String>("token", "Token")?, app.now()).await?;
        Ok("token")
    };
    let done = done.await;
    finish(&app, &session, &id, wants, ("token", &fields), done).await
}

/// Begins an account anew and shows the link for it, this one time.
pub(crate) async fn reset(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let id = person_id(&id)?;
    let done = async { Ok::<_, Problem>(app.desk().reset_person(&id, &session.actor, app.now()).await?) };
    match done.await {
        Ok(invited) => {
            let link = Some(app.link_of("invitation", &invited.token));
            Ok(render(&app, &session, &id, link, None, None, Kept::default()).await?.into_response())
        }
        Err(problem) => finish(&app, &session, &id, wants, ("reset", &fields), Err(problem)).await,
    }
}

async fn finish(
    app: &App,
    session: &Session,
    id: &PersonId,
    wants: Wants,
    (form, fields): (&'static str, &Fields),
    done: Result<&'static str, Problem>,
) -> Result<Response, Problem> {
    match done {
        Ok(what) => Ok(Redirect::to(&format!("/person/{id}?done={what}#recorded")).into_response()),
        Err(problem) if wants == Wants::Page && problem.is_mendable() => {
            let page = render(app, session, id, None, None, Some(problem.detail), Kept::of(form, fields)).await?;
            Ok((problem.status, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}
