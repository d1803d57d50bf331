// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The parties: the list, taking a file of them, adding one, and the sheet for the day without a network.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use forestall_model::Audience;
use forestall_model::party::{Contact, PartyKind};

use super::attachment;
use super::frame::Frame;
use super::kept::Kept;
use super::party::{PartyForm, read};
use crate::desk::{DeskError, SheetForm, read_list};
use crate::server::{App, Fields, MAX_UPLOAD, Problem, Query, Session, Wants};

/// Domains of a party that the list names.
const DOMAINS: usize = 6;

/// A party of the list.
#[derive(Debug)]
struct PartyRow {
    id: String,
    name: String,
    kind: &'static str,
    domains: String,
    contacts: usize,
    /// Contacts whose second way was not tried for long.
    due: usize,
    people: usize,
}

#[derive(Template)]
#[template(path = "parties.html")]
struct Page {
    frame: Frame,
    parties: Vec<PartyRow>,
    due: usize,
    test_days: i32,
    form: PartyForm,
    done: Option<String>,
    problem: Option<String>,
    kept: Kept,
}

/// Shows the parties.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    query: Query,
) -> Result<Html<String>, Problem> {
    let number = |key| query.text(key).and_then(|text| text.parse::<u32>().ok());
    let done = match (number("added"), number("replaced"), query.text("removed")) {
        (Some(added), Some(replaced), _) => Some(format!("Taken: {added} new, {replaced} replaced.")),
        (_, _, Some(_)) => Some("The party is removed.".to_owned()),
        _ => None,
    };
    render(&app, &session, done, None, Kept::default()).await
}

async fn render(
    app: &App,
    session: &Session,
    done: Option<String>,
    problem: Option<String>,
    kept: Kept,
) -> Result<Html<String>, Problem> {
    let today = app.today();
    let people = app.desk().people().await?;
    let row = |kept: forestall_store::KeptParty| {
        let party = kept.party;
        let mut domains: Vec<String> = party.tlds.iter().take(DOMAINS).map(|tld| format!(".{tld}")).collect();
        if party.tlds.len() > DOMAINS {
            domains.push(format!("and {} more", party.tlds.len() - DOMAINS));
        }
        PartyRow {
            due: party.contacts.iter().filter(|contact| contact.needs_test(today)).count(),
            people: people.iter().filter(|person| person.party.as_ref() == Some(&party.id)).count(),
            contacts: party.contacts.len(),
            kind: party.kind.word(),
            domains: domains.join(" "),
            id: party.id.to_string(),
            name: party.name,
        }
    };
    let parties: Vec<PartyRow> = app.desk().parties().await?.into_iter().map(row).collect();
    super::page(&Page {
        frame: Frame::new("Parties", "parties", app, session).with_scripts(&["filter.js", "forms.js"]),
        due: parties.iter().map(|party| party.due).sum(),
        test_days: Contact::TEST_DAYS,
        form: PartyForm::of_fields(&kept, "add"),
        parties,
        done,
        problem,
        kept,
    })
}

/// Adds a party.
pub(crate) async fn add(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = async {
        let party = read(&fields, None)?;
        Ok::<_, Problem>(app.desk().keep_party(party, None, app.now()).await?)
    };
    match done.await {
        Ok(kept) => Ok(Redirect::to(&format!("/party/{}?done=added#recorded", kept.party.id)).into_response()),
        Err(problem) if wants == Wants::Page && problem.is_mendable() => {
            let page = render(&app, &session, None, Some(problem.detail), Kept::of("add", &fields)).await?;
            Ok((problem.status, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Takes a file of parties.
pub(crate) async fn import(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
    fields: Fields<MAX_UPLOAD>,
) -> Result<Response, Problem> {
    let done = async {
        let bytes = fields.file().ok_or_else(|| Problem::refused("File: one must be chosen"))?;
        let text = read_list(bytes).map_err(|error: DeskError| Problem::refused(format!("File: {error}")))?;
        Ok::<_, Problem>(app.desk().import_parties(&text, app.now()).await?)
    };
    match done.await {
        Ok(done) => {
            let address = format!("/parties?added={}&replaced={}#recorded", done.added, done.replaced);
            Ok(Redirect::to(&address).into_response())
        }
        Err(problem) if wants == Wants::Page && problem.is_mendable() => {
            let page = render(&app, &session, None, Some(problem.detail), Kept::of("import", &fields)).await?;
            Ok((problem.status, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Answers with the sheet as text.
pub(crate) async fn sheet_text(state: State<App>, session: Extension<Session>) -> Result<Response, Problem> {
    sheet(state, session, SheetForm::Text, "text/plain; charset=utf-8", "parties.txt").await
}

/// Answers with the sheet as a page to print.
pub(crate) async fn sheet_html(state: State<App>, session: Extension<Session>) -> Result<Response, Problem> {
    sheet(state, session, SheetForm::Html, "text/html; charset=utf-8", "parties.html").await
}

async fn sheet(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    form: SheetForm,
    media: &'static str,
    name: &str,
) -> Result<Response, Problem> {
    let mut bytes = Vec::new();
    app.desk().party_sheet(&[], form, Audience::Recipient, &session.act(app.now()), &mut bytes).await?;
    // The sheet brings a style of its own, which no page of the console may: it is kept as a file.
    attachment::file(name, media, bytes)
}

/// Returns the kinds of parties as forms offer them.
pub(super) fn kinds() -> Vec<&'static str> {
    PartyKind::ALL.iter().map(|kind| kind.word()).collect()
}
