// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall census distinct`: distinct addresses over weeks or months, which are no machines.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use forestall_census::day::Distinct as Found;
use forestall_lake::tally;
use forestall_model::UtcDay;

use super::days;
use crate::cli::TextJsonCsv;
use crate::commands::lake::settings::{LakeArgs, SettingsArgs};
use crate::failure::Outcome;
use crate::output;
use crate::world::Globals;

/// Count the distinct addresses of several days, weeks or months: how many have to be looked at, and no number of machines
///
/// A machine that gets another address each day is in it each day, so that the number only grows. Days whose addresses are in clear are counted exactly; of those whose addresses are gone there are sketches, with their error.
/// Where there are some of both, the key of the sketches is needed: run it where `forestall lake keep` runs.
#[derive(Args, Debug)]
pub(crate) struct Distinct {
    #[command(flatten)]
    lake: LakeArgs,
    #[command(flatten)]
    settings: SettingsArgs,
    /// The first day, in UTC
    #[arg(long, value_name = "DATE")]
    since: UtcDay,
    /// The last day, in UTC [default: yesterday]
    #[arg(long, value_name = "DATE")]
    day: Option<UtcDay>,
    /// This family alone
    #[arg(long, value_name = "NAME")]
    family: Option<String>,
    /// How it is written
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJsonCsv,
    /// Write it into a file [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Distinct {
    /// Runs the command.
    pub(crate) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let (since, day) = days::span(Some(self.since), self.day, globals.today())?;
        let settings = self.settings.read()?;
        let key = self.settings.keys_that_are_there(&settings, globals)?.map(|keys| keys.sketch());
        let lake = self.lake.open()?;
        let found = tally::distinct(&lake, (since, day), self.family.as_deref(), key.as_ref())
            .with_context(|| format!("the days {since} to {day} could not be put together"))?;
        if found.is_empty() {
            output::note(format_args!(
                "the lake {} holds no machine of {since} to {day} that was asked for",
                lake.url()
            ));
        }
        let written = match self.format {
            TextJsonCsv::Json => serde_json::to_string_pretty(&found).context("it cannot be written")? + "\n",
            TextJsonCsv::Csv => csv(&found)?,
            TextJsonCsv::Text => found.iter().map(|found| format!("{found}\n")).collect::<Vec<_>>().join("\n"),
        };
        output::to(self.output.as_deref(), |out| Ok(out.write_all(written.as_bytes())?))?;
        Ok(Outcome::Done)
    }
}

fn csv(all: &[Found]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = [
        "from",
        "until",
        "family",
        "unit",
        "value",
        "low",
        "high",
        "standard_error",
        "days",
        "days_missing",
        "warning",
    ];
    writer.write_record(header)?;
    for found in all {
        for (unit, estimate) in
            [("distinct IPv4 addresses", &found.addresses), ("distinct IPv6 networks of 64 bits", &found.networks6)]
        {
            let high = if estimate.high().is_finite() { estimate.high().to_string() } else { String::new() };
            writer.write_record([
                found.from.to_string(),
                found.until.to_string(),
                found.family.clone(),
                unit.to_owned(),
                estimate.value().to_string(),
                estimate.low().to_string(),
                high,
                estimate.error().to_string(),
                found.days.to_string(),
                found.missing.len().to_string(),
                found.warning.to_owned(),
            ])?;
        }
    }
    String::from_utf8(writer.into_inner()?).context("it cannot be written")
}
