// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What stands on the command line.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// SQL over the lake, in this process or on a cluster.
#[derive(Debug, Parser)]
#[command(name = "forestall-query", version, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Arguments {
    /// A part of the cluster, or a ready query.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// One statement that reads; `-` takes it from standard input.
    #[arg(required = true)]
    pub(crate) sql: Option<String>,
    /// What it reads, and where it runs.
    #[command(flatten)]
    pub(crate) query: Query,
    /// In which form rows are printed.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// Rows of a table that are printed at most; the other forms have no end.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub(crate) rows: usize,
}

/// What is not a query of one's own.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Finds the questions for listed names in Parquet logs and prints them as CSV for `forestall scan`.
    Scan(Scan),
    /// Runs the scheduler of a cluster.
    Scheduler(Scheduler),
    /// Runs an executor of a cluster.
    Executor(Executor),
}

/// What a query reads, and where it runs.
#[derive(Clone, Debug, Args)]
pub(crate) struct Query {
    /// The lake: a folder, file://, s3://, gs:// or az://. Its tables are dns_hits, contact_hits, losses and aggregates.
    #[arg(long, value_name = "URL", env = "FORESTALL_LAKE")]
    pub(crate) lake: Option<String>,
    /// A further table: a folder of Parquet files, or one file.
    #[arg(long, value_name = "NAME=URL")]
    pub(crate) logs: Vec<Named>,
    /// Where it runs: `embedded`, or `ballista://HOST:PORT`, the scheduler of a cluster.
    #[arg(long, default_value = "embedded", value_name = "ENGINE")]
    pub(crate) engine: Engine,
    /// Index files for `predicted` and `listed`. On a cluster the executors look names up; then these say which files they must have.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) index: Vec<PathBuf>,
    /// The file of the lake's keys, so that new sketches merge with those of the lake. On a cluster the executors have it.
    #[arg(long, value_name = "FILE")]
    pub(crate) keys: Option<PathBuf>,
    /// Memory for the rows that a query holds, in MiB. What is more goes to disk, or ends the query. On a cluster that of the executors counts.
    #[arg(long, value_name = "MIB", default_value_t = 1_024, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) memory: u32,
    /// The folder for what goes to disk; that for temporary files where it is left out.
    #[arg(long, value_name = "DIR")]
    pub(crate) spill: Option<PathBuf>,
}

/// `scan`.
#[derive(Debug, Args)]
pub(crate) struct Scan {
    /// Parquet logs of DNS questions: a folder, one file, or a URL as for --lake.
    #[arg(long = "logs", value_name = "URL", required = true)]
    pub(crate) logs: String,
    /// Index files; on a cluster, those that the executors must have.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) index: Vec<PathBuf>,
    /// Where it runs: `embedded`, or `ballista://HOST:PORT`, the scheduler of a cluster.
    #[arg(long, default_value = "embedded", value_name = "ENGINE")]
    pub(crate) engine: Engine,
}

/// `scheduler`.
#[derive(Debug, Args)]
pub(crate) struct Scheduler {
    /// The address to listen on. There is no sign-in: whoever reaches it can read what the executors can.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "ADDR")]
    pub(crate) bind: IpAddr,
    /// The port to listen on.
    #[arg(long, default_value_t = DEFAULT_PORT, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) port: u16,
    /// Seconds without a word after which an executor is taken for dead, and its work given to others; at least 10.
    #[arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(10..=3_600))]
    pub(crate) executor_timeout: u64,
}

/// `executor`.
#[derive(Debug, Args)]
pub(crate) struct Executor {
    /// The scheduler.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:50050")]
    pub(crate) scheduler: HostPort,
    /// Seconds that it waits at its start for the scheduler.
    #[arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub(crate) wait: u64,
    /// The address to listen on, at which the scheduler, the other executors and the clients reach this one.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "ADDR")]
    pub(crate) bind: IpAddr,
    /// The port for data.
    #[arg(long, default_value_t = 50_051, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) port: u16,
    /// Tasks at a time; as many as there are processors where it is left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) tasks: Option<u16>,
    /// Index files for `predicted` and `listed`.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) index: Vec<PathBuf>,
    /// The file of the lake's keys, so that new sketches merge with those of the lake.
    #[arg(long, value_name = "FILE")]
    pub(crate) keys: Option<PathBuf>,
    /// Memory for the rows that all tasks hold, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 2_048, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) memory: u32,
    /// The folder for results between stages, which are rows of the lake; a temporary one where it is left out.
    #[arg(long, value_name = "DIR")]
    pub(crate) work: Option<PathBuf>,
}

/// The port of a scheduler.
pub(crate) const DEFAULT_PORT: u16 = 50_050;

/// In which form rows are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// A header, then a line a row.
    Csv,
    /// A JSON object a line.
    Jsonl,
}

/// A table's name and what it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) url: String,
}

impl FromStr for Named {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, url) = text.split_once('=').ok_or("expected NAME=URL")?;
        let plain = |octet: u8| octet == b'_' || octet.is_ascii_lowercase() || octet.is_ascii_digit();
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.bytes().all(plain) {
            return Err(format!("{name:?} is no name of a table; expected letters in lower case, digits and _"));
        }
        if url.is_empty() {
            return Err("after the = stands a folder, a file or a URL".to_owned());
        }
        Ok(Self { name: name.to_owned(), url: url.to_owned() })
    }
}

/// A host and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostPort {
    /// The host as it stands in a URL: an IPv6 address in brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl FromStr for HostPort {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (host, port) = text.rsplit_once(':').ok_or("expected HOST:PORT")?;
        let port = port.parse().map_err(|_| format!("{port:?} is no port; expected a number from 1 to 65535"))?;
        let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"-._[]:".contains(&octet);
        if host.is_empty() || port == 0 || !host.bytes().all(plain) || host.contains(':') != host.starts_with('[') {
            return Err(format!("{text:?} is no HOST:PORT; an IPv6 address stands in brackets"));
        }
        Ok(Self { host: host.to_owned(), port })
    }
}

/// Where a query runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// In this process.
    Embedded,
    /// On the cluster of this scheduler.
    Ballista(HostPort),
}

impl FromStr for Engine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "embedded" {
            return Ok(Self::Embedded);
        }
        let Some(rest) = text.strip_prefix("ballista://") else {
            return Err("expected embedded or ballista://HOST:PORT".to_owned());
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        rest.parse().map(Self::Ballista)
    }
}

impl std::fmt::Display for HostPort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines() {
        let check = |text: &str, expected: Option<Engine>| assert_eq!(text.parse().ok(), expected, "{text}");
        let at = |host: &str, port| Some(Engine::Ballista(HostPort { host: host.to_owned(), port }));
        check("embedded", Some(Engine::Embedded));
        check("ballista://127.0.0.1:50050", at("127.0.0.1", 50_050));
        check("ballista://[::1]:7/", at("[::1]", 7));
        check("ballista://host", None);
        check("ballista://::1:7", None);
        check("ballista://host:0", None);
        check("ballista://a/b:1", None);
        check("spark://host:1", None);
    }

    #[test]
    fn tables() {
        let named = |text: &str| text.parse::<Named>().ok().map(|named| (named.name, named.url));
        assert_eq!(named("logs=/a=b"), Some(("logs".to_owned(), "/a=b".to_owned())));
        for text in ["logs", "=/a", "Logs=/a", "1a=/a", "a;b=/a", "logs="] {
            assert_eq!(named(text), None, "{text}");
        }
    }

    #[test]
    fn the_forms_of_the_command_line() {
        use clap::CommandFactory as _;
        Arguments::command().debug_assert();
        let read = |words: &[&str]| Arguments::try_parse_from([&["forestall-query"], words].concat());
        let query = read(&["select 1", "--lake", "/srv/lake", "--format", "csv"]).unwrap();
        assert_eq!((query.sql.as_deref(), query.format), (Some("select 1"), Format::Csv));
        assert!(matches!(read(&["scheduler"]).unwrap().command, Some(Command::Scheduler(_))));
        assert!(read(&[]).is_err());
        assert!(read(&["select 1", "scheduler"]).is_err());
        assert!(read(&["scan", "--index", "a.idx"]).is_err());
    }
}
