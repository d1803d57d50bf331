// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the command line of `forestall-sinkhole` may say. Help and manual page are made of it.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

/// Answers for the names of a prediction index, hears the machines that come for them, and writes what it saw into a spool.
#[derive(Debug, Parser)]
#[command(name = "forestall-sinkhole", version, override_usage = USAGE, after_help = EXIT_STATUS)]
pub struct Arguments {
    /// Index files, as `forestall index build` makes them. A file that another one replaces by renaming is read anew.
    #[arg(long, value_name = "FILE", num_args = 1.., required_unless_present = "example_config")]
    pub index: Vec<PathBuf>,
    /// The configuration.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// An address of the name server, over UDP and TCP; in place of those of the configuration.
    #[arg(long, value_name = "ADDR")]
    pub dns: Vec<SocketAddr>,
    /// An address of the web server; in place of those of the configuration.
    #[arg(long, value_name = "ADDR")]
    pub http: Vec<SocketAddr>,
    /// The folder of the spool; in place of that of the configuration.
    #[arg(long, value_name = "DIR")]
    pub spool: Option<PathBuf>,
    /// Checks the configuration and the indexes, and ends.
    #[arg(long)]
    pub check_config: bool,
    /// Prints an example of the configuration with every default, and ends.
    #[arg(long, exclusive = true)]
    pub example_config: bool,
}

const USAGE: &str = "forestall-sinkhole [OPTIONS] --index <FILE>...\n       forestall-sinkhole --example-config";

const EXIT_STATUS: &str = "SIGTERM and SIGINT seal the segment at hand and end it, SIGHUP seals it and goes on in another. \
Exit status: 0 done; 2 the command line or the configuration is wrong, or there is nothing to listen on; 3 a file, an address or the disk cannot be had.";
