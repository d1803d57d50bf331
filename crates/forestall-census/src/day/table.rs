// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A report as CSV: a row a figure, network and country, each with its whole definition.

use super::merge;
use super::report::{DayReport, Entry, PartLine};
use super::trend::Trend;
use crate::definition::{Definition, Evidence, Span, Unit};
use crate::estimate::Estimate;

/// The header.
pub const HEADER: &str = "day,family,part,figure,unit,evidence,span,value,low,high,standard_error,names_held,names_listed,left_out,method,not_given_because";

/// Writes reports with the header, in their order. Fields hold no line feed.
#[must_use]
pub fn csv(reports: &[(DayReport, Option<Trend>)]) -> String {
    let mut out = format!("{HEADER}\n");
    for (report, trend) in reports {
        // Days before the last one, so that a curve can be drawn of the rows.
        let days = trend.iter().flat_map(|trend| {
            let addresses = trend.addresses.iter().map(|figure| ("addresses of the day", figure));
            addresses.chain(trend.machines.iter().map(|figure| ("machines that were on", figure)))
        });
        for (name, figure) in days.filter(|(_, figure)| figure.definition().day() != report.day) {
            row(&mut out, &report.family, figure.definition(), name, &Ok(figure.estimate().clone()));
        }
        for entry in report.machines.iter().chain(&report.resolvers) {
            match entry {
                Entry::Given { name, figure } => {
                    row(&mut out, &report.family, figure.definition(), name, &Ok(figure.estimate().clone()));
                }
                Entry::NotGiven { name, why, .. } => {
                    row(&mut out, &report.family, &report.parts_count, name, &Err(why.clone()))
                }
            }
        }
        for line in report.networks.iter().chain(&report.countries) {
            part(&mut out, &report.family, &report.parts_count, line);
        }
    }
    out
}

/// Writes the rows of a network or country.
pub(super) fn part(out: &mut String, family: &str, counts: &Definition, line: &PartLine) {
    let of = |unit, span| counts.clone().counting(unit, span).of_part(&line.part.to_string());
    let counted = |count, between: Option<(u64, u64)>| {
        Ok(between.map_or_else(|| Estimate::counted(count), |(low, high)| merge::between(count, low, high)))
    };
    let between = line.between.as_ref();
    let addresses = counted(line.addresses, between.map(|between| between.addresses));
    row(out, family, &of(Unit::Addresses4, Span::Day), "addresses of the day", &addresses);
    let busiest = counted(line.busiest_hour, between.map(|between| between.busiest_hour));
    row(out, family, &of(Unit::Addresses4, Span::Hour), "addresses of the busiest hour", &busiest);
    if line.networks6 > 0 {
        let networks6 = counted(line.networks6, between.map(|between| between.networks6));
        row(out, family, &of(Unit::Networks6, Span::Day), "IPv6 networks of the day", &networks6);
    }
    if let Some(machines) = &line.machines {
        row(out, family, &of(Unit::MachinesOn, Span::Day), "machines that were on", &Ok(machines.clone()));
    }
}

/// Writes a row.
pub(super) fn row(
    out: &mut String,
    family: &str,
    definition: &Definition,
    name: &str,
    estimate: &Result<Estimate, String>,
) {
    let is_given = estimate.is_ok();
    let text = |text: &dyn std::fmt::Display| if is_given { text.to_string() } else { String::new() };
    let evidence = match definition.evidence() {
        Evidence::ResolverAsked => "resolver-asked",
        Evidence::MachineConnected => "machine-connected",
    };
    let span = match definition.span() {
        Span::Hour => "hour",
        Span::Day => "day",
    };
    let numbers = match estimate {
        Ok(estimate) => {
            let high = if estimate.high().is_finite() { estimate.high().to_string() } else { String::new() };
            [estimate.value().to_string(), estimate.low().to_string(), high, estimate.error().to_string()]
        }
        Err(_) => Default::default(),
    };
    let methods: Vec<&str> =
        estimate.iter().flat_map(|estimate| estimate.methods()).map(|method| method.name).collect();
    let fields = [
        definition.day().to_string(),
        family.to_owned(),
        definition.part().unwrap_or("").to_owned(),
        name.to_owned(),
        text(&definition.unit()),
        text(&evidence),
        text(&span),
    ];
    let names = definition.names();
    let rest = [
        names.held.to_string(),
        names.listed.to_string(),
        definition.left_out().unwrap_or("nobody").to_owned(),
        methods.join(" x "),
        estimate.as_ref().err().cloned().unwrap_or_default(),
    ];
    let all: Vec<String> = fields.iter().chain(&numbers).chain(&rest).map(|field| quoted(field)).collect();
    out.push_str(&all.join(","));
    out.push('\n');
}

/// Puts a field in quotation marks where it must be, without line feeds, and with an apostrophe before what a spreadsheet would take for a formula.
fn quoted(field: &str) -> String {
    let mut field = field.replace(['\n', '\r'], " ");
    if field.starts_with(['=', '+', '@', '\t']) || field.starts_with('-') && field.parse::<f64>().is_err() {
        field.insert(0, '\'');
    }
    if field.contains([',', '"']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}
