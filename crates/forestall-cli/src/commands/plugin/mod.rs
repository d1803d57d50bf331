// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall plugin`: families that come as WebAssembly modules.

mod add;
mod check;
mod list;
mod remove;

use clap::Subcommand;

use crate::failure::Outcome;
use crate::world::Globals;

/// Families from others, one WebAssembly file each: check, add, list and remove them
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Check(check::Check),
    Add(add::Add),
    List(list::List),
    Remove(remove::Remove),
}

impl Verb {
    /// Runs the verb.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        match self {
            Self::Check(command) => command.run(globals),
            Self::Add(command) => command.run(globals),
            Self::List(command) => command.run(globals),
            Self::Remove(command) => command.run(globals),
        }
    }
}
