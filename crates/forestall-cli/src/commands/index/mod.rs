// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall index`: all predicted names in one file, for look-ups.

mod build;
mod info;
mod names;
mod query;
mod scratch;

use std::path::Path;

use anyhow::Context as _;
use clap::Subcommand;
use forestall_index::Index;

use crate::failure::Outcome;
use crate::input;
use crate::world::Globals;

/// The prediction index: names of many campaigns in one compact file, looked up exactly
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Build(build::Build),
    Info(info::Info),
    Query(query::Query),
}

impl Verb {
    /// Runs the verb.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        match self {
            Self::Build(command) => command.run(globals),
            Self::Info(command) => command.run(),
            Self::Query(command) => command.run(),
        }
    }
}

/// Copies an index into sealed memory and checks it.
///
/// # Errors
///
/// Where the file cannot be read, or is no index, cut or altered.
pub(crate) fn read(path: &Path) -> anyhow::Result<Index> {
    let file = input::file(path)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    Index::take(&file, threads).with_context(|| format!("the index {} is not used", path.display()))
}
