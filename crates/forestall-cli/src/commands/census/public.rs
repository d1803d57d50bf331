// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The report for everybody: totals and countries, without cells so small that somebody could be told from them.

use std::fmt::Write as _;

use anyhow::Context as _;
use forestall_census::Figure;
use forestall_census::day::{Countries, LEAST_CELL, PublicCountries, PublicTable};
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

impl OfFamily {
    fn rows(&self) -> Rows<'_> {
        (self.family.as_str(), self.counts.as_str(), tables(&self.addresses, &self.networks6))
    }
}

impl Public {
    /// Takes out of a report what everybody may know.
    pub(super) fn of(all: &All) -> Self {
        let of = |of: &super::report::OfFamily| {
            let PublicCountries { family, counts, addresses, networks6, .. } =
                Countries::of(&of.report, None, None).for_everybody();
            let shown = addresses.total.is_some();
            OfFamily {
                family,
                counts,
                addresses,
                networks6,
                machines: of.report.figure("machines that were on").filter(|_| shown).cloned(),
                trend: of.trend.as_ref().filter(|_| shown).map(|trend| trend.said.clone()),
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
        TextJsonCsv::Csv => csv(&public.day.to_string(), public.families.iter().map(OfFamily::rows))?,
        TextJsonCsv::Text => text(public)?,
    })
}

/// What everybody may see of a family: its name, what is counted, and each table with its unit.
pub(super) type Rows<'t> = (&'t str, &'t str, [(&'static str, &'t PublicTable); 2]);

/// Returns the tables of a family, each with its unit.
pub(super) fn tables<'t>(v4: &'t PublicTable, v6: &'t PublicTable) -> [(&'static str, &'t PublicTable); 2] {
    [("IPv4 addresses", v4), ("IPv6 networks of 64 bits", v6)]
}

/// Writes tables of a day as CSV: of each the total, where it is told, and then the countries that are shown.
pub(super) fn csv<'t>(day: &str, families: impl IntoIterator<Item = Rows<'t>>) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["day", "family", "unit", "country", "count", "counts"])?;
    for (family, counts, tables) in families {
        for (unit, table) in tables {
            let cells = table.cells.iter().map(|cell| (cell.part.as_str(), cell.count));
            for (country, count) in table.total.map(|total| ("all", total)).into_iter().chain(cells) {
                writer.write_record([day, family, unit, country, &count.to_string(), counts])?;
            }
        }
    }
    String::from_utf8(writer.into_inner()?).context("the report cannot be written")
}

/// Appends how many countries stand in the total of a table alone.
pub(super) fn hidden(table: &PublicTable, out: &mut String) -> std::fmt::Result {
    match table.hidden {
        Some(0) => Ok(()),
        Some(hidden) => writeln!(out, "    in the total alone, with few of them: {}", counted(hidden, "country")),
        None => writeln!(out, "    so few that no country is shown"),
    }
}

fn text(public: &Public) -> anyhow::Result<String> {
    let mut out = format!("TLP:CLEAR\n\nInfected machines seen on {}\n", public.day);
    for of in &public.families {
        let (family, counts, tables) = of.rows();
        writeln!(out, "\n{family}\n  counts: {counts}")?;
        for (unit, table) in tables {
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
            hidden(table, &mut out)?;
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
