// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall zone`: policy zones that resolvers take by transfers, and who may take them.

mod add;
mod list;
mod remove;
mod serials;
mod show;
mod subscriber;

use clap::Subcommand;
use forestall_model::OwnerName;

use crate::failure::{Outcome, refused};
use crate::world::{self, Globals};

/// Policy zones that resolvers take by AXFR and IXFR
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Add(add::Add),
    List(list::List),
    Show(show::Show),
    Serials(serials::Serials),
    Remove(remove::Remove),
    #[command(subcommand)]
    Subscriber(subscriber::Verb),
}

/// Returns the name of a zone as it may stand in an address: others are no names of zones.
fn at_hub(name: &OwnerName) -> anyhow::Result<&OwnerName> {
    if name.to_domain().is_some() { Ok(name) } else { Err(refused(format!("there is no zone {name}"))) }
}

impl Verb {
    /// Runs the verb.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        world::run(async {
            match self {
                Self::Add(command) => command.run(globals).await,
                Self::List(command) => command.run(globals).await,
                Self::Show(command) => command.run(globals).await,
                Self::Serials(command) => command.run(globals).await,
                Self::Remove(command) => command.run(globals).await,
                Self::Subscriber(verb) => verb.run(globals).await,
            }
        })
    }
}
