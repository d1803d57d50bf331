// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall hunt`: families that no list holds.

mod names;
mod rows;
mod shapes;
mod taker;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::thread::available_parallelism;

use clap::{Args, ValueEnum};
use forestall_detect::classify::Classifier;
use forestall_detect::hunt::{DEFAULT_THRESHOLD, Gathered, Limits, Lookout, report};
use forestall_detect::readers::Options;
use forestall_detect::scan::{Client, Finding, Roster, ScratchError, Tally, Watch, report as findings};
use forestall_index::Index;

use self::rows::{GroupRow, KnownRow};
use self::taker::Hunter;
use super::index;
use super::traffic::faults::told_of;
use super::traffic::inputs::{self, Inputs};
use super::traffic::kind::Kind;
use super::traffic::progress::with_progress;
use super::traffic::pseudonym::Pseudonyms;
use crate::failure;
use crate::output;
use crate::table::{counted, thousands};
use crate::world::Globals;

/// Octets of memory for matches of the index, in all threads together; beyond that they go to temporary files.
const STATE: usize = 64 << 20;

/// Distinct names of one known family from which a client is reported for them.
const KNOWN_NAMES: u64 = 3;

/// The chance of ordinary traffic below which these names count even where some of them exist.
const KNOWN_CHANCE: f64 = 1e-3;

/// Find machines whose failed look-ups an algorithm made that no list holds, in captures and logs of any kind
///
/// No name raises an alarm. Of each client the registrable names that do not exist are judged together: how likely each was generated, how alike they are, and whether
/// they are made of one closed list of words. Clients that ask for the same or for alike names are reported as one group, with the shape of its names, a guess at how
/// they are made, the nearest known family, and the command that searches for a seed. With --index, names that it lists are no evidence of something unknown;
/// clients with 3 of them of one family are reported as that family's. The input must tell answers: a query log without them shows nothing.
/// Exit status 1 with findings, 0 without. docs/hunt.md says what to do with a group.
#[derive(Args, Debug)]
pub(crate) struct Hunt {
    /// Captures and logs; - for standard input; .gz and .zst are read as such
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<PathBuf>,
    /// What the inputs are
    #[arg(long, value_name = "KIND", default_value = "auto")]
    input: Kind,
    /// A port of DNS in captures, instead of 53; may be given again
    #[arg(long = "port", value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    ports: Vec<u16>,
    /// How findings are printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Form,
    /// Names of known families, from `forestall index build`
    #[arg(long, value_name = "FILE")]
    index: Option<PathBuf>,
    /// Evidence in nats from which a client is alarmed; the default alarms less than one ordinary client in 1,000 a day where it was measured
    #[arg(long, value_name = "NATS", default_value_t = DEFAULT_THRESHOLD, value_parser = threshold)]
    threshold: f32,
    /// Put a pseudonym in the place of each client, made with the key in this file
    #[arg(long, value_name = "KEYFILE")]
    pseudonymise: Option<PathBuf>,
    /// Write the names of each group to a file in this folder, named after the group, for `forestall identify`
    #[arg(long, value_name = "DIR")]
    names: Option<PathBuf>,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people
    Text,
    /// One JSON object a group, and one a client and known family
    Jsonl,
    /// Comma-separated values with a header
    Csv,
}

fn threshold(text: &str) -> Result<f32, String> {
    let read: Option<f32> = text.parse().ok().filter(|nats: &f32| nats.is_finite() && *nats > 0.0);
    read.ok_or_else(|| format!("{text:?} is no amount of evidence; expected a number above 0"))
}

impl Hunt {
    /// Runs the command.
    pub(crate) fn run(&self, globals: &Globals) -> anyhow::Result<failure::Outcome> {
        let pseudonyms = self.pseudonymise.as_deref().map(Pseudonyms::read).transpose()?;
        inputs::check(&self.inputs)?;
        let index = self.index.as_deref().map(index::read).transpose()?;
        let roster = index.as_ref().map(Roster::of).transpose()?;
        let classifier = Classifier::built_in();
        let disguise = pseudonyms.map(|pseudonyms| move |client: &Client| pseudonyms.of_client(client));
        let disguise = disguise.as_ref().map(|disguise| disguise as &(dyn Fn(&Client) -> Client + Sync));
        let scratch = || Ok(Box::new(tempfile::tempfile()?) as Box<dyn forestall_detect::scan::Room>);
        let threads = available_parallelism().map_or(1, usize::from);
        let hunter = |_| Hunter {
            lookout: Lookout::new(&classifier, Limits::default()),
            watch: index
                .as_ref()
                .zip(roster.as_ref())
                .map(|(index, roster)| Watch::new(index, roster, STATE / threads, disguise, &scratch)),
        };
        let mut hunters: Vec<Hunter<'_, '_, _>> = (0..threads).map(hunter).collect();
        let (stop, read) = (AtomicBool::new(false), AtomicU64::new(0));
        let inputs = Inputs {
            paths: &self.inputs,
            options: Options { format: self.input.format(), ports: self.ports.clone(), ..Options::default() },
            follow: false,
            stop: &stop,
            read: &read,
        };
        let outcomes = with_progress(&self.inputs, &read, || inputs.read(&mut hunters));
        let failed = told_of(&self.inputs, &outcomes);
        let (lookouts, watches): (Vec<_>, Vec<_>) = hunters.into_iter().map(|h| (h.lookout, h.watch)).unzip();
        let tallies = watches.into_iter().flatten().map(Watch::finish).collect::<Result<Vec<_>, _>>()?;
        let known = roster.as_ref().map_or(Ok(Vec::new()), |roster| known(tallies, roster))?;
        let disguise = disguise.map(|disguise| disguise as &dyn Fn(&Client) -> Client);
        let gathered = Gathered::join(lookouts, disguise);
        tell_of(&gathered);
        let is_listed =
            |name: &str| index.as_ref().is_some_and(|index: &Index| index.look_up(name.as_bytes()).is_some());
        let day = gathered.last_seen().map_or_else(|| globals.today(), |at| at.day());
        let shapes = || shapes::known(&globals.catalogue(), &globals.dictionaries(), day, &classifier);
        let hunted = report(&gathered, &classifier, &is_listed, shapes, self.threshold);
        if let Some(folder) = &self.names {
            names::write(folder, &hunted.groups)?;
        }
        let groups: Vec<GroupRow> =
            hunted.groups.iter().map(|group| GroupRow::of(group, self.names.as_deref())).collect();
        output::to_stdout(|out| match self.format {
            Form::Text => rows::text(&groups, &known, out),
            Form::Jsonl => rows::jsonl(&groups, &known, out),
            Form::Csv => rows::csv(&groups, &known, out),
        })?;
        if !groups.is_empty() || !known.is_empty() {
            Ok(failure::Outcome::Found)
        } else if failed {
            anyhow::bail!("not all inputs could be read to their end, and what was read holds no finding")
        } else {
            Ok(failure::Outcome::Done)
        }
    }
}

/// Returns the clients with enough names of a known family, in the order of clients and families.
fn known(tallies: Vec<Tally>, roster: &Roster) -> anyhow::Result<Vec<KnownRow>> {
    let mut rows = Vec::new();
    let is_enough = |finding: &Finding| {
        let surely = finding.nxdomain >= KNOWN_NAMES || finding.chance <= KNOWN_CHANCE;
        finding.is_infection() && finding.names >= KNOWN_NAMES && surely
    };
    findings(
        tallies,
        |family| roster.listed(family),
        |finding| -> Result<(), ScratchError> {
            if is_enough(&finding) {
                rows.push(KnownRow::of(&finding, roster));
            }
            Ok(())
        },
    )?;
    Ok(rows)
}

/// Tells on standard error what the reader of a report must know.
fn tell_of(gathered: &Gathered) {
    if gathered.answered() == 0 && gathered.unanswered() > 0 {
        output::note(format_args!(
            "warning: none of {} tells an answer; hunt judges names that do not exist, and needs a log or capture with answers",
            counted(gathered.unanswered(), "record")
        ));
    }
    let not_scored: u64 = gathered.not_scored().map(|(_, count)| count).sum();
    if not_scored > 0 {
        let reasons: Vec<String> = gathered.not_scored().map(|(reason, count)| format!("{reason}: {count}")).collect();
        output::note(format_args!(
            "note: {} of {} that there is no such name are no evidence, whoever asked ({})",
            thousands(not_scored),
            counted(gathered.nxdomain(), "answer"),
            reasons.join("; ")
        ));
    }
    if gathered.dropped() > 0 {
        output::note(format_args!(
            "note: left out: {}, for the names that look least generated: there are more pairs of client and name than are kept",
            counted(gathered.dropped(), "answer")
        ));
    }
}
