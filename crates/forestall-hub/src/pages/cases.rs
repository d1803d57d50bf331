// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The cases, each with its headline.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use forestall_coord::Level;
use forestall_coord::event::CaseKind;
use forestall_model::Released;
use forestall_model::marking::release;

use super::frame::{Banner, Frame, to_minute};
use super::proof::{Reach, Share};
use crate::number::grouped;
use crate::server::{App, CaseView, Problem, Session};

#[derive(Template)]
#[template(path = "cases.html")]
struct Page {
    frame: Frame,
    cases: Vec<CaseCard>,
}

/// One case.
#[derive(Debug)]
struct CaseCard {
    id: String,
    title: String,
    banner: Banner,
    reconstruction: bool,
    unverified: bool,
    horizon: String,
    slices: String,
    answers: String,
    exclusions: String,
    changed: String,
    /// What the case shows today, or why it cannot be shown.
    shown: Result<CaseNumbers, String>,
}

/// The headline of a case.
#[derive(Debug)]
struct CaseNumbers {
    day: String,
    names: String,
    coverage: Vec<(&'static str, Share)>,
    reach: Option<Reach>,
}

/// Shows the cases.
pub(crate) async fn show(State(app): State<App>, Extension(session): Extension<Session>) -> Result<Response, Problem> {
    let mut cases = Vec::new();
    for row in app.desk().cases().await? {
        let Some(audience) = session.viewer.whole(&row.id) else { continue };
        // One case that cannot be shown must not hide the others.
        let shown = app.listed_view(&session, &row).await.map(|view| numbers(&view));
        if shown.is_err() && !session.viewer.is_operator() {
            continue;
        }
        let shown = shown.map_err(|problem| problem.detail);
        let Ok(row) = release(row, audience, app.now()) else { continue };
        cases.push(CaseCard {
            id: row.object().id.to_string(),
            title: row.object().title.clone(),
            banner: Banner::of(row.marking()),
            reconstruction: row.object().kind == CaseKind::Reconstruction,
            unverified: row.object().unverified,
            horizon: row.object().horizon.to_string(),
            slices: grouped(row.object().slices),
            answers: grouped(row.object().answers),
            exclusions: grouped(row.object().exclusions),
            changed: to_minute(row.object().changed),
            shown,
        });
    }
    if cases.is_empty() && session.viewer.is_registry() {
        return Ok(Redirect::to("/home").into_response());
    }
    let frame = Frame::new("Cases", "cases", &app, &session);
    Ok(super::page(&Page { frame, cases })?.into_response())
}

fn numbers(view: &Released<Arc<CaseView>>) -> CaseNumbers {
    let (case, figures) = (&view.object().file.case, &view.object().figures);
    CaseNumbers {
        day: figures.day.to_string(),
        names: grouped(figures.over_all.names),
        coverage: Level::ALL.iter().map(|level| (level.word(), Share::of(&figures.on_day, *level))).collect(),
        reach: figures.worst_on_day[Level::Observed as usize].map(|worst| Reach::of(case, worst)),
    }
}
