// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case`: every act on a case, and every view of it.

mod acknowledge;
mod alarms;
mod answer;
mod appeal;
mod change;
mod check;
mod days;
mod decide;
mod docket;
mod erase;
mod evidence;
mod exclude;
mod export;
mod figures;
mod flood;
mod gaps;
mod horizon;
mod import;
mod kpi;
mod letters;
mod list;
mod lists;
mod log;
mod log_at_hub;
mod log_check;
mod names;
mod note;
mod open;
mod override_args;
mod readmit;
mod receipts;
mod reply;
mod request;
mod rule;
mod send;
mod show;
mod slices;
mod task;
mod vet;
mod waiver;
mod what_if;

use std::io::Write;

use clap::Subcommand;
use forestall_api::act::Recorded;
use forestall_hub::shown;
use forestall_model::CaseId;
use forestall_store::Stored;

pub(crate) use answer::{broken, lines_in};

use crate::failure::Outcome;
use crate::output;
use crate::world::{self, Globals};

/// The cases: open one, ask registries, record answers and evidence, see what is left
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Open(open::Open),
    List(list::List),
    Show(show::Show),
    Gaps(gaps::Gaps),
    Slices(slices::Slices),
    Days(days::Days),
    WhatIf(what_if::WhatIf),
    Kpi(kpi::Kpi),
    Names(names::Names),
    Request(request::Request),
    Acknowledge(acknowledge::Acknowledge),
    Answer(answer::Answer),
    Exclude(exclude::Exclude),
    Readmit(readmit::Readmit),
    Note(note::Note),
    Lists(lists::Lists),
    Send(send::Send),
    Receipts(receipts::Receipts),
    Reply(reply::Reply),
    Horizon(horizon::Horizon),
    #[command(subcommand)]
    Task(task::Verb),
    Decide(decide::Decide),
    #[command(subcommand)]
    Waiver(waiver::Verb),
    Check(check::Check),
    Vet(vet::Vet),
    Docket(docket::Docket),
    Rule(rule::Rule),
    Appeal(appeal::Appeal),
    Settle(appeal::Settle),
    Undo(appeal::Undo),
    Alarms(alarms::Alarms),
    Flood(flood::Flood),
    Letters(letters::Letters),
    #[command(subcommand)]
    Evidence(evidence::Verb),
    Log(log::Log),
    Erase(erase::Erase),
    Export(export::Export),
    Import(import::Import),
}

impl Verb {
    /// Runs the verb.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let run = async {
            match self {
                Self::Open(command) => command.run(globals).await,
                Self::List(command) => command.run(globals).await,
                Self::Show(command) => command.run(globals).await,
                Self::Gaps(command) => command.run(globals).await,
                Self::Slices(command) => command.run(globals).await,
                Self::Days(command) => command.run(globals).await,
                Self::WhatIf(command) => command.run(globals).await,
                Self::Kpi(command) => command.run(globals).await,
                Self::Names(command) => command.run(globals).await,
                Self::Request(command) => command.run(globals).await,
                Self::Acknowledge(command) => command.run(globals).await,
                Self::Answer(command) => command.run(globals).await,
                Self::Exclude(command) => command.run(globals).await,
                Self::Readmit(command) => command.run(globals).await,
                Self::Note(command) => command.run(globals).await,
                Self::Lists(command) => command.run(globals).await,
                Self::Send(command) => command.run(globals).await,
                Self::Receipts(command) => command.run(globals).await,
                Self::Reply(command) => command.run(globals).await,
                Self::Horizon(command) => command.run(globals).await,
                Self::Task(verb) => verb.run(globals).await,
                Self::Decide(command) => command.run(globals).await,
                Self::Waiver(verb) => verb.run(globals).await,
                Self::Check(command) => command.run(globals).await,
                Self::Vet(command) => command.run(globals).await,
                Self::Docket(command) => command.run(globals).await,
                Self::Rule(command) => command.run(globals).await,
                Self::Appeal(command) => command.run(globals).await,
                Self::Settle(command) => command.run(globals).await,
                Self::Undo(command) => command.run(globals).await,
                Self::Alarms(command) => command.run(globals).await,
                Self::Flood(command) => command.run(globals).await,
                Self::Letters(command) => command.run(globals).await,
                Self::Evidence(verb) => verb.run(globals).await,
                Self::Log(command) => command.run(globals).await,
                Self::Erase(command) => command.run(globals).await,
                Self::Export(command) => command.run(globals).await,
                Self::Import(command) => command.run(globals).await,
            }
        };
        world::run(run)
    }
}

/// Prints the references of events that were just recorded, one a line: `CASE#NUMBER`, a tab and the kind.
///
/// Whoever sees one slice of a case only is not told numbers.
fn print_recorded(recorded: &Recorded) -> anyhow::Result<()> {
    output::to_stdout(|out| write_recorded(recorded, out))
}

/// Writes the references of events that were just recorded, one a line.
pub(crate) fn write_recorded(recorded: &Recorded, out: &mut dyn Write) -> anyhow::Result<()> {
    for event in &recorded.events {
        let number = event.version.map(|version| format!("#{version}")).unwrap_or_default();
        writeln!(out, "{}{number}\t{}", recorded.case, event.kind)?;
    }
    Ok(())
}

/// Returns what the store just recorded, as a hub would tell it.
fn recorded(case: &CaseId, stored: &[Stored]) -> Recorded {
    shown::recorded(case, stored, true)
}
