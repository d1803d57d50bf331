// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A report for people: each figure with what it counts, how, and what that assumes.

use std::fmt::Write as _;

use super::report::{DayReport, Entry, PartLine};
use super::trend::Trend;
use crate::estimate::{number, real};

/// The most lines of a table of networks or countries.
const MOST_LINES: usize = 25;

/// Writes a report, with the trend where there is one.
#[must_use]
pub fn text(report: &DayReport, trend: Option<&Trend>) -> String {
    let mut out = format!("{} on {}\n", report.family, report.day);
    if report.machines.iter().any(|entry| entry.figure().is_some()) {
        out.push_str("\nMachines that connected\n");
    } else {
        out.push_str("\nMachines\n");
    }
    entries(&mut out, &report.machines);
    if let Some(bounds) = &report.bounds {
        let _ = writeln!(out, "\n  machines that reached us: {bounds}");
    }
    if let Some(bounds) = &report.bounds_of_all {
        let (low, high) = (number(bounds.low, 0), number(bounds.high, 0));
        let _ = writeln!(out, "  machines that asked, over the names that we held: between {low} and {high}");
    }
    if let Some(growth) = report.growth {
        let _ = writeln!(
            out,
            "  the day's addresses are {growth:.2} times those of the busiest hour: about 1 where machines keep their addresses"
        );
    }
    if let Some(q) = &report.q_sum {
        let _ = writeln!(out, "\n  q-sum: {q}");
    }
    out.push_str("\nNames\n");
    if report.names.readings.is_empty() {
        out.push_str("  how many names we held and how bots ask is not known\n");
    }
    for reading in &report.names.readings {
        let _ = writeln!(out, "  {reading}");
    }
    if !report.names.how.is_empty() {
        let _ = writeln!(out, "  held: {}", report.names.how);
    }
    if report.names.asked_for > 0 {
        let _ = writeln!(out, "  {} names were asked for and answered", number(real(report.names.asked_for), 0));
    }
    if !report.resolvers.is_empty() {
        let (queries, forged) = (number(real(report.queries), 0), number(real(report.may_be_forged), 0));
        let _ = writeln!(
            out,
            "\nResolvers that asked: {queries} queries, {forged} of them from addresses that may be forged. No resolver is a machine."
        );
        entries(&mut out, &report.resolvers);
    }
    parts(&mut out, "Networks", &report.networks, report);
    parts(&mut out, "Countries", &report.countries, report);
    out.push_str("\nIn no figure\n");
    for (why, left) in &report.left_out {
        let _ = writeln!(
            out,
            "  {why}: {}, {}",
            counted(left.requests, "request", "requests"),
            counted(left.queries, "query", "queries")
        );
    }
    for (who, requests) in &report.visitors {
        let requests = counted(*requests, "request", "requests");
        let _ = writeln!(out, "  {requests} of visitors that seem to be: {who}");
    }
    if report.left_out.is_empty() && report.visitors.is_empty() {
        out.push_str("  nobody was left out\n");
    }
    for (family, addresses) in &report.shared {
        let _ = writeln!(
            out,
            "\n{} IPv4 addresses were seen with {family} as well: an overlap of two exact sets, and no number to add or subtract",
            number(real(*addresses), 0)
        );
    }
    if let Some(trend) = trend {
        curve(&mut out, trend);
    }
    for note in &report.notes {
        let _ = writeln!(out, "\nNote: {note}");
    }
    out
}

fn entries(out: &mut String, entries: &[Entry]) {
    for entry in entries {
        match entry {
            Entry::Given { name, figure } => {
                let _ = writeln!(out, "  {name}: {}", figure.to_string().replace('\n', "\n  "));
            }
            Entry::NotGiven { name, would_count, why } => {
                let _ = writeln!(out, "  {name}: not given\n    would count: {would_count}\n    because: {why}");
            }
        }
    }
}

fn parts(out: &mut String, title: &str, lines: &[PartLine], report: &DayReport) {
    if lines.iter().all(|line| line.part.is_unknown()) {
        return;
    }
    let _ = writeln!(out, "\n{title}: {}", report.parts_count);
    let _ = writeln!(
        out,
        "  {:<12}  {:>12}  {:>12}  {:>6}  {:>14}  machines that were on",
        "part", "addresses", "busiest hour", "growth", "IPv6 networks"
    );
    for line in lines.iter().take(MOST_LINES) {
        let part = if line.part.is_unknown() { "not known".to_owned() } else { line.part.to_string() };
        let growth = line.growth.map_or_else(|| "-".to_owned(), |growth| format!("{growth:.2}"));
        let machines = line.machines.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        let [addresses, hour, networks] =
            [line.addresses, line.busiest_hour, line.networks6].map(|n| number(real(n), 0));
        let _ = writeln!(out, "  {part:<12}  {addresses:>12}  {hour:>12}  {growth:>6}  {networks:>14}  {machines}");
    }
    if lines.len() > MOST_LINES {
        let _ = writeln!(out, "  and {} more", lines.len() - MOST_LINES);
    }
}

fn curve(out: &mut String, trend: &Trend) {
    out.push_str("\nTrend of addresses of the day\n");
    for figure in &trend.addresses {
        let day = figure.definition().day();
        let on = trend.machines.iter().find(|machines| machines.definition().day() == day);
        let on = on.map_or_else(String::new, |machines| format!("; machines that were on: {}", machines.estimate()));
        let _ = writeln!(out, "  {day}  {}{on}", number(figure.estimate().value(), 0));
    }
    for refused in &trend.refused {
        let _ = writeln!(out, "  {}  not in the curve: {}", refused.day, refused.why);
    }
    let _ = writeln!(out, "  {}", trend.said);
    if let Some(decline) = &trend.decline {
        let _ = writeln!(out, "  {}", decline.told());
    }
    for (title, parts) in [("networks", &trend.networks), ("countries", &trend.countries)] {
        let some: Vec<_> = parts.iter().filter(|part| part.decline.is_some()).take(MOST_LINES).collect();
        if some.is_empty() {
            continue;
        }
        let _ = writeln!(out, "  by {title}:");
        for part in some {
            let _ = writeln!(out, "    {:<12}  {}", part.part.to_string(), part.said);
        }
    }
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(real(count), 0), if count == 1 { one } else { many })
}
