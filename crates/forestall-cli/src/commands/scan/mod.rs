// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall scan`: which machines asked for predicted names.

mod live;
mod rows;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread::available_parallelism;
use std::time::Duration;

use clap::{Args, ValueEnum};
use forestall_detect::readers::Options;
use forestall_detect::scan::{Client, Finding, Roster, ScratchError, Tally, Watch, report};

use self::rows::Row;
use super::index;
use super::traffic::faults::told_of;
use super::traffic::inputs::{self, Inputs};
use super::traffic::kind::Kind;
use super::traffic::progress::with_progress;
use super::traffic::pseudonym::Pseudonyms;
use crate::failure::{self, usage};
use crate::world::Globals;
use crate::{output, told};

/// Octets of memory for what was seen, in all threads together; beyond that it goes to temporary files.
const STATE: usize = 200 << 20;

/// Find which machines asked for predicted names, in captures and logs of any kind
///
/// Names are compared in any letter case, and a query below a listed name counts. A question counts in a window widened by the family's margin, or in one
/// shifted by whole days where at least 3 names of the client share that shift: its clock is wrong. Broken lines and packets are counted and told on
/// standard error. Exit status 1 with findings, 0 without; names that an index excludes are reported as collision and are no finding.
///
/// With --listen-dnstap it runs as a service: name servers send dnstap to a Unix socket, rows are printed whenever what they say has changed, and a new index
/// is taken up when it replaces the old file.
#[derive(Args, Debug)]
pub(crate) struct Scan {
    /// Captures and logs; - for standard input; .gz and .zst are read as such
    #[arg(value_name = "INPUT", required_unless_present = "listen_dnstap")]
    inputs: Vec<PathBuf>,
    /// The prediction index, from `forestall index build`
    #[arg(long, value_name = "FILE")]
    index: PathBuf,
    /// What the inputs are
    #[arg(long, value_name = "KIND", default_value = "auto")]
    input: Kind,
    /// A port of DNS in captures, instead of 53; may be given again
    #[arg(long = "port", value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    ports: Vec<u16>,
    /// How findings are printed [default: text; jsonl of a service]
    #[arg(long, value_name = "FORM")]
    format: Option<Form>,
    /// Read files on as they grow, also when they are rotated; the report comes at the end, on SIGINT or SIGTERM
    #[arg(long)]
    follow: bool,
    /// Put a pseudonym in the place of each client, made with the key in this file
    #[arg(long, value_name = "KEYFILE")]
    pseudonymise: Option<PathBuf>,
    /// Put client addresses into STIX; they are personal data
    #[arg(long)]
    include_clients: bool,
    /// Run as a service: name servers send dnstap to this Unix socket, which is made and at the end removed
    #[arg(long, value_name = "SOCKET", conflicts_with_all = ["inputs", "input", "follow"], help_heading = "Service")]
    listen_dnstap: Option<PathBuf>,
    /// Who may send, as the mode of the socket in octal digits
    #[arg(long, value_name = "MODE", default_value = "660", value_parser = mode, help_heading = "Service")]
    socket_mode: u32,
    /// Serve metrics for Prometheus under http://ADDR/metrics
    #[arg(long, value_name = "ADDR", help_heading = "Service")]
    metrics: Option<SocketAddr>,
    /// Print the rows that changed every so many seconds
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = clap::value_parser!(u32).range(1..=86_400), help_heading = "Service")]
    every: u32,
    /// Join counts over so many days; they begin at 0 with the day after, UTC
    #[arg(long, value_name = "DAYS", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=366), help_heading = "Service")]
    period: u32,
}

/// Reads the mode of a file.
fn mode(text: &str) -> Result<u32, String> {
    let mode = u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o777);
    mode.ok_or_else(|| "expected three octal digits, such as 660".to_owned())
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A table for people, surest first
    Text,
    /// One JSON object a client and family
    Jsonl,
    /// Comma-separated values with a header
    Csv,
    /// A STIX 2.1 bundle of sightings
    Stix,
    /// CSV in the columns of Shadowserver's report event4_sinkhole_dns, a row a machine and family; clients without an address are left out
    Shadowserver,
}

impl Scan {
    /// Runs the command.
    pub(crate) fn run(&self, globals: &Globals) -> anyhow::Result<failure::Outcome> {
        if self.include_clients && self.form() != Form::Stix {
            return Err(usage("--include-clients is for --format stix; the other forms hold the clients"));
        }
        if self.metrics.is_some() && self.listen_dnstap.is_none() {
            return Err(usage("--metrics is for a service: give --listen-dnstap SOCKET as well"));
        }
        if self.pseudonymise.is_some() && self.form() == Form::Shadowserver {
            return Err(usage(
                "the columns of Shadowserver hold addresses, and a pseudonym is none; take csv or jsonl",
            ));
        }
        let pseudonyms = self.pseudonymise.as_deref().map(Pseudonyms::read).transpose()?;
        let disguise = pseudonyms.map(|pseudonyms| move |client: &Client| pseudonyms.of_client(client));
        let disguise = disguise.as_ref().map(|disguise| disguise as &(dyn Fn(&Client) -> Client + Sync));
        if let Some(socket) = &self.listen_dnstap {
            return self.listen(socket, disguise, globals);
        }
        inputs::check(&self.inputs)?;
        let index = index::read(&self.index)?;
        let roster = Roster::of(&index)?;
        let stop = if self.follow { told::flag()? } else { Arc::default() };
        let read = AtomicU64::new(0);
        let inputs = Inputs {
            paths: &self.inputs,
            options: Options { format: self.input.format(), ports: self.ports.clone(), ..Options::default() },
            follow: self.follow,
            stop: &stop,
            read: &read,
        };
        let scratch = || Ok(Box::new(tempfile::tempfile()?) as Box<dyn forestall_detect::scan::Room>);
        let threads = available_parallelism().map_or(1, usize::from);
        let mut watches: Vec<Watch<'_, _>> =
            (0..threads).map(|_| Watch::new(&index, &roster, STATE / threads, disguise, &scratch)).collect();
        let outcomes = with_progress(&self.inputs, &read, || inputs.read(&mut watches));
        let failed = told_of(&self.inputs, &outcomes);
        let tallies = watches.into_iter().map(Watch::finish).collect::<Result<Vec<_>, _>>()?;
        let found = self.print(tallies, &roster, globals)?;
        if found {
            Ok(failure::Outcome::Found)
        } else if failed {
            anyhow::bail!("not all inputs could be read to their end, and what was read holds no finding")
        } else {
            Ok(failure::Outcome::Done)
        }
    }

    fn form(&self) -> Form {
        let usual = if self.listen_dnstap.is_some() { Form::Jsonl } else { Form::Text };
        self.format.unwrap_or(usual)
    }

    /// Runs as a service.
    fn listen(
        &self,
        socket: &Path,
        disguise: live::Disguise<'_>,
        globals: &Globals,
    ) -> anyhow::Result<failure::Outcome> {
        if !matches!(self.form(), Form::Jsonl | Form::Csv) {
            return Err(usage("a service prints rows as they change; expected --format jsonl or csv"));
        }
        let settings = live::Settings {
            socket,
            mode: self.socket_mode,
            metrics: self.metrics,
            every: Duration::from_secs(self.every.into()),
            days: self.period,
            form: self.form(),
            index: &self.index,
        };
        live::serve(&settings, disguise, globals)
    }

    /// Prints the findings and says whether there are any.
    fn print(&self, tallies: Vec<Tally>, roster: &Roster, globals: &Globals) -> anyhow::Result<bool> {
        let mut found = false;
        let mut row = |finding: Finding| {
            let row = Row::of(&finding, roster);
            found |= row.is_infection();
            row
        };
        let listed = |family| roster.listed(family);
        output::to_stdout(|out| match self.form() {
            Form::Jsonl => each(tallies, listed, |finding| rows::json(&row(finding), out)),
            Form::Csv => {
                let mut csv = rows::Csv::begin(out)?;
                each(tallies, listed, |finding| csv.row(&row(finding)))?;
                csv.end()
            }
            Form::Text | Form::Stix | Form::Shadowserver => {
                let mut all = Vec::new();
                each(tallies, listed, |finding| {
                    all.push(row(finding));
                    Ok(())
                })?;
                match self.form() {
                    Form::Stix => rows::stix(all, globals.now(), self.include_clients, out),
                    Form::Shadowserver => rows::shadowserver(all, globals.now(), out),
                    _ if all.is_empty() => Ok(()),
                    _ => rows::text(all, out),
                }
            }
        })?;
        Ok(found)
    }
}

/// Folds tallies into findings; `sink` is told each.
fn each(
    tallies: Vec<Tally>,
    listed: impl Fn(u16) -> u64,
    mut sink: impl FnMut(Finding) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    /// Either of the two errors there can be.
    struct Failed(anyhow::Error);
    impl From<ScratchError> for Failed {
        fn from(error: ScratchError) -> Self {
            Self(error.into())
        }
    }
    report(tallies, listed, |finding| sink(finding).map_err(Failed)).map_err(|failed| failed.0)
}
