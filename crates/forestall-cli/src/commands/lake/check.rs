// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall lake check`: is what came in there?

use clap::Args;
use forestall_lake::Checked;

use super::settings::LakeArgs;
use crate::failure::Outcome;
use crate::output;

/// Compare the events that came in with the rows that are in the lake
///
/// For every segment that was shipped: how many events were in it, and how many rows its files have, by the files themselves. Rows that were deleted in their time are held
/// against their counts. Exit status 1 where something does not fit.
#[derive(Args, Debug)]
pub(crate) struct Check {
    #[command(flatten)]
    lake: LakeArgs,
}

impl Check {
    /// Runs the command.
    pub(crate) fn run(&self) -> anyhow::Result<Outcome> {
        let checked = self.lake.open()?.check()?;
        let Checked { segments, dns, contacts, rows, deleted, under_way, missing, problems } = &checked;
        output::to_stdout(|out| {
            writeln!(out, "segments\t{segments}")?;
            writeln!(out, "events in, a resolver asked\t{dns}")?;
            writeln!(out, "events in, a machine connected\t{contacts}")?;
            writeln!(out, "rows\t{rows}")?;
            writeln!(out, "rows deleted in their time\t{deleted}")?;
            writeln!(out, "rows of segments under way\t{under_way}")?;
            writeln!(out, "events missing at least, by the segments\t{missing}")?;
            for problem in problems {
                writeln!(out, "problem\t{problem}")?;
            }
            Ok(())
        })?;
        Ok(if checked.is_good() { Outcome::Done } else { Outcome::Found })
    }
}
