// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall store`: the log and what follows from it.

mod rebuild;
mod verify;

use clap::Subcommand;

use crate::failure::Outcome;
use crate::world::{self, Globals};

/// The store: check it against its log, and make what follows from the log anew
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Rebuild(rebuild::Rebuild),
    Verify(verify::Verify),
}

impl Verb {
    /// Runs the verb.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        world::run(async {
            match self {
                Self::Rebuild(command) => command.run(globals).await,
                Self::Verify(command) => command.run(globals).await,
            }
        })
    }
}
