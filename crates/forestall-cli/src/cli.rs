// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The arguments: nouns, then verbs.

use clap::{Parser, Subcommand, ValueEnum};

use crate::commands::{
    case, census, classify, completions, dictionary, directory, disclosures, doctor, drill, epp, example_config,
    family, guard, hunt, identify, import, index, jobs, lake, man, misp, party, person, plugin, predict, publish,
    quickstart, register, scan, serve, store, verify_list, vet, zone,
};
use crate::world::Globals;

/// Computes the names a DGA botnet will use, gets registries to protect them, and measures the rest.
#[derive(Debug, Parser)]
#[command(name = "forestall", version, max_term_width = 100, arg_required_else_help = true, after_help = EXIT_STATUS)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) noun: Noun,
}

const EXIT_STATUS: &str = "Dates are YYYY-MM-DD and mean 00:00:00 UTC; instants are RFC 3339 with Z. Data go to standard output, \
everything else to standard error. Exit status: 0 done; 1 something was found or refused; 2 usage; 3 environment.";

/// What a command is about.
#[derive(Debug, Subcommand)]
pub(crate) enum Noun {
    Quickstart(quickstart::Quickstart),
    Predict(predict::Predict),
    Identify(identify::Identify),
    Classify(classify::Classify),
    #[command(subcommand)]
    Index(index::Verb),
    #[command(subcommand)]
    Family(family::Verb),
    #[command(subcommand)]
    Case(case::Verb),
    Scan(scan::Scan),
    Hunt(hunt::Hunt),
    Vet(vet::Vet),
    Import(import::Import),
    #[command(subcommand)]
    Register(register::Verb),
    #[command(subcommand)]
    Guard(guard::Verb),
    #[command(subcommand)]
    Jobs(jobs::Verb),
    #[command(subcommand)]
    Party(party::Verb),
    #[command(subcommand)]
    Person(person::Verb),
    Disclosures(disclosures::Disclosures),
    Publish(publish::Publish),
    #[command(subcommand)]
    Epp(epp::Verb),
    #[command(subcommand)]
    Zone(zone::Verb),
    #[command(subcommand)]
    Misp(misp::Verb),
    VerifyList(verify_list::VerifyList),
    Serve(serve::Serve),
    Drill(drill::Drill),
    #[command(subcommand)]
    Census(census::Verb),
    #[command(subcommand)]
    Lake(lake::Verb),
    #[command(subcommand)]
    Directory(directory::Verb),
    #[command(subcommand)]
    Dictionary(dictionary::Verb),
    #[command(subcommand)]
    Plugin(plugin::Verb),
    #[command(subcommand)]
    Store(store::Verb),
    Doctor(doctor::Doctor),
    ExampleConfig(example_config::ExampleConfig),
    Completions(completions::Completions),
    Man(man::ManPages),
}

/// How a table or a page is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextJsonCsv {
    /// For people
    Text,
    /// One JSON value
    Json,
    /// Comma-separated values with a header
    Csv,
}

/// How a page is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextJson {
    /// For people
    Text,
    /// One JSON value
    Json,
}

/// How a log is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextJsonl {
    /// For people
    Text,
    /// One JSON object a line
    Jsonl,
}
