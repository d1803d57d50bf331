// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The people who have an account, who is invited, and inviting somebody.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use forestall_model::{Digest, MailAddress, PartyId, Standing};

use super::frame::{Frame, to_minute};
use super::kept::Kept;
use crate::desk::Invite;
use crate::server::{App, Fields, Problem, Query, Session, Wants};

/// Somebody with an account.
#[derive(Debug)]
struct PersonRow {
    id: String,
    name: String,
    mail: String,
    party: String,
    operator: bool,
    disabled: bool,
}

/// Somebody who is invited.
#[derive(Debug)]
struct InvitedRow {
    digest: String,
    mail: String,
    party: String,
    operator: bool,
    invited_by: String,
    expires: String,
}

#[derive(Template)]
#[template(path = "people.html")]
struct Page {
    frame: Frame,
    people: Vec<PersonRow>,
    invited: Vec<InvitedRow>,
    /// Parties as the form offers them, each with whether it is chosen.
    parties: Vec<(String, String, bool)>,
    /// The link that was just made; shown this one time.
    link: Option<(String, String)>,
    done: Option<&'static str>,
    problem: Option<String>,
    kept: Kept,
}

/// What a page says besides the people.
#[derive(Default)]
struct Said {
    link: Option<(String, String)>,
    done: Option<&'static str>,
    problem: Option<String>,
    kept: Kept,
    party: Option<String>,
}

/// Shows the people.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    query: Query,
) -> Result<Html<String>, Problem> {
    let done = query.text("done").filter(|done| *done == "withdrawn").map(|_| "The invitation works no more.");
    let party = query.text("party").map(str::to_owned);
    render(&app, &session, Said { done, party, ..Said::default() }).await
}

async fn render(app: &App, session: &Session, said: Said) -> Result<Html<String>, Problem> {
    let party = |party: Option<PartyId>| party.map(|party| party.to_string()).unwrap_or_default();
    let people = app.desk().people().await?.into_iter().map(|person| PersonRow {
        id: person.id.to_string(),
        mail: person.mail.to_string(),
        party: party(person.party),
        operator: person.standing == Standing::Operator,
        disabled: person.disabled,
        name: person.name,
    });
    let invited = app.desk().store().invitations(app.now()).await?.into_iter().map(|invitation| InvitedRow {
        digest: invitation.digest.to_string(),
        mail: invitation.mail.to_string(),
        party: party(invitation.party),
        operator: invitation.standing == Standing::Operator,
        invited_by: invitation.invited_by,
        expires: to_minute(invitation.expires),
    });
    let parties = app.desk().parties().await?.into_iter().map(|kept| {
        let id = kept.party.id.to_string();
        let chosen = said.party.as_deref() == Some(id.as_str()) || said.kept.has("invite", "party", &id);
        (id, kept.party.name, chosen)
    });
    super::page(&Page {
        frame: Frame::new("People", "people", app, session).with_scripts(&["filter.js", "forms.js"]),
        people: people.collect(),
        invited: invited.collect(),
        parties: parties.collect(),
        link: said.link,
        done: said.done,
        problem: said.problem,
        kept: said.kept,
    })
}

/// Invites somebody and shows the link, this one time.
pub(crate) async fn invite(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = async {
        let invite = Invite {
            mail: fields.need::<MailAddress>("mail", "Mail address")?,
            party: fields.parse::<PartyId>("party", "Party")?,
            standing: fields.parse::<Standing>("standing", "Standing")?.unwrap_or(Standing::Member),
        };
        let mail = invite.mail.to_string();
        Ok::<_, Problem>((mail, app.desk().invite(invite, &session.actor, app.now()).await?))
    };
    match done.await {
        Ok((mail, invited)) => {
            let link = Some((mail, app.link_of("invitation", &invited.token)));
            Ok(render(&app, &session, Said { link, ..Said::default() }).await?.into_response())
        }
        Err(problem) if wants == Wants::Page && problem.is_mendable() => {
            let said = Said { problem: Some(problem.detail), kept: Kept::of("invite", &fields), ..Said::default() };
            Ok((problem.status, render(&app, &session, said).await?).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Takes an invitation back.
pub(crate) async fn withdraw(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = async {
        let digest: Digest = fields.need("invitation", "Invitation")?;
        if app.desk().store().withdraw_invitation(digest).await? {
            Ok(())
        } else {
            Err(Problem::refused("this invitation is not there any more: it was used, taken back or made anew"))
        }
    };
    match done.await {
        Ok(()) => Ok(Redirect::to("/people?done=withdrawn#recorded").into_response()),
        Err(problem) if wants == Wants::Page && problem.is_mendable() => {
            let said = Said { problem: Some(problem.detail), ..Said::default() };
            Ok((problem.status, render(&app, &session, said).await?).into_response())
        }
        Err(problem) => Err(problem),
    }
}
