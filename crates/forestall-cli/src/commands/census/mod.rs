// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall census`: how many machines there are, whose they are, and how good the ways to tell are.

mod countries;
mod countries_at_hub;
mod days;
mod disclosures;
mod distinct;
mod held;
mod networks;
mod place;
mod public;
mod report;
mod simulate;

use clap::Subcommand;

use crate::failure::Outcome;
use crate::world::Globals;

/// How many machines there are, whose they are, and how good the ways to tell are
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Report(report::Report),
    Countries(countries::Countries),
    Networks(Box<networks::Networks>),
    Distinct(distinct::Distinct),
    Disclosures(disclosures::Disclosures),
    Simulate(simulate::Simulate),
}

impl Verb {
    /// Runs the verb.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        match self {
            Self::Report(command) => command.run(globals),
            Self::Countries(command) => command.run(globals),
            Self::Networks(command) => command.run(globals),
            Self::Distinct(command) => command.run(globals),
            Self::Disclosures(command) => command.run(),
            Self::Simulate(command) => command.run(),
        }
    }
}
