// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The public look-up: is my name on a list, why, whom to ask.
//!
//! Without a proof of control every name gets the same answer: a token for the proof, and the form for an appeal. Only lists that are public
//! are looked at for it.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use forestall_model::{DomainName, Instant};

use super::frame::Frame;
use crate::desk::{CHALLENGE_LABEL, Control, ProofToken, Told, ToldListing, ToldName, Way};
use crate::server::{App, Fields, Problem, read_public_form};

/// One list as a page shows it.
pub(crate) struct Listing {
    family: String,
    unverified: bool,
    reconstruction: bool,
    windows: Vec<[String; 4]>,
    more: usize,
    known: &'static str,
    done: String,
    appeal: Option<String>,
}

impl Listing {
    fn of(told: ToldListing) -> Self {
        let row = |(nominal, guard): &(forestall_model::Window, forestall_model::Window)| {
            [nominal.from, nominal.until, guard.from, guard.until].map(|instant: Instant| instant.to_string())
        };
        Self {
            family: if told.family == told.campaign {
                told.family
            } else {
                format!("{} ({})", told.family, told.campaign)
            },
            unverified: told.unverified,
            reconstruction: told.reconstruction,
            windows: told.windows.iter().map(row).collect(),
            more: told.more,
            known: told.known,
            done: told.done,
            appeal: told.appeal.map(|deadline| deadline.to_string()),
        }
    }
}

/// What an appeal form holds already.
pub(crate) struct Appeal {
    name: String,
    token: String,
}

#[derive(Template)]
#[template(path = "look-up.html")]
struct Form {
    frame: Frame,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "look-up-neutral.html")]
struct Neutral {
    frame: Frame,
    name: String,
    record: String,
    token: String,
    until: String,
    resolver: bool,
    contact: Option<String>,
    listings: Vec<Listing>,
    incomplete: bool,
    appeal: Appeal,
}

#[derive(Template)]
#[template(path = "look-up-check.html")]
struct Checked {
    frame: Frame,
    name: String,
    token: String,
    record: String,
    /// Why nothing is proved; empty where it is.
    problem: &'static str,
    listings: Vec<Listing>,
    incomplete: bool,
    contact: Option<String>,
    appeal: Appeal,
}

fn frame() -> Frame {
    Frame::bare("Is my name on a list?")
}

/// Shows the form.
pub(crate) async fn show() -> Result<Html<String>, Problem> {
    super::page(&Form { frame: frame(), problem: None })
}

/// Answers for a name: the same for every name.
pub(crate) async fn ask(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let fields = read_public_form(&app, request).await?;
    let Some(name) = name_of(&fields) else { return refused() };
    let public = app.public_pages();
    let answer = public.padded(neutral(&app, name)).await?;
    Ok(answer.into_response())
}

async fn neutral(app: &App, name: DomainName) -> Result<Html<String>, Problem> {
    let public = app.public_pages();
    let now = app.now();
    let token = app.desk().challenge(&name, Way::Dns, now).await.map_err(Problem::of_public)?.to_string();
    let told = {
        let _turn = public.turn().await?;
        app.desk().tell(&name, Told::Anybody, now).await.map_err(Problem::of_public)?
    };
    super::page(&Neutral {
        frame: frame(),
        record: format!("{CHALLENGE_LABEL}.{name}"),
        until: super::frame::to_minute(now.plus_seconds(Way::Dns.seconds())),
        resolver: public.resolver.is_some(),
        contact: public.contact.clone(),
        incomplete: told.incomplete,
        listings: told.listings.into_iter().map(Listing::of).collect(),
        appeal: Appeal { name: name.to_string(), token: token.clone() },
        name: name.to_string(),
        token,
    })
}

/// Looks whether control of a name is proved, and tells then what is known of it.
pub(crate) async fn check(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let fields = read_public_form(&app, request).await?;
    let Some(name) = name_of(&fields) else { return refused() };
    let token = fields.text("token").unwrap_or("").to_owned();
    let answer = app.public_pages().padded(checked(&app, name, token)).await?;
    Ok(answer.into_response())
}

async fn checked(app: &App, name: DomainName, token: String) -> Result<Html<String>, Problem> {
    let public = app.public_pages();
    let now = app.now();
    let control = match ProofToken::digest_of(&token) {
        None => Control::UnknownToken,
        Some(digest) => app.desk().control(&name, digest, public.resolver, now).await.map_err(Problem::of_public)?,
    };
    let problem = match control {
        Control::Proved(_) => "",
        Control::UnknownToken => {
            "The token was not given out for this name, or it is too old. Look the name up again and take the new one."
        }
        Control::NoResolver => {
            "This installation was told of no resolver, so it cannot look for the record. Only a mail to the contact in the registration \
             data can prove control here: ask for it in the appeal below."
        }
        Control::NoRecord => {
            "The record is not there, or it holds another text. A change of a zone takes some time until it is seen; try again later."
        }
        Control::Silent => "The DNS gave no answer for this name. Try again later.",
    };
    let told = if problem.is_empty() {
        let _turn = public.turn().await?;
        app.desk().tell(&name, Told::Holder, now).await.map_err(Problem::of_public)?
    } else {
        ToldName::default()
    };
    // What is no token is not shown again.
    let token = ProofToken::digest_of(&token).map_or_else(String::new, |_| token);
    super::page(&Checked {
        frame: frame(),
        record: format!("{CHALLENGE_LABEL}.{name}"),
        problem,
        listings: told.listings.into_iter().map(Listing::of).collect(),
        incomplete: told.incomplete,
        contact: public.contact.clone(),
        appeal: Appeal { name: name.to_string(), token: token.clone() },
        name: name.to_string(),
        token,
    })
}

/// Reads the name of a form; `None` for a text that is no name that somebody can hold.
pub(super) fn name_of<const LIMIT: usize>(fields: &Fields<LIMIT>) -> Option<DomainName> {
    fields.text("name")?.trim_end_matches('.').parse().ok()
}

/// Refuses a text that is no name, without showing it again. That says nothing of any list: it follows from the text alone.
pub(super) fn refused() -> Result<Response, Problem> {
    let problem = "This is no domain name. Write it as you registered it, for example example.com.".to_owned();
    let page = super::page(&Form { frame: frame(), problem: Some(problem) })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
