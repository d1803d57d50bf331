// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall zone subscriber`: who may take which zone.

mod add;
mod list;
mod remove;

use clap::Subcommand;

use crate::failure::Outcome;
use crate::world::Globals;

/// Who takes zones
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Add(add::Add),
    List(list::List),
    Remove(remove::Remove),
}

impl Verb {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        match self {
            Self::Add(command) => command.run(globals).await,
            Self::List(command) => command.run(globals).await,
            Self::Remove(command) => command.run(globals).await,
        }
    }
}
