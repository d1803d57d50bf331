// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The program `forestall-sinkhole`. It reads arguments and calls the library. Exit status: 0 done, 2 usage, 3 environment.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use forestall_sinkhole::arguments::Arguments;
use forestall_sinkhole::config::{self, Config, ConfigError, Ordered};
use forestall_sinkhole::{run, watch};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.example_config {
        return match std::io::stdout().write_all(config::example().as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(3, &anyhow::Error::new(error).context("standard output could not be written")),
        };
    }
    let filter = std::env::var("FORESTALL_LOG").ok().and_then(|text| EnvFilter::try_new(text).ok());
    tracing_subscriber::fmt()
        .with_env_filter(filter.unwrap_or_else(|| EnvFilter::new("info")))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .init();
    let ordered = Ordered { dns: arguments.dns, http: arguments.http, spool: arguments.spool };
    let config = match Config::read(arguments.config.as_deref(), &ordered) {
        Ok(config) => config,
        Err(error) => {
            // What is there and is no text is a wrong configuration; what cannot be had is the environment.
            let not_had =
                matches!(&error, ConfigError::Read { source, .. } if source.kind() != std::io::ErrorKind::InvalidData);
            return failed(if not_had { 3 } else { 2 }, &anyhow::Error::new(error));
        }
    };
    if !config.listens() {
        let told =
            anyhow::anyhow!("there is nothing to listen on: give --dns, --http or a configuration that has addresses");
        return failed(2, &told);
    }
    if arguments.check_config {
        return match watch::read(&arguments.index) {
            Ok(indexes) => {
                let names: u64 = indexes.iter().map(forestall_index::Index::names).sum();
                let _ = writeln!(std::io::stdout(), "the configuration and the indexes are good: {names} names");
                ExitCode::SUCCESS
            }
            Err(error) => failed(3, &anyhow::Error::new(error)),
        };
    }
    match run::run(config, &arguments.index) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(3, &error),
    }
}

fn failed(status: u8, error: &anyhow::Error) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "error: {error:#}");
    ExitCode::from(status)
}
