// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the hub does by itself: jobs that run, that wait, and that ended.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Html;
use forestall_store::{Job, JobState, JobsAsked};

use super::frame::{Frame, to_minute};
use crate::desk::DeskError;
use crate::jobs::{Kind, NOTHING_NEW};
use crate::number::{counted, grouped};
use crate::server::{App, Problem, Query, Session};

/// Jobs that are shown.
const SHOWN: u32 = 200;

/// One job.
#[derive(Debug)]
struct JobRow {
    id: u64,
    kind: String,
    what: &'static str,
    case: String,
    state: &'static str,
    /// How the state is shown.
    shade: &'static str,
    done: u64,
    total: u64,
    progress: String,
    when: String,
    attempts: u32,
    outcome: String,
}

/// A word that can be chosen.
#[derive(Debug)]
struct Choice {
    word: &'static str,
    text: &'static str,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "jobs.html")]
struct Page {
    frame: Frame,
    kinds: Vec<Choice>,
    states: Vec<Choice>,
    is_filtered: bool,
    jobs: Vec<JobRow>,
    /// Jobs that were given up, in words; empty where none was.
    given_up: String,
    /// Looks into the mailbox that brought nothing and are left out, in words; empty where none is.
    left_out: String,
    is_cut: bool,
    most: u32,
}

/// Shows the jobs: those of a kind and in a state, where the query names them. Looks into the mailbox that brought nothing are left out unless their
/// kind is asked for.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    query: Query,
) -> Result<Html<String>, Problem> {
    let (kind, state): (Option<Kind>, Option<JobState>) = (query.parse("kind")?, query.parse("state")?);
    let empty = (Kind::Inbox.word(), NOTHING_NEW);
    let asked =
        JobsAsked { kind: kind.map(Kind::word), state, but: kind.is_none().then_some(empty), ..JobsAsked::default() };
    let store = app.desk().store();
    let jobs = store.jobs_asked(asked, SHOWN).await.map_err(DeskError::from)?;
    let failed = JobsAsked { state: Some(JobState::Failed), ..JobsAsked::default() };
    let given_up = store.count_jobs(failed).await.map_err(DeskError::from)?;
    let left_out = if asked.but.is_some() && state.is_none_or(|state| state == JobState::Done) {
        let looks = JobsAsked { kind: Some(empty.0), outcome: Some(empty.1), ..JobsAsked::default() };
        store.count_jobs(looks).await.map_err(DeskError::from)?
    } else {
        0
    };
    let some = |count: u64, one, many| if count == 0 { String::new() } else { counted(count, one, many) };
    let frame = Frame::new("Jobs", "jobs", &app, &session).with_scripts(&["filter.js"]);
    super::page(&Page {
        frame,
        kinds: Kind::ALL
            .iter()
            .map(|one| Choice { word: one.word(), text: told(*one), chosen: kind == Some(*one) })
            .collect(),
        states: JobState::ALL
            .iter()
            .map(|one| Choice { word: one.word(), text: state_told(*one), chosen: state == Some(*one) })
            .collect(),
        is_filtered: kind.is_some() || state.is_some(),
        is_cut: jobs.len() == SHOWN as usize,
        most: SHOWN,
        jobs: jobs.iter().map(row).collect(),
        given_up: some(given_up, "job was given up", "jobs were given up"),
        left_out: some(left_out, "look into the mailbox that found", "looks into the mailbox that found"),
    })
}

/// Says what jobs of a kind do.
const fn told(kind: Kind) -> &'static str {
    match kind {
        Kind::Verify => "looks at lists over DNS",
        Kind::Vet => "vets names that somebody holds",
        Kind::Guard => "looks at the sinkhole's name servers",
        Kind::Deliver => "hands a list over by mail",
        Kind::Inbox => "takes in what came into the mailbox",
        Kind::Notify => "tells a party's program of something",
        Kind::Machines => "tells a party of infected machines in its networks",
        Kind::Daily => "sends somebody their mail of the day",
        Kind::Roll => "moves the horizon on and cuts the lists that are due",
    }
}

/// Says where a job stands, as somebody asks for it.
const fn state_told(state: JobState) -> &'static str {
    match state {
        JobState::Waiting => "waits, or was put off",
        JobState::Running => "runs",
        JobState::Done => "came to its end",
        JobState::Failed => "was given up",
    }
}

fn row(job: &Job) -> JobRow {
    let what = job.kind.parse().map_or("", told);
    JobRow {
        id: job.id,
        kind: job.kind.clone(),
        what,
        case: job.case.clone(),
        state: job.state.word(),
        shade: match job.state {
            JobState::Done => "seen",
            JobState::Running => "said",
            JobState::Failed => "alarm",
            JobState::Waiting => "bare",
        },
        done: job.done,
        total: job.total,
        progress: if job.total == 0 {
            String::new()
        } else {
            format!("{} of {}", grouped(job.done), grouped(job.total))
        },
        when: to_minute(job.finished.or(job.started).unwrap_or(job.not_before)),
        attempts: job.attempts,
        outcome: job.outcome.clone().unwrap_or_default(),
    }
}
