// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is written at registries over EPP: the switch that stops it all, the batches with where each stands, and laying one before the people who
//! approve it.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use forestall_coord::epp::{Batch, Outcome, Terms};

use super::epp_batch::may_propose;
use super::frame::{Frame, to_minute};
use super::kept::Kept;
use crate::api::epp_switch::MAX_REASON;
use crate::desk::EppStanding;
use crate::number::grouped;
use crate::server::{App, Fields, MAX_UPLOAD, Problem, Query, Session, Wants};

/// The switch, as its part of a page shows it.
#[derive(Debug)]
pub(super) struct SwitchView {
    /// Who stopped everything, when, and why; none where batches may run.
    pub(super) stopped: Option<(String, String, String)>,
    /// Whether whoever looks may let it go on.
    pub(super) may_go: bool,
    /// What was entered as the reason, where it was refused.
    pub(super) reason: String,
}

impl SwitchView {
    /// Returns the switch for whoever looks.
    pub(super) async fn of(app: &App, session: &Session, kept: &Kept) -> Result<Self, Problem> {
        let stop = app.desk().store().epp_stop().await?;
        Ok(Self {
            stopped: stop.map(|stop| (stop.by, to_minute(stop.at), stop.reason)),
            may_go: session.viewer.runs_it(),
            reason: kept.text("stop", "reason").to_owned(),
        })
    }
}

/// Where a batch stands, in a word, and how that is shown.
pub(super) fn state_of(standing: &EppStanding) -> (&'static str, &'static str) {
    let ended: u64 = standing.outcomes.values().sum();
    let is_whole = ended == u64::from(standing.kept.commands);
    let all_so = standing.outcomes.keys().all(|outcome| outcome.is_so());
    match standing {
        _ if is_whole && all_so => ("done", "seen"),
        _ if standing.in_doubt > 0 => ("in doubt", "alarm"),
        _ if is_whole => ("ended, not all done", "warn"),
        _ if ended > 0 => ("under way", "said"),
        _ if standing.is_enough => ("approved", "clear"),
        _ if standing.approvals.is_empty() => ("waits for two people", "warn"),
        _ => ("waits for a second person", "warn"),
    }
}

/// Writes outcomes with how many commands came to each: `40 done, 2 refused`.
pub(super) fn outcomes_of(standing: &EppStanding) -> String {
    let counted = |(outcome, count): (&Outcome, &u64)| format!("{} {outcome}", grouped(*count));
    let mut parts: Vec<String> = standing.outcomes.iter().map(counted).collect();
    if standing.in_doubt > 0 {
        parts.push(format!("{} in doubt", grouped(standing.in_doubt)));
    }
    parts.join(", ")
}

/// A batch of the list.
#[derive(Debug)]
struct BatchRow {
    digest: String,
    short: String,
    account: String,
    case: String,
    tld: String,
    commands: String,
    proposed: String,
    proposed_by: String,
    approvals: String,
    state: &'static str,
    shade: &'static str,
    outcomes: String,
}

impl BatchRow {
    fn of(standing: &EppStanding) -> Self {
        let (state, shade) = state_of(standing);
        let kept = &standing.kept;
        let people: Vec<String> = standing.approvals.iter().map(|approval| approval.by.to_string()).collect();
        Self {
            digest: kept.digest.to_string(),
            short: kept.digest.short(),
            account: kept.account.clone(),
            case: kept.case.to_string(),
            tld: kept.tld.to_string(),
            commands: grouped(kept.commands),
            proposed: to_minute(kept.at),
            proposed_by: kept.proposed_by.clone(),
            approvals: people.join(", "),
            state,
            shade,
            outcomes: outcomes_of(standing),
        }
    }
}

#[derive(Template)]
#[template(path = "epp.html")]
struct Page {
    frame: Frame,
    switch: SwitchView,
    batches: Vec<BatchRow>,
    /// Whether whoever looks may see the journal.
    journal: bool,
    done: Option<&'static str>,
    problem: Option<String>,
    kept: Kept,
}

/// Returns the batches of the cases that somebody leads, the newest first.
pub(crate) async fn batches(app: &App, session: &Session) -> Result<Vec<EppStanding>, Problem> {
    let mut batches = app.desk().epp_batches(app.now()).await?;
    batches.retain(|standing| session.viewer.leads(&standing.kept.case));
    Ok(batches)
}

/// Shows the switch and the batches.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    query: Query,
) -> Result<Html<String>, Problem> {
    let done = match query.text("done") {
        Some("stopped") => {
            Some("Nothing is written at any registry until somebody who runs the installation lets it go on.")
        }
        Some("going") => Some("Approved batches may run again."),
        _ => None,
    };
    render(&app, &session, done, None, Kept::default()).await
}

async fn render(
    app: &App,
    session: &Session,
    done: Option<&'static str>,
    problem: Option<String>,
    kept: Kept,
) -> Result<Html<String>, Problem> {
    super::page(&Page {
        frame: Frame::new("Registries over EPP", "epp", app, session).with_scripts(&["filter.js", "forms.js"]),
        switch: SwitchView::of(app, session, &kept).await?,
        batches: batches(app, session).await?.iter().map(BatchRow::of).collect(),
        journal: session.viewer.runs_it(),
        done,
        problem,
        kept,
    })
}

/// Stops everything.
pub(crate) async fn stop(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = async {
        let reason: String = fields.need("reason", "Why")?;
        if reason.chars().count() > MAX_REASON {
            return Err(Problem::refused(format!("Why: longer than {MAX_REASON} characters")));
        }
        Ok(app.desk().epp_stop(&session.actor, &reason, app.now()).await?)
    };
    let done = done.await.map(|()| "/epp?done=stopped#recorded".to_owned());
    finish(&app, &session, wants, Kept::of("stop", &fields), done).await
}

/// Lets approved batches run again.
pub(crate) async fn go(State(app): State<App>, _: Fields) -> Result<Response, Problem> {
    app.desk().epp_go().await?;
    Ok(Redirect::to("/epp?done=going#recorded").into_response())
}

/// Lays a batch before the people who approve it.
pub(crate) async fn propose(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    wants: Wants,
    fields: Fields<MAX_UPLOAD>,
) -> Result<Response, Problem> {
    let done = async {
        let octets = fields.file().ok_or_else(|| Problem::refused("File: one must be chosen"))?;
        let text =
            std::str::from_utf8(octets).map_err(|_| Problem::refused("File: it is no text, so it is no batch"))?;
        let batch = Batch::read(text).map_err(|error| Problem::refused(format!("File: {error}")))?;
        let days: u16 = fields.need("days", "Days")?;
        if !(1..=forestall_api::epp::MOST_DAYS).contains(&days) {
            return Err(Problem::refused(format!("Days: expected 1 to {}", forestall_api::epp::MOST_DAYS)));
        }
        may_propose(&app, &session, &batch).await?;
        let terms = Terms { lives: i64::from(days) * 86_400, signed_in: fields.text("signed_in").is_some() };
        let is_new = app.desk().epp_propose(&batch, terms, &session.actor, app.now()).await?;
        let done = if is_new { "proposed" } else { "known" };
        Ok(format!("/epp/batch/{}?done={done}#recorded", batch.digest()))
    };
    let done = done.await;
    finish(&app, &session, wants, Kept::of("propose", &fields), done).await
}

async fn finish(
    app: &App,
    session: &Session,
    wants: Wants,
    kept: Kept,
    done: Result<String, Problem>,
) -> Result<Response, Problem> {
    match done {
        Ok(address) => Ok(Redirect::to(&address).into_response()),
        Err(problem) if wants == Wants::Page && problem.is_mendable() => {
            let page = render(app, session, None, Some(problem.detail), kept).await?;
            Ok((problem.status, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}
