// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall census`: how many machines there are, and how good the ways to tell are.

mod simulate;

use clap::Subcommand;

use crate::failure::Outcome;

/// How many machines there are, and how good the ways to tell are
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Simulate(simulate::Simulate),
}

impl Verb {
    /// Runs the verb.
    pub(crate) fn run(self) -> anyhow::Result<Outcome> {
        match self {
            Self::Simulate(command) => command.run(),
        }
    }
}
