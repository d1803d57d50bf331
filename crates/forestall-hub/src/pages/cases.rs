// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The cases, each with its headline.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Html;
use forestall_coord::Level;
use forestall_coord::event::CaseKind;
use forestall_model::Released;
use forestall_model::marking::release;

use super::frame::{Banner, Frame, to_minute};
use super::number::grouped;
use super::proof::{Reach, Share};
use crate::server::{AUDIENCE, App, CaseView, Problem, Session};

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
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
) -> Result<Html<String>, Problem> {
    let mut cases = Vec::new();
    for row in app.desk().cases().await? {
        // One case that cannot be shown must not hide the others.
        let shown = app.view(&row.id).await.map(|view| numbers(&view)).map_err(|problem| problem.detail);
        let row = release(row, AUDIENCE, app.now())?;
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
    let frame = Frame::new("Cases", "cases", &app, &session);
    super::page(&Page { frame, cases })
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
