// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall jobs`: what the hub does by itself.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use forestall_hub::jobs::Scheduler;
use forestall_model::PartyId;
use forestall_store::{Job, JobState, NoticeReceipt};
use forestall_vet::Rules;

use super::serve_settings;
use crate::cli::TextJson;
use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table, counted, thousands};
use crate::world::{self, Globals};

/// The work that the hub does by itself: looks from outside, vetting, the watch over its own name servers
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List jobs: those that run, those that wait, then those that ended. Exit status 1 where one was given up
    List(List),
    /// Plan what is due and do it, then end: for a timer, where no service runs
    Run(Run),
    /// List the receipts of notices to programs of parties, the latest first. Exit status 1 where the last one of a party was not taken
    Notices(Notices),
}

/// Lists jobs.
#[derive(Args, Debug)]
pub(crate) struct List {
    /// How many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// How the list is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJson,
}

/// Lists receipts of notices.
#[derive(Args, Debug)]
pub(crate) struct Notices {
    /// Those of one party
    #[arg(long, value_name = "ID")]
    party: Option<PartyId>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// How the list is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJson,
}

/// Runs jobs.
#[derive(Args, Debug)]
pub(crate) struct Run {
    /// The settings of `forestall serve`: their parts say who is asked, what goes out and what is read
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

impl Verb {
    /// Runs the verb.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        world::run(async {
            match self {
                Self::List(list) => list.run(globals).await,
                Self::Run(run) => run.run(globals).await,
                Self::Notices(notices) => notices.run(globals).await,
            }
        })
    }
}

impl List {
    async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let jobs = desk.store().jobs(self.limit).await?;
        match self.format {
            TextJson::Json => output::json(&jobs.iter().map(json).collect::<Vec<_>>())?,
            TextJson::Text if jobs.is_empty() => output::note(format_args!("there is no job")),
            TextJson::Text => text(&jobs)?,
        }
        let given_up = jobs.iter().any(|job| job.state == JobState::Failed);
        Ok(if given_up { Outcome::Found } else { Outcome::Done })
    }
}

fn json(job: &Job) -> serde_json::Value {
    serde_json::json!({
        "id": job.id, "kind": job.kind, "case": job.case, "key": job.key, "state": job.state, "created": job.created,
        "not_before": job.not_before, "started": job.started, "finished": job.finished, "attempts": job.attempts,
        "done": job.done, "total": job.total, "outcome": job.outcome,
    })
}

fn text(jobs: &[Job]) -> anyhow::Result<()> {
    let mut table = Table::new(&[
        ("job", Align::Right),
        ("kind", Align::Left),
        ("case", Align::Left),
        ("state", Align::Left),
        ("done", Align::Right),
        ("when", Align::Left),
        ("outcome", Align::Left),
    ]);
    for job in jobs {
        let done =
            if job.total == 0 { String::new() } else { format!("{} of {}", thousands(job.done), thousands(job.total)) };
        let when = job.finished.or(job.started).unwrap_or(job.not_before);
        table.row([
            job.id.to_string(),
            job.kind.clone(),
            job.case.clone(),
            job.state.to_string(),
            done,
            when.to_string(),
            crate::foreign::for_terminal(job.outcome.as_deref().unwrap_or_default()),
        ]);
    }
    output::to_stdout(|out| Ok(table.write("", out)?))
}

impl Notices {
    async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let receipts = desk.store().notices(self.party.as_ref(), self.limit).await?;
        // The latest stands first, and the last that is collected for a party counts.
        let last: BTreeMap<_, _> = receipts.iter().rev().map(|receipt| (&receipt.party, receipt.taken)).collect();
        match self.format {
            TextJson::Json => output::json(&receipts.iter().map(json_of_receipt).collect::<Vec<_>>())?,
            TextJson::Text if receipts.is_empty() => output::note(format_args!("no notice went out")),
            TextJson::Text => text_of_receipts(&receipts)?,
        }
        Ok(if last.values().all(|taken| *taken) { Outcome::Done } else { Outcome::Found })
    }
}

fn json_of_receipt(receipt: &NoticeReceipt) -> serde_json::Value {
    serde_json::json!({
        "id": receipt.id, "party": receipt.party, "case": receipt.case, "what": receipt.what, "at": receipt.at,
        "status": receipt.status, "sha256": receipt.digest, "taken": receipt.taken, "answer": receipt.answer,
    })
}

fn text_of_receipts(receipts: &[NoticeReceipt]) -> anyhow::Result<()> {
    let mut table = Table::new(&[
        ("party", Align::Left),
        ("case", Align::Left),
        ("what", Align::Left),
        ("when", Align::Left),
        ("HTTP", Align::Right),
        ("taken", Align::Left),
        ("SHA-256", Align::Left),
        ("answer", Align::Left),
    ]);
    for receipt in receipts {
        table.row([
            receipt.party.to_string(),
            receipt.case.to_string(),
            receipt.what.clone(),
            receipt.at.to_string(),
            receipt.status.to_string(),
            if receipt.taken { "yes" } else { "no" }.to_owned(),
            receipt.digest.short(),
            crate::foreign::for_terminal(&receipt.answer),
        ]);
    }
    output::to_stdout(|out| Ok(table.write("", out)?))
}

impl Run {
    async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let config = serve_settings::read(&self.config)?;
        let vantage = config.vantage()?.unwrap_or_default();
        let ways = config.ways(None, globals.now())?;
        let globals = globals.clone().or_data(config.data).or_database(config.database);
        let desk = globals.real_desk().await?;
        let scheduler = Scheduler::new(desk.clone(), vantage, Rules::built_in().clone(), globals.clock());
        let scheduler = ways.over(scheduler);
        let ran = scheduler.run_due().await?;
        output::note(format_args!("{} ran; `forestall jobs list` tells what came of them", counted(ran as u64, "job")));
        desk.store().close().await;
        Ok(Outcome::Done)
    }
}
