// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall dictionary`: the word lists that some families need and the program may not carry.

mod add;
mod list;

use clap::Subcommand;

use crate::failure::Outcome;
use crate::world::Globals;

/// The word lists of families: which are needed, which are there, and how to add one
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Add(add::Add),
    List(list::List),
}

impl Verb {
    /// Runs the verb.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        match self {
            Self::Add(command) => command.run(globals),
            Self::List(command) => command.run(globals),
        }
    }
}
