// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall census countries`: machines by country, for CERTs, and for everybody without small cells.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use forestall_census::Source;
use forestall_census::day::{
    Countries as OfFamily, DayReport, LEAST_CELL, Part, PublicCountries, Within, csv_by_country,
};
use forestall_connect::hub::Hub;
use forestall_lake::enrich::{Country, Of};
use forestall_lake::tally;
use forestall_model::marking::{Audience, Marked, release};
use forestall_model::{Marking, UtcDay};
use serde::Serialize;

use super::countries_at_hub;
use super::days::{self, Days};
use super::place::Place;
use super::public::{self, Rows};
use crate::cli::TextJsonCsv;
use crate::failure::{Outcome, refused};
use crate::output;
use crate::table::thousands;
use crate::world::{self, Globals};

/// Report how many machines each country had on a day, from the lake; of one country in full, with its networks, for its CERT
///
/// Machines are counted from connections that speak as a family does, and by the address from which they came; nobody who is left out of counts is in it. With `--country`, the networks of that country stand beside it, as
/// long as the addresses of the day are in clear; the addresses themselves are what `forestall census networks --country` writes, on record. With `--public`, small countries are hidden, so that the table is for everybody.
/// With `--hub` it is what the hub tells of the countries for which one's own party answers.
#[derive(Args, Debug)]
pub(crate) struct Countries {
    #[command(flatten)]
    place: Place,
    /// The day, in UTC [default: yesterday]
    #[arg(long, value_name = "DATE")]
    day: Option<UtcDay>,
    /// Tell from this day on how fast the addresses of each country fall
    #[arg(long, value_name = "DATE")]
    since: Option<UtcDay>,
    /// This country alone, with its networks
    #[arg(long, value_name = "CC")]
    country: Option<Country>,
    /// This family alone
    #[arg(long, value_name = "NAME")]
    family: Option<String>,
    /// For everybody: without countries so small that somebody could be told from them
    #[arg(long, conflicts_with_all = ["country", "since"])]
    public: bool,
    /// How the report is written
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJsonCsv,
    /// Write the report into a file [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// All that is said.
#[derive(Debug, Serialize)]
struct All<T> {
    day: String,
    tlp: &'static str,
    families: Vec<T>,
    notes: Vec<String>,
    #[serde(skip)]
    marking: Marking,
}

impl<T> Marked for All<T> {
    fn marking(&self) -> Marking {
        self.marking
    }
}

impl<T> All<T> {
    fn of(day: UtcDay, families: Vec<T>, notes: Vec<String>, marking: Marking) -> Self {
        Self { day: day.to_string(), tlp: marking.tlp.word(), families, notes, marking }
    }
}

impl Countries {
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
        let country = self.country.map(|country| Part::Country(country.letters()));
        let mut families: Vec<OfFamily> = days
            .last()
            .iter()
            .map(|(totals, held)| {
                let trend = self.since.and_then(|_| days.trend(&totals.family));
                OfFamily::of(&DayReport::of(totals, held), trend.as_ref(), country)
            })
            .collect();
        if let Some(country) = self.country {
            let found = tally::machines(&lake, day, &Of::Country(country), self.family.as_deref())
                .with_context(|| format!("the machines of {country} could not be read"))?;
            if found.pseudonyms > 0 {
                notes.push(format!(
                    "addresses of {day} have given way to pseudonyms, so that nobody can tell which networks the machines of {country} belong to"
                ));
            } else {
                for of in &mut families {
                    let own = found.machines.iter().filter(|machine| machine.family == of.family);
                    let own = own.map(|machine| (Source::of(machine.address), machine.about.asn, machine.requests));
                    let networks = Within::of(own);
                    for line in &mut of.countries {
                        line.networks = Some(networks.clone());
                    }
                }
            }
        }
        if families.is_empty() {
            notes.push(format!("the lake {} holds nothing of {day} that was asked for", lake.url()));
        }
        let written = if self.public {
            let families: Vec<PublicCountries> = families.iter().map(OfFamily::for_everybody).collect();
            let all = release(All::of(day, families, Vec::new(), Marking::PUBLIC), Audience::Public, globals.now())?;
            for_everybody(all.object(), self.format)?
        } else {
            let all = release(All::of(day, families, notes, Marking::DEFAULT), Audience::Recipient, globals.now())?;
            full(all.object(), self.format)?
        };
        output::to(self.output.as_deref(), |out| Ok(out.write_all(written.as_bytes())?))?;
        Ok(Outcome::Done)
    }

    /// Prints what a hub tells of one's own countries.
    fn at_hub(&self, hub: &Hub) -> anyhow::Result<Outcome> {
        let mut own = world::run(async { Ok(hub.census_countries(self.day, self.since).await?) })?;
        if let Some(country) = self.country {
            let country = country.to_string();
            own.countries.retain(|own| own.country == country);
            if own.countries.is_empty() {
                return Err(refused(format!("your party does not answer for {country} at this hub")));
            }
        }
        if let Some(family) = &self.family {
            own.countries.iter_mut().for_each(|own| own.families.retain(|of| of.family == *family));
        }
        let written = countries_at_hub::written(&own, self.format)?;
        output::to(self.output.as_deref(), |out| Ok(out.write_all(written.as_bytes())?))?;
        Ok(Outcome::Done)
    }
}

fn json<T: Serialize>(all: &All<T>) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(all).context("the report cannot be written")? + "\n")
}

fn full(all: &All<OfFamily>, format: TextJsonCsv) -> anyhow::Result<String> {
    Ok(match format {
        TextJsonCsv::Json => json(all)?,
        TextJsonCsv::Csv => csv_by_country(&all.families),
        TextJsonCsv::Text => {
            let mut out = format!("{}\n", all.tlp);
            for of in &all.families {
                write!(out, "\n{}", of.text())?;
            }
            for note in &all.notes {
                writeln!(out, "\nNote: {note}")?;
            }
            out
        }
    })
}

fn for_everybody(all: &All<PublicCountries>, format: TextJsonCsv) -> anyhow::Result<String> {
    Ok(match format {
        TextJsonCsv::Json => json(all)?,
        TextJsonCsv::Csv => public::csv(&all.day, all.families.iter().map(rows))?,
        TextJsonCsv::Text => {
            let mut out = format!("{}\n", all.tlp);
            for of in &all.families {
                let (family, counts, tables) = rows(of);
                writeln!(out, "\n{family} on {} by country\n  counts: {counts}", all.day)?;
                for (unit, table) in tables {
                    let Some(total) = table.total else {
                        writeln!(out, "  {unit}: fewer than {LEAST_CELL}")?;
                        continue;
                    };
                    writeln!(out, "  {unit}: {}", thousands(total))?;
                    for cell in &table.cells {
                        writeln!(out, "    {:<12}  {:>12}", cell.part, thousands(cell.count))?;
                    }
                    public::hidden(table, &mut out)?;
                }
            }
            out
        }
    })
}

fn rows(of: &PublicCountries) -> Rows<'_> {
    (of.family.as_str(), of.counts.as_str(), public::tables(&of.addresses, &of.networks6))
}
