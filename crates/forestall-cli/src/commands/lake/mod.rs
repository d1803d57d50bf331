// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall lake`: what sinkholes saw, as Parquet on a disk or at a provider.

mod check;
mod keep;
pub(crate) mod settings;
mod ship;

use clap::Subcommand;

use crate::failure::Outcome;
use crate::world::Globals;

/// The lake: bring there what sinkholes saw, delete it in time, and check that nothing is lost
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Ship(ship::Ship),
    Keep(keep::Keep),
    Check(check::Check),
}

impl Verb {
    /// Runs the verb.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        match self {
            Self::Ship(command) => command.run(globals),
            Self::Keep(command) => command.run(globals),
            Self::Check(command) => command.run(),
        }
    }
}
