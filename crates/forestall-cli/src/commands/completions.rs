// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall completions`: what a shell needs to complete our commands.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::failure::Outcome;
use crate::output;

/// Print the script by which a shell completes these commands
///
/// For bash: forestall completions bash > ~/.local/share/bash-completion/completions/forestall. Packages of a distribution bring it along.
#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

impl Completions {
    /// Runs the command.
    pub(crate) fn run(&self) -> anyhow::Result<Outcome> {
        // Into memory first: the generator takes a failed write for a fault of the program.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "forestall", &mut script);
        output::to_stdout(|out| Ok(out.write_all(&script)?))?;
        Ok(Outcome::Done)
    }
}
