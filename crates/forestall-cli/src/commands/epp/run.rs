// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall epp run`.

use std::path::PathBuf;

use clap::Args;
use forestall_coord::epp::Rehearsed;
use forestall_hub::desk::{EppTold, RunEnd};
use forestall_model::Actor;

use super::{AccountArgs, batch, clock};
use crate::failure::Outcome;
use crate::foreign::for_terminal;
use crate::output;
use crate::table::counted;
use crate::world::{self, Globals};

/// Run a batch: by default only say what would be done, after a look at each name
///
/// With --write the commands are sent, as far as two people approved them and each name is as it must be. A run that was cut short goes on where it stopped.
/// Exit status 1 where something is left or was refused.
#[derive(Args, Debug)]
pub(crate) struct Run {
    /// The batch
    batch: PathBuf,
    /// Send the commands
    #[arg(long)]
    write: bool,
    /// Who runs it [default: the login name]
    #[arg(long, value_name = "NAME", env = "FORESTALL_BY", hide_env_values = true)]
    by: Option<Actor>,
    #[command(flatten)]
    account: AccountArgs,
}

impl Run {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let batch = batch(&self.batch)?;
        let account = self.account.account_of(globals, &batch)?;
        let desk = globals.real_desk().await?;
        let clock = clock(globals);
        let mut lines: Vec<String> = Vec::new();
        let mut tell = |told: EppTold<'_>| say(&told, &mut lines);
        if !self.write {
            let ended = desk.epp_rehearse(&batch, &account, &clock, &mut tell).await;
            print(&lines)?;
            ended?;
            output::note(format_args!(
                "DRY RUN: nothing was sent; {}, SHA-256 {}; --write sends them",
                counted(batch.entries.len() as u64, "command"),
                batch.digest()
            ));
            return Ok(Outcome::Done);
        }
        let by = world::actor(self.by.as_ref())?;
        let report = desk.epp_run(&batch, &account, &by, &clock, &mut tell).await;
        // What was done is told, also where the store failed after it.
        print(&lines)?;
        let report = report?;
        let outcomes: Vec<String> =
            report.outcomes.iter().map(|(outcome, number)| format!("{number} {outcome}")).collect();
        output::note(format_args!(
            "{} sent; commands: {}{} without an outcome",
            report.sent,
            outcomes.iter().map(|text| format!("{text}, ")).collect::<String>(),
            report.open
        ));
        if let Some(why) = &report.unrecorded {
            output::note(format_args!("warning: not all of it is recorded in the case: {why}"));
        }
        let all_so = report.open == 0 && report.outcomes.keys().all(|outcome| outcome.is_so());
        Ok(match report.end {
            RunEnd::Done if all_so => Outcome::Done,
            RunEnd::Done => Outcome::Found,
            RunEnd::Wait(until) => {
                output::note(format_args!(
                    "a frame has no answer; run the batch again after {until}: the registry is asked first"
                ));
                Outcome::Found
            }
            RunEnd::Stopped(why) => {
                output::note(format_args!("stopped: {why}"));
                Outcome::Found
            }
        })
    }
}

fn print(lines: &[String]) -> anyhow::Result<()> {
    output::to_stdout(|out| {
        for line in lines {
            writeln!(out, "{line}")?;
        }
        Ok(())
    })
}

fn say(told: &EppTold<'_>, lines: &mut Vec<String>) {
    match told {
        EppTold::Rehearsed { position, entry, rehearsed, changes } => {
            // Of an update only what is not so yet would be sent.
            let command = match rehearsed {
                Rehearsed::Send { operation, .. } => operation.in_words(),
                _ => entry.operation.in_words(),
            };
            lines.push(format!("{}\t{}\t{command}\t{rehearsed}", position + 1, entry.name));
            lines.extend(changes.iter().map(|change| {
                format!("  {}: {} -> {}", change.what, for_terminal(&change.before), for_terminal(&change.after))
            }));
        }
        EppTold::Ended(record) => {
            let outcome = record.outcome.map_or("in doubt", forestall_coord::epp::Outcome::word);
            let code = record.code.map(|code| format!(" {code}")).unwrap_or_default();
            lines.push(format!(
                "{}\t{}\t{}\t{outcome}{code}: {}\t{}",
                record.position + 1,
                record.name,
                record.command,
                record.text,
                record.id
            ));
        }
        EppTold::Breaks(why) => output::note(format_args!("the session broke: {why}")),
    }
}
