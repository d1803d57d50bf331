// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall census simulate`: populations of which the truth is known, and what each estimator says of them.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use forestall_census::simulate::{MOST_OCTETS, Report, Scenario, csv, shipped, text};
use serde::Serialize;

use crate::cli::TextJsonCsv;
use crate::failure::{Outcome, usage};
use crate::{input, output};

/// The scenario that is simulated where nobody names one.
const USUAL: &str = "conficker-c";

/// Simulate a population of which the truth is known, and say how often each estimator's interval holds the truth
///
/// Each run lives the population anew: leases, machines behind one address, off-hours, the names that each machine draws, clean-up. Printed are the truth, figure
/// and 90 % interval of the first run, and over all runs by how much the figures are off and how often the interval holds the truth: about 90 % where the scenario
/// meets the estimator's assumptions. The same seed gives the same output.
#[derive(Args, Debug)]
pub(crate) struct Simulate {
    /// Scenarios: names of shipped ones, or files
    #[arg(value_name = "SCENARIO", default_value = USUAL)]
    scenarios: Vec<String>,
    /// Simulate all scenarios that are shipped
    #[arg(long, conflicts_with = "scenarios")]
    all: bool,
    /// List the scenarios that are shipped, and end
    #[arg(long, conflicts_with_all = ["scenarios", "all"])]
    list: bool,
    /// Print the file of a scenario that is shipped, to begin one's own from, and end
    #[arg(long, value_name = "NAME", conflicts_with_all = ["scenarios", "all", "list"])]
    example: Option<String>,
    /// So many machines in all [default: as the scenario says]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    machines: Option<u32>,
    /// How often each population is lived
    #[arg(long, value_name = "NUMBER", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    runs: u32,
    /// The seed from which every chance follows
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// How the report is written
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJsonCsv,
    /// Write the report into a file [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// A report with the scenario's name.
#[derive(Serialize)]
struct Named<'a> {
    scenario: &'a str,
    #[serde(flatten)]
    report: &'a Report,
}

impl Simulate {
    /// Runs the command.
    pub(crate) fn run(&self) -> anyhow::Result<Outcome> {
        if let Some(name) = &self.example {
            let (_, file) = shipped().iter().find(|(known, _)| known == name).ok_or_else(|| unknown(name))?;
            output::to_stdout(|out| Ok(out.write_all(file.as_bytes())?))?;
            return Ok(Outcome::Done);
        }
        if self.list {
            output::to_stdout(|out| {
                for (name, file) in shipped() {
                    let scenario = Scenario::from_toml(file).with_context(|| format!("the scenario {name}"))?;
                    writeln!(out, "{name}\t{}", scenario.title)?;
                }
                Ok(())
            })?;
            return Ok(Outcome::Done);
        }
        let names: Vec<String> = if self.all {
            shipped().iter().map(|(name, _)| (*name).to_owned()).collect()
        } else {
            self.scenarios.clone()
        };
        let scenarios = names.iter().map(|name| self.scenario(name)).collect::<anyhow::Result<Vec<_>>>()?;
        let mut reports = Vec::with_capacity(names.len());
        for (name, scenario) in names.into_iter().zip(&scenarios) {
            let report = Report::of(scenario, self.runs, self.seed).map_err(|error| usage(error.to_string()))?;
            reports.push((name, report));
        }
        let written = self.written(&reports)?;
        output::to(self.output.as_deref(), |out| Ok(out.write_all(written.as_bytes())?))?;
        Ok(Outcome::Done)
    }

    fn written(&self, reports: &[(String, Report)]) -> anyhow::Result<String> {
        Ok(match self.format {
            TextJsonCsv::Csv => csv(reports),
            TextJsonCsv::Text => reports.iter().map(|(_, report)| text(report)).collect::<Vec<_>>().join("\n\n"),
            TextJsonCsv::Json => {
                let named: Vec<_> = reports.iter().map(|(scenario, report)| Named { scenario, report }).collect();
                serde_json::to_string_pretty(&named).context("the report cannot be written")? + "\n"
            }
        })
    }

    /// Reads a scenario, by name or from a file.
    fn scenario(&self, name: &str) -> anyhow::Result<Scenario> {
        let shipped = shipped().iter().find(|(known, _)| *known == name);
        let text = match shipped {
            Some((_, file)) => (*file).to_owned(),
            None if !Path::new(name).exists() && !name.contains(['/', '.']) && name != "-" => {
                return Err(unknown(name));
            }
            None => {
                let octets = input::whole(Path::new(name), MOST_OCTETS as u64)
                    .with_context(|| format!("the scenario {name} could not be read"))?;
                String::from_utf8(octets).map_err(|_| usage(format!("{name}: the scenario is no text")))?
            }
        };
        let scenario = Scenario::from_toml(&text).map_err(|error| usage(format!("{name}: {error}")))?;
        match self.machines {
            None => Ok(scenario),
            Some(machines) => scenario.with_machines(machines).map_err(|error| usage(format!("--machines: {error}"))),
        }
    }
}

fn unknown(name: &str) -> anyhow::Error {
    let known: Vec<&str> = shipped().iter().map(|(name, _)| *name).collect();
    usage(format!("there is no scenario {name}; shipped are {}", known.join(", ")))
}
