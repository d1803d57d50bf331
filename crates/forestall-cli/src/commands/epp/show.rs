// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall epp show`.

use std::path::PathBuf;

use clap::Args;
use forestall_api::epp::{EppBatchCommands, EppCommand};
use forestall_hub::shown;
use forestall_model::Digest;

use crate::cases::Cases;
use crate::failure::Outcome;
use crate::foreign::for_terminal;
use crate::output;
use crate::table::counted;
use crate::world::Globals;

/// Show a batch that people were asked to approve: each command with what the last dry run found out and what came of it
#[derive(Args, Debug)]
pub(crate) struct Show {
    /// The SHA-256 of the batch
    #[arg(value_name = "SHA256")]
    batch: Digest,
    /// Write the text of the batch to this file instead, as `epp run` takes it
    #[arg(short, long, value_name = "BATCH")]
    output: Option<PathBuf>,
}

impl Show {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let batch = match globals.cases().await? {
            Cases::Here(desk) => shown::epp_commands(&desk.epp_kept(self.batch, globals.now()).await?),
            Cases::At(hub) => hub.epp_batch(&self.batch).await?,
        };
        if let Some(file) = &self.output {
            // Whatever a hub says of it: the text is what was asked for, or nothing is written.
            if Digest::of(batch.text.as_bytes()) != self.batch {
                anyhow::bail!("the text that came is not the one with SHA-256 {}; nothing was written", self.batch);
            }
            output::to(Some(file.as_path()), |out| Ok(out.write_all(batch.text.as_bytes())?))?;
            return Ok(Outcome::Done);
        }
        print(&batch)?;
        Ok(Outcome::Done)
    }
}

fn print(shown: &EppBatchCommands) -> anyhow::Result<()> {
    let EppBatchCommands { batch, commands, .. } = shown;
    output::to_stdout(|out| {
        writeln!(
            out,
            "case {}, slice {}, account {}, proposed {} by {}",
            batch.case,
            batch.slice,
            for_terminal(&batch.account),
            batch.proposed,
            for_terminal(&batch.proposed_by)
        )?;
        writeln!(out, "commands: {}\nSHA-256: {}", batch.commands, batch.sha256)?;
        for approval in &batch.approvals {
            let how = if approval.signed_in { "signed in" } else { "named on the command line" };
            writeln!(out, "approved by {} at {}, {how}", for_terminal(&approval.by), approval.at)?;
        }
        let only = if batch.signed_in_only { ", given by people who are signed in" } else { "" };
        writeln!(
            out,
            "an approval counts for {}{only}; {}",
            counted(batch.approval_days.into(), "day"),
            standing(batch.approved)
        )?;
        for command in commands {
            write_command(command, out)?;
        }
        Ok(())
    })
}

const fn standing(approved: bool) -> &'static str {
    if approved { "it may run" } else { "two people are needed" }
}

fn write_command(command: &EppCommand, out: &mut dyn std::io::Write) -> anyhow::Result<()> {
    let needed = command.needed_until.map_or_else(|| "at all times".to_owned(), |until| format!("until {until}"));
    writeln!(
        out,
        "{}\t{}\t{}\t{}\t{}\tneeded {needed}",
        command.number,
        command.name,
        for_terminal(&command.command),
        command.action,
        for_terminal(&command.ground)
    )?;
    if let Some(rehearsed) = &command.rehearsed {
        writeln!(out, "  dry run at {}: {}", rehearsed.at, for_terminal(&rehearsed.what))?;
        for change in &rehearsed.changes {
            let (before, after) = (for_terminal(&change.before), for_terminal(&change.after));
            writeln!(out, "    {}: {before} -> {after}", for_terminal(&change.what))?;
        }
    }
    if let Some(came) = &command.came {
        let code = came.code.map(|code| format!(" {code}")).unwrap_or_default();
        let outcome = for_terminal(came.outcome.as_deref().unwrap_or("in doubt"));
        writeln!(out, "  {outcome}{code}: {}", for_terminal(&came.text))?;
    }
    Ok(())
}
