// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall store`: the log and what follows from it.

mod backup;
mod rebuild;
mod verify;

use clap::Subcommand;

use crate::failure::Outcome;
use crate::world::{self, Globals};

/// The store: check it against its log, make what follows from the log anew, and copy it
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Backup(backup::Backup),
    Rebuild(rebuild::Rebuild),
    Verify(verify::Verify),
}

impl Verb {
    /// Runs the verb.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        world::run(async {
            match self {
                Self::Backup(command) => command.run(globals).await,
                Self::Rebuild(command) => command.run(globals).await,
                Self::Verify(command) => command.run(globals).await,
            }
        })
    }
}
