// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall misp`: names for instances of MISP.

mod feed;
mod push;

use clap::Subcommand;

use crate::failure::Outcome;
use crate::world::Globals;

/// Names for instances of MISP: a feed as a folder, or events that are pushed
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Feed(feed::Feed),
    Push(Box<push::Push>),
}

impl Verb {
    /// Runs the verb.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        match self {
            Self::Feed(command) => command.run(globals),
            Self::Push(command) => command.run(globals),
        }
    }
}
