// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A family by country: what its CERT is told, and what everybody may know.
//!
//! All countries stand in one table with what it counts. One country alone has its networks with it, as long as the addresses are in clear: by an address both its network and its country are known, and by numbers that are
//! left they are not. What everybody may know has neither networks nor small cells ([`PublicTable`]).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use forestall_model::UtcDay;
use serde::Serialize;

use super::part::Part;
use super::public::PublicTable;
use super::report::{DayReport, PartLine, nobody};
use super::table;
use super::trend::Trend;
use crate::definition::{Definition, Span, Unit};
use crate::estimate::{Estimate, number, real};
use crate::half_life::Decline;
use crate::source::{Protocol, Source};

/// A network of a country: what of it lies there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Within {
    /// The network.
    pub network: Part,
    /// Distinct IPv4 addresses of the day.
    pub addresses: u64,
    /// Distinct IPv6 networks of 64 bits of the day, never added to the addresses.
    pub networks6: u64,
    /// Requests.
    pub requests: u64,
}

/// What is said of a family in a country.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CountryLine {
    /// Its numbers.
    #[serde(flatten)]
    pub line: PartLine,
    /// How fast its addresses fall; none where no days before were looked at, or it cannot be said.
    pub decline: Option<Decline>,
    /// What that says, or why it cannot be said; none where no days before were looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    /// Its networks, most addresses first; none where they are not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub networks: Option<Vec<Within>>,
}

/// A family by country on a day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Countries {
    /// The day.
    #[serde(serialize_with = "day_text")]
    pub day: UtcDay,
    /// The family.
    pub family: String,
    /// What the numbers count, each with its country.
    pub counts: Definition,
    /// The countries, most addresses first.
    pub countries: Vec<CountryLine>,
    /// Why no country is told, such as that all requests were left out; none where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nobody: Option<String>,
    /// What a reader must know besides.
    pub notes: Vec<String>,
}

/// The same for everybody.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PublicCountries {
    /// The day.
    #[serde(serialize_with = "day_text")]
    pub day: UtcDay,
    /// The family.
    pub family: String,
    /// What the numbers count.
    pub counts: String,
    /// Distinct IPv4 addresses, without small cells.
    pub addresses: PublicTable,
    /// Distinct IPv6 networks, without small cells.
    pub networks6: PublicTable,
}

fn day_text<S: serde::Serializer>(day: &UtcDay, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

impl Within {
    /// Counts addresses by their network, most addresses first: of each address its network, 0 where it is not known, and how many requests came from it. An address stands there once.
    #[must_use]
    pub fn of(addresses: impl IntoIterator<Item = (Source, u32, u64)>) -> Vec<Self> {
        let mut all: BTreeMap<u32, (std::collections::BTreeSet<Source>, u64)> = BTreeMap::new();
        for (source, network, requests) in addresses {
            let (sources, sum) = all.entry(network).or_default();
            // Several addresses of one IPv6 network of 64 bits are one.
            sources.insert(source);
            *sum += requests;
        }
        let mut networks: Vec<Self> = all
            .into_iter()
            .map(|(network, (sources, requests))| {
                let addresses = sources.iter().filter(|source| matches!(source, Source::V4(_))).count() as u64;
                let networks6 = sources.len() as u64 - addresses;
                Self { network: Part::Network(network), addresses, networks6, requests }
            })
            .collect();
        networks.sort_by_key(|within| (std::cmp::Reverse((within.addresses, within.networks6)), within.network));
        networks
    }
}

impl Countries {
    /// Takes the countries out of a report and its trend; one alone where it is named. A country that is named and has no machines has no line.
    #[must_use]
    pub fn of(report: &DayReport, trend: Option<&Trend>, country: Option<Part>) -> Self {
        let lines = report.countries.iter().filter(|line| country.is_none_or(|country| line.part == country));
        let line = |line: &PartLine| {
            let of_trend = trend.and_then(|trend| trend.countries.iter().find(|part| part.part == line.part));
            CountryLine {
                line: line.clone(),
                decline: of_trend.and_then(|part| part.decline.clone()),
                said: of_trend.map(|part| part.said.clone()),
                networks: None,
            }
        };
        let countries: Vec<CountryLine> = lines.map(line).collect();
        let nobody = countries.is_empty().then(|| match country {
            Some(country) if !report.countries.is_empty() => {
                format!("no machine of {country} connected that speaks as the family does")
            }
            _ => nobody(&report.left_out),
        });
        Self {
            day: report.day,
            family: report.family.clone(),
            counts: report.parts_count.clone(),
            countries,
            nobody,
            notes: report.notes.clone(),
        }
    }

    /// Returns what everybody may know of it.
    #[must_use]
    pub fn for_everybody(&self) -> PublicCountries {
        let table = |protocol: Protocol| {
            PublicTable::of(self.countries.iter().map(|country| {
                let line = &country.line;
                let name = if line.part.is_unknown() { "not known".to_owned() } else { line.part.to_string() };
                (name, if protocol == Protocol::V4 { line.addresses } else { line.networks6 })
            }))
        };
        PublicCountries {
            day: self.day,
            family: self.family.clone(),
            counts: self.counts.to_string(),
            addresses: table(Protocol::V4),
            networks6: table(Protocol::V6),
        }
    }

    /// Writes it for people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = format!("{} on {} by country\n  counts: {}\n", self.family, self.day, self.counts);
        match &self.nobody {
            Some(why) => {
                let _ = writeln!(out, "  {why}");
            }
            None => self.table(&mut out),
        }
        for note in &self.notes {
            let _ = writeln!(out, "\nNote: {note}");
        }
        out
    }

    fn table(&self, out: &mut String) {
        let _ = writeln!(
            out,
            "\n  {:<12}  {:>12}  {:>12}  {:>6}  {:>14}",
            "country", "addresses", "busiest hour", "growth", "IPv6 networks"
        );
        for CountryLine { line, .. } in &self.countries {
            let name = if line.part.is_unknown() { "not known".to_owned() } else { line.part.to_string() };
            let growth = line.growth.map_or_else(|| "-".to_owned(), |growth| format!("{growth:.2}"));
            let [addresses, hour, networks6] =
                [line.addresses, line.busiest_hour, line.networks6].map(|count| number(real(count), 0));
            let _ = writeln!(out, "  {name:<12}  {addresses:>12}  {hour:>12}  {growth:>6}  {networks6:>14}");
        }
        for CountryLine { line, said, networks, .. } in &self.countries {
            if let Some(between) = &line.between {
                let (least, most) = between.addresses;
                let [least, most] = [least, most].map(|count| number(real(count), 0));
                let _ = writeln!(out, "\n  {}: between {least} and {most} addresses", line.part);
            }
            if let Some(said) = said {
                let _ = writeln!(out, "\n  {}: {said}", line.part);
            }
            if let Some(networks) = networks {
                let _ = writeln!(
                    out,
                    "\n  networks of {}\n  {:<12}  {:>12}  {:>14}  {:>12}",
                    line.part, "network", "addresses", "IPv6 networks", "requests"
                );
                for within in networks {
                    let name =
                        if within.network.is_unknown() { "not known".to_owned() } else { within.network.to_string() };
                    let [addresses, networks6, requests] =
                        [within.addresses, within.networks6, within.requests].map(|count| number(real(count), 0));
                    let _ = writeln!(out, "  {name:<12}  {addresses:>12}  {networks6:>14}  {requests:>12}");
                }
            }
        }
    }
}

/// Writes families by country as CSV with the header [`HEADER`](crate::day::HEADER), in their order: a row a country and number, and of each network of a country, each with its whole definition.
#[must_use]
pub fn csv_by_country(all: &[Countries]) -> String {
    let mut out = format!("{}\n", table::HEADER);
    for of in all {
        for country in &of.countries {
            table::part(&mut out, &of.family, &of.counts, &country.line);
            for within in country.networks.iter().flatten() {
                let part = format!("{} in {}", within.network, country.line.part);
                let mut row = |unit, name: &str, count: u64| {
                    let definition = of.counts.clone().counting(unit, Span::Day).of_part(&part);
                    table::row(&mut out, &of.family, &definition, name, &Ok(Estimate::counted(count)));
                };
                row(Unit::Addresses4, "addresses of the day", within.addresses);
                if within.networks6 > 0 {
                    row(Unit::Networks6, "IPv6 networks of the day", within.networks6);
                }
            }
        }
    }
    out
}
