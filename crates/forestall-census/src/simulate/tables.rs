// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A report as a table for people, and as comma-separated values.

use super::report::{Report, Row};
use crate::estimate::{number, real};

/// Writes a report for a terminal.
#[must_use]
pub fn text(report: &Report) -> String {
    let head = format!(
        "{}\n\n{}\n\n{}, {}, {}, seed {}\n\n",
        report.title,
        report.about,
        counted(report.machines, "machine"),
        counted(report.days.into(), "day"),
        counted(report.runs.into(), "run"),
        report.seed
    );
    let header =
        ["estimator", "about", "truth", "figure", "90 % interval", "bias", "width", "holds", "assumptions met"];
    let rows: Vec<[String; 9]> = report.rows.iter().map(cells).collect();
    let width = |column: usize| {
        rows.iter().map(|row| row[column].len()).chain([header[column].len()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let mut out = head;
    for row in std::iter::once(header.map(str::to_owned)).chain(rows) {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            // Numbers to the right, words to the left.
            let padded = if (2..8).contains(&column) { format!("{cell:>width$}") } else { format!("{cell:<width$}") };
            line.push_str(&padded);
            line.push_str("  ");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out.push_str(
        "\nTruth, figure and interval are those of the first run; bias, width and how often the interval holds the truth are over all runs.\n",
    );
    for row in &report.rows {
        out.push_str(&format!("\n{}\n", row.estimator));
        row.methods.iter().for_each(|method| out.push_str(&format!("  method: {method}\n")));
        row.assumptions.iter().for_each(|assumption| out.push_str(&format!("  assumes: {assumption}\n")));
        if let Some(why) = &row.why_silent {
            out.push_str(&format!("  no figure in {} runs: {why}\n", row.silent));
        }
    }
    out
}

fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", number(real(count), 0), if count == 1 { "" } else { "s" })
}

fn cells(row: &Row) -> [String; 9] {
    let places = if row.truth < 1_000.0 { 1 } else { 0 };
    let figure = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| number(value, places));
    let percent = |share: Option<f64>| share.map_or_else(|| "-".to_owned(), |share| format!("{:.1} %", share * 100.0));
    let interval = match (row.low, row.high) {
        (Some(low), Some(high)) => format!("{} to {}", number(low, places), number(high, places)),
        (Some(low), None) => format!("{} and more", number(low, places)),
        _ => "-".to_owned(),
    };
    [
        row.estimator.clone(),
        row.about.to_owned(),
        number(row.truth, places),
        figure(row.value),
        interval,
        row.bias.map_or_else(|| "-".to_owned(), |share| format!("{:+.1} %", share * 100.0)),
        percent(row.width),
        percent(row.coverage),
        if row.meets { "yes" } else { "no" }.to_owned(),
    ]
}

/// Writes reports as comma-separated values with a header, a line for each estimator. `scenarios` are their names.
#[must_use]
pub fn csv(scenarios: &[(String, Report)]) -> String {
    let mut out = "scenario,machines,days,runs,seed,estimator,about,assumptions_met,truth,value,low,high,bias,width,coverage,silent\n".to_owned();
    for (name, report) in scenarios {
        for row in &report.rows {
            let optional = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.4}"));
            let cells = [
                quoted(name),
                report.machines.to_string(),
                report.days.to_string(),
                report.runs.to_string(),
                report.seed.to_string(),
                quoted(&row.estimator),
                quoted(row.about),
                row.meets.to_string(),
                format!("{:.4}", row.truth),
                optional(row.value),
                optional(row.low),
                optional(row.high),
                optional(row.bias),
                optional(row.width),
                optional(row.coverage),
                row.silent.to_string(),
            ];
            out.push_str(&cells.join(","));
            out.push('\n');
        }
    }
    out
}

/// Puts a cell between quotes where it holds what would break it.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
