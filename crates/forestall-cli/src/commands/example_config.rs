// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall example-config`: the files that an operator writes, as they are without a word of his.

use clap::{Args, ValueEnum};

use super::{epp, lake, serve_settings};
use crate::failure::Outcome;
use crate::output;

/// Print an example of a file of settings, with every default
#[derive(Args, Debug)]
pub(crate) struct ExampleConfig {
    /// Which file
    #[arg(value_name = "FILE", value_enum)]
    of: Of,
}

/// A file of settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Of {
    /// That of the hub, for `forestall serve --config`
    Hub,
    /// That of a lake, for `forestall lake ship --config` and others
    Lake,
    /// That of the accounts at registries, for `forestall epp --accounts`
    Epp,
}

impl ExampleConfig {
    /// Runs the command.
    pub(crate) fn run(&self) -> anyhow::Result<Outcome> {
        let text = match self.of {
            Of::Hub => serve_settings::example(),
            Of::Lake => lake::settings::example(),
            Of::Epp => epp::example(),
        };
        output::to_stdout(|out| Ok(out.write_all(text.as_bytes())?))?;
        Ok(Outcome::Done)
    }
}
