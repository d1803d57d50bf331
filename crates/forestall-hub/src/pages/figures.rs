// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The figures of a case, K1 to K18: each with its definition, its numerator and denominator, or why it is not known.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use forestall_api::figures::Figure;

use super::frame::{Frame, to_minute};
use super::place::{Heading, case_id, now_of};
use crate::figures::document;
use crate::server::{App, Problem, Session, Wants};

#[derive(Template)]
#[template(path = "figures.html")]
struct Page {
    frame: Frame,
    heading: Heading,
    from: String,
    until: String,
    figures: Vec<Figure>,
}

/// Shows the figures of a case.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    wants: Wants,
) -> Result<Response, Problem> {
    let file = app.file(&session, &case_id(&id)?).await?;
    let now = now_of(&file.object().case, app.now());
    let figures = app.desk().figures(file.object(), now).await?;
    let document = document(&file.object().case, &figures);
    if wants == Wants::Json {
        return super::json(&document);
    }
    let heading = Heading::of(&app, &file).await?;
    let frame = Frame::new(format!("Figures · {}", heading.title), "cases", &app, &session);
    let (from, until) = (to_minute(document.from), to_minute(document.until));
    Ok(super::page(&Page { frame, heading, from, until, figures: document.figures })?.into_response())
}
