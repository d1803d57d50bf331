// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The commands, one file each: its arguments, and what it does with them.

mod api_settings;
pub(crate) mod case;
pub(crate) mod census;
pub(crate) mod classify;
pub(crate) mod completions;
pub(crate) mod dictionary;
pub(crate) mod directory;
pub(crate) mod disclosures;
pub(crate) mod doctor;
pub(crate) mod drill;
pub(crate) mod epp;
pub(crate) mod example_config;
pub(crate) mod family;
pub(crate) mod guard;
pub(crate) mod hunt;
pub(crate) mod identify;
pub(crate) mod import;
pub(crate) mod index;
pub(crate) mod jobs;
pub(crate) mod lake;
mod lake_settings;
mod lines;
mod look;
pub(crate) mod man;
pub(crate) mod misp;
pub(crate) mod party;
pub(crate) mod person;
pub(crate) mod plugin;
pub(crate) mod predict;
mod predicted_rows;
mod provider_settings;
pub(crate) mod publish;
pub(crate) mod quickstart;
pub(crate) mod register;
pub(crate) mod scan;
mod send_settings;
pub(crate) mod serve;
mod serve_settings;
pub(crate) mod store;
mod traffic;
mod transfer_settings;
pub(crate) mod verify_list;
pub(crate) mod vet;
mod ways_settings;
pub(crate) mod zone;

use crate::cli::{Cli, Noun};
use crate::failure::Outcome;

/// Runs a command.
///
/// # Errors
///
/// What the command reports.
pub(crate) fn run(cli: Cli) -> anyhow::Result<Outcome> {
    let globals = &cli.globals;
    match cli.noun {
        Noun::Quickstart(command) => command.run(globals),
        Noun::Predict(command) => command.run(globals),
        Noun::Identify(command) => command.run(globals),
        Noun::Index(verb) => verb.run(globals),
        Noun::Family(verb) => verb.run(globals),
        Noun::Case(verb) => verb.run(globals),
        Noun::Scan(command) => command.run(globals),
        Noun::Hunt(command) => command.run(globals),
        Noun::Classify(command) => command.run(),
        Noun::Vet(command) => command.run(globals),
        Noun::Import(command) => command.run(globals),
        Noun::Register(verb) => verb.run(globals),
        Noun::Guard(verb) => verb.run(globals),
        Noun::Jobs(verb) => verb.run(globals),
        Noun::Party(verb) => verb.run(globals),
        Noun::Person(verb) => verb.run(globals),
        Noun::Disclosures(command) => command.run(globals),
        Noun::Drill(command) => command.run(globals),
        Noun::Census(verb) => verb.run(globals),
        Noun::Lake(verb) => verb.run(globals),
        Noun::Publish(command) => command.run(globals),
        Noun::Epp(verb) => verb.run(globals),
        Noun::Misp(verb) => verb.run(globals),
        Noun::VerifyList(command) => command.run(globals),
        Noun::Zone(verb) => verb.run(globals),
        Noun::Serve(command) => command.run(globals),
        Noun::Dictionary(verb) => verb.run(globals),
        Noun::Plugin(verb) => verb.run(globals),
        Noun::Directory(verb) => verb.run(globals),
        Noun::Doctor(command) => command.run(globals),
        Noun::Store(verb) => verb.run(globals),
        Noun::ExampleConfig(command) => command.run(),
        Noun::Completions(command) => command.run(),
        Noun::Man(command) => command.run(),
    }
}
