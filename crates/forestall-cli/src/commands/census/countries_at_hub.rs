// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The machines of one's own countries, as a hub tells them, in the forms of `forestall census countries`.

use std::fmt::Write as _;

use anyhow::{Context as _, bail};
use forestall_api::census::{CensusBetween, CensusDefinition, CountryFamily, CountryNetwork, OwnCountries};
use forestall_census::definition::Share;
use forestall_census::{Definition, Evidence, Span, Unit};

use crate::cli::TextJsonCsv;
use crate::foreign::for_terminal;
use crate::table::{Align, Table, thousands};

/// The columns of the CSV: of a whole country `network` is empty.
const COLUMNS: [&str; 11] = [
    "day",
    "country",
    "family",
    "network",
    "addresses",
    "least",
    "most",
    "busiest_hour",
    "networks6",
    "requests",
    "counts",
];

/// Writes what a hub said.
///
/// # Errors
///
/// Where the hub counts what this program does not know.
pub(super) fn written(own: &OwnCountries, format: TextJsonCsv) -> anyhow::Result<String> {
    match format {
        TextJsonCsv::Json => Ok(serde_json::to_string_pretty(own).context("the report cannot be written")? + "\n"),
        TextJsonCsv::Csv => csv(own),
        TextJsonCsv::Text => text(own),
    }
}

fn csv(own: &OwnCountries) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    let day = own.day.to_string();
    for country in &own.countries {
        for of in &country.families {
            let numbers = &of.numbers;
            let counts = counted_in(&of.counts, &country.country)?.to_string();
            let [least, most] = addresses(numbers.addresses, numbers.between);
            let [all, least, most, hour, networks6] =
                [numbers.addresses, least, most, numbers.busiest_hour, numbers.networks6]
                    .map(|count| count.to_string());
            writer.write_record([
                &day,
                &country.country,
                &of.family,
                "",
                &all,
                &least,
                &most,
                &hour,
                &networks6,
                "",
                &counts,
            ])?;
            for within in of.networks.iter().flatten() {
                let part = format!("{} in {}", within.network, country.country);
                let [all, networks6, requests] =
                    [within.addresses, within.networks6, within.requests].map(|count| count.to_string());
                let (network, counts) = (&within.network, counted_in(&of.counts, &part)?.to_string());
                writer.write_record([
                    &day,
                    &country.country,
                    &of.family,
                    network,
                    &all,
                    &all,
                    &all,
                    "",
                    &networks6,
                    &requests,
                    &counts,
                ])?;
            }
        }
    }
    String::from_utf8(writer.into_inner()?).context("the report cannot be written")
}

fn text(own: &OwnCountries) -> anyhow::Result<String> {
    let mut out = format!("Countries of {} on {}\n", own.party, own.day);
    for country in &own.countries {
        writeln!(out, "\n{}", for_terminal(&country.country))?;
        if country.families.is_empty() {
            writeln!(out, "  no machine of this country was seen")?;
        }
        for of in &country.families {
            family(of, &country.country, &mut out)?;
        }
    }
    if own.gone {
        writeln!(
            out,
            "\nNote: the addresses of this day have given way to pseudonyms: which networks machines belong to cannot be told any more"
        )?;
    }
    for note in &own.notes {
        writeln!(out, "\nNote: {}", for_terminal(note))?;
    }
    Ok(out)
}

fn family(of: &CountryFamily, country: &str, out: &mut String) -> anyhow::Result<()> {
    let numbers = &of.numbers;
    writeln!(out, "  {}", for_terminal(&of.family))?;
    writeln!(out, "    counts: {}", for_terminal(&counted_in(&of.counts, country)?.to_string()))?;
    let between = match addresses(numbers.addresses, numbers.between) {
        [least, most] if least < most => format!(", between {} and {}", thousands(least), thousands(most)),
        _ => String::new(),
    };
    writeln!(out, "    addresses: {}{between}", thousands(numbers.addresses))?;
    writeln!(out, "    in the busiest hour: {}", thousands(numbers.busiest_hour))?;
    writeln!(out, "    IPv6 networks, never added to the addresses: {}", thousands(numbers.networks6))?;
    if let Some(said) = &of.said {
        writeln!(out, "    {}", for_terminal(said))?;
    }
    let networks = of.networks.as_deref().unwrap_or_default();
    if !networks.is_empty() {
        let mut rows = Vec::new();
        table(networks).write("    ", &mut rows)?;
        out.push_str(&String::from_utf8(rows)?);
    }
    Ok(())
}

fn table(networks: &[CountryNetwork]) -> Table {
    let mut table = Table::new(&[
        ("network", Align::Left),
        ("addresses", Align::Right),
        ("IPv6 networks", Align::Right),
        ("requests", Align::Right),
    ]);
    for within in networks {
        let name = if within.network == "AS0" { "not known".to_owned() } else { for_terminal(&within.network) };
        table.row([name, thousands(within.addresses), thousands(within.networks6), thousands(within.requests)]);
    }
    table
}

/// Returns the least and the most that a count of addresses can be.
fn addresses(count: u64, between: Option<CensusBetween>) -> [u64; 2] {
    between.map_or([count, count], |between| between.addresses)
}

/// Returns what is counted of a part, as a lake's own report says it.
///
/// # Errors
///
/// Where the hub counts something else than the machines of a day that connected.
fn counted_in(counts: &CensusDefinition, part: &str) -> anyhow::Result<Definition> {
    let CensusDefinition { unit, evidence, span, day, of, names, without, .. } = counts;
    if (unit.as_str(), evidence.as_str(), span.as_str()) != ("addresses4", "machine-connected", "day") {
        bail!("the hub counts {unit} by {evidence} over a {span}; expected addresses4 by machine-connected over a day");
    }
    let names = Share { held: names.held, listed: names.listed };
    let counted = Definition::new(Unit::Addresses4, Evidence::MachineConnected, (Span::Day, *day), of, names)?;
    let counted = counted.of_part(part);
    Ok(match without {
        Some(whom) => counted.without(whom),
        None => counted,
    })
}
