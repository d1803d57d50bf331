// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Registers of friends and sinkholes, and exclusion lists of other operations: which are held, taking one, removing one.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};

use super::attachment;
use super::frame::{Frame, to_minute};
use super::kept::Kept;
use crate::desk::{DeskError, HeldList, read_list};
use crate::number::grouped;
use crate::server::{App, Fields, MAX_UPLOAD, Problem, Query, Session, Wants};

/// The longest signature and list of keys, in octets; both are a few lines.
const MAX_SIGNATURE: usize = 8 << 10;

/// A list that is held.
#[derive(Debug)]
struct ListRow {
    id: String,
    kind: &'static str,
    entries: String,
    trusted: bool,
    /// The operation and the serial of an exclusion list.
    issued: String,
    signer: String,
    changed: String,
}

impl ListRow {
    fn of(list: HeldList) -> Self {
        let issued = list.issued.map(|(operation, serial)| format!("{operation}, serial {serial}"));
        Self {
            id: list.id,
            kind: if list.excludes { "exclusion list" } else { "register" },
            entries: grouped(list.entries as u64),
            trusted: list.trusted,
            issued: issued.unwrap_or_default(),
            signer: list.signer.unwrap_or_default(),
            changed: to_minute(list.changed),
        }
    }
}

#[derive(Template)]
#[template(path = "registers.html")]
struct Page {
    frame: Frame,
    lists: Vec<ListRow>,
    done: Option<String>,
    problem: Option<String>,
    kept: Kept,
}

/// Shows the lists that are held.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    query: Query,
) -> Result<Html<String>, Problem> {
    let held = app.desk().held_lists().await?;
    // Only what is held can be said to have been taken: the address is not what is believed.
    let taken = query.text("taken").filter(|id| held.iter().any(|list| list.id == *id));
    let removed = query.text("removed").filter(|id| !held.iter().any(|list| list.id == *id)).is_some();
    let done = match (taken, removed) {
        (Some(id), _) => Some(format!("The list {id} is held.")),
        (None, true) => Some("The list is held no more.".to_owned()),
        (None, false) => None,
    };
    page(&app, &session, held, done, None, Kept::default())
}

fn page(
    app: &App,
    session: &Session,
    held: Vec<HeldList>,
    done: Option<String>,
    problem: Option<String>,
    kept: Kept,
) -> Result<Html<String>, Problem> {
    let frame = Frame::new("Registers", "registers", app, session).with_scripts(&["forms.js"]);
    let lists = held.into_iter().map(ListRow::of).collect();
    super::page(&Page { frame, lists, done, problem, kept })
}

/// Answers with a list that is held, as it was taken.
pub(crate) async fn download(State(app): State<App>, Path(id): Path<String>) -> Result<Response, Problem> {
    let text = app.desk().held_list(&id).await?;
    let text = text.ok_or_else(|| Problem::not_found("no such list is held"))?;
    attachment::file(&format!("{id}.txt"), "text/plain; charset=utf-8", text)
}

/// Takes a register of friends and sinkholes.
pub(crate) async fn take_register(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
    fields: Fields<MAX_UPLOAD>,
) -> Result<Response, Problem> {
    let done = async {
        let id: String = fields.need("id", "Name")?;
        let text = text_of(&fields)?;
        let trusted = fields.text("trusted").is_some();
        app.desk().import_friends(&id, &text, trusted, app.now()).await?;
        Ok(format!("taken={id}"))
    };
    finish(&app, &session, wants, ("register", &fields), done.await).await
}

/// Takes an exclusion list of another operation, with its signature where there is one.
pub(crate) async fn take_exclusions(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
    fields: Fields<MAX_UPLOAD>,
) -> Result<Response, Problem> {
    let done = async {
        let text = text_of(&fields)?;
        let signature = short(&fields, "signature", "Signature")?;
        let keys = short(&fields, "keys", "Public keys")?;
        let keys: Vec<String> = keys
            .lines()
            .map(str::trim)
            .filter(|key| !key.is_empty() && !key.starts_with("untrusted comment"))
            .map(str::to_owned)
            .collect();
        let signature = Some(signature).filter(|signature| !signature.trim().is_empty());
        if signature.is_some() && keys.is_empty() {
            return Err(Problem::refused(
                "Public keys: a signature is checked against the keys that you trust; give one",
            ));
        }
        let held = app.desk().import_exclusions(&text, signature, &keys, app.now()).await?;
        Ok(format!("taken={}", held.id))
    };
    finish(&app, &session, wants, ("exclusions", &fields), done.await).await
}

/// Removes a list.
pub(crate) async fn remove(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = async {
        let id: String = fields.need("id", "Name")?;
        if app.desk().drop_list(&id).await? {
            Ok("removed=1".to_owned())
        } else {
            Err(Problem::refused("no such list is held"))
        }
    };
    finish(&app, &session, wants, ("remove", &fields), done.await).await
}

fn text_of(fields: &Fields<MAX_UPLOAD>) -> Result<String, Problem> {
    let bytes = fields.file().ok_or_else(|| Problem::refused("File: one must be chosen"))?;
    read_list(bytes).map_err(|error: DeskError| Problem::refused(format!("File: {error}")))
}

fn short<'a>(fields: &'a Fields<MAX_UPLOAD>, name: &str, what: &str) -> Result<&'a str, Problem> {
    let text = fields.raw(name);
    if text.len() > MAX_SIGNATURE {
        return Err(Problem::refused(format!("{what}: longer than {MAX_SIGNATURE} octets")));
    }
    Ok(text)
}

async fn finish<const LIMIT: usize>(
    app: &App,
    session: &Session,
    wants: Wants,
    (form, fields): (&'static str, &Fields<LIMIT>),
    done: Result<String, Problem>,
) -> Result<Response, Problem> {
    match done {
        Ok(query) => Ok(Redirect::to(&format!("/registers?{query}#recorded")).into_response()),
        Err(problem) if wants == Wants::Page && problem.is_clients() => {
            let held = app.desk().held_lists().await?;
            let page = page(app, session, held, None, Some(problem.detail), Kept::of(form, fields))?;
            Ok((problem.status, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}
