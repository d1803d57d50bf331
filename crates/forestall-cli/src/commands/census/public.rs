// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The report for everybody: totals and countries, without cells so small that somebody could be told from them.

use std::fmt::Write as _;

use anyhow::Context as _;
use forestall_census::Figure;
use forestall_census::day::{LEAST_CELL, PublicTable};
use forestall_census::source::Protocol;
use forestall_model::marking::{Audience, Marked, release};
use forestall_model::{Instant, Marking, UtcDay};
use serde::Serialize;

use super::report::All;
use crate::cli::TextJsonCsv;
use crate::table::{Align, Table, counted, thousands};

/// What everybody may know of a family.
#[derive(Debug, Serialize)]
struct OfFamily {
    family: String,
    /// What the counts are of.
    counts: String,
    addresses: PublicTable,
    networks6: PublicTable,
    /// Machines that were on, where that can be said and the total is shown.
    machines: Option<Figure>,
    /// How fast the addresses fall.
    #[serde(skip_serializing_if = "Option::is_none")]
    trend: Option<String>,
}

/// What everybody may know of a day.
#[derive(Debug, Serialize)]
pub(super) struct Public {
    #[serde(serialize_with = "day_text")]
    day: UtcDay,
    families: Vec<OfFamily>,
}

impl Marked for Public {
    fn marking(&self) -> Marking {
        Marking::PUBLIC
    }
}

fn day_text<S: serde::Serializer>(day: &UtcDay, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

impl Public {
    /// Takes out of a report what everybody may know.
    pub(super) fn of(all: &All) -> Self {
        let of = |of: &super::report::OfFamily| {
            let table = |protocol: Protocol| {
                PublicTable::of(of.report.countries.iter().map(|line| {
                    let country = if line.part.is_unknown() { "not known".to_owned() } else { line.part.to_string() };
                    (country, if protocol == Protocol::V4 { line.addresses } else { line.networks6 })
                }))
            };
            let addresses = table(Protocol::V4);
            let shown = addresses.total.is_some();
            OfFamily {
                family: of.report.family.clone(),
                counts: of.report.parts_count.to_string(),
                networks6: table(Protocol::V6),
                machines: of.report.figure("machines that were on").filter(|_| shown).cloned(),
                trend: of.trend.as_ref().filter(|_| shown).map(|trend| trend.said.clone()),
                addresses,
            }
        };
        Self { day: all.day, families: all.families.iter().map(of).collect() }
    }
}

/// Writes it.
pub(super) fn written(public: Public, format: TextJsonCsv, now: Instant) -> anyhow::Result<String> {
    let public = release(public, Audience::Public, now)?;
    let public = public.object();
    Ok(match format {
        TextJsonCsv::Json => serde_json::to_string_pretty(public).context("the report cannot be written")? + "\n",
        TextJsonCsv::Csv => csv(public)?,
        TextJsonCsv::Text => text(public)?,
    })
}

fn tables(of: &OfFamily) -> [(&'static str, &PublicTable); 2] {
    [("IPv4 addresses", &of.addresses), ("IPv6 networks of 64 bits", &of.networks6)]
}

fn csv(public: &Public) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["day", "family", "unit", "country", "count", "counts"])?;
    for of in &public.families {
        for (unit, table) in tables(of) {
            let mut row = |country: &str, count: u64| {
                writer.write_record([
                    &public.day.to_string(),
                    &of.family,
                    unit,
                    country,
                    &count.to_string(),
                    &of.counts,
                ])
            };
            let Some(total) = table.total else { continue };
            row("all", total)?;
            for cell in &table.cells {
                row(&cell.part, cell.count)?;
            }
        }
    }
    String::from_utf8(writer.into_inner()?).context("the report cannot be written")
}

fn text(public: &Public) -> anyhow::Result<String> {
    let mut out = format!("TLP:CLEAR\n\nInfected machines seen on {}\n", public.day);
    for of in &public.families {
        writeln!(out, "\n{}\n  counts: {}", of.family, of.counts)?;
        for (unit, table) in tables(of) {
            let Some(total) = table.total else {
                writeln!(out, "  {unit}: fewer than {LEAST_CELL}")?;
                continue;
            };
            writeln!(out, "  {unit}: {}", thousands(total))?;
            let mut rows = Table::new(&[("country", Align::Left), (unit, Align::Right)]);
            for cell in &table.cells {
                rows.row([cell.part.clone(), thousands(cell.count)]);
            }
            if !rows.is_empty() {
                let mut written = Vec::new();
                rows.write("    ", &mut written)?;
                out.push_str(&String::from_utf8(written)?);
            }
            match table.hidden {
                Some(0) => {}
                Some(hidden) => {
                    writeln!(out, "    in the total alone, with few of them: {}", counted(hidden, "country"))?
                }
                None => writeln!(out, "    so few that no country is shown")?,
            }
        }
        if let Some(figure) = &of.machines {
            writeln!(out, "  machines that were on: {}", figure.to_string().replace('\n', "\n  "))?;
        }
        if let Some(trend) = &of.trend {
            writeln!(out, "  trend of the addresses: {trend}")?;
        }
    }
    Ok(out)
}
