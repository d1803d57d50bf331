// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The program `forestall`: everything for one analyst, and the hub.
//!
//! Arguments are read in [`cli`], each command stands in one file under [`commands`]. A command opens what must be opened and
//! calls the other crates; it decides nothing itself, but [`doctor`] how an installation is. Data go to standard output, everything else to standard error. The
//! exit status is that of [`failure`].

mod cases;
mod cli;
mod commands;
mod doctor;
mod failure;
mod foreign;
mod input;
mod near;
mod output;
mod signer;
mod table;
mod told;
mod values;
mod world;

use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    start_logs();
    match commands::run(cli) {
        Ok(outcome) => outcome.into(),
        Err(error) => failure::report(&error),
    }
}

/// Sends logs to standard error: warnings and worse, or what `FORESTALL_LOG` says.
fn start_logs() {
    let asked = std::env::var("FORESTALL_LOG").ok().filter(|text| !text.is_empty());
    let filter = asked.map(|text| EnvFilter::try_new(&text).map_err(|error| (text, error))).transpose();
    let filter = filter.unwrap_or_else(|(text, error)| {
        output::note(format_args!("warning: FORESTALL_LOG={text} is not understood and not followed: {error}"));
        None
    });
    let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr());
    tracing_subscriber::fmt()
        .with_env_filter(filter.unwrap_or_else(|| EnvFilter::new("warn")))
        .with_writer(std::io::stderr)
        .with_ansi(ansi)
        .init();
}
