// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Files in which others tell of names: handed in, looked at, and taken in once somebody confirms.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forestall_api::told::ToldPreview;
use forestall_coord::Told;
use forestall_coord::told::names_of_case;
use forestall_model::told::ToldForm;
use forestall_model::{CaseId, Digest, Tlp};

use super::acting::act;
use super::frame::{Frame, to_minute};
use super::kept::Kept;
use super::place::{Heading, case_id};
use crate::desk::TakeTold;
use crate::number::grouped;
use crate::server::{App, Fields, MAX_UPLOAD, Problem, Session, Wants};

/// A file that was taken in.
#[derive(Debug)]
struct Row {
    version: u64,
    at: String,
    form: &'static str,
    source: String,
    ours: String,
    others: String,
    marking: String,
}

impl Row {
    fn of(told: &Told) -> Self {
        let marking = told.marking.map(|marking| format!("{} {}", marking.tlp, marking.pap));
        Self {
            version: told.version,
            at: to_minute(told.at),
            form: told.form.word(),
            source: told.source.clone().unwrap_or_default(),
            ours: grouped(names_of_case(&told.sets)),
            others: grouped(told.others.len() as u64),
            marking: marking.unwrap_or_default(),
        }
    }
}

#[derive(Template)]
#[template(path = "told.html")]
struct Page {
    frame: Frame,
    heading: Heading,
    forms: Vec<&'static str>,
    labels: Vec<&'static str>,
    rows: Vec<Row>,
    looked: Option<Looked>,
    kept: Kept,
    problem: Option<String>,
}

/// A file that waits for somebody to confirm it.
struct Looked {
    preview: ToldPreview,
    /// The counts with their words.
    counts: Vec<(&'static str, String)>,
    tlp: &'static str,
    can_be_taken: bool,
}

/// Shows what was taken in, and a form to hand a file in.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let page = page(&app, &session, &case_id(&id)?, None, Kept::default(), None).await?;
    Ok(super::page(&page)?.into_response())
}

/// Shows what a file tells. Nothing changes.
pub(crate) async fn look(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields<MAX_UPLOAD>,
) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let looked = async {
        app.file(&session, &case).await?;
        let octets = fields.file().ok_or_else(|| Problem::refused("File: a file must be chosen"))?;
        let take = take(&fields, Arc::new(octets.to_vec()))?;
        let looked = app.desk().look_at_told(&case, &take).await?;
        if can_be_taken(&looked.preview) {
            app.handed_in().keep(&case, &take.octets);
        }
        Ok::<_, Problem>((looked.preview, take.tlp))
    };
    match looked.await {
        Ok((preview, _)) if wants == Wants::Json => super::json(&preview),
        Ok((preview, tlp)) => {
            let page = page(&app, &session, &case, Some((preview, tlp)), Kept::default(), None).await?;
            Ok(super::page(&page)?.into_response())
        }
        Err(problem) => again(&app, &session, &case, wants, Kept::of("told", &fields), problem).await,
    }
}

/// Takes in a file that was looked at.
pub(crate) async fn confirm(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
    fields: Fields<MAX_UPLOAD>,
) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let done = async {
        app.file(&session, &case).await?;
        let digest: Digest = fields.need("file", "File")?;
        let gone = || Problem::refused("File: it is not at hand any more; choose it again");
        let octets = app.handed_in().file(&case, digest).ok_or_else(gone)?;
        let take = take(&fields, octets)?;
        Ok::<_, Problem>(app.desk().take_told(&case, &act(&app, &session, &fields)?, &take).await?)
    };
    match done.await {
        Ok((looked, stored)) if wants == Wants::Json => super::json(&serde_json::json!({
            "case": case, "preview": looked.preview, "version": stored.event.version,
        })),
        Ok((_, stored)) => {
            Ok(Redirect::to(&format!("/case/{case}/told?done={}#taken", stored.event.version)).into_response())
        }
        Err(problem) => again(&app, &session, &case, wants, Kept::of("told", &fields), problem).await,
    }
}

/// Returns what is to be done with a file.
fn take(fields: &Fields<MAX_UPLOAD>, octets: Arc<Vec<u8>>) -> Result<TakeTold, Problem> {
    Ok(TakeTold {
        form: fields.parse::<ToldForm>("form", "Form")?,
        octets,
        tlp: fields.parse::<Tlp>("tlp", "Marking")?,
        raise: fields.text("raise") == Some("yes"),
        known_only: fields.text("known_only") == Some("yes"),
    })
}

async fn again(
    app: &App,
    session: &Session,
    case: &CaseId,
    wants: Wants,
    kept: Kept,
    problem: Problem,
) -> Result<Response, Problem> {
    if wants != Wants::Page || !problem.is_mendable() {
        return Err(problem);
    }
    let page = page(app, session, case, None, kept, Some(problem.detail)).await?;
    Ok((problem.status, super::page(&page)?).into_response())
}

async fn page(
    app: &App,
    session: &Session,
    id: &CaseId,
    looked: Option<(ToldPreview, Option<Tlp>)>,
    kept: Kept,
    problem: Option<String>,
) -> Result<Page, Problem> {
    let file = app.file(session, id).await?;
    let heading = Heading::of(app, &file).await?;
    Ok(Page {
        frame: Frame::new(format!("From others · {}", heading.title), "cases", app, session),
        forms: ToldForm::ALL.iter().map(|form| form.word()).collect(),
        labels: Tlp::ALL.iter().map(|label| label.word()).collect(),
        rows: file.object().case.told.iter().rev().map(Row::of).collect(),
        looked: looked.map(|(preview, tlp)| Looked {
            counts: counts(&preview),
            tlp: tlp.map_or("", Tlp::word),
            can_be_taken: can_be_taken(&preview),
            preview,
        }),
        heading,
        kept,
        problem,
    })
}

/// Says whether a file can be taken in, as far as it says itself.
const fn can_be_taken(preview: &ToldPreview) -> bool {
    preview.malformed == 0 && preview.before.is_none() && preview.names > 0
}

fn counts(preview: &ToldPreview) -> Vec<(&'static str, String)> {
    [
        ("Names", preview.names),
        ("Of the case", preview.known),
        ("Of these excluded", preview.excluded),
        ("Of the case, told for other days", preview.other_days),
        ("Of its campaigns, outside of the horizon", preview.outside_horizon),
        ("New", preview.new),
        ("Malformed", preview.malformed),
    ]
    .map(|(what, count)| (what, grouped(count)))
    .into()
}
