// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One batch of commands over EPP: each command with what a dry run found out and what came of it, and approving it as the person who is signed in.

use std::collections::BTreeMap;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use forestall_api::epp::{EppApproval, EppBatchCommands, EppChanged, EppCommand};
use forestall_coord::epp::Batch;
use forestall_model::{Digest, Released};

use super::attachment;
use super::disclosed::disclose;
use super::epp::{SwitchView, outcomes_of, state_of};
use super::frame::{Frame, to_minute};
use super::kept::Kept;
use super::place::Heading;
use crate::desk::{Approved, Approver, CaseFile, DeskError, KeptBatch};
use crate::number::grouped;
use crate::server::{App, Fields, Problem, Query, Session, Wants};
use crate::shown;

/// Commands of one page.
const SHOWN: usize = 200;

/// A command.
#[derive(Debug)]
struct CommandRow {
    number: u32,
    name: String,
    command: String,
    action: String,
    ground: String,
    needed: String,
    /// What the last dry run says; empty where there was none.
    rehearsed: String,
    changes: Vec<EppChanged>,
    /// What came of it, in a word; empty where nothing did.
    state: String,
    shade: &'static str,
    came: String,
}

impl CommandRow {
    fn of(command: EppCommand) -> Self {
        let (state, shade, came) = match &command.came {
            None => (String::new(), "bare", String::new()),
            Some(came) => {
                let code = came.code.map(|code| format!("{code} ")).unwrap_or_default();
                let state = came.outcome.clone().unwrap_or_else(|| "in doubt".to_owned());
                let shade = match state.as_str() {
                    "done" | "already-held" => "seen",
                    "pending" => "said",
                    "in doubt" => "alarm",
                    _ => "warn",
                };
                (state, shade, format!("{code}{}", came.text))
            }
        };
        let (rehearsed, changes) = command.rehearsed.map(|row| (row.what, row.changes)).unwrap_or_default();
        Self {
            number: command.number,
            name: command.name.to_string(),
            command: command.command,
            action: command.action.to_string(),
            ground: command.ground,
            needed: command
                .needed_until
                .map_or_else(|| "at all times".to_owned(), |until| format!("until {}", to_minute(until))),
            rehearsed,
            changes,
            state,
            shade,
            came,
        }
    }
}

/// Somebody's approval.
#[derive(Debug)]
struct ApprovalRow {
    by: String,
    at: String,
    signed_in: bool,
}

impl ApprovalRow {
    fn of(approval: &EppApproval) -> Self {
        Self { by: approval.by.clone(), at: to_minute(approval.at), signed_in: approval.signed_in }
    }
}

#[derive(Template)]
#[template(path = "epp-batch.html")]
struct Page {
    frame: Frame,
    heading: Heading,
    switch: SwitchView,
    digest: String,
    account: String,
    tld: String,
    count: u32,
    commands_of: String,
    /// Kinds of commands with how many there are of each.
    kinds: Vec<(String, String)>,
    planned: String,
    proposed: String,
    proposed_by: String,
    days: u32,
    signed_in_only: bool,
    approvals: Vec<ApprovalRow>,
    state: &'static str,
    shade: &'static str,
    outcomes: String,
    /// When the last dry run asked the registry first and last; none where there was none.
    rehearsed: Option<(String, String)>,
    commands: Vec<CommandRow>,
    /// Addresses of the pages before and after this one.
    before: Option<usize>,
    after: Option<usize>,
    /// Whether whoever looks has an account of their own, without which nobody approves.
    has_account: bool,
    /// Whether they approved it already.
    has_approved: bool,
    done: Option<&'static str>,
    problem: Option<String>,
}

fn missing() -> Problem {
    Problem::not_found("there is no such batch")
}

/// Returns the case of a batch through the gate to whoever leads it.
async fn led(app: &App, session: &Session, batch: &Batch) -> Result<Released<CaseFile>, Problem> {
    if session.viewer.leads(&batch.case) { app.file(session, &batch.case).await } else { Err(missing()) }
}

/// Refuses a batch of a case that somebody does not lead, and any in a drill.
pub(crate) async fn may_propose(app: &App, session: &Session, batch: &Batch) -> Result<(), Problem> {
    app.need_real()?;
    let refused = |problem: Problem| {
        let detail = format!("there is no case {} that you lead", batch.case);
        if problem.status == missing().status { Problem::refused(detail) } else { problem }
    };
    led(app, session, batch).await.map(drop).map_err(refused)
}

/// Returns a batch through the gate of its case to whoever leads that; its digest is as an address names it.
pub(crate) async fn kept(app: &App, session: &Session, text: &str) -> Result<Released<KeptBatch>, Problem> {
    let (kept, file) = kept_in(app, session, text).await?;
    Ok(file.map(|_| kept))
}

/// Returns a batch and its case, which passed the gate.
async fn kept_in(app: &App, session: &Session, text: &str) -> Result<(KeptBatch, Released<CaseFile>), Problem> {
    let digest: Digest = text.parse().map_err(|_| missing())?;
    let found = app.desk().epp_kept(digest, app.now()).await;
    let kept = found.map_err(|error| if let DeskError::Input(_) = error { missing() } else { error.into() })?;
    let file = led(app, session, &kept.batch).await?;
    Ok((kept, file))
}

/// Approves a batch as the person who is signed in.
pub(crate) async fn approve(app: &App, session: &Session, kept: &KeptBatch) -> Result<Approved, Problem> {
    app.need_real()?;
    let account = session.viewer.person.clone().ok_or_else(|| {
        Problem::forbidden(
            "an approval counts for a person with an account of their own, and whoever signed in by a link of the program has none",
        )
    })?;
    let approver = Approver { by: session.actor.clone(), account: Some(account) };
    Ok(app.desk().epp_approve(&kept.batch, kept.standing.kept.terms, approver, app.now()).await?)
}

/// Shows a batch.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(batch): Path<String>,
    query: Query,
) -> Result<Html<String>, Problem> {
    let from = query.parse::<usize>("from")?.unwrap_or(1);
    let done = match query.text("done") {
        Some("proposed") => Some("The batch is laid before the people who approve it."),
        Some("known") => Some("The batch was there already, and stays as it is."),
        Some("approved") => Some("Your approval is kept."),
        _ => None,
    };
    render(&app, &session, &batch, from, done, None).await
}

async fn render(
    app: &App,
    session: &Session,
    batch: &str,
    from: usize,
    done: Option<&'static str>,
    problem: Option<String>,
) -> Result<Html<String>, Problem> {
    let (kept, file) = kept_in(app, session, batch).await?;
    let heading = Heading::of(app, &file).await?;
    let EppBatchCommands { batch: shown, commands, .. } = shown::epp_commands(&kept);
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    for entry in &kept.batch.entries {
        *kinds.entry(format!("{} ({})", entry.operation.word(), entry.action)).or_default() += 1;
    }
    let asked = kept.rehearsed.values().map(|row| row.at);
    let rehearsed = asked.clone().min().zip(asked.max());
    let first = from.clamp(1, commands.len().max(1)) - 1;
    let (state, shade) = state_of(&kept.standing);
    let mine = session.viewer.person.as_ref();
    super::page(&Page {
        frame: Frame::new(format!("Batch {}", kept.standing.kept.digest.short()), "epp", app, session)
            .with_scripts(&["forms.js"]),
        heading,
        switch: SwitchView::of(app, session, &Kept::default()).await?,
        digest: shown.sha256.to_string(),
        account: shown.account,
        tld: shown.slice.to_string(),
        count: shown.commands,
        commands_of: grouped(shown.commands),
        kinds: kinds.into_iter().map(|(kind, count)| (grouped(count), kind)).collect(),
        planned: to_minute(kept.batch.planned),
        proposed: to_minute(shown.proposed),
        proposed_by: shown.proposed_by,
        days: shown.approval_days,
        signed_in_only: shown.signed_in_only,
        approvals: shown.approvals.iter().map(ApprovalRow::of).collect(),
        state,
        shade,
        outcomes: outcomes_of(&kept.standing),
        rehearsed: rehearsed.map(|(first, last)| (to_minute(first), to_minute(last))),
        before: (first > 0).then(|| first.saturating_sub(SHOWN) + 1),
        after: Some(first + SHOWN).filter(|next| *next < commands.len()).map(|next| next + 1),
        commands: commands.into_iter().skip(first).take(SHOWN).map(CommandRow::of).collect(),
        has_account: mine.is_some(),
        has_approved: mine.is_some()
            && kept.standing.approvals.iter().any(|approval| approval.account.as_ref() == mine),
        done,
        problem,
    })
}

/// Approves a batch over what the page showed.
pub(crate) async fn give(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(batch): Path<String>,
    wants: Wants,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = async {
        let kept = kept(&app, &session, &batch).await?;
        let of = &kept.object().standing.kept;
        let (count, digest): (u32, Digest) = (fields.need("commands", "Commands")?, fields.need("sha256", "SHA-256")?);
        if fields.text("seen").is_none() {
            return Err(Problem::refused("Looked through: say that you looked through the commands"));
        }
        if (count, digest) != (of.commands, of.digest) {
            return Err(Problem::refused("this is not the batch that the page showed; open it again"));
        }
        approve(&app, &session, kept.object()).await
    };
    match done.await {
        Ok(_) => Ok(Redirect::to(&format!("/epp/batch/{batch}?done=approved#recorded")).into_response()),
        Err(problem) if wants == Wants::Page && problem.is_mendable() => {
            let page = render(&app, &session, &batch, 1, None, Some(problem.detail)).await?;
            Ok((problem.status, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Answers with the text of a batch, as `forestall epp run` takes it. That its names leave stands in the record of disclosures.
pub(crate) async fn text(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Path(batch): Path<String>,
) -> Result<Response, Problem> {
    let released = kept(&app, &session, &batch).await?;
    let kept = released.object();
    let what = format!("commands over EPP for names of .{}", kept.batch.tld);
    let count = u64::from(kept.standing.kept.commands);
    disclose(&app, &session, &kept.batch.case, &what, count, "to run them at the registry").await?;
    let name = format!("{}-{}.jsonl", kept.batch.case, kept.standing.kept.digest.short());
    attachment::file(&name, "application/jsonl; charset=utf-8", kept.text.clone())
}
