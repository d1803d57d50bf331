// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the hub does by itself: jobs that run, that wait, and that ended.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Html;
use forestall_store::{Job, JobState};

use super::frame::{Frame, to_minute};
use super::number::grouped;
use crate::jobs::Kind;
use crate::server::{App, Problem, Session};

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

#[derive(Template)]
#[template(path = "jobs.html")]
struct Page {
    frame: Frame,
    jobs: Vec<JobRow>,
    given_up: usize,
}

/// Shows the jobs.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
) -> Result<Html<String>, Problem> {
    let jobs = app.desk().store().jobs(SHOWN).await.map_err(crate::desk::DeskError::from)?;
    let given_up = jobs.iter().filter(|job| job.state == JobState::Failed).count();
    let frame = Frame::new("Jobs", "jobs", &app, &session).with_scripts(&["filter.js"]);
    super::page(&Page { frame, jobs: jobs.iter().map(row).collect(), given_up })
}

fn row(job: &Job) -> JobRow {
    let what = match job.kind.parse() {
        Ok(Kind::Verify) => "looks at lists over DNS",
        Ok(Kind::Vet) => "vets names that somebody holds",
        Ok(Kind::Guard) => "looks at the sinkhole's name servers",
        Ok(Kind::Deliver) => "hands a list over by mail",
        Ok(Kind::Inbox) => "takes in what came into the mailbox",
        Ok(Kind::Notify) => "tells a party's program of something",
        Ok(Kind::Machines) => "tells a party of infected machines in its networks",
        Ok(Kind::Daily) => "sends somebody their mail of the day",
        Ok(Kind::Roll) => "moves the horizon on and cuts the lists that are due",
        Err(_) => "",
    };
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
