// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall store verify`.

use clap::Args;

use crate::failure::Outcome;
use crate::output;
use crate::world::Globals;

/// Read the whole store and print what is not as its log says; status 1 where anything is
#[derive(Args, Debug)]
pub(crate) struct Verify {}

impl Verify {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let problems = desk.store().verify().await?;
        if problems.is_empty() {
            output::note(format_args!("{} is what its log says", desk.store().place()));
            return Ok(Outcome::Done);
        }
        output::to_stdout(|out| Ok(problems.iter().try_for_each(|problem| writeln!(out, "{problem}"))?))?;
        Ok(Outcome::Found)
    }
}
