// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The program `forestall-sinkhole`. It reads arguments and calls the library. Exit status: 0 done, 2 usage, 3 environment.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use forestall_sinkhole::config::{Config, ConfigError, Ordered};
use forestall_sinkhole::{run, watch};
use tracing_subscriber::EnvFilter;

/// Answers for the names of a prediction index, hears the machines that come for them, and writes what it saw into a spool.
#[derive(Debug, Parser)]
#[command(name = "forestall-sinkhole", version)]
struct Arguments {
    /// Index files, as `forestall index build` makes them. A file that another one replaces by renaming is read anew.
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    index: Vec<PathBuf>,
    /// The configuration.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// An address of the name server, over UDP and TCP; in place of those of the configuration.
    #[arg(long, value_name = "ADDR")]
    dns: Vec<SocketAddr>,
    /// An address of the web server; in place of those of the configuration.
    #[arg(long, value_name = "ADDR")]
    http: Vec<SocketAddr>,
    /// The folder of the spool; in place of that of the configuration.
    #[arg(long, value_name = "DIR")]
    spool: Option<PathBuf>,
    /// Checks the configuration and the indexes, and ends.
    #[arg(long)]
    check_config: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
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
