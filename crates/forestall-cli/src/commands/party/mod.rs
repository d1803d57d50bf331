// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall party`: who takes part in a response, how each is reached, and on what terms a registry works.

mod add;
mod contact;
mod import;
mod list;
mod print;
mod remove;
mod sheet;
mod show;
mod webhook;

use clap::Subcommand;

use crate::failure::Outcome;
use crate::world::{self, Globals};

/// The parties: registries and everybody else, with contacts that are verified and tried
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Add(add::Add),
    Import(import::Import),
    List(list::List),
    Show(show::Show),
    Contact(contact::Contact),
    Webhook(webhook::Webhook),
    Print(print::Print),
    Remove(remove::Remove),
}

impl Verb {
    /// Runs the verb.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        world::run(async {
            match self {
                Self::Add(command) => command.run(globals).await,
                Self::Import(command) => command.run(globals).await,
                Self::List(command) => command.run(globals).await,
                Self::Show(command) => command.run(globals).await,
                Self::Contact(command) => command.run(globals).await,
                Self::Webhook(command) => command.run(globals).await,
                Self::Print(command) => command.run(globals).await,
                Self::Remove(command) => command.run(globals).await,
            }
        })
    }
}
