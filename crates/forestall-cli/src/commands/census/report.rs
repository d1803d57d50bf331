// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall census report`: the figures of a day, from the lake.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use forestall_census::day::{DayReport, Trend, csv, text};
use forestall_connect::hub::{CensusAsked, CensusForm, Hub};
use forestall_model::marking::{Audience, Marked, Released, release};
use forestall_model::{FamilySlug, Marking, UtcDay};
use serde::Serialize;

use super::days::{self, Days};
use super::place::Place;
use super::public;
use crate::cli::TextJsonCsv;
use crate::failure::{Outcome, usage};
use crate::output;
use crate::world::{self, Globals};

/// Report how many machines there were on a day, from the lake: each figure with what it counts, its interval and its method
///
/// Machines are counted from connections that speak as a family does, resolvers from queries, and the one is never made of the other. What cannot be said has the reason in its place. Crawlers, researchers,
/// our own verifiers, friends and addresses that nobody can have are in no figure. The report is for the people who run the sinkhole: with `--public` it is one for everybody. With `--hub` it is that of the
/// hub's lake, as the hub counts it.
#[derive(Args, Debug)]
pub(crate) struct Report {
    #[command(flatten)]
    place: Place,
    /// The day, in UTC [default: yesterday]
    #[arg(long, value_name = "DATE")]
    day: Option<UtcDay>,
    /// Tell the trend from this day on, with the half-life of all, of each network and of each country
    #[arg(long, value_name = "DATE")]
    since: Option<UtcDay>,
    /// This family alone
    #[arg(long, value_name = "NAME")]
    family: Option<String>,
    /// Totals for everybody: no networks, and countries without those so small that somebody could be told from them
    #[arg(long)]
    public: bool,
    /// How the report is written
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJsonCsv,
    /// Write the report into a file [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What is said of a family.
#[derive(Debug, Serialize)]
pub(super) struct OfFamily {
    #[serde(flatten)]
    pub(super) report: DayReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) trend: Option<Trend>,
}

/// All that is said of a day.
#[derive(Debug, Serialize)]
pub(super) struct All {
    #[serde(serialize_with = "day_text")]
    pub(super) day: UtcDay,
    #[serde(serialize_with = "tlp_text", rename = "tlp")]
    pub(super) marking: Marking,
    pub(super) families: Vec<OfFamily>,
    pub(super) notes: Vec<String>,
}

impl Marked for All {
    fn marking(&self) -> Marking {
        self.marking
    }
}

fn day_text<S: serde::Serializer>(day: &UtcDay, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

fn tlp_text<S: serde::Serializer>(marking: &Marking, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(marking.tlp.word())
}

impl Report {
    /// Runs the command.
    pub(crate) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let span = days::span(self.since, self.day, globals.today())?;
        let (_, day) = span;
        if let Some(hub) = self.place.hub(globals, self.public)? {
            return self.at_hub(&hub);
        }
        let (lake, settings) = self.place.open()?;
        let catalogue = globals.catalogue();
        let mut days = Days::count(&lake, span, self.family.as_deref(), &settings.census, &catalogue)?;
        let mut notes = std::mem::take(&mut days.notes);
        let families: Vec<OfFamily> = days
            .last()
            .iter()
            .map(|(totals, held)| OfFamily {
                report: DayReport::of(totals, held),
                trend: self.since.and_then(|_| days.trend(&totals.family)),
            })
            .collect();
        if families.is_empty() {
            let whom = self.family.as_deref().map_or_else(String::new, |family| format!(" of {family}"));
            notes.push(format!("the lake {} holds nothing{whom} of {day}", lake.url()));
        }
        let all = All { day, marking: Marking::DEFAULT, families, notes };
        let written = if self.public {
            public::written(public::Public::of(&all), self.format, globals.now())?
        } else {
            written(&release(all, Audience::Recipient, globals.now())?, self.format)?
        };
        output::to(self.output.as_deref(), |out| Ok(out.write_all(written.as_bytes())?))?;
        Ok(Outcome::Done)
    }

    /// Prints the report of a hub.
    fn at_hub(&self, hub: &Hub) -> anyhow::Result<Outcome> {
        let family = self.family.as_deref().map(str::parse::<FamilySlug>).transpose();
        let family = family.map_err(|error| usage(format!("--family: {error}")))?;
        let asked = CensusAsked { day: self.day, since: self.since, family };
        let octets = world::run(async {
            Ok(match self.format {
                TextJsonCsv::Text => hub.census_report(&asked, CensusForm::Text).await?,
                TextJsonCsv::Csv => hub.census_report(&asked, CensusForm::Csv).await?,
                TextJsonCsv::Json => serde_json::to_string_pretty(&hub.census(&asked).await?)?.into_bytes(),
            })
        })?;
        output::to(self.output.as_deref(), |out| {
            out.write_all(&octets)?;
            if !octets.ends_with(b"\n") {
                out.write_all(b"\n")?;
            }
            Ok(())
        })?;
        Ok(Outcome::Done)
    }
}

fn written(all: &Released<All>, format: TextJsonCsv) -> anyhow::Result<String> {
    let tlp = all.marking().tlp.word();
    let all = all.object();
    Ok(match format {
        TextJsonCsv::Json => serde_json::to_string_pretty(all).context("the report cannot be written")? + "\n",
        TextJsonCsv::Csv => {
            let reports: Vec<_> = all.families.iter().map(|of| (of.report.clone(), of.trend.clone())).collect();
            csv(&reports)
        }
        TextJsonCsv::Text => {
            let mut out = format!("{tlp}\n");
            for of in &all.families {
                out.push('\n');
                out.push_str(&text(&of.report, of.trend.as_ref()));
            }
            for note in &all.notes {
                out.push_str(&format!("\nNote: {note}\n"));
            }
            out
        }
    })
}
